package stage_test

// Content of requests that goes on to a backend as it comes: nobody waits for all of it,
// nobody takes more than the next one does, and what has gone is not sent again.

import (
	"bytes"
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"brigade/core/handler/proxy"
	"brigade/core/rt"
	"brigade/core/sys"
)

// hearing is one connection of an origin.
type hearing struct {
	o   *origin
	fd  sys.FD
	got []byte
}

// until reads until end was read, and returns what there is up to it, which is used up.
func (h *hearing) until(end string) string {
	b := make([]byte, 4096)
	for {
		if i := bytes.Index(h.got, []byte(end)); i >= 0 {
			text := string(h.got[:i+len(end)])
			h.got = h.got[i+len(end):]
			return text
		}
		n, e := h.o.p.ReadWait(h.fd, b, 20*time.Second)
		if e != sys.OK || n == 0 {
			rt.Bug("an origin waits for %q, and gets %v after %q", end, e, h.got)
		}
		h.got = append(h.got, b[:n]...)
	}
}

func (h *hearing) say(text string) {
	if _, e := h.o.p.WriteWait(h.fd, []byte(text), time.Second); e != sys.OK {
		rt.Bug("an origin says %q: %v", text, e)
	}
}

// asked is the head of the next request, which is counted.
func (h *hearing) asked() string {
	head := h.until("\r\n\r\n")
	h.o.turn()
	return head
}

// hearers runs f before a proxy whose origin has its connections heard, the i-th by hear.
func hearers(t *testing.T, hear func(i int, h *hearing), f func(w *world, o *origin)) {
	t.Helper()
	p, err := proxy.New(proxy.Options{Backends: []netip.AddrPort{backendAt}})
	if err != nil {
		t.Fatal(err)
	}
	var s setup
	s.cfg.Handler = p
	s.cfg.Dial, s.cfg.Answer, s.cfg.More, s.cfg.Spare, s.cfg.Body = 700*ms, 4*time.Second, 3500*ms, 1500*ms, 3*time.Second
	s.cfg.Content, s.cfg.Warm = 1<<22, -1 // so that POSTs have a connection of their own each
	facing(t, s, nil, func(o *origin, fd sys.FD) {
		n, _ := o.counts()
		hear(n-1, &hearing{o: o, fd: fd})
	}, f)
}

// TestContentGoesOn: each piece is with the backend before the client sends the next.
func TestContentGoesOn(t *testing.T) {
	const pieces = 5
	for _, chunked := range []bool{false, true} {
		piece := func(i int) string { return strings.Repeat(fmt.Sprint(i), 3000) + "." }
		var there rt.Int64
		hearers(t, func(_ int, h *hearing) {
			head := h.asked()
			if strings.Contains(head, "Transfer-Encoding: chunked\r\n") != chunked {
				rt.Bug("content that is chunked (%t) goes on as %q", chunked, head)
			}
			for i := range pieces {
				if text := h.until("."); !strings.Contains(text, strings.Repeat(fmt.Sprint(i), 100)) {
					rt.Bug("piece %d is %.100q", i, text)
				}
				there.Store(int64(i + 1))
			}
			if chunked {
				h.until("\r\n0\r\n\r\n")
			}
			h.say(fine)
		}, func(w *world, o *origin) {
			there.Store(0)
			c := w.dial()
			text := "POST /a HTTP/1.1\r\nHost: a\r\n"
			if chunked {
				c.send(text + "Transfer-Encoding: chunked\r\n\r\n")
			} else {
				c.send(text + fmt.Sprintf("Content-Length: %d\r\n\r\n", pieces*3001))
			}
			for i := range pieces {
				if chunked {
					c.send(fmt.Sprintf("%x\r\n%s\r\n", 3001, piece(i)))
				} else {
					c.send(piece(i))
				}
				for there.Load() != int64(i+1) {
					rt.Sleep(ms)
				}
			}
			if chunked {
				c.send("0\r\n\r\n")
			}
			c.wantResponse("the backend has heard all", 200)
			c.Close()
		})
	}
}

// TestContentIsHeldBack: a backend that does not read slows its client down.
func TestContentIsHeldBack(t *testing.T) {
	var done rt.Bool
	hearers(t, func(_ int, h *hearing) {
		h.asked()
		for !done.Load() {
			rt.Sleep(10 * ms)
		}
	}, func(w *world, o *origin) {
		done.Store(false)
		fd, e := w.peer.Connect(address)
		if e != sys.OK && e != sys.EINPROGRESS || w.peer.ConnectWait(fd, time.Second) != sys.OK {
			rt.Bug("a client that connects: %v", e)
		}
		w.say(fd, []byte("POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 4000000\r\n\r\n"))
		said := w.flood(fd)
		if said > 1<<20 {
			rt.Bug("a backend reads nothing, and %d bytes were taken for it", said)
		}
		w.peer.Close(fd)
		done.Store(true)
	})
}

