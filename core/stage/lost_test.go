package stage_test

// What a drain's deadline cuts of a session is told, stream by stream.

import (
	"net/netip"
	"testing"
	"time"

	"brigade/core/rt"
	"brigade/core/sys"
)

// A response that is written, one that is framed and cannot leave, and a tunnel.
func TestLostOfASession(t *testing.T) {
	s := streams()
	s.cfg.Connect = []netip.AddrPort{backend}
	everywhere(t, s, func(w *world) {
		l, e := w.peer.Listen(backend, sys.ListenOptions{})
		if e != sys.OK {
			rt.Bug("listen: %v", e)
		}
		s := w.session(500)
		s.Grant = false
		flooded := ask(s, "/flood", flood)
		until(s, "its begin", func() bool { return len(flooded.Body) == 500 })
		tunnel := s.Connect(backend.String())
		until(s, "the tunnel", func() bool { return tunnel.Status == 200 })
		s.Upload(tunnel, hello[:5], false)
		if err := s.Barrier(); err != nil {
			rt.Bug("%v", err)
		}
		far, _, e := w.peer.AcceptWait(l, time.Second)
		if e != sys.OK {
			rt.Bug("accept: %v", e)
		}
		w.say(far, hello[:3])
		until(s, "from the far end", func() bool { return len(tunnel.Body) == 3 })
		idle := w.session(500)
		over(idle, ask(idle, "/hello", hello), "it loses nothing")

		w.server.Drain(time.Second)
		w.server.Wait()
		lost, n := w.server.Lost()
		if n != 2 {
			rt.Bug("lost: %d %+v; want a request and a tunnel", n, lost)
		}
		for _, x := range lost {
			want := "/flood"
			if x.Tunnel {
				want = backend.String()
			}
			switch {
			case x.Target != want, x.Requests != 1, x.Sent == 0:
				rt.Bug("lost: %+v; want %q, and what was sent", x, want)
			case x.Tunnel && x.Received != 5:
				rt.Bug("lost: %+v; 5 bytes had come from its client", x)
			}
		}
		if lost[0].Tunnel == lost[1].Tunnel {
			rt.Bug("lost: %+v; want a request and a tunnel", lost)
		}
		s.Close()
		idle.Close()
		w.peer.Close(far)
		w.peer.Close(l)
	})
}
