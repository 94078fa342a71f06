package main

// What the real server's cache makes of RFC 9111's rules, against a real backend: each is a
// row of requests, with what the client is answered and whether the backend was asked.

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// pantry is a backend that answers by paths, and counts what it was asked.
type pantry struct {
	asked atomic.Int32
}

// long is content of which parts are asked for.
var long = strings.Repeat("0123456789", 3000)

// ServeHTTP implements http.Handler. The body of most answers is the number of the request.
func (p *pantry) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	n := p.asked.Add(1)
	h := w.Header()
	h.Set("Cache-Control", "max-age=600")
	switch q.URL.Path {
	case "/vary":
		h.Set("Vary", "X-Who")
		_, _ = io.WriteString(w, q.Header.Get("X-Who"))
		return
	case "/no-store":
		h.Set("Cache-Control", "no-store")
	case "/private":
		h.Set("Cache-Control", "private, max-age=600")
	case "/cookie":
		h.Set("Set-Cookie", fmt.Sprintf("n=%d", n))
	case "/public":
		h.Set("Cache-Control", "public, max-age=600")
	case "/aged":
		h.Set("Age", "100")
	case "/tag":
		h.Set("Cache-Control", "no-cache")
		h.Set("ETag", `"v"`)
	case "/long":
		h.Set("ETag", `"v"`)
		http.ServeContent(w, q, "", time.Time{}, strings.NewReader(long))
		return
	case "/refused":
		if q.Method != http.MethodGet {
			w.WriteHeader(http.StatusForbidden)
		}
	}
	if q.Header.Get("If-None-Match") == `"v"` {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	_, _ = fmt.Fprint(w, n)
}

// errand is a request and what comes of it.
type errand struct {
	why, method, path, fields string // fields: one a line; method: GET, if it is empty
	asks                      bool   // the backend is asked
	status                    int    // 0: 200
	body                      string // new: the number of the request that the backend gets; kept: what GET was answered last; some: any
	also                      string // a field of the answer, and what its value begins with; !field: it has none
}

// errands are the rules.
var errands = []errand{
	{why: "§4.1: the first of a variant", path: "/vary", fields: "X-Who: a", asks: true, body: "a"},
	{why: "another one", path: "/vary", fields: "X-Who: b", asks: true, body: "b"},
	{why: "the first again", path: "/vary", fields: "X-Who: a", body: "a", also: "Cache-Status: brigade; hit"},

	{why: "§5.2.2.5: no-store", path: "/no-store", asks: true, body: "new"},
	{why: "no-store again", path: "/no-store", asks: true, body: "new"},
	{why: "§5.2.2.7: private", path: "/private", asks: true, body: "new"},
	{why: "private again", path: "/private", asks: true, body: "new"},
	{why: "§7.3: a cookie is somebody's", path: "/cookie", asks: true, body: "new", also: "Set-Cookie: n="},
	{why: "and of the next another's", path: "/cookie", asks: true, body: "new", also: "Set-Cookie: n="},
	{why: "§5.2.1.5: the request says no-store", path: "/quiet", fields: "Cache-Control: no-store", asks: true, body: "new"},
	{why: "so nothing is there", path: "/quiet", asks: true, body: "new"},

	{why: "§4.3: it is fetched with its tag", path: "/tag", asks: true, body: "new", also: `ETag: "v"`},
	{why: "and asked about", path: "/tag", asks: true, body: "kept", also: "Cache-Status: brigade; fwd=stale; fwd-status=304"},
	{why: "§4.3.2: a client's own condition", path: "/tag", fields: `If-None-Match: "v"`, asks: true, status: 304},

	{why: "§3.3: a part of what is not stored", path: "/long", fields: "Range: bytes=10-19", asks: true, status: 206, body: long[:10], also: "Content-Range: bytes 10-19/30000"},
	{why: "is not stored either", path: "/long", asks: true, body: long},
	{why: "a part of what is", path: "/long", fields: "Range: bytes=25003-25007", status: 206, body: "34567", also: "Content-Range: bytes 25003-25007/30000"},
	{why: "its end", path: "/long", fields: "Range: bytes=-4", status: 206, body: "6789", also: "Content-Range: bytes 29996-29999/30000"},
	{why: "what goes beyond it", path: "/long", fields: "Range: bytes=29999-40000", status: 206, body: "9", also: "Content-Range: bytes 29999-29999/30000"},
	{why: "what is not there (RFC 9110 §15.5.17)", path: "/long", fields: "Range: bytes=30000-", status: 416, also: "Content-Range: bytes */30000"},
	{why: "several parts", path: "/long", fields: "Range: bytes=0-1,5-6", body: long},
	{why: "no range", path: "/long", fields: "Range: lines=1-2", body: long},
	{why: "RFC 9110 §13.1.5: If-Range that is met", path: "/long", fields: "Range: bytes=0-1\nIf-Range: \"v\"", status: 206, body: "01"},
	{why: "and one that is not", path: "/long", fields: "Range: bytes=0-1\nIf-Range: \"w\"", body: long},
	{why: "RFC 9110 §13.2.2: a condition before the part", path: "/long", fields: "Range: bytes=0-1\nIf-None-Match: \"v\"", status: 304},
	{why: "RFC 9110 §14.2: a range is for GET", method: "HEAD", path: "/long", fields: "Range: bytes=0-1", also: "Content-Length: 30000"},

	{why: "HEAD alone stores nothing", method: "HEAD", path: "/head", asks: true},
	{why: "so GET is fetched", path: "/head", asks: true, body: "new"},
	{why: "§4: and answers HEAD", method: "HEAD", path: "/head", also: "Cache-Status: brigade; hit"},

	{why: "§4.4: it is stored", path: "/changed", asks: true, body: "new"},
	{why: "it is", path: "/changed", body: "kept"},
	{why: "what may change it", method: "POST", path: "/changed", asks: true, body: "new"},
	{why: "has it be fetched anew", path: "/changed", asks: true, body: "new"},
	{why: "so does PUT", method: "PUT", path: "/changed", asks: true, body: "new"},
	{why: "it is fetched", path: "/changed", asks: true, body: "new"},
	{why: "and DELETE", method: "DELETE", path: "/changed", asks: true, body: "new"},
	{why: "it is fetched again", path: "/changed", asks: true, body: "new"},
	{why: "and a method that nobody knows", method: "BREW", path: "/changed", asks: true, body: "new"},
	{why: "and again", path: "/changed", asks: true, body: "new"},
	{why: "OPTIONS changes nothing", method: "OPTIONS", path: "/changed", asks: true, body: "new"},
	{why: "it is there", path: "/changed", body: "kept"},
	{why: "it is stored", path: "/refused", asks: true, body: "new"},
	{why: "a change that is refused is none", method: "POST", path: "/refused", asks: true, status: 403, body: "new"},
	{why: "it is there still", path: "/refused", body: "kept"},

	{why: "§5.1: an age that it came with", path: "/aged", asks: true, body: "new", also: "Age: 10"},
	{why: "is where it begins", path: "/aged", body: "kept", also: "Age: 10"},
	{why: "what is fetched now has none", path: "/young", asks: true, body: "new", also: "!Age"},
	{why: "what was has", path: "/young", body: "kept", also: "Age: "},

	{why: "§3.5: with Authorization nothing is stored", path: "/secret", fields: "Authorization: Basic eDp5", asks: true, body: "new"},
	{why: "for nobody", path: "/secret", asks: true, body: "new"},
	{why: "nor is what others got for it", path: "/secret", fields: "Authorization: Basic eDp5", asks: true, body: "new"},
	{why: "unless it says that it is public", path: "/public", asks: true, body: "new"},
	{why: "for all", path: "/public", fields: "Authorization: Basic eDp5", body: "kept"},

	{why: "§5.2.1.7: what is not stored", path: "/none", fields: "Cache-Control: only-if-cached", status: 504, body: "some"},
	{why: "§5.2.1.4: who insists", path: "/young", fields: "Cache-Control: no-cache", asks: true, body: "new"},
}

