package stage_test

// The same over HTTP/2, several at once; and where handlers have every processor, or a
// drain does not wait for them.

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"brigade/core/rt"
	"brigade/core/stage"
	"brigade/netsim/client"
	"brigade/sim"
)

// post begins a stream with content, which is to be answered with status and body.
func post(h *client.Session, path string, status int, body string, fields ...string) *client.Stream {
	return h.Ask("POST", client.File{Target: path, Status: status, Body: []byte(body)}, false, fields...)
}

// sends sends b for st, as windows allow, and its end.
func sends(h *client.Session, st *client.Stream, b []byte, end bool) {
	until(h, "room for content", func() bool {
		b = h.Upload(st, b, end)
		ended, _ := st.Ended()
		return len(b) == 0 || ended
	})
	if err := h.Flush(); err != nil {
		rt.Bug("%v", err)
	}
}

// resets wants st to be reset at d after start, and the session to go on.
func resets(h *client.Session, st *client.Stream, start rt.Instant, d time.Duration) {
	until(h, "a reset", func() bool { ended, _ := st.Ended(); return ended })
	if _, whole := st.Ended(); whole {
		rt.Bug("stream %d (%s) ends as if it were whole", st.ID, st.File.Target)
	}
	soon("the reset of "+st.File.Target, start, d)
}

// streamTurns are what one may say next in a session.
var streamTurns = []func(s *salon, h *client.Session){
	func(_ *salon, h *client.Session) { // much at once, both ways
		body := flood[:taken]
		back, count, all := post(h, "/back", 200, string(body)), post(h, "/count", 200, fmt.Sprint(taken)), ask(h, "/most", most)
		sends(h, back, body[:300], false)
		until(h, "what was sent comes back", func() bool { return len(back.Body) == 300 })
		sends(h, count, body, true)
		sends(h, back, body[300:], true)
		for _, st := range []*client.Stream{back, count, all} {
			over(h, st, st.File.Target)
		}
	},
	func(_ *salon, h *client.Session) { // who holds it back is asked once, when it is read
		st := post(h, "/count", 200, "9", "expect", "100-continue")
		until(h, "it is asked for", func() bool { return st.Interim == 1 })
		rt.Sleep(pausing)
		sends(h, st, []byte("123"), false)
		rt.Sleep(pausing)
		sends(h, st, []byte("456789"), true)
		over(h, st, "asked for")
		if st.Interim != 1 {
			rt.Bug("it was asked %d times", st.Interim)
		}
	},
	func(_ *salon, h *client.Session) {
		st := post(h, "/unread", 200, "hello\n", "expect", "100-continue")
		over(h, st, "nobody reads it")
		if st.Interim > 0 {
			rt.Bug("it was asked for, and nobody reads it")
		}
	},
	func(_ *salon, h *client.Session) { // content that stops
		st := post(h, "/count", 408, "")
		rt.Sleep(pausing)
		start := rt.Now()
		sends(h, st, []byte("hello"), false)
		over(h, st, "408")
		soon("408", start, 2500*ms)
	},
	func(_ *salon, h *client.Session) {
		st := post(h, "/back", 200, "")
		start := rt.Now()
		sends(h, st, []byte("hello"), false)
		resets(h, st, start, 2500*ms)
	},
	func(_ *salon, h *client.Session) {
		n := taken + sim.Choose("beyond", 2)
		if n > taken {
			st := post(h, "/count", 413, "")
			sends(h, st, flood[:n], true)
			over(h, st, "too much")
			return
		}
		st := post(h, "/count", 200, fmt.Sprint(n))
		last := sim.Choose("ends with it", 2) == 1
		if sends(h, st, flood[:n], last); !last {
			sends(h, st, nil, true)
		}
		over(h, st, "all that is taken")
	},
	func(_ *salon, h *client.Session) { // early answers; what still comes goes by
		path := []string{"/unread", "/first"}[sim.Choose("unread", 2)]
		st := post(h, path, 200, "hello\n")
		sends(h, st, []byte("hello"), false)
		over(h, st, path)
		for range 20 { // as much as its window and the connection's, or more
			h.Upload(st, flood[:1000], false)
		}
	},
	func(_ *salon, h *client.Session) {
		resets(h, ask(h, []string{"/half", "/excess"}[sim.Choose("cut", 2)], nil), rt.Now(), 0)
	},
	func(_ *salon, h *client.Session) { over(h, post(h, "/panic", 500, ""), "/panic") },
	func(s *salon, h *client.Session) {
		*s.left = nil
		st := ask(h, "/flood", flood)
		until(h, "its begin", func() bool { return len(st.Body) > 0 })
		start := rt.Now()
		h.Cancel(st)
		over(h, ask(h, "/ticks", []byte("tick 0;tick 1;tick 2;")), "another")
		s.wantLeft("a reset", start, 0)
	},
	func(_ *salon, h *client.Session) {
		over(h, h.Ask("HEAD", client.File{Target: "/most"}, true), "HEAD")
		over(h, ask(h, "/back", nil), "nothing comes back of nothing")
		over(h, ask(h, "/inline", hello), "inline")
	},
}