// TestContentIsAskedFor: a client that waits for 100 hears the backend's, or its refusal.
func TestContentIsAskedFor(t *testing.T) {
	hearers(t, func(i int, h *hearing) {
		if head := h.asked(); !strings.Contains(head, "Expect: 100-continue\r\n") {
			rt.Bug("an expectation did not go on: %q", head)
		}
		if i > 0 {
			h.say("HTTP/1.1 417 no\r\nContent-Length: 0\r\n\r\n")
			return
		}
		h.say("HTTP/1.1 100 Continue\r\n\r\n")
		h.until("hello")
		h.say(fine)
	}, func(w *world, o *origin) {
		c := w.dial()
		for i, status := range []int{200, 417} {
			c.send("POST /a HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n")
			if i == 0 {
				if err := c.Interim(100); err != nil {
					rt.Bug("%v", err)
				}
				c.send("hello")
			}
			r := c.wantResponse("what the backend says", status)
			if r.Close != (status == 417) {
				rt.Bug("status %d, and the connection closes: %t; whether content comes all the same nobody knows", status, r.Close)
			}
		}
		c.Close()
	})
}

// TestContentIsNotSentTwice: what is small is sent again when a kept connection turns out
// closed; what would not be there any more is sent on a new one, once.
func TestContentIsNotSentTwice(t *testing.T) {
	for _, x := range []struct {
		framing, content string
		status, requests int
	}{
		{"Content-Length: 5", "hello", 200, 3},
		{"Transfer-Encoding: chunked", "5\r\nhello\r\n0\r\n\r\n", 502, 2},
	} {
		hearers(t, func(i int, h *hearing) {
			if i == 0 {
				h.asked()
				h.say(fine)
				if x.status == 502 {
					rt.Sleep(100 * ms)
					return
				}
			}
			h.asked()
			h.until("hello")
			if i == 1 && x.status == 200 {
				h.say(fine)
			}
		}, func(w *world, o *origin) {
			c := w.dial()
			c.get("/a")
			c.wantResponse("a backend that answers", 200)
			c.send("PUT /a HTTP/1.1\r\nHost: a\r\n" + x.framing + "\r\n\r\n" + x.content)
			c.wantResponse("its backend hangs up", x.status)
			wantAsked(o, 2, x.requests, x.framing)
			c.Close()
		})
	}
}

// TestContentStops: a client that does not send its content is told so, and its backend
// left.
func TestContentStops(t *testing.T) {
	hearers(t, func(_ int, h *hearing) {
		h.asked()
		h.until("he")
		if n, e := h.o.p.ReadWait(h.fd, make([]byte, 10), 20*time.Second); e == sys.OK && n > 0 {
			rt.Bug("a backend hears %d bytes that nobody sent", n)
		}
	}, func(w *world, o *origin) {
		c := w.dial()
		c.send("POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhe")
		c.wantResponse("three bytes are missing", 408)
		c.Close()
	})
}

// TestContentGoesBy: an answer that comes first is passed on, and what is left of the
// content goes by.
func TestContentGoesBy(t *testing.T) {
	hearers(t, func(i int, h *hearing) {
		h.asked()
		h.say("HTTP/1.1 403 no\r\nContent-Length: 2\r\n\r\nno")
		if i == 0 {
			for {
				if n, e := h.o.p.ReadWait(h.fd, make([]byte, 4096), 20*time.Second); e != sys.OK || n == 0 {
					return
				}
			}
		}
	}, func(w *world, o *origin) {
		c := w.dial()
		c.send("POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 9000\r\n\r\n" + strings.Repeat("x", 10))
		c.wantResponse("an answer before the content", 403)
		c.send(strings.Repeat("x", 8990))
		c.get("/b")
		c.wantResponse("the next request is not found in content", 403)
		wantAsked(o, 2, 2, "a backend that was not told all is not kept")
		c.Close()
	})
}

// TestResetIsNoEnd: an answer whose end is that of its connection is cut by a reset, though a
// write was told of that, so that the read behind it finds an end.
func TestResetIsNoEnd(t *testing.T) {
	var full rt.Bool
	hearers(t, func(_ int, h *hearing) {
		h.asked()
		h.say("HTTP/1.1 200 ok\r\nConnection: close\r\n\r\nhalf")
		for !full.Load() {
			rt.Sleep(10 * ms)
		}
		if e := h.o.p.SetOption(h.fd, sys.LingerZero, 1); e != sys.OK {
			rt.Bug("an origin that is to reset: %v", e)
		}
	}, func(w *world, _ *origin) {
		full.Store(false)
		fd, e := w.peer.Connect(address)
		if e != sys.OK && e != sys.EINPROGRESS || w.peer.ConnectWait(fd, time.Second) != sys.OK {
			rt.Bug("a client that connects: %v", e)
		}
		w.say(fd, []byte("POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 4000000\r\n\r\n"))
		w.flood(fd)
		full.Store(true)
		var got []byte
		b := make([]byte, 4096)
		for {
			n, e := w.peer.ReadWait(fd, b, 20*time.Second)
			if e != sys.OK || n == 0 {
				break
			}
			got = append(got, b[:n]...)
		}
		if !bytes.Contains(got, []byte("half")) || bytes.HasSuffix(got, []byte("0\r\n\r\n")) {
			rt.Bug("an answer that a reset has cut is passed on as %q", got)
		}
		w.peer.Close(fd)
	})
}
