package stage_test

import (
	"strings"
	"testing"

	"brigade/core/accesslog"
	"brigade/core/rt"
	"brigade/core/stage"
	"brigade/netsim"
)

func TestHandlerPanics(t *testing.T) {
	everywhere(t, setup{}, func(w *world) {
		other := w.dial()
		other.get("/hello")
		other.wantResponse("before", 200)
		c := w.dial()
		c.get("/panic")
		c.wantClosing("a handler that panics has answered nothing yet", 500)
		c.wantEnd("after 500")
		other.wantOpen("others are not disturbed")
		other.Close()
	})
}

func TestInlineHandlerPanics(t *testing.T) {
	everywhere(t, setup{}, func(w *world) {
		other := w.dial()
		other.get("/hello")
		other.wantResponse("before", 200)
		c := w.dial()
		c.get("/inline-panic")
		c.wantClosing("inline or not", 500)
		c.wantEnd("after 500")
		other.wantOpen("others are not disturbed")
		other.Close()
	})
}

func TestHandlerDoesNotAnswer(t *testing.T) {
	for _, path := range []string{"/mute", "/scraps", "/inline-mute"} {
		everywhere(t, setup{}, func(w *world) {
			c := w.dial()
			c.get(path)
			c.wantResponse(path+" does not answer", 500)
			c.Close()
		})
	}
}

// A handler that ends its response itself has broken the rule by which requests end
// once: the connection is reset, and nobody else's is.
func TestHandlerFinishes(t *testing.T) {
	for _, path := range []string{"/finishes", "/finishes-twice"} {
		everywhere(t, setup{}, func(w *world) {
			other := w.dial()
			other.get("/hello")
			other.wantResponse("before", 200)
			c := w.dial()
			c.get(path)
			c.wantCut("a handler that finishes its response")
			other.wantOpen("others are not disturbed")
			other.Close()
		})
	}
}

// A response of which a part is queued cannot be taken back: the connection is
// reset, and the log has its line all the same.
func TestHandlerPanicsTooLate(t *testing.T) {
	for _, topology := range topologies {
		net := netsim.New(netsim.Config{})
		net.Build("/log", netsim.Entry{Dir: true})
		s := setup{}
		s.measures(topology)
		w := &world{net: net, kernel: net.Process("server"), peer: net.Process("client")}
		var line string
		runJudged(t, w, func() {
			cfg := s.cfg
			cfg.Kernel = w.kernel
			var err error
			if cfg.Log, err = accesslog.Open(w.kernel, "/log/access.log", 1<<16); err != nil {
				rt.Bug("%v", err)
			}
			if w.server, err = stage.New(cfg); err != nil {
				rt.Bug("%v", err)
			}
			w.server.Start()
			c := w.dial()
			c.get("/partial")
			c.wantCut("half a response must not look whole")
			w.server.Drain(0)
			w.server.Wait()
			b, _ := w.peer.ReadFile("/log/access.log")
			line = string(b)
		})
		if !strings.Contains(line, `"GET /partial HTTP/1.1"`) {
			t.Errorf("%v: the log has %q: a request went unrecorded", topology, line)
		}
	}
}