// TestLiveStreams has one client's sessions do one thing after another.
func TestLiveStreams(t *testing.T) {
	explored(t, 110, func(s *salon, _ *stage.Config) func() {
		return func() {
			h := s.session([]uint32{65535, 900}[sim.Choose("window", 2)])
			for range 1 + sim.Choose("turns", 4) {
				streamTurns[sim.Choose("turn", len(streamTurns))](s, h)
			}
			if err := h.Barrier(); err != nil {
				rt.Bug("%v", err)
			}
			h.Close()
		}
	})
}

// TestLiveEndings has sessions and windows end under handlers that stream.
func TestLiveEndings(t *testing.T) {
	explored(t, 50, func(s *salon, _ *stage.Config) func() {
		return func() {
			h := s.session(500)
			h.Grant = false
			st, start := ask(h, "/flood", flood), rt.Now()
			until(h, "its beginning", func() bool { return len(st.Body) == 500 })
			switch sim.Choose("ends by", 4) {
			case 0: // its window
				resets(h, st, start, 3*time.Second)
				rt.Sleep(ms / 2)
				s.wantLeft("Write", start, 3*time.Second)
				over(h, ask(h, "/inline", hello), "the session goes on")
			case 1: // a little room, once
				rt.Sleep(pausing)
				h.Update(st, 500)
				until(h, "more", func() bool { return len(st.Body) == 1000 })
				resets(h, st, start, pausing+3*time.Second)
			case 2: // its client's end
				rt.Sleep(pausing)
				start = rt.Now()
				h.Close()
				rt.Sleep(ms)
				s.wantLeft("its client", start, 0)
				return
			case 3: // a misuse of the session, which says so
				h.Update(nil, 1<<31-1)
				start = rt.Now()
				if err := h.Wait(func() bool { return false }); err == nil {
					rt.Bug("a window has grown too far, and the session goes on")
				}
				rt.Sleep(ms)
				s.wantLeft("a misuse", start, 0)
			}
			h.Close()
		}
	})
}

// TestLiveHandlersWait has handlers that stream have every processor: others are told so
// in time, or go before that.
func TestLiveHandlersWait(t *testing.T) {
	explored(t, 40, func(s *salon, cfg *stage.Config) func() {
		cfg.Processors, cfg.Waiting = 1, 1
		if cfg.Topology == stage.Event {
			cfg.Topology = stage.Fused // there nobody has read what others ask for
		}
		return func() {
			a, b := s.dial(), s.dial()
			a.get("/hold")
			rt.Sleep(ms)
			b.get("/hold") // in the queue
			rt.Sleep(ms)
			start := rt.Now()
			switch sim.Choose("who waits", 4) {
			case 0:
				c := s.dial()
				c.send(posted("/count", "Content-Length: 10\r\n", []string{"", "hello"}[sim.Choose("some", 2)]))
				c.comes("no processor", "HTTP/1.1 503 ", 10*time.Second)
				soon("Room", start, 8*time.Second)
				c.wantCut("503")
			case 1:
				c := s.dial()
				c.get("/hello")
				rt.Sleep(pausing)
				c.Reset()
			case 2:
				h := s.session(65535)
				st := h.Ask("GET", client.File{Target: "/hello", Status: 503}, true)
				over(h, st, "no processor")
				soon("Room", start, 8*time.Second)
				h.Close()
			case 3:
				h := s.session(65535)
				st := ask(h, "/hello", hello)
				rt.Sleep(pausing)
				h.Cancel(st)
				if err := h.Barrier(); err != nil {
					rt.Bug("%v", err)
				}
				h.Close()
			}
			for i, c := range []*talk{a, b} {
				c.want("who has the processor", "hello\n")
				soon("its answer", start, time.Duration(i+1)*held9-2*ms)
				c.wantOpen("it goes on")
				c.Close()
			}
		}
	})
}

// lostBy is a client that a drain's deadline cuts, and what its server says that it lost.
type lostBy struct {
	name string
	ask  func(s *salon) (sent func() int64) // what has come of the answer that is lost
	want stage.Lost

	more int64 // what lies between, beyond what the kernel has of it
}

