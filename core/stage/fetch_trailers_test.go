package stage_test

// Trailers through a proxy, both ways and with both protocols: who they are passed on to,
// which of them are, and what becomes of more than a section may hold.

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"brigade/core/rt"
	"brigade/core/sys"
	"brigade/netsim/client"
)

// trailing is an answer with trailers, some of which may not go on.
const trailing = "HTTP/1.1 200 OK\r\nConnection: x-hop\r\nTrailer: X-Sum\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n" +
	"X-Sum: 1\r\nX-Hop: 2\r\nSet-Cookie: 3\r\nContent-Length: 4\r\nX-Sum:  5 \r\n\r\n"

var trailed = http.Header{"X-Sum": {"1", "5"}}

// TestTrailersOfAnswers: they are for those who take them, over a connection that is kept.
func TestTrailersOfAnswers(t *testing.T) {
	const takes = "Connection: TE\r\nTE: trailers\r\n"
	behind(t, []string{trailing, trailing, trailing}, func(w *world, o *origin) {
		c := w.dial()
		for _, x := range []struct {
			method, fields string
			want           http.Header
		}{{"GET", takes, trailed}, {"GET", "", nil}, {"HEAD", takes, nil}} {
			c.send(x.method + " /a HTTP/1.1\r\nHost: a\r\n" + x.fields + "\r\n")
			r, err := c.Response(client.Want{Method: x.method, Status: 200, Body: []byte("ok"), Trailer: x.want})
			if err != nil {
				rt.Bug("%s with %q: %v", x.method, x.fields, err)
			}
			if _, announced := r.Trailer["X-Sum"]; announced != (x.want != nil) {
				rt.Bug("%s with %q: trailers are announced: %t", x.method, x.fields, announced)
			}
		}
		c.Close()
	})
}

// TestTrailersOfRequests: content in chunks is trailed on the way to a backend, too; what
// has a length has no place for them.
func TestTrailersOfRequests(t *testing.T) {
	hearers(t, func(_ int, h *hearing) {
		head := h.asked()
		if !strings.Contains(head, "Trailer: x-sum\r\n") || strings.Contains(head, "TE: ") {
			rt.Bug("what is announced goes on, and nobody takes trailers: %q", head)
		}
		if text := h.until("\r\n\r\n"); text != "5\r\nhello\r\n0\r\nX-Sum: 1\r\nX-Sum:  5 \r\n\r\n" {
			rt.Bug("an origin hears %q", text)
		}
		h.say(fine)
		h.asked()
		if text := h.until("lo"); text != "hello" {
			rt.Bug("an origin hears %q", text)
		}
		h.say(fine)
	}, func(w *world, o *origin) {
		c := w.dial()
		c.send("PUT /a HTTP/1.1\r\nHost: a\r\nConnection: X-Hop\r\nTransfer-Encoding: chunked\r\nTrailer: x-sum\r\n\r\n")
		c.send("5\r\nhello\r\n0\r\nX-Sum: 1\r\nx-hop: 2\r\nIf-Match: *\r\n")
		c.send("X-Sum:  5 \r\n\r\n")
		c.wantResponse("a request with trailers", 200)
		c.send("PUT /a HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello")
		c.wantResponse("the next, on both connections", 200)
		c.Close()
	})
}

// TestTrailersOfStreams: as fields behind the last DATA, in both directions.
func TestTrailersOfStreams(t *testing.T) {
	for _, body := range []string{"", "2\r\nok\r\n", "1388\r\n" + strings.Repeat("x", 5000) + "\r\n"} {
		hearers(t, func(_ int, h *hearing) {
			h.asked()
			if text := h.until("\r\n\r\n"); text != "5\r\nhello\r\n0\r\nx-sum: 1\r\nx-sum: 5\r\n\r\n" {
				rt.Bug("an origin hears %q", text)
			}
			h.say(strings.Replace(trailing, "2\r\nok\r\n", body, 1))
		}, func(w *world, o *origin) {
			s := w.session(1000)
			st := s.Ask("PUT", client.File{Target: "/a"}, false, "trailer", "x-sum")
			st.Any = true
			s.Upload(st, []byte("hello"), false)
			s.Trail(st, "x-sum", "1", "authorization", "x", "host", "y", "x-sum", "5")
			over(s, st, "a request with trailers")
			if fmt.Sprint(st.Trailer) != fmt.Sprint(trailed) || st.Status != 200 {
				rt.Bug("status %d, and %v trails it, not %v", st.Status, st.Trailer, trailed)
			}
			s.Close()
		})
	}
}

// TestTrailersHaveTheirLimit: who sends more than a section may hold hears 431, or sees a
// cut; others do not notice.
func TestTrailersHaveTheirLimit(t *testing.T) {
	long := "X-Long: " + strings.Repeat("x", 9000)
	hearers(t, func(_ int, h *hearing) {
		b := make([]byte, 4096)
		for {
			n, e := h.o.p.ReadWait(h.fd, b, 20*time.Second)
			if e != sys.OK || n == 0 {
				return
			}
			if h.got = append(h.got, b[:n]...); strings.Contains(string(h.got), "\r\n0\r\n") {
				rt.Bug("an origin hears all of a request with too many trailers: %q", h.got)
			}
			if strings.HasPrefix(string(h.got), "GET") {
				h.say(strings.Replace(trailing, "X-Sum: 1", long, 1))
			}
		}
	}, func(w *world, o *origin) {
		c := w.dial()
		c.send("PUT /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n" + long + "\r\n\r\n")
		c.wantClosing("trailers that are too much", 431)
		c.Close()
		c = w.dial()
		c.send("GET /a HTTP/1.1\r\nHost: a\r\nTE: trailers\r\n\r\n")
		c.wantCut("trailers of an answer that are too much")
		c.Close()
		s := w.session(1000)
		st := s.Ask("PUT", client.File{Target: "/a"}, false)
		st.Any = true
		s.Upload(st, []byte("hello"), false)
		s.Trail(st, "x-long", strings.Repeat("x", 9000))
		until(s, "trailers of a stream that are too much", func() bool { ended, _ := st.Ended(); return ended })
		if _, whole := st.Ended(); whole && st.Status != 431 { // else it was another task's by then
			rt.Bug("status %d, not 431", st.Status)
		}
		s.Close()
	})
}
