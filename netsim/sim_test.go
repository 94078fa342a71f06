package netsim_test

import (
	"fmt"
	"net/netip"
	"testing"
	"time"

	"brigade/core/rt"
	"brigade/core/sys"
	"brigade/netsim"
	"brigade/sim"
	"brigade/sim/strategy"
)

var address = netip.MustParseAddrPort("127.0.0.1:80")

// world is a machine with two processes, in a run.
type world struct {
	t    *testing.T
	net  *netsim.Net
	s, c *processTalk // server and client
}

// processTalk is a process whose mistakes fail the run.
type processTalk struct{ *netsim.Process }

// run executes f in one simulated run and fails the test if the run fails.
func run(t *testing.T, cfg netsim.Config, f func(w *world)) *sim.Report {
	t.Helper()
	return runOn(t, netsim.New(cfg), 1, f)
}

func runOn(t *testing.T, n *netsim.Net, seed uint64, f func(w *world)) *sim.Report {
	t.Helper()
	w := &world{t: t, net: n, s: &processTalk{n.Process("server")}, c: &processTalk{n.Process("client")}}
	r := sim.Run(sim.Options{Seed: seed, World: n, Strategy: strategy.NewRandom()}, func() { f(w) })
	if r.Verdict != nil {
		t.Fatalf("seed %d: %v\n%s", seed, r.Verdict, r.Verdict.Stack)
	}
	return r
}

// pair makes a connection: the client's descriptor and the server's.
func (w *world) pair() (c, s sys.FD) {
	l, e := w.s.Listen(address, sys.ListenOptions{})
	w.want("listen", e, 0)
	c, e = w.c.Connect(address)
	w.want("connect", e, sys.EINPROGRESS)
	s, _, e = w.s.AcceptWait(l, -1)
	w.want("accept", e, 0)
	w.want("connected", w.c.ConnectWait(c, -1), 0)
	w.want("close the listener", w.s.Close(l), 0)
	return c, s
}

func (w *world) want(what string, got, want sys.Errno) {
	if got != want {
		rt.Bug("%s: %s, not %s", what, got.Name(), want.Name())
	}
}

func (w *world) equal(what string, got, want any) {
	if fmt.Sprint(got) != fmt.Sprint(want) {
		rt.Bug("%s: %v, not %v", what, got, want)
	}
}

// read is what a read of up to 100 bytes gives, as text.
func (p *processTalk) read(fd sys.FD) string {
	b := make([]byte, 100)
	n, e := p.Read(fd, b)
	if e != 0 {
		return e.Name()
	}
	return fmt.Sprintf("%q", b[:n])
}

func (p *processTalk) write(fd sys.FD, text string) string {
	n, e := p.Write(fd, []byte(text))
	if e != 0 {
		return e.Name()
	}
	return fmt.Sprint(n)
}

// mask is what a poller says of fd now.
func (p *processTalk) mask(fd sys.FD) string {
	poller, _ := p.Poller()
	defer p.Close(poller)
	if e := p.PollAdd(poller, fd, sys.In|sys.Out|sys.RdHup, 7); e != 0 {
		return e.Name()
	}
	events := make([]sys.Event, 4)
	n, _ := p.PollWait(poller, events, 0)
	if n == 0 {
		return "-"
	}
	return maskText(events[0].Events)
}

func maskText(m sys.Events) (text string) {
	for _, b := range []struct {
		bit  sys.Events
		name string
	}{{sys.In, "IN"}, {sys.Out, "OUT"}, {sys.RdHup, "RDHUP"}, {sys.Hup, "HUP"}, {sys.Err, "ERR"}} {
		if m&b.bit != 0 {
			text += "|" + b.name
		}
	}
	if text == "" {
		return "0"
	}
	return text[1:]
}

const ms = time.Millisecond

func mustAddr(text string) netip.AddrPort { return netip.MustParseAddrPort(text) }