// shopper is a client who remembers what it was answered.
type shopper struct {
	http.Client
	at    string
	shelf *pantry
	had   map[string]string // by path
}

// runs is e, and what is wrong with its answer; empty: nothing.
func (c *shopper) runs(t *testing.T, e *errand) string {
	t.Helper()
	method := e.method
	if method == "" {
		method = http.MethodGet
	}
	q, err := http.NewRequestWithContext(t.Context(), method, c.at+e.path, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.SplitSeq(e.fields, "\n") {
		if name, value, ok := strings.Cut(line, ": "); ok {
			q.Header.Set(name, value)
		}
	}
	before := c.shelf.asked.Load()
	r, err := c.Do(q)
	if err != nil {
		t.Fatalf("%s: %v", e.why, err)
	}
	defer r.Body.Close()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatalf("%s: %v", e.why, err)
	}
	body, status := e.body, e.status
	switch {
	case body == "new":
		body = fmt.Sprint(c.shelf.asked.Load())
	case body == "kept":
		body = c.had[e.path]
	}
	if method == http.MethodGet && r.StatusCode == http.StatusOK {
		c.had[e.path] = string(b)
	}
	if status == 0 {
		status = http.StatusOK
	}
	field, value, _ := strings.Cut(e.also, ": ")
	switch {
	case r.StatusCode != status:
		return fmt.Sprintf("status %d, not %d", r.StatusCode, status)
	case string(b) != body && e.body != "some":
		return fmt.Sprintf("%.40q, and not %.40q", b, body)
	case (c.shelf.asked.Load() > before) != e.asks:
		return fmt.Sprintf("the backend was asked: %t", !e.asks)
	case strings.HasPrefix(e.also, "!") && r.Header[e.also[1:]] != nil:
		return fmt.Sprintf("it has %s: %s", e.also[1:], r.Header[e.also[1:]])
	case value != "" && !strings.HasPrefix(r.Header.Get(field), value) || field != "" && field[0] != '!' && r.Header.Values(field) == nil:
		return fmt.Sprintf("%s: %q, which does not begin with %q", field, r.Header.Get(field), value)
	}
	return ""
}

func TestCacheRules(t *testing.T) {
	two := new(http.Protocols)
	two.SetUnencryptedHTTP2(true)
	for name, protocols := range map[string]*http.Protocols{"HTTP/1.1": nil, "HTTP/2": two} {
		p := new(pantry)
		s := httptest.NewServer(p)
		d := launch(t, "--proxy", strings.TrimPrefix(s.URL, "http://"), "--listen", "127.0.0.1:0", "--cache", "1M", "--linger-timeout", "100ms")
		d.addr = d.want("it says where it listens", `listening on (\S+), topology fused`)[1]
		tr := &http.Transport{Protocols: protocols, DisableCompression: true}
		c := &shopper{Client: http.Client{Transport: tr}, at: "http://" + d.addr, shelf: p, had: make(map[string]string)}
		for i := range errands {
			e := &errands[i]
			if wrong := c.runs(t, e); wrong != "" {
				t.Errorf("%s: %s (%s %s %q): %s", name, e.why, e.method, e.path, e.fields, wrong)
			}
		}
		tr.CloseIdleConnections()
		d.signal(15)
		d.wantExit("a drain with a cache", 0)
		s.Close()
	}
}