// cuts are those.
var cuts = []lostBy{
	{"a flood", func(s *salon) func() int64 {
		c := s.dial()
		c.get("/flood")
		return func() int64 { return c.rest() }
	}, stage.Lost{Requests: 1, Target: "/flood", Status: 200}, 0},
	{"a flood behind others", func(s *salon) func() int64 {
		c := s.dial()
		c.send("GET /inline HTTP/1.1\r\nHost: a\r\n\r\nGET /flood HTTP/1.1\r\nHost: a\r\n\r\n")
		c.want("what comes before", "hello\n")
		return func() int64 { return c.rest() }
	}, stage.Lost{Requests: 1, Target: "/flood", Status: 200}, 0},
	{"content that does not come", func(s *salon) func() int64 {
		c := s.dial()
		c.send(posted("/back", "Content-Length: 10\r\n", "hello"))
		return func() int64 { return c.rest() }
	}, stage.Lost{Requests: 1, Target: "/back", Status: 200}, 0},
	{"nothing was asked", func(s *salon) func() int64 {
		c := s.dial()
		c.send("GET /inline HTTP/1.1\r\nHo")
		return func() int64 { c.Close(); return 0 }
	}, stage.Lost{}, 0},
	{"all was answered", func(s *salon) func() int64 {
		c := s.dial()
		c.get("/inline")
		c.want("in time", "hello\n")
		return func() int64 { c.Close(); return 0 }
	}, stage.Lost{}, 0},
	{"a handler that sleeps", func(s *salon) func() int64 {
		c := s.dial()
		c.get("/tick")
		return func() int64 { return c.rest() }
	}, stage.Lost{Requests: 1, Target: "/tick", Status: 200}, 0},
	{"what nobody reads", func(s *salon) func() int64 {
		c := s.dial()
		c.get("/inline/bulk")
		return func() int64 { return c.rest() }
	}, stage.Lost{Requests: 1, Target: "/inline/bulk", Status: 200}, 0},
	{"the second of three", func(s *salon) func() int64 {
		c := s.dial()
		c.send(strings.Repeat("GET /inline/bulk HTTP/1.1\r\nHost: a\r\n\r\n", 3))
		c.want("the first", string(bulk))
		return func() int64 { return c.rest() }
	}, stage.Lost{Target: "/inline/bulk", Status: 200}, 0},
	{"streams", func(s *salon) func() int64 {
		h := s.session(65535)
		h.Grant = false
		for _, path := range []string{"/tick", "/flood"} { // of which more is framed than leaves
			st := ask(h, path, nil)
			until(h, "its begin", func() bool { return len(st.Body) > 0 })
		}
		rt.Sleep(ms)
		return func() int64 { h.Close(); return 0 }
	}, stage.Lost{Requests: 2, Target: "/flood"}, 65535},
}

// rest is how many bytes are there before the end.
func (c *talk) rest() (n int64) {
	b, _, err := c.Rest()
	if err != nil {
		rt.Bug("the end does not come: %v", err)
	}
	c.Close()
	return int64(len(b))
}

// TestLostIsTold drains in the middle of what is drawn, and compares what the server says
// that it lost with what clients miss.
func TestLostIsTold(t *testing.T) {
	t.Helper()
	explored(t, 70, func(s *salon, _ *stage.Config) func() {
		return func() {
			var asked []int
			var rests []func() int64
			for range 1 + sim.Choose("clients", 3) {
				k := sim.Choose("cut", len(cuts))
				asked, rests = append(asked, k), append(rests, cuts[k].ask(s))
			}
			rt.Sleep(ms)
			s.server.Drain(time.Second)
			s.server.Wait()
			told, all := s.server.Lost()
			if all != len(told) {
				rt.Bug("%d are lost, and %d are told of", all, len(told))
			}
			for i, k := range asked {
				came := rests[i]()
				if cuts[k].want.Target != "" && !remove(&told, cuts[k].want, came, cuts[k].more) {
					rt.Bug("%s, of which %d bytes came, is not told of: %+v", cuts[k].name, came, told)
				}
			}
			if len(told) > 0 {
				rt.Bug("%+v is told of, and was not lost", told)
			}
		}
	})
}

// between is how much the kernel may have taken that no client sees when it is cut.
const between = 3 * 4096

// remove takes the one that is like want, of which so many bytes came, or more, from list.
func remove(list *[]stage.Lost, want stage.Lost, came, more int64) bool {
	for i, x := range *list {
		got := stage.Lost{Requests: x.Requests, Target: x.Target, Status: x.Status}
		if want.Requests == 0 {
			got.Requests = 0 // how many of them it has read so far is not known
		}
		if got == want && x.Sent >= came && x.Sent <= came+more+between && x.Peer.Addr() == address.Addr() && bytes.HasPrefix([]byte(x.Target), []byte("/")) {
			*list = append((*list)[:i], (*list)[i+1:]...)
			return true
		}
	}
	return false
}
