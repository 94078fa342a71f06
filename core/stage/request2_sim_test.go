package stage_test

// The same over HTTP/2, several at once; and where handlers have every processor.

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"brigade/core/rt"
	"brigade/core/stage"
	"brigade/netsim/client"
	"brigade/sim"
)

// streamManners are what one may say next in a session.
var streamManners = []func(p *parlour, h *client.Session){
	func(_ *parlour, h *client.Session) { // much at once, both ways
		body := flood[:taken]
		back, all, none := post(h, place("/echo"), 200, string(body)), ask(h, place("/bulk"), bulk), post(h, place("/hello"), 200, "hello\n")
		sends(h, back, body[:300], false)
		trailed := sim.Choose("trailers", 2) == 1
		sends(h, none, body[:3000], !trailed)
		if ended, _ := none.Ended(); trailed && !ended {
			h.Trail(none, "checksum", "none")
		}
		sends(h, back, body[300:], true)
		for _, st := range []*client.Stream{back, all, none} {
			over(h, st, st.File.Target)
		}
	},
	func(_ *parlour, h *client.Session) { // who holds it back is asked once
		st := post(h, place("/echo"), 200, "123456789", "expect", "100-continue")
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
	func(_ *parlour, h *client.Session) {
		st := post(h, place("/hello"), 200, "hello\n", "expect", "100-continue")
		over(h, st, "nobody wants it")
		if st.Interim > 0 {
			rt.Bug("it was asked for, and nobody wants it")
		}
	},
	func(_ *parlour, h *client.Session) { // content that stops
		st := post(h, place([]string{"/echo", "/hello"}[sim.Choose("wanted", 2)]), 408, "")
		rt.Sleep(pausing)
		start := rt.Now()
		sends(h, st, []byte("hello"), false)
		over(h, st, "408")
		soon("408", start, 2500*ms)
	},
	func(_ *parlour, h *client.Session) {
		n := taken + sim.Choose("beyond", 2)
		path := place([]string{"/echo", "/hello"}[sim.Choose("wanted", 2)])
		var fields []string
		if sim.Choose("said before", 2) == 1 {
			fields = []string{"content-length", fmt.Sprint(n)}
		}
		if n > taken {
			st := post(h, path, 413, "", fields...)
			sends(h, st, flood[:n], true)
			over(h, st, "too much")
			return
		}
		want := string(flood[:n])
		if strings.HasSuffix(path, "/hello") {
			want = "hello\n"
		}
		st := post(h, path, 200, want, fields...)
		sends(h, st, flood[:n], true)
		over(h, st, "all that is taken")
	},
	func(_ *parlour, h *client.Session) { // of all together only some is held
		for range 2 {
			var list []*client.Stream
			for range 4 {
				st := post(h, "/echo", 200, string(flood[:taken]))
				sends(h, st, flood[:taken], false)
				list = append(list, st)
			}
			more := post(h, "/echo", 503, "")
			sends(h, more, flood[:1], true)
			over(h, more, "one too many")
			for _, st := range list {
				sends(h, st, nil, true)
			}
			for _, st := range list {
				over(h, st, "one of four")
			}
		}
	},
	func(_ *parlour, h *client.Session) {
		st := h.Ask("GET", client.File{Target: "/hello", Status: 431}, true, "x-long", strings.Repeat("x", 9000))
		over(h, st, "a head that is too long")
	},
	func(p *parlour, h *client.Session) {
		p.notes++
		path := place([]string{"/mute", "/panic"}[sim.Choose("mistake", 2)])
		over(h, h.Ask("GET", client.File{Target: path, Status: 500}, true), "a mistake")
	},
	func(p *parlour, h *client.Session) {
		p.notes++
		st := h.Ask("GET", client.File{Target: place("/partial"), Status: 500}, true)
		until(h, "a mistake, or a reset", func() bool { ended, _ := st.Ended(); return ended })
	},
	func(_ *parlour, h *client.Session) {
		st := ask(h, place("/bulk"), bulk)
		until(h, "its begin", func() bool { return len(st.Body) > 0 })
		h.Cancel(st)
		over(h, h.Ask("HEAD", client.File{Target: place("/bulk")}, true), "HEAD")
	},
	func(_ *parlour, h *client.Session) { // its window
		h.Resize(700)
		h.Grant = false
		st, start := ask(h, place("/bulk"), bulk), rt.Now()
		resets(h, st, start, 3*time.Second)
		h.Grant = true
		h.Resize(65535)
		h.Update(nil, 700)
	},
}

// TestStreams has one client's session do one thing after another.
func TestStreams(t *testing.T) {
	civilly(t, 170, func(p *parlour, _ *stage.Config) {
		h := p.session(65535)
		for range 1 + sim.Choose("turns", 4) {
			streamManners[sim.Choose("turn", len(streamManners))](p, h)
		}
		if err := h.Barrier(); err != nil {
			rt.Bug("%v", err)
		}
		start := rt.Now()
		if err := h.Wait(func() bool { return h.Going() }); err != nil {
			rt.Bug("%v", err)
		}
		if d := rt.Now().Sub(start); d > 5*time.Second+ms {
			rt.Bug("it was idle for %v", d)
		}
		h.Close()
	})
}

// TestHandlersWait has handlers have every processor: others are told so in time, or go
// before that.
func TestHandlersWait(t *testing.T) {
	explored(t, 60, func(s *salon, cfg *stage.Config) func() {
		cfg.Handler, cfg.Processors, cfg.Waiting = civil{}, 1, 1
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
				c.send(posted("/echo", "Content-Length: 5\r\n", "hello"))
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
				over(h, h.Ask("GET", client.File{Target: "/hello", Status: 503}, true), "no processor")
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
