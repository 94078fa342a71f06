package main

// The cache against a real backend, net/http's, and real clients of both protocols.

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"brigade/core/handler/stats"
)

func TestCache(t *testing.T) {
	var asked atomic.Int32
	body := strings.Repeat("0123456789abcde\n", 1<<14) // 256 KiB
	gate := make(chan struct{})
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		asked.Add(1)
		w.Header().Set("Cache-Control", "max-age=60")
		_, _ = w.Write([]byte(body[:len(body)/2]))
		w.(http.Flusher).Flush()
		<-gate // until all have asked
		_, _ = w.Write([]byte(body[len(body)/2:]))
	}))
	defer s.Close()
	d := launch(t, "--proxy", strings.TrimPrefix(s.URL, "http://"), "--listen", "127.0.0.1:0", "--cache", "8M", "--stats", "--linger-timeout", "100ms")
	d.addr = d.want("it says where it listens", `listening on (\S+), topology fused`)[1]
	two := new(http.Protocols)
	two.SetUnencryptedHTTP2(true)
	clients := []*http.Client{{Transport: &http.Transport{}}, {Transport: &http.Transport{Protocols: two}}}
	var heads, done sync.WaitGroup
	const readers = 20
	heads.Add(readers)
	for i := range readers {
		done.Go(func() {
			r, err := clients[i%2].Get("http://" + d.addr + "/a")
			heads.Done()
			if err != nil {
				t.Error(err)
				return
			}
			defer r.Body.Close()
			b := make([]byte, 0, len(body)+1)
			for n, err := 0, error(nil); err == nil; {
				n, err = r.Body.Read(b[len(b):cap(b)])
				b = b[:len(b)+n]
			}
			if string(b) != body {
				t.Errorf("reader %d has %d bytes of %d, or other ones", i, len(b), len(body))
			}
		})
	}
	heads.Wait() // each has the head of what is half there
	close(gate)
	done.Wait()
	r, err := clients[0].Get("http://" + d.addr + "/a")
	if err != nil {
		t.Fatal(err)
	}
	_ = r.Body.Close()
	if said := r.Header.Get("Cache-Status"); !strings.HasPrefix(said, "brigade; hit; ttl=") || r.Header.Get("Age") == "" {
		t.Errorf("afterwards it is said to come from %q, with the age %q", said, r.Header.Get("Age"))
	}
	if n := asked.Load(); n != 1 {
		t.Errorf("the backend was asked %d times for %d readers", n, readers+1)
	}
	text, _ := fetched(t, clients[0], http.MethodGet, "http://"+d.addr+stats.Path+"/json", nil)
	var told stats.Report
	if err := json.Unmarshal([]byte(text), &told); err != nil {
		t.Fatal(err)
	}
	if c := told.Cache; c.Limit != 8<<20 || c.Objects != 1 || c.Used < int64(len(body)) || c.Led != 1 || c.Shared != readers-1 || c.Hits+c.Joined < readers || c.Evicted != 0 {
		t.Errorf("the statistics say %+v", c)
	}
	if text, _ = fetched(t, clients[0], http.MethodGet, "http://"+d.addr+stats.Path+"/metrics", nil); !strings.Contains(text, "\nbrigade_cache_shared_total 19\n") || !strings.Contains(text, "\nbrigade_cache_objects 1\n") {
		t.Errorf("for Prometheus: %s", text)
	}
	for _, c := range clients {
		c.CloseIdleConnections()
	}
	d.signal(15)
	d.wantExit("a drain with a cache", 0)
}
