package stage_test

// Trailers of what is shared: stored apart from the head, and for those alone who take them.

import (
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"

	"brigade/core/rt"
	"brigade/netsim/client"
)

// garnish is a dish with trailers, some of which may not go on.
func garnish(n int, fields string) string {
	return fmt.Sprintf("HTTP/1.1 200 OK\r\nX-Nth: %d\r\nETag: \"a\"\r\nConnection: x-hop\r\nTrailer: X-Sum\r\n%sTransfer-Encoding: chunked\r\n\r\n"+
		"2\r\nok\r\n0\r\nX-Sum: %d\r\nX-Hop: 2\r\nSet-Cookie: 3\r\n\r\n", n, fields, n)
}

// TestCacheTrailers: each who reads what is stored gets them or not, whoever had it fetched,
// and when it was validated, too; a part has none.
func TestCacheTrailers(t *testing.T) {
	const takes = "Connection: TE\r\nTE: trailers\r\n"
	cached(t, small, func(n int, _ string, say func(string)) {
		if n == 2 {
			say("HTTP/1.1 304 x\r\nETag: \"a\"\r\nCache-Control: max-age=5\r\n\r\n")
			return
		}
		say(garnish(n, "Cache-Control: max-age=2\r\n"))
	}, func(w *world, k *kitchen) {
		all := http.Header{"X-Sum": {"1"}}
		asks := func(again bool) {
			c := w.dial()
			for i, x := range []struct {
				method, fields string
				want           http.Header
				status         int
				body           string
			}{{"GET", "", nil, 200, "ok"}, {"GET", takes, all, 200, "ok"}, {"HEAD", takes, nil, 200, "ok"}, {"GET", takes + "Range: bytes=1-\r\n", nil, 206, "k"}, {"GET", takes + "If-None-Match: \"a\"\r\n", nil, 304, ""}} {
				c.send(x.method + " /a HTTP/1.1\r\nHost: test\r\n" + x.fields + "\r\n")
				r, err := c.Response(client.Want{Method: x.method, Status: x.status, Body: []byte(x.body), Trailer: x.want})
				if err != nil {
					rt.Bug("%s with %q: %v", x.method, x.fields, err)
				}
				if _, announced := r.Trailer["X-Sum"]; announced != (x.want != nil) || r.Chunked && x.want == nil && (again || i > 0) {
					rt.Bug("%s with %q: trailers are announced: %t; in chunks: %t", x.method, x.fields, announced, r.Chunked)
				}
				if !slices.Equal(r.Trailer["X-Sum"], x.want["X-Sum"]) {
					rt.Bug("%s with %q: it is trailed by %v", x.method, x.fields, r.Trailer)
				}
			}
			c.Close()
			s := w.session(65535)
			s.Ask("GET", client.File{Target: "/a", Body: []byte("ok"), Trailer: all}, true)
			until(s, "a stream out of the cache", func() bool { return s.Waiting() == 0 })
			s.Close()
		}
		asks(false)
		k.wantAsked(1, "all but the first have it from the cache")
		rt.Sleep(3 * time.Second)
		asks(true)
		k.wantAsked(2, "what is stale is validated")
	})
}
