package main

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"strings"
	"testing"
)

// The flags that put phases and filters around the files do what they say, on real
// sockets, for net/http's client.
func TestPhasesAndFilters(t *testing.T) {
	root := newSite(t)
	flags := []string{"--gzip", "--rate", "200M", "--body-limit", "10K", "--echo", "/echo", "--deny", "/sub/"}
	each(t, root, func(t *testing.T, d *daemon) {
		tr := &http.Transport{DisableCompression: true}
		defer tr.CloseIdleConnections()
		c := &http.Client{Transport: tr}
		do := func(method, path, body string, fields ...string) (*http.Response, string) {
			t.Helper()
			q, err := http.NewRequest(method, "http://"+d.addr+path, io.MultiReader(strings.NewReader(body)))
			if err != nil {
				t.Fatal(err)
			}
			for i := 0; i < len(fields); i += 2 {
				q.Header.Set(fields[i], fields[i+1])
			}
			r, err := c.Do(q)
			if err != nil {
				t.Fatalf("%s %s: %v", method, path, err)
			}
			defer r.Body.Close()
			b, err := io.ReadAll(r.Body)
			if err != nil {
				t.Fatalf("%s %s: %v", method, path, err)
			}
			return r, string(b)
		}
		for range 2 {
			// Too short to be worth it, and no text.
			if r, b := do("GET", "/small.txt", "", "Accept-Encoding", "gzip"); b != small || r.Header.Get("Vary") != "Accept-Encoding" {
				t.Errorf("a short text: %q, %v", b, r.Header)
			}
			if _, b := do("GET", "/large.bin", "", "Accept-Encoding", "gzip"); b != string(pattern(largeSize)) {
				t.Errorf("a large file: %d bytes that differ", len(b))
			}
			r, b := do("GET", "/text.txt", "", "Accept-Encoding", "gzip;q=0.5")
			z, err := gzip.NewReader(strings.NewReader(b))
			if err != nil || r.Header.Get("Content-Encoding") != "gzip" || !strings.HasPrefix(r.Header.Get("ETag"), `W/"`) {
				t.Fatalf("a text: %v, %v", err, r.Header)
			}
			if plain, err := io.ReadAll(z); err != nil || !bytes.Equal(plain, longText) || len(b) > len(longText)/10 {
				t.Errorf("a text: %d bytes in %d, %v", len(plain), len(b), err)
			}
			if r, _ := do("GET", "/text.txt", "", "Accept-Encoding", "gzip", "If-None-Match", r.Header.Get("ETag")); r.StatusCode != 304 {
				t.Errorf("the validator of what was compressed: status %d", r.StatusCode)
			}
			if _, b := do("GET", "/text.txt", "", "Accept-Encoding", "gzip;q=0"); b != string(longText) {
				t.Errorf("a client that refuses gzip got %d bytes", len(b))
			}
		}
		if _, b := do("POST", "/echo", "in chunks"); b != "in chunks" {
			t.Errorf("an echo: %q", b)
		}
		if r, b := do("GET", "/echo", "", "Range", "bytes=0-3"); r.StatusCode != 206 || b != "GET " {
			t.Errorf("a part of an echo: %d %q", r.StatusCode, b)
		}
		if r, _ := do("POST", "/echo", strings.Repeat("x", 10<<10+1)); r.StatusCode != 413 {
			t.Errorf("content over the limit: status %d", r.StatusCode)
		}
		if r, _ := do("GET", "/x/../%73ub/page.html", ""); r.StatusCode != 403 {
			t.Errorf("what is denied: status %d", r.StatusCode)
		}
	}, flags...)
}

var longText = bytes.Repeat([]byte("all work and no play makes a dull server\n"), 20_000)
