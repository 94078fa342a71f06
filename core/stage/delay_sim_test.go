package stage_test

// Who holds a loop up is told by name: the handler, step, filter or application that
// slept where it may not, with the request's target, how often and for how long; and the
// loop. Nobody else is, nobody who slept for less than is tolerable, and nobody where a
// processor did the work. What is slept in, for how long and how often is drawn. These
// runs have no judge, who would stop them at the sleep (I10).

import (
	"slices"
	"strings"
	"testing"
	"time"

	"brigade/core/exchange"
	"brigade/core/filter"
	"brigade/core/rt"
	"brigade/core/stage"
	"brigade/netsim"
	"brigade/sim"
)

// nap is for how long is slept in the run.
var nap time.Duration

// drowsy answers inline; what it is asked to do slowly, it does.
type drowsy struct{ name string }

func (d drowsy) Name() string                { return d.name }
func (d drowsy) Local() exchange.Local       { return d }
func (drowsy) Learn(any)                     {}
func (d drowsy) Handle(x *exchange.Exchange) { d.Inline(x) }

func (drowsy) Receives(x *exchange.Exchange) bool { return true }

func (drowsy) Inline(x *exchange.Exchange) bool {
	if strings.HasPrefix(string(x.Request.Path), "/slow") {
		rt.Sleep(nap)
	}
	if x.Request.Upgrade != nil {
		return x.Switch("chat", dozing{})
	}
	x.Begin(200)
	x.ContentLength(0)
	x.End()
	return true
}

// dozing is an application that sleeps whenever it is called.
type dozing struct{}

func (dozing) Name() string { return "dozing" }
func (dozing) End()         {}
func (dozing) Step(in []byte, ended bool, _ []byte) (taken, given int, done bool) {
	rt.Sleep(nap)
	return len(in), 0, ended
}

// pondering is a step that lets everybody through, after a while; and a logger.
type pondering struct{ blocks bool }

func (pondering) Name() string                       { return "pondering" }
func (p pondering) MayBlock(*exchange.Exchange) bool { return p.blocks }
func (pondering) Logged(*exchange.Outcome)           { rt.Sleep(nap) }
func (pondering) Run(*exchange.Exchange) bool {
	rt.Sleep(nap)
	return false
}

const (
	plainGet = "GET /quick HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
	chatGet  = "GET /chat HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: chat\r\n\r\nhello"
	echoPost = "POST /quick HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 5\r\n\r\nhello"
)

// Where the work is a loop's: all of it, what readers and writers do, an application's.
const (
	nowhere    = 0
	fused      = 1 << stage.Fused
	staged     = 1 << stage.Staged
	everyplace = fused | staged | 1<<stage.Event
)

var delays = []struct {
	what    string
	request string
	set     func(c *stage.Config)
	where   int // the topologies in which a loop is held up
	who     string
}{
	{"nobody", plainGet, func(*stage.Config) {}, nowhere, ""},
	{"a handler", strings.Replace(plainGet, "/quick", "/slowly", 1), func(*stage.Config) {}, fused, "handler drowsy /slowly"},
	{"the handler of a route", strings.Replace(plainGet, "/quick", "/slow/x", 1), func(c *stage.Config) {
		c.Handler = &exchange.Phases{Handler: scripted{}, Map: []exchange.Route{exchange.Below("/slow/", drowsy{"routed"})}}
	}, fused, "handler routed /slow/x"},
	{"a step", plainGet, func(c *stage.Config) {
		c.Handler = &exchange.Phases{Handler: drowsy{"drowsy"}, Authorise: []exchange.Step{exchange.Deny("/no"), pondering{}}}
	}, fused, "step pondering /quick"},
	{"a step that says so", plainGet, func(c *stage.Config) {
		c.Handler = &exchange.Phases{Handler: drowsy{"drowsy"}, Authorise: []exchange.Step{pondering{true}}}
	}, nowhere, ""},
	{"the log phase", plainGet, func(c *stage.Config) {
		c.Handler = &exchange.Phases{Handler: drowsy{"drowsy"}, Log: []exchange.Logger{pondering{}}}
	}, fused | staged, "the log phase /quick"},
	{"a filter", plainGet, func(c *stage.Config) { c.Filters = filter.NewChain(filter.Slow{Nap: nap}) }, fused, "filter slow /quick"},
	{"a filter that says so", plainGet, func(c *stage.Config) { c.Filters = filter.NewChain(filter.Slow{Nap: nap, Declared: true}) }, nowhere, ""},
	{"an input filter", echoPost, func(c *stage.Config) { c.Input = filter.NewInput(filter.Slow{Nap: nap}) }, fused | staged, "filter slow /quick"},
	{"an application", chatGet, func(*stage.Config) {}, everyplace, "application dozing /chat"},
}

