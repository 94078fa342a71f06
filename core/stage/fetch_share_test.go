package stage_test

// What those whose answers are fetched share: buffers, and connections to backends.

import (
	"net/netip"
	"strconv"
	"strings"
	"testing"
	"time"

	"brigade/core/handler/proxy"
	"brigade/core/iobuf"
	"brigade/core/poll"
	"brigade/core/rt"
	"brigade/core/sys"
	"brigade/netsim"
)

// fetched is a body for those who read.
var fetched = strings.Repeat("0123456789", 3000)

// ample is an origin's connection that answers everything with it.
func ample(o *origin, fd sys.FD) {
	h := &hearing{o: o, fd: fd}
	text := []byte("HTTP/1.1 200 OK\r\nContent-Length: " + strconv.Itoa(len(fetched)) + "\r\n\r\n" + fetched)
	for {
		if n, e := o.p.ReadWait(fd, make([]byte, 4096), 40*time.Second); e != sys.OK || n == 0 {
			return
		}
		h.o.turn()
		for b := text; len(b) > 0; {
			n, e := o.p.WriteWait(fd, b, 40*time.Second)
			if e != sys.OK {
				return
			}
			b = b[n:]
		}
	}
}

func proxying(t *testing.T) (s setup) {
	p, err := proxy.New(proxy.Options{Backends: []netip.AddrPort{backendAt}})
	if err != nil {
		t.Fatal(err)
	}
	s.cfg.Handler, s.long = p, true
	return s
}

// TestOneBufferForAllFetches: five hundred connections are answered through a proxy with one buffer,
// and those in reserve. Five more that read nothing hold it, each until its Write time is over.
func TestOneBufferForAllFetches(t *testing.T) {
	const clients, stuck = 500, 5
	for _, topology := range topologies {
		s := proxying(t)
		s.cfg.Buffers, s.net = 1, netsim.Config{SendBuffer: 8192, RecvBuffer: 8192}
		var left iobuf.Stats
		confronts(t, s, topology, 1, nil, ample, func(w *world, o *origin) {
			var wg rt.WaitGroup
			begin := rt.Now()
			for i := range clients + stuck {
				c := w.dial()
				c.Patience = time.Minute
				wg.Go("client", func() {
					c.get("/a")
					if i%(clients/stuck) == 50 {
						rt.Sleep(20 * time.Second) // by then it has been cut
						c.Close()
						return
					}
					if r := c.wantResponse("its turn comes", 200); string(r.Body) != fetched {
						rt.Bug("a body of %d bytes is not what the backend has", len(r.Body))
					}
					c.Close()
				})
			}
			wg.Wait()
			if d := rt.Now().Sub(begin); d < 3*time.Second || d > 30*time.Second {
				rt.Bug("it took %v: those who read nothing hold the buffer for a Write time each, at most", d)
			}
			left = w.server.Buffers()
		})
		fill := left.Classes[iobuf.Filling]
		if fill.Refused == 0 || fill.Granted != fill.Taken+fill.Passed+fill.Revoked || fill.Waiting+fill.Reserved != 0 {
			t.Errorf("%v: %+v", topology, fill)
		}
	}
}

// TestKeptConnectionsChangeLoops: clients come to this loop and that, one at a time, and one
// connection to the backend serves them all.
func TestKeptConnectionsChangeLoops(t *testing.T) {
	for _, topology := range topologies {
		over := uint64(0)
		for seed := range uint64(6) {
			s := proxying(t)
			s.cfg.Shards = 3
			var w *world
			confronts(t, s, topology, seed+1, nil, ample, func(in *world, o *origin) {
				w = in
				for range 12 {
					c := w.dial()
					c.get("/a")
					c.wantResponse("by whichever loop", 200)
					c.Close()
				}
				wantAsked(o, 1, 12, "a kept connection goes to the loop that needs one")
			})
			over += w.totals.Takeovers
		}
		if over == 0 {
			t.Errorf("%v: no connection was taken over", topology)
		}
	}
}

// TestFetchHearsReset: the reset of a client that waits for a backend ends that at once,
// whatever a loop waits with.
func TestFetchHearsReset(t *testing.T) {
	for _, k := range []poll.Kind{poll.Epoll, poll.Poll} {
		s := proxying(t)
		s.cfg.Poller = k
		before(t, s, []string{"silent"}, func(w *world, o *origin) {
			c := w.dial()
			c.get("/a")
			for _, asked := o.counts(); asked == 0; _, asked = o.counts() {
				rt.Sleep(ms)
			}
			c.Reset()
			rt.Sleep(ms)
			if n := len(w.net.OpenDescriptors(w.kernel)); w.server.Load().Connections != 0 {
				rt.Bug("%v: a client has gone; its connection is still there, and %d descriptors are open", k, n)
			}
		})
	}
}
