package stage_test

// Tunnels one of whose ends is stuck: what the loop still hears of the other, with each
// poller. Of that end nothing is wanted then, so poll(2) is asked for nothing.

import (
	"bytes"
	"net/netip"
	"testing"
	"time"

	"brigade/core/poll"
	"brigade/core/rt"
	"brigade/core/sys"
	"brigade/netsim"
)

var backend = netip.MustParseAddrPort("127.0.0.1:81")

// tunnelling is a setup whose sockets hold little.
func tunnelling(k poll.Kind) setup {
	s := setup{net: netsim.Config{SendBuffer: 600, RecvBuffer: 600}}
	s.cfg.Poller, s.cfg.Connect = k, []netip.AddrPort{backend}
	return s
}

// tunnel opens one and returns its ends.
func (w *world) tunnel() (near, far sys.FD) {
	l, e := w.peer.Listen(backend, sys.ListenOptions{})
	if e != sys.OK {
		rt.Bug("listen: %v", e)
	}
	near, _ = w.peer.Connect(address)
	if e := w.peer.ConnectWait(near, time.Second); e != sys.OK {
		rt.Bug("connect: %v", e)
	}
	w.say(near, []byte("CONNECT "+backend.String()+" HTTP/1.1\r\nHost: a\r\n\r\n"))
	if far, _, e = w.peer.AcceptWait(l, time.Second); e != sys.OK {
		rt.Bug("the backend is not connected to: %v", e)
	}
	head := make([]byte, 1000)
	if n, e := w.peer.ReadWait(near, head, time.Second); e != sys.OK || !bytes.HasSuffix(head[:n], []byte("\r\n\r\n")) {
		rt.Bug("the answer is %q, %v", head[:n], e)
	}
	w.peer.Close(l)
	return near, far
}

func (w *world) say(fd sys.FD, b []byte) {
	if n, e := w.peer.WriteWait(fd, b, time.Second); n != len(b) || e != sys.OK {
		rt.Bug("%d bytes of %d were taken: %v", n, len(b), e)
	}
}

// flood says x until nothing more is taken, and returns how often.
func (w *world) flood(fd sys.FD) (said int) {
	for {
		n, e := w.peer.WriteWait(fd, bytes.Repeat([]byte("x"), 100), 20*ms)
		if e == sys.EAGAIN {
			return said
		}
		if e != sys.OK {
			rt.Bug("after %d bytes: %v", said, e)
		}
		said += n
	}
}

// A reset of the end that is not read from reaches the other at once, although that one
// takes nothing, and not when its time is over.
func TestStuckTunnelHearsReset(t *testing.T) {
	for _, k := range []poll.Kind{poll.Epoll, poll.Poll} {
		for _, up := range []bool{true, false} {
			everywhere(t, tunnelling(k), func(w *world) {
				source, target := w.tunnel()
				if !up {
					source, target = target, source
				}
				w.flood(source)
				start := rt.Now()
				if e := w.peer.SetOption(source, sys.LingerZero, 1); e != sys.OK {
					rt.Bug("%v", e)
				}
				w.peer.Close(source)
				end := []sys.PollFD{{FD: target}}
				for end[0].Revents == 0 { // a wait may end early
					if _, e := w.peer.Poll(end, 10*time.Second); e != sys.OK {
						rt.Bug("%v: poll: %v", k, e)
					}
				}
				if end[0].Revents&uint16(sys.Err) == 0 {
					rt.Bug("%v: the stuck end hears %#x, not that its connection was reset", k, end[0].Revents)
				}
				wantNow("the reset is passed on", start, 0)
				w.peer.Close(target)
			})
		}
	}
}

// An end that has said all and been told all tells poll(2) so again and again: that
// does not keep the loop awake (I11), and what is stuck arrives when it is taken.
func TestStuckTunnelSleeps(t *testing.T) {
	for _, k := range []poll.Kind{poll.Epoll, poll.Poll} {
		everywhere(t, tunnelling(k), func(w *world) {
			near, far := w.tunnel()
			_ = w.peer.Shutdown(far, sys.ShutWrite)
			said := w.flood(near)
			_ = w.peer.Shutdown(near, sys.ShutWrite)
			rt.Sleep(2 * time.Second) // less than its time
			heard := 0
			for b := make([]byte, 100); ; {
				n, e := w.peer.ReadWait(far, b, time.Second)
				if e != sys.OK {
					rt.Bug("after %d bytes: %v", heard, e)
				}
				if n == 0 {
					break
				}
				heard += n
			}
			if heard != said {
				rt.Bug("%v: %d bytes of %d came", k, heard, said)
			}
			w.peer.Close(near)
			w.peer.Close(far)
		})
	}
}

// A backend that does not switch says so to the client; one whose answer two parties could
// read differently says nothing.
func TestUpgradeIsRefused(t *testing.T) {
	var s setup
	s.cfg.Upgrade = backendAt
	for _, refusal := range []struct {
		answer string
		status int
	}{
		{"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n", 403},
		{"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nContent-Length: 1\r\n\r\n", 502},
		{"HTTP/1.1 101 x\r\nSec-WebSocket-Accept : a\r\n\r\n", 502},
		{"nonsense\r\n\r\n", 502},
	} {
		before(t, s, []string{refusal.answer}, func(w *world, _ *origin) {
			c := w.dial()
			c.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n")
			c.wantResponse(refusal.answer, refusal.status)
			c.Close()
		})
	}
}
