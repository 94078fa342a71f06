package stage_test

// The same handlers behind HTTP/2.

import (
	"bytes"
	"testing"
	"time"

	"brigade/core/rt"
	"brigade/netsim/client"
)

// session opens one whose streams have windows of that size.
func (w *world) session(window uint32) *client.Session {
	c := client.Client{Process: w.peer, Addr: address, Patience: 30 * time.Second}
	s, err := c.Open(window)
	if err != nil {
		rt.Bug("%v", err)
	}
	return s
}

// until takes frames until what is so.
func until(s *client.Session, what string, done func() bool) {
	if err := s.Wait(done); err != nil {
		rt.Bug("%s: %v", what, err)
	}
}

// over wants st to end well.
func over(s *client.Session, st *client.Stream, what string) {
	until(s, what, func() bool { ended, _ := st.Ended(); return ended })
	if _, whole := st.Ended(); !whole {
		rt.Bug("%s: the stream was reset", what)
	}
}

func ask(s *client.Session, path string, body []byte) *client.Stream {
	return s.Ask("GET", client.File{Target: path, Body: body}, true)
}

// A response comes while its handler writes it, others are answered meanwhile, and a
// handler that floods a small window holds nobody else's up.
func TestStreamComesWhileItIsWritten(t *testing.T) {
	everywhere(t, streams(), func(w *world) {
		s := w.session(500)
		start := rt.Now()
		ticks, all := ask(s, "/ticks", []byte("tick 0;tick 1;tick 2;")), ask(s, "/flood", flood)
		until(s, "flushed at once", func() bool { return bytes.Contains(ticks.Body, []byte("tick 0;")) })
		wantNow("flushed at once", start, 0)
		over(s, ticks, "three ticks")
		wantNow("three ticks", start, 3*time.Second)
		over(s, all, "a flood")
		over(s, s.Ask("HEAD", client.File{Target: "/flood"}, true), "HEAD")
		over(s, ask(s, "/hello", hello), "another")
		s.Close()
	})
}

// Content goes up as the handler takes it in, and its window opens by that.
func TestStreamedContent(t *testing.T) {
	everywhere(t, streams(), func(w *world) {
		s := w.session(65535)
		body := flood[:180_000]
		count := s.Ask("POST", client.File{Target: "/count", Body: []byte("180000")}, false)
		back := s.Ask("POST", client.File{Target: "/back", Body: body}, false)
		for _, st := range []*client.Stream{back, count} {
			rest := s.Upload(st, body, true)
			until(s, "the upload", func() bool { rest = s.Upload(st, rest, true); return len(rest) == 0 })
			over(s, st, "its answer")
		}
		unread := s.Ask("POST", client.File{Target: "/unread", Body: hello}, false)
		s.Upload(unread, body[:10_000], false)
		over(s, unread, "nobody reads it")
		for _, one := range []struct {
			path   string
			status int
			send   []byte
		}{{"/count", 408, body[:5]}, {"/panic", 500, nil}} {
			st := s.Ask("POST", client.File{Target: one.path, Status: one.status}, false)
			s.Upload(st, one.send, false)
			over(s, st, one.path)
		}
		expects := s.Ask("POST", client.File{Target: "/count", Body: []byte("5")}, false, "expect", "100-continue", "content-length", "5")
		if err := s.Barrier(); err != nil {
			rt.Bug("%v", err)
		}
		s.Upload(expects, hello[:5], true)
		over(s, expects, "asked for")
		s.Close()
	})
}

// A stream that is reset, or whose session goes, or whose peer opens no window, ends its
// handler.
func TestStreamsHandlerLosesItsClient(t *testing.T) {
	for _, how := range []string{"reset", "gone", "closed window"} {
		s := streams()
		left := s.cfg.Handler.(streaming).left
		everywhere(t, s, func(w *world) {
			*left = nil
			s := w.session(500)
			s.Grant = false
			st := ask(s, "/flood", flood)
			until(s, "its beginning", func() bool { return len(st.Body) == 500 })
			switch how {
			case "reset":
				s.Cancel(st)
				if err := s.Flush(); err != nil {
					rt.Bug("%v", err)
				}
			case "gone":
				s.Close()
			}
			rt.Sleep(4 * time.Second) // Write is 3
			if len(*left) != 1 {
				rt.Bug("%s: the handler was told %q", how, *left)
			}
			if how != "gone" {
				over(s, ask(s, "/hello", hello), "the session goes on")
				s.Close()
			}
		})
	}
}

// A session that ends for an error says nothing more, and waits for its handlers, which are
// told, without a word of its windows.
func TestStreamsHandlerOutlivesItsSession(t *testing.T) {
	everywhere(t, streams(), func(w *world) {
		s := w.session(65535)
		ticks, all := ask(s, "/ticks", nil), ask(s, "/flood", flood)
		until(s, "their begins", func() bool { return len(ticks.Body) > 0 && len(all.Body) > 20_000 })
		s.Update(nil, 1<<31-1)
		if err := s.Wait(func() bool { return false }); err == nil {
			rt.Bug("a window has grown too far, and the session goes on")
		}
		rt.Sleep(4 * time.Second)
		s.Close()
	})
}

// What ends in the middle is reset.
func TestStreamEndsInTheMiddle(t *testing.T) {
	everywhere(t, streams(), func(w *world) {
		s := w.session(65535)
		for _, path := range []string{"/half", "/excess"} {
			st := ask(s, path, nil)
			until(s, path, func() bool { ended, _ := st.Ended(); return ended })
			if _, whole := st.Ended(); whole {
				rt.Bug("%s ends as if it were whole", path)
			}
		}
		s.Close()
	})
}
