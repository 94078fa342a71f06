package main

import (
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// Clients that swap one number for the next, each until it succeeds, lose none: on real
// sockets, for net/http's client, in every topology.
func TestSwaps(t *testing.T) {
	const clients, rounds = 4, 25
	each(t, newSite(t), func(t *testing.T, d *daemon) {
		tr := &http.Transport{MaxIdleConnsPerHost: clients}
		defer tr.CloseIdleConnections()
		url := "http://" + d.addr + "/kv/number"
		do := func(method, body string, fields ...string) (*http.Response, string, error) {
			q, err := http.NewRequest(method, url, strings.NewReader(body))
			if err != nil {
				return nil, "", err
			}
			for i := 0; i < len(fields); i += 2 {
				q.Header.Set(fields[i], fields[i+1])
			}
			r, err := (&http.Client{Transport: tr}).Do(q)
			if err != nil {
				return nil, "", err
			}
			defer r.Body.Close()
			b, err := io.ReadAll(r.Body)
			return r, string(b), err
		}
		if r, _, err := do("PUT", "0", "If-None-Match", "*"); err != nil || r.StatusCode != 201 {
			t.Fatalf("the first: %v, %v", r, err)
		}
		var wg sync.WaitGroup
		errs := make([]error, clients)
		for i := range clients {
			wg.Go(func() {
				for done := 0; done < rounds && errs[i] == nil; {
					r, b, err := do("GET", "")
					n, bad := strconv.Atoi(b)
					if err != nil || bad != nil || r.StatusCode != 200 {
						errs[i] = fmt.Errorf("GET: %v, %q, %w", r, b, err)
						return
					}
					w, _, err := do("PUT", strconv.Itoa(n+1), "If-Match", r.Header.Get("ETag"))
					switch {
					case err != nil || w.StatusCode != 204 && w.StatusCode != 412:
						errs[i] = fmt.Errorf("PUT: %v, %w", w, err)
					case w.StatusCode == 204:
						done++
					}
				}
			})
		}
		wg.Wait()
		for _, err := range errs {
			if err != nil {
				t.Fatal(err)
			}
		}
		if r, b, err := do("GET", ""); err != nil || b != strconv.Itoa(clients*rounds) {
			t.Errorf("%d swaps, and the number is %q: %v, %v", clients*rounds, b, r, err)
		}
		if r, _, err := do("PUT", strings.Repeat("x", 2000)); err != nil || r.StatusCode != 507 {
			t.Errorf("more than --kv-size: %v, %v", r, err)
		}
	}, "--kv", "/kv/", "--kv-size", "2K")
}