func TestDelaysAreNamed(t *testing.T) {
	w := &world{net: netsim.New(netsim.Config{})}
	w.kernel, w.peer = w.net.Process("server"), w.net.Process("client")
	r := sim.Explore(sim.Options{Seed: 1, Runs: 250, World: w.net}, func() { delayed(w) })
	if f := r.Failure; f != nil {
		t.Fatalf("run %d: seed %d: %v\n%s", r.Runs, f.Seed, f.Verdict, f.Verdict.Stack)
	}
}

// delayed is a run of that.
func delayed(w *world) {
	d := &delays[sim.Choose("who sleeps", len(delays))]
	nap = []time.Duration{2 * stage.Tolerable, stage.Tolerable, stage.Tolerable - 1, 3 * stage.Tolerable}[sim.Choose("nap", 4)]
	times := 1 + sim.Choose("requests", 3)
	s := setup{}
	s.cfg.Handler = drowsy{"drowsy"}
	s.measures(topologies[sim.Choose("topology", len(topologies))])
	d.set(&s.cfg)
	told := held(w, s.cfg, d.request, times)
	if nap < stage.Tolerable && strings.Contains(d.who, "filter") {
		return // it naps more often than once, and what a loop does between two calls is within
	}
	var want []stage.Delay
	if d.where>>s.cfg.Topology&1 != 0 && nap >= stage.Tolerable {
		i := strings.LastIndexByte(d.who, ' ')
		want = []stage.Delay{{Who: d.who[:i], Times: times, Longest: nap, Total: time.Duration(times) * nap, Target: d.who[i+1:]}}
	}
	if got := withoutTurns(told, d.where>>s.cfg.Topology&1 == 0); !slices.Equal(got, want) && !(len(got) == 1 && len(want) == 1 && calledOften(got[0], want[0])) {
		rt.Bug("%s, %v, naps of %v: %+v is told, want %+v; with turns: %+v", d.what, s.cfg.Topology, nap, got, want, told)
	}
}

// calledOften reports whether got is want, but that it is called more often than once for
// a request, as applications are.
func calledOften(got, want stage.Delay) bool {
	return strings.HasPrefix(got.Who, "application ") && got.Who == want.Who && got.Longest == nap && got.Times >= want.Times && got.Total == time.Duration(got.Times)*nap
}

// held serves a request, so many times, and tells who held a loop up.
func held(w *world, cfg stage.Config, request string, times int) []stage.Delay {
	cfg.Kernel = w.kernel
	var err error
	if w.server, err = stage.New(cfg); err != nil {
		rt.Bug("%v", err)
	}
	w.server.Start()
	rt.Sleep(time.Second) // a turn that begins at 0 is none yet
	for range times {
		k := w.dial()
		k.send(request)
		b := make([]byte, 1000)
		if n, err := k.Recv(b, k.Patience); n == 0 || err != nil {
			rt.Bug("%d bytes, %v", n, err)
		}
		rt.Sleep(time.Second) // the last turn of a loop that ends is told of by nobody
		k.Close()
	}
	w.server.Drain(time.Second)
	w.server.Wait()
	return w.server.Delays()
}

// withoutTurns are those of who was called. Loops are told of with them, for as long at
// least; nowhere: nothing that sleeps is theirs, and they are not told of.
func withoutTurns(told []stage.Delay, nowhere bool) (list []stage.Delay) {
	var called, turns time.Duration
	for _, d := range told {
		if !strings.HasSuffix(d.Who, ", a turn") {
			list, called = append(list, d), called+d.Total
			continue
		}
		if turns += d.Total; d.Target != "" || d.Longest < nap || d.Longest > d.Total || d.Total != time.Duration(d.Times)*d.Longest && d.Times == 1 {
			rt.Bug("a loop is told of as %+v", d)
		}
	}
	if turns < called-nap || turns > 0 && nowhere { // the last turn of a loop is told of by nobody
		rt.Bug("who held loops up for %v is told of, and loops that were for %v", called, turns)
	}
	return list
}
