package stage_test

// Talk of a server that checks its backends: what is found out, when, and what that is
// good for; that a check waits for a buffer and is over in time; and that a drain ends it.

import (
	"net/netip"
	"strings"
	"testing"
	"time"

	"brigade/core/handler/proxy"
	"brigade/core/rt"
	"brigade/core/stage"
	"brigade/invariants"
	"brigade/netsim"
	"brigade/sim"
)

// attended is a server that checks an origin of scripted turns, in a world of its own for
// each topology and schedule.
func attended(t *testing.T, c proxy.Check, cfg stage.Config, turns []string, f func(w *world, o *origin, p *proxy.Proxy)) {
	t.Helper()
	for _, topology := range topologies {
		for seed := range uint64(6) {
			s := setup{cfg: cfg}
			s.measures(topology)
			s.cfg.Answer = time.Second
			w := &world{net: netsim.New(s.net)}
			w.kernel, w.peer = w.net.Process("server"), w.net.Process("client")
			o := sim.Options{Seed: seed + 1, World: w.net, Observers: invariants.Server(int32(w.kernel.ID())), Record: true}
			if r := sim.Run(o, func() { s.attend(w, c, turns, f) }); r.Verdict != nil {
				t.Fatalf("%v, seed %d: %v, in %s\n%s", topology, seed+1, r.Verdict, r.Verdict.Task, r.Verdict.Stack)
			}
		}
	}
}

// attend is one run of it. A run may be made several times, so the proxy is the run's own.
func (s *setup) attend(w *world, c proxy.Check, turns []string, f func(w *world, o *origin, p *proxy.Proxy)) {
	p, err := proxy.New(proxy.Options{Backends: []netip.AddrPort{backendAt}, Check: c})
	if err != nil {
		rt.Bug("a proxy: %v", err)
	}
	o := &origin{p: w.peer, turns: turns}
	o.begin(true)
	cfg := s.cfg
	cfg.Kernel, cfg.Handler, cfg.Checks = w.kernel, p, p.Checks()
	if w.server, err = stage.New(cfg); err != nil {
		rt.Bug("a server that must start: %v", err)
	}
	w.server.Start()
	f(w, o, p)
	w.server.Drain(10 * time.Second)
	w.totals = w.server.Wait()
	o.end()
}

// wantHealth holds what is known of the backend to what has to be.
func wantHealth(p *proxy.Proxy, why string, unfit bool, ok func(h *proxy.Health) bool) {
	if h := p.Health()[0]; h.Unfit != unfit || !ok(&h) {
		rt.Bug("%s: %+v", why, h)
	}
}

var quick = proxy.Check{What: "/h", Interval: 100 * ms, Timeout: 50 * ms, Rise: 2, Fall: 3}

// sick is what a backend says that is not fit, and well what one that is.
const (
	sick = "HTTP/1.1 503 x\r\nContent-Length: 0\r\n\r\n"
	well = "HTTP/1.1 204 x\r\n\r\n"
)

// TestCheckTurns: three that fail in a row, and not two, make a backend unfit; two that pass,
// and not one, make it fit. Meanwhile nobody asks it.
func TestCheckTurns(t *testing.T) {
	turns := []string{well, sick, sick, well, sick, "", "hello\r\n\r\n", sick, well, sick, well, well}
	const unfitFrom, fitFrom = 7, 12
	attended(t, quick, stage.Config{}, turns, func(w *world, o *origin, p *proxy.Proxy) {
		for checks := int64(0); checks < fitFrom; {
			h := p.Health()[0]
			if h.Made != checks {
				checks = h.Made
				if unfit := checks >= unfitFrom && checks < fitFrom; h.Unfit != unfit {
					rt.Bug("after check %d of %q: %+v", checks, turns, h)
				}
				if checks == unfitFrom {
					c := w.dial()
					c.get("/a")
					c.wantResponse("nobody is asked who is unfit", 503)
					c.Close()
				}
			}
			rt.Sleep(ms)
		}
		if _, asked := o.counts(); asked != fitFrom {
			rt.Bug("%d requests came to the backend; there were %d checks", asked, fitFrom)
		}
		wantHealth(p, "seven have failed", false, func(h *proxy.Health) bool { return h.Failed == 7 && h.Unknown == 0 && h.Since > 0 })
		notes := strings.Join(noted(w), "\n")
		for _, want := range []string{"backend 127.0.0.1:90: it fails its checks", "backend 127.0.0.1:90: it passes its checks again"} {
			if strings.Count(notes, want) != 1 {
				rt.Bug("the operator is to be told %q once: %q", want, notes)
			}
		}
	})
}

