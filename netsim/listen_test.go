package netsim_test

import (
	"net/netip"
	"testing"
	"time"

	"brigade/core/rt"
	"brigade/core/sys"
	"brigade/netsim"
)

func TestListenAddresses(t *testing.T) {
	run(t, netsim.Config{}, func(w *world) {
		any4, one := netip.MustParseAddrPort("0.0.0.0:80"), netip.MustParseAddrPort("127.0.0.1:80")
		any6 := netip.MustParseAddrPort("[::]:80")
		l, e := w.s.Listen(one, sys.ListenOptions{})
		w.want("listen", e, 0)
		_, e = w.s.Listen(any4, sys.ListenOptions{ReusePort: true})
		w.want("wildcard over it", e, sys.EADDRINUSE)
		_, e = w.s.Listen(any6, sys.ListenOptions{})
		w.want("IPv6 is another", e, 0)
		_, e = w.s.Listen(netip.MustParseAddrPort("192.0.2.1:80"), sys.ListenOptions{})
		w.want("not here", e, sys.EADDRNOTAVAIL)
		_, e = w.s.Listen(netip.AddrPort{}, sys.ListenOptions{})
		w.want("no address", e, sys.EINVAL)
		w.equal("read", w.s.read(l), "ENOTCONN")
		w.equal("write", w.s.write(l, "x"), "EPIPE")
		w.want("close", w.s.Close(l), 0)
		_, e = w.s.Listen(any4, sys.ListenOptions{})
		w.want("free again", e, 0)
	})
}

func TestBacklog(t *testing.T) {
	r := run(t, netsim.Config{}, func(w *world) {
		l, _ := w.s.Listen(address, sys.ListenOptions{Backlog: 1})
		var conns [3]sys.FD
		for i := range conns {
			conns[i], _ = w.c.Connect(address)
		}
		w.want("first", w.c.ConnectWait(conns[0], 0), 0)
		w.want("second: one more than asked", w.c.ConnectWait(conns[1], 0), 0)
		w.equal("third waits", w.c.mask(conns[2]), "-")
		_, _, e := w.s.Accept(l)
		w.want("accept", e, 0)
		w.want("its second try", w.c.ConnectWait(conns[2], 2*time.Second), 0)
		w.want("close", w.s.Close(l), 0)
		w.equal("in the queue when it closed", w.c.read(conns[1]), "ECONNRESET")
		w.equal("in the queue when it closed", w.c.read(conns[2]), "ECONNRESET")
		w.equal("accepted before", w.c.read(conns[0]), "EAGAIN")
	})
	if r.Virtual != time.Second {
		t.Errorf("SYN came again after %v", r.Virtual)
	}
}

func TestReusePort(t *testing.T) {
	run(t, netsim.Config{}, func(w *world) {
		var ls [2]sys.FD
		var e sys.Errno
		for i := range ls {
			ls[i], e = w.s.Listen(address, sys.ListenOptions{ReusePort: true})
			w.want("listen", e, 0)
		}
		for range 32 {
			w.c.Connect(address)
		}
		var got [2]int
		for i, l := range ls {
			for {
				if _, _, e := w.s.Accept(l); e != 0 {
					break
				}
				got[i]++
			}
		}
		if got[0]+got[1] != 32 || got[0] < 8 || got[1] < 8 {
			rt.Bug("the listeners got %v", got)
		}
	})
}

// TestExclusive: of two pollers that wait for one listener, one wakes.
func TestExclusive(t *testing.T) {
	for _, x := range []struct {
		mode sys.Events
		want int
	}{{sys.Exclusive, 1}, {0, 2}} {
		run(t, netsim.Config{}, func(w *world) {
			l, _ := w.s.Listen(address, sys.ListenOptions{})
			var woke rt.Int32
			var done rt.WaitGroup
			for range 2 {
				done.Go("poller", func() {
					p, _ := w.s.Poller()
					w.s.PollAdd(p, l, sys.In|x.mode|sys.Edge, 1)
					n, _ := w.s.PollWait(p, make([]sys.Event, 1), time.Millisecond)
					woke.Add(int32(n))
				})
			}
			rt.Sleep(10 * time.Microsecond)
			w.c.Connect(address)
			rt.Sleep(10 * time.Microsecond)
			w.equal("woken", woke.Load(), x.want)
			done.Wait()
		})
	}
}

func TestQueuedDataAndReset(t *testing.T) {
	run(t, netsim.Config{}, func(w *world) {
		l, _ := w.s.Listen(address, sys.ListenOptions{})
		c, _ := w.c.Connect(address)
		w.equal("write before accept", w.c.write(c, "early"), "5")
		w.c.Reset(c)
		s, from, e := w.s.Accept(l)
		w.want("a reset connection is accepted all the same", e, 0)
		w.equal("from", from.Addr(), "127.0.0.1")
		w.equal("what had come", w.s.read(s), `"early"`)
		w.equal("then", w.s.read(s), "ECONNRESET")
	})
}
