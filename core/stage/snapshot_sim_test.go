package stage_test

// What a server tells of itself while clients are still: of each state as many as there are
// in it, and nothing of any other; how old the server is; and who is at work.

import (
	"fmt"
	"testing"
	"time"

	"brigade/core/rt"
	"brigade/core/stage"
	"brigade/netsim/client"
	"brigade/sim"
)

// stillness is a client that stays in a state for a second at least, and what its server
// has because of it.
type stillness struct {
	what string
	in   string // the state
	be   func(s *salon) (leave func())

	sessions, streams, busy int
}

func (s *salon) says(text string) func() {
	c := s.dial()
	c.send(text)
	return c.Close
}

// opens has a session ask for something of which the begin comes.
func (s *salon) opens(begin func(h *client.Session)) func() {
	h := s.session(700)
	h.Grant = false
	begin(h)
	if err := h.Flush(); err != nil {
		rt.Bug("%v", err)
	}
	return h.Close
}

var stills = []stillness{
	{what: "a head that is not whole", in: "header", be: func(s *salon) func() { return s.says("GET /in") }},
	{what: "nothing yet", in: "header", be: func(s *salon) func() { return s.dial().Close }},
	{what: "between requests", in: "idle", be: func(s *salon) func() {
		c := s.dial()
		c.get("/inline/hello")
		c.want("before", "hello\n")
		return c.Close
	}},
	{what: "content that nobody wants", in: "body", be: func(s *salon) func() {
		return s.says(posted("/inline/hello", "Content-Length: 10\r\n", "hello"))
	}},
	{what: "content that a handler reads", in: "body", busy: 1, streams: 1, be: func(s *salon) func() {
		return s.says(posted("/count", "Content-Length: 10\r\n", "hello"))
	}},
	{what: "a client that takes nothing", in: "write", be: func(s *salon) func() { return s.says("GET /inline/bulk HTTP/1.1\r\nHost: a\r\n\r\n") }},
	{what: "a handler that takes its time", in: "handler", busy: 1, streams: 1, be: func(s *salon) func() { return s.says("GET /hold HTTP/1.1\r\nHost: a\r\n\r\n") }},
	{what: "a client that does not close", in: "linger", be: func(s *salon) func() {
		c := s.dial()
		c.send("GET /inline/hello HTTP/1.0\r\n\r\nmore")
		c.want("before", "hello\n")
		return c.Close
	}},
	{what: "a session", in: "idle", sessions: 1, be: func(s *salon) func() { return s.opens(func(*client.Session) {}) }},
	{what: "an idle session", in: "idle", sessions: 1, be: func(s *salon) func() {
		return s.opens(func(h *client.Session) { over(h, h.Ask("HEAD", client.File{Target: "/inline/hello"}, true), "before") })
	}},
	{what: "a stream whose window is shut", in: "window", sessions: 1, streams: 1, busy: 1, be: func(s *salon) func() {
		return s.opens(func(h *client.Session) {
			st := ask(h, "/flood", nil)
			until(h, "its begin", func() bool { return len(st.Body) == 700 })
		})
	}},
}

// TestSnapshotTellsWhatThereIs has clients be in states that are drawn.
func TestSnapshotTellsWhatThereIs(t *testing.T) {
	explored(t, 120, func(s *salon, cfg *stage.Config) func() {
		cfg.Shards, cfg.Connections = 1+sim.Choose("shards", 2), 100
		return func() {
			var all stillness
			waits := make(map[string]int)
			var leave []func()
			n := sim.Choose("clients", 5)
			for range n {
				k := &stills[sim.Choose("still", len(stills))]
				leave = append(leave, k.be(s))
				all.sessions, all.streams, all.busy = all.sessions+k.sessions, all.streams+k.streams, all.busy+k.busy
				waits[k.in]++
				if k.streams > 0 && k.sessions > 0 {
					waits["streams"]++ // its session
				}
			}
			rt.Sleep(100 * ms)
			compare(s.server.Snapshot(), n, &all, waits, cfg)
			for _, f := range leave {
				f()
			}
			s.server.Drain(time.Minute)
			s.server.Wait()
		}
	})
}

// compare wants x to tell what there is.
func compare(x *stage.Snapshot, open int, all *stillness, waits map[string]int, cfg *stage.Config) {
	said := make(map[string]int)
	for _, w := range x.Waits {
		if w.Count != 0 {
			said[w.State] = w.Count
		}
	}
	p := x.Processors
	got := fmt.Sprint(x.Open, x.Most, x.Sessions, x.Streams, p.Total, p.Busy, p.Queued, p.Waiting, x.Losses, x.Draining, said)
	want := fmt.Sprint(open, x.Shards*cfg.Connections, all.sessions, all.streams, 8*x.Shards, all.busy, 0, 0, 0, false, waits)
	homed, turns := 0, uint64(0)
	for _, l := range x.Loops {
		homed, turns = homed+l.Homed, turns+l.Turns
	}
	if got != want || x.Age < 101*ms || x.Age > 110*ms || homed != open || turns != x.Turns.Total() || turns == 0 && open > 0 {
		rt.Bug("it tells %s, of %d in loops; there are %s", got, homed, want)
	}
}