// noted drains w's server and returns what it has to say.
func noted(w *world) []string {
	w.server.Drain(time.Second)
	w.totals = w.server.Wait()
	return w.totals.Notes
}

// TestCheckIsOverInTime: a backend that is silent is unfit after the interval and three
// timeouts, to the millisecond.
func TestCheckIsOverInTime(t *testing.T) {
	begin := rt.Instant(0)
	attended(t, quick, stage.Config{}, []string{"silent", "silent", "silent"}, func(w *world, o *origin, p *proxy.Proxy) {
		begin = rt.Now()
		for !p.Health()[0].Unfit {
			rt.Sleep(ms)
		}
		if d := rt.Now().Sub(begin); d < 150*ms || d > quick.Interval+3*quick.Timeout+2*ms {
			rt.Bug("it is unfit after %v", d)
		}
	})
}

// TestCheckConnects: where connecting is enough nothing is asked, and nobody listening is
// seen.
func TestCheckConnects(t *testing.T) {
	c := quick
	c.What = "tcp"
	attended(t, c, stage.Config{}, nil, func(w *world, o *origin, p *proxy.Proxy) {
		rt.Sleep(time.Second)
		wantHealth(p, "it can be connected to", false, func(h *proxy.Health) bool { return h.Made >= 9 && h.Failed == 0 && h.Refused == 0 })
		if n, asked := o.counts(); asked != 0 || n < 9 {
			rt.Bug("%d connections, %d requests; a check of tcp asks nothing", n, asked)
		}
		o.over.Store(true)
		rt.Sleep(time.Second)
		wantHealth(p, "nobody listens", true, func(h *proxy.Health) bool { return h.Failed >= 3 })
	})
}

// TestCheckWaitsForABuffer: without one a check stands in line, ends in time and says
// nothing of the backend; when there is one it goes on.
func TestCheckWaitsForABuffer(t *testing.T) {
	turns := make([]string, 100)
	for i := range turns {
		turns[i] = well
	}
	attended(t, quick, stage.Config{Buffers: stage.None}, turns, func(w *world, o *origin, p *proxy.Proxy) {
		rt.Sleep(time.Second)
		wantHealth(p, "there are no buffers", false, func(h *proxy.Health) bool {
			return h.Made >= 10 && h.Unknown == h.Made && h.Refused >= h.Made && h.Failed == 0
		})
		before := p.Health()[0]
		if err := w.server.ResizeBuffers(1); err != nil {
			rt.Bug("%v", err)
		}
		rt.Sleep(time.Second)
		wantHealth(p, "there is one", false, func(h *proxy.Health) bool {
			return h.Made >= before.Made+9 && h.Unknown == before.Unknown && h.Failed == 0
		})
	})
}

// TestCheckHoldsOnlyWhatItReads: a backend that answers slowly keeps nobody from the only
// buffer until it has begun to.
func TestCheckHoldsOnlyWhatItReads(t *testing.T) {
	c := quick
	c.Timeout = time.Second
	attended(t, c, stage.Config{Buffers: 1, Handler: nil}, []string{"silent"}, func(w *world, _ *origin, p *proxy.Proxy) {
		rt.Sleep(300 * ms)
		begin := rt.Now()
		d := w.dial()
		d.send("TRACE / HTTP/1.1\r\nHost: a\r\n\r\n")
		d.wantResponse("a check that waits for an answer has no buffer", 405)
		wantNow("at once", begin, 0)
		d.Close()
		if p.Health()[0].Made != 0 {
			rt.Bug("the check is over: %+v", p.Health()[0])
		}
	})
}
