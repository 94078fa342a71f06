package stage_test

// Bodies that another loop fetches: what is read ahead goes along, and each side ends by
// itself.

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"brigade/core/poll"
	"brigade/core/rt"
	"brigade/core/stage"
	"brigade/core/sys"
	"brigade/netsim/client"
)

// carrying is a server of two shards that hands over what is more than 1,000 bytes.
func carrying(t *testing.T) setup {
	t.Helper()
	s := proxying(t)
	s.cfg.Shards, s.cfg.HandOver = 2, 1000
	return s
}

// heap is a body whose every part differs from the others.
func heap(n int) string {
	var b strings.Builder
	for i := 0; b.Len() < n; i++ {
		fmt.Fprintf(&b, "%d;", i)
	}
	return b.String()[:n]
}

// tells is an origin's connection that answers everything with text, and, if it closes, once.
func tells(o *origin, fd sys.FD, text string, closes bool) {
	for {
		if n, e := o.p.ReadWait(fd, make([]byte, 4096), 40*time.Second); e != sys.OK || n == 0 {
			return
		}
		o.turn()
		for b := []byte(text); len(b) > 0; {
			n, e := o.p.WriteWait(fd, b, 40*time.Second)
			if e != sys.OK {
				return
			}
			b = b[n:]
		}
		if closes {
			return
		}
	}
}

// framings are the ways in which an origin says where a body ends.
var framings = []struct {
	name    string
	text    func(body string) string
	trailer http.Header
}{
	{"length", func(body string) string {
		return fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
	}, nil},
	{"chunks", func(body string) string {
		n := len(body) / 3
		return fmt.Sprintf("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n%x\r\n%s\r\n0\r\nX-Sum: 1\r\nHost: x\r\n\r\n", n, body[:n], len(body)-n, body[n:])
	}, http.Header{"X-Sum": {"1"}}},
	{"close", func(body string) string { return "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + body }, nil},
}

// TestBodiesChangeHands: whatever frames a body, and however much of it came with the head,
// its client gets it to the byte, and its connection serves the next.
func TestBodiesChangeHands(t *testing.T) {
	for _, f := range framings {
		for _, size := range []int{1000, 9000, 60_000} {
			body := heap(size)
			handed := uint64(0)
			for _, topology := range topologies {
				for seed := range uint64(4) {
					var w *world
					confronts(t, carrying(t), topology, seed+1, nil, func(o *origin, fd sys.FD) {
						tells(o, fd, f.text(body), f.name == "close")
					}, func(in *world, o *origin) {
						w = in
						c := w.dial()
						for range 2 {
							c.send("GET /a HTTP/1.1\r\nHost: a\r\nTE: trailers\r\n\r\n")
							if _, err := c.Response(client.Want{Status: 200, Body: []byte(body), Trailer: f.trailer}); err != nil {
								rt.Bug("%s, %d bytes: %v", f.name, size, err)
							}
						}
						c.Close()
						s := w.session(4000)
						st := s.Ask("GET", client.File{Target: "/a", Body: []byte(body), Trailer: f.trailer}, true)
						over(s, st, f.name)
						s.Close()
					})
					handed += w.totals.HandedOver
				}
			}
			if handed == 0 && (size == 60_000 || f.name != "length") { // else all has come with the head
				t.Errorf("%s, %d bytes: no body was handed over", f.name, size)
			}
		}
	}
}

// TestHangUpEndsBoth: a client that goes in the middle of a body ends its fetch in the other
// loop at once, and one that a backend leaves is cut at once.
func TestHangUpEndsBoth(t *testing.T) {
	const part = "HTTP/1.1 200 OK\r\nContent-Length: 90000\r\n\r\n"
	for _, k := range []poll.Kind{poll.Epoll, poll.Poll} {
		for _, who := range []string{"client", "backend"} {
			s := carrying(t)
			s.cfg.Poller = k
			var over rt.Bool
			facing(t, s, nil, func(o *origin, fd sys.FD) {
				h := &hearing{o: o, fd: fd}
				h.asked()
				h.say(part + heap(3000))
				for !over.Load() {
					rt.Sleep(ms)
				}
				if who == "backend" {
					_ = o.p.SetOption(fd, sys.LingerZero, 1)
				}
			}, func(w *world, o *origin) {
				over.Store(false)
				before := len(w.net.OpenDescriptors(w.kernel))
				c := w.dial()
				c.get("/a")
				for _, asked := o.counts(); asked == 0; _, asked = o.counts() {
					rt.Sleep(ms)
				}
				rt.Sleep(50 * ms)
				start := rt.Now()
				if who == "client" {
					c.Reset()
					rt.Sleep(ms)
				} else {
					over.Store(true)
					c.wantCut("its backend has reset the connection")
					if d := rt.Now().Sub(start); d > 50*ms {
						rt.Bug("%v: a backend resets the connection, and its client hears of it after %v", k, d)
					}
					rt.Sleep(ms)
				}
				if n := len(w.net.OpenDescriptors(w.kernel)); n != before {
					rt.Bug("%v: the %s has gone, and %d descriptors are open, not %d", k, who, n, before)
				}
				over.Store(true)
			})
		}
	}
}

// TestSlowReaderHoldsItsFetch: no more of a body is held than two windows, whatever its
// client takes, and what waits for its client ends by the client's timer.
func TestSlowReaderHoldsItsFetch(t *testing.T) {
	var said rt.Int64
	s := carrying(t)
	s.net.SendBuffer, s.net.RecvBuffer = 4096, 4096
	facing(t, s, nil, func(o *origin, fd sys.FD) {
		(&hearing{o: o, fd: fd}).asked()
		text := "HTTP/1.1 200 OK\r\nContent-Length: 4000000\r\n\r\n" + strings.Repeat("x", 400_000)
		for len(text) > 0 {
			n, e := o.p.WriteWait(fd, []byte(text[:min(len(text), 1000)]), 20*time.Second)
			if e != sys.OK {
				return
			}
			said.Add(int64(n))
			text = text[n:]
		}
	}, func(w *world, o *origin) {
		said.Store(0)
		c := w.dial()
		c.get("/a")
		rt.Sleep(time.Second)
		if n := said.Load(); n > 200_000 {
			rt.Bug("a client takes nothing, and its backend has said %d bytes", n)
		}
		rt.Sleep(3 * time.Second)
		if n := w.server.Load().Connections; n != 0 {
			rt.Bug("a client that takes nothing for three seconds is cut; %d connections are open", n)
		}
		c.Close()
	})
}

// TestHandOverAsked: with one loop there is nobody to hand anything to, and with 0 nothing is.
func TestHandOverAsked(t *testing.T) {
	for _, x := range []struct {
		shards int
		least  int64
	}{{1, 1}, {2, 0}, {2, 3001}} {
		s := carrying(t)
		s.cfg.Shards, s.cfg.HandOver, s.cfg.Readers = x.shards, x.least, 1
		var w *world
		confronts(t, s, stage.Fused, 1, []string{framings[0].text(heap(3000))}, nil, func(in *world, o *origin) {
			w = in
			c := w.dial()
			c.get("/a")
			c.wantResponse("by its own loop", 200)
			c.Close()
		})
		if n := w.totals.HandedOver; n != 0 {
			t.Errorf("%d shards, from %d bytes on: %d bodies were handed over", x.shards, x.least, n)
		}
	}
}
