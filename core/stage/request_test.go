package stage_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"brigade/core/rt"
	"brigade/core/stage"
	"brigade/sim"
)

// writes counts the calls that wrote to the server's connections.
func writes(r *sim.Report, w *world) (n int) {
	for _, e := range r.Events {
		if e.Op == rt.OpWrite && e.A>>32 == uint64(w.kernel.ID()) && e.B != 8 {
			n++
		}
	}
	return n
}

func TestPipelinedRequestsLeaveInOneWrite(t *testing.T) {
	var at *world
	r := serve(t, setup{}, stage.Fused, 1, func(w *world) {
		at = w
		c := w.dial()
		c.send(strings.Repeat("GET /inline HTTP/1.1\r\nHost: a\r\n\r\n", 5))
		for i := range 5 {
			c.wantResponse(fmt.Sprintf("request %d of 5", i+1), 200)
		}
		c.Close()
	})
	if n := writes(r, at); n != 1 {
		t.Errorf("%d writes for five responses that were ready together, not 1", n)
	}
}

func TestPipelinedInlineAndBlocking(t *testing.T) {
	everywhere(t, setup{}, func(w *world) {
		c := w.dial()
		var b strings.Builder
		for i := range 12 {
			b.WriteString("GET " + []string{"/inline", "/hello", "/bulk"}[i%3] + " HTTP/1.1\r\nHost: a\r\n\r\n")
		}
		c.send(b.String())
		for i := range 12 {
			r := c.wantResponse(fmt.Sprintf("request %d of 12", i+1), 200)
			if big := len(r.Body) == len(bulk); big != (i%3 == 2) {
				rt.Bug("response %d has %d bytes: they are out of order", i+1, len(r.Body))
			}
		}
		c.Close()
	})
}

func TestExpectContinue(t *testing.T) {
	everywhere(t, setup{}, func(w *world) {
		c := w.dial()
		c.send("POST /hello HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n")
		c.wantClosing("the final answer comes without the content, RFC 9110 §10.1.1", 200)
		c.wantEnd("whether the content comes cannot be known")
	})
}

func TestContentIsSkipped(t *testing.T) {
	everywhere(t, setup{}, func(w *world) {
		c := w.dial()
		c.send("POST /hello HTTP/1.1\r\nHost: a\r\nContent-Length: 26\r\n\r\nGET /panic HTTP/1.1\r\n")
		c.wantResponse("content with a length", 200)
		rt.Sleep(100 * ms)
		c.send("\r\nxyz")
		c.send("POST /inline HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel")
		c.wantResponse("chunked content", 200)
		rt.Sleep(100 * ms)
		c.send("lo\r\n0\r\nTrailer: x\r\n\r\n")
		c.wantOpen("content is no request")
		c.Close()
	})
}

func TestContentTooLarge(t *testing.T) {
	s := setup{cfg: stage.Config{Content: 1000}}
	everywhere(t, s, func(w *world) {
		c := w.dial()
		c.send("POST /hello HTTP/1.1\r\nHost: a\r\nContent-Length: 1001\r\n\r\n")
		c.wantClosing("content that is announced as too long is refused, RFC 9110 §15.5.14", 413)
		c.wantEnd("after 413")

		c = w.dial()
		c.send("POST /hello HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n" + strings.Repeat("x", 1000))
		c.wantResponse("content of just the limit", 200)
		c.wantOpen("it was skipped")
		c.Close()

		c = w.dial()
		c.send("POST /hello HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n")
		c.send(strings.Repeat("64\r\n"+strings.Repeat("x", 100)+"\r\n", 11))
		c.wantResponse("the answer was under way before the content proved too long", 200)
		c.wantCut("what follows cannot be told from content")
	})
}

func TestErrorsOfParsingClose(t *testing.T) {
	for _, x := range []struct {
		text   string
		status int
	}{
		{"GET / HTTP/1.1\r\n\r\n", 400},
		{"GET / HTTP/2.0\r\n\r\n", 505},
		{"\x16\x03\x01\x02", 400},
		{"GET /" + strings.Repeat("a", 3000), 414},
		{"GET / HTTP/1.1\r\nHost: a\r\nX: " + strings.Repeat("a", 3000), 431},
		{"\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\nX: " + strings.Repeat("a", 3000), 431},
	} {
		everywhere(t, setup{}, func(w *world) {
			c := w.dial()
			c.send(x.text)
			c.wantClosing(fmt.Sprintf("%.20q", x.text), x.status)
			c.wantEnd("nothing after it can be understood")
		})
	}
}

func TestHalfClose(t *testing.T) {
	everywhere(t, setup{}, func(w *world) {
		c := w.dial()
		c.get("/slow")
		if err := c.CloseWrite(); err != nil {
			rt.Bug("%v", err)
		}
		c.wantResponse("who has said all still listens", 200)
		c.wantEnd("nothing more can come")
		wantNow("and at once", 0, time.Second)
	})
}

func TestHTTP10(t *testing.T) {
	everywhere(t, setup{}, func(w *world) {
		c := w.dial()
		c.send("GET /hello HTTP/1.0\r\n\r\n")
		c.wantClosing("HTTP/1.0 closes by default, RFC 9112 §9.3", 200)
		c.wantEnd("after its response")
		c = w.dial()
		c.send("GET /hello HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
		if r := c.wantResponse("unless asked", 200); r.Header.Get("Connection") != "keep-alive" {
			rt.Bug("the client is not told that it may go on")
		}
		c.wantOpen("it was asked to")
		c.Close()
	})
}
