package main

// The proxy against real backends, net/http's, and real clients of both protocols.

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// backends are two servers that answer with their number, or with what they were sent.
func startBackends(t *testing.T) (list string, servers []*httptest.Server) {
	t.Helper()
	for i := range 2 {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
			w.Header().Set("X-Backend", fmt.Sprint(i))
			switch {
			case q.Method == http.MethodPost:
				_, _ = io.Copy(w, q.Body)
			case strings.HasSuffix(q.URL.Path, "/large"):
				_, _ = w.Write(bytes.Repeat([]byte("0123456789abcde\n"), 1<<16))
			default:
				_, _ = io.WriteString(w, q.Header.Get("X-Forwarded-For")+" "+q.Header.Get("Via"))
			}
		}))
		t.Cleanup(s.Close)
		servers = append(servers, s)
	}
	return strings.TrimPrefix(servers[0].URL, "http://") + "," + strings.TrimPrefix(servers[1].URL, "http://"), servers
}

func TestProxy(t *testing.T) {
	list, _ := startBackends(t)
	each(t, newSite(t), func(t *testing.T, d *daemon) {
		two := new(http.Protocols)
		two.SetUnencryptedHTTP2(true)
		for name, client := range map[string]*http.Client{
			"HTTP/1.1": {Transport: &http.Transport{}}, "HTTP/2": {Transport: &http.Transport{Protocols: two}},
		} {
			at := "http://" + d.addr + "/p/"
			seen := map[string]bool{}
			for range 4 {
				text, r := fetched(t, client, http.MethodGet, at, nil)
				seen[r.Header.Get("X-Backend")] = true
				if want := "127.0.0.1 " + strings.TrimPrefix(name, "HTTP/") + " brigade"; strings.Replace(text, "2.0", "2", 1) != want {
					t.Errorf("%s: the backend was told %q, not %q", name, text, want)
				}
			}
			if len(seen) != 2 {
				t.Errorf("%s: in turn answered %v", name, seen)
			}
			if text, _ := fetched(t, client, http.MethodGet, at+"large", nil); len(text) != 1<<20 || sha256.Sum256([]byte(text)) != sha256.Sum256(bytes.Repeat([]byte("0123456789abcde\n"), 1<<16)) {
				t.Errorf("%s: %d bytes of content, or other ones", name, len(text))
			}
			sent := bytes.Repeat([]byte("upward "), 100_000)
			if text, _ := fetched(t, client, http.MethodPost, at, sent); text != string(sent) {
				t.Errorf("%s: %d bytes come back of %d", name, len(text), len(sent))
			}
			client.CloseIdleConnections()
		}
	}, "--proxy", list, "--proxy-below", "/p/")
}

// TestProxyLosesNothing: of two backends one ends, and nobody who asks may notice.
func TestProxyLosesNothing(t *testing.T) {
	list, servers := startBackends(t)
	d := launch(t, "--proxy", list, "--listen", "127.0.0.1:0", "--linger-timeout", "100ms")
	d.addr = d.want("it says where it listens", `listening on (\S+), topology fused`)[1]
	client := &http.Client{Transport: &http.Transport{}}
	for i := range 40 {
		if i == 20 {
			servers[0].CloseClientConnections()
			servers[0].Close()
		}
		if _, r := fetched(t, client, http.MethodGet, "http://"+d.addr+"/", nil); r.StatusCode != 200 {
			t.Errorf("request %d: %s", i, r.Status)
		}
	}
	client.CloseIdleConnections()
	d.signal(15)
	d.wantExit("a drain with connections to a backend that are kept", 0)
}

func fetched(t *testing.T, c *http.Client, method, url string, content []byte) (string, *http.Response) {
	t.Helper()
	q, err := http.NewRequestWithContext(t.Context(), method, url, bytes.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	r, err := c.Do(q)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(b), r
}
