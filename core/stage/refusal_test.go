package stage_test

// A kernel that refuses: at any call that New makes, and to watch connections.

import (
	"net/netip"
	"testing"
	"time"

	"brigade/core/rt"
	"brigade/core/stage"
	"brigade/core/sys"
	"brigade/invariants"
	"brigade/netsim"
	"brigade/sim"
)

// refusing is a process whose n-th call that takes something is refused.
type refusing struct {
	*netsim.Process
	left int // calls until then; negative: none is
}

func (k *refusing) refuses() bool {
	k.left--
	return k.left == -1
}

func (k *refusing) Poller() (sys.FD, sys.Errno) {
	if k.refuses() {
		return sys.None, sys.EMFILE
	}
	return k.Process.Poller()
}

func (k *refusing) EventFD() (sys.FD, sys.Errno) {
	if k.refuses() {
		return sys.None, sys.EMFILE
	}
	return k.Process.EventFD()
}

func (k *refusing) Listen(addr netip.AddrPort, o sys.ListenOptions) (sys.FD, sys.Errno) {
	if k.refuses() {
		return sys.None, sys.EADDRINUSE
	}
	return k.Process.Listen(addr, o)
}

func (k *refusing) LocalAddr(fd sys.FD) (netip.AddrPort, sys.Errno) {
	if k.refuses() {
		return netip.AddrPort{}, sys.ENOBUFS
	}
	return k.Process.LocalAddr(fd)
}

func (k *refusing) PollAdd(p, fd sys.FD, events sys.Events, token uint64) sys.Errno {
	if k.refuses() {
		return sys.ENOMEM
	}
	return k.Process.PollAdd(p, fd, events, token)
}

func TestNewGivesBack(t *testing.T) {
	for _, topology := range topologies {
		failures := 0
		for n := range 40 {
			net := netsim.New(netsim.Config{})
			kernel := net.Process("server")
			r := sim.Run(sim.Options{Seed: 1, World: net}, func() {
				s := setup{cfg: stage.Config{Kernel: &refusing{kernel, n}, Shards: 2, Readers: 2, Writers: 2}}
				s.measures(topology)
				s.cfg.Listen = netip.MustParseAddrPort("127.0.0.1:0")
				server, err := stage.New(s.cfg)
				if err != nil {
					failures++
					return
				}
				server.Start()
				server.Drain(0)
				server.Wait()
			})
			if r.Verdict != nil {
				t.Fatalf("%v, call %d refused: %v\n%s", topology, n, r.Verdict, r.Verdict.Stack)
			}
			if left := net.OpenDescriptors(kernel); len(left) != 0 {
				t.Errorf("%v, call %d refused: left open: %v", topology, n, left)
			}
		}
		if failures < 8 || failures == 40 {
			t.Errorf("%v: New failed %d times of 40", topology, failures)
		}
	}
}

// deaf is a process that can be told to refuse every watch.
type deaf struct {
	*netsim.Process
	now rt.Bool
}

func (k *deaf) PollAdd(p, fd sys.FD, events sys.Events, token uint64) sys.Errno {
	if k.now.Load() {
		return sys.ENOMEM
	}
	return k.Process.PollAdd(p, fd, events, token)
}

// A connection that cannot be watched is closed: it would never be heard of again.
func TestConnectionThatCannotBeWatched(t *testing.T) {
	for _, topology := range topologies {
		net := netsim.New(netsim.Config{SendBuffer: 4096, RecvBuffer: 4096})
		w := &world{net: net, kernel: net.Process("server"), peer: net.Process("client")}
		for seed := range uint64(10) {
			r := sim.Run(sim.Options{Seed: seed + 1, World: net, Observers: invariants.Server(int32(w.kernel.ID()))}, func() {
				k := &deaf{Process: w.kernel}
				s := setup{cfg: stage.Config{Kernel: k}}
				s.measures(topology)
				server, err := stage.New(s.cfg)
				if err != nil {
					rt.Bug("%v", err)
				}
				server.Start()
				known := w.dial()
				known.get("/hello")
				known.wantResponse("it is watched from then on", 200)
				rt.Sleep(ms)
				k.now.Store(true)
				silent, reading := w.dial(), w.dial()
				silent.wantCut("it has to be waited for, and cannot be")
				reading.get("/bulk")
				rt.Sleep(time.Second)
				reading.wantCut("its response has to wait, and cannot")
				known.wantOpen("others are not disturbed")
				known.Close()
				server.Drain(0)
				server.Wait()
			})
			if r.Verdict != nil {
				t.Fatalf("%v, seed %d: %v\n%s", topology, seed+1, r.Verdict, r.Verdict.Stack)
			}
		}
	}
}
