package stage_test

// Who holds a loop up is told by name: the handler, step, filter or application that
// slept where it may not, with the request's target, and the loop; nobody else, and
// nobody where a processor did the work. These runs have no judge, who would stop
// them at the sleep (I10).

import (
	"fmt"
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

// nap is longer than tolerable.
const nap = 2 * stage.Tolerable

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
	for _, d := range delays {
		for _, topology := range topologies {
			var want []string
			if d.where>>topology&1 != 0 {
				want = []string{d.who}
			}
			var told []stage.Delay
			s := setup{}
			s.cfg.Handler = drowsy{"drowsy"}
			s.measures(topology)
			d.set(&s.cfg)
			w := &world{net: netsim.New(netsim.Config{})}
			w.kernel, w.peer = w.net.Process("server"), w.net.Process("client")
			r := sim.Run(sim.Options{Seed: 1, World: w.net}, func() { told = held(w, s.cfg, d.request) })
			if r.Verdict != nil {
				t.Fatalf("%s, %v: %v", d.what, topology, r.Verdict)
			}
			if got := names(told); !slices.Equal(got, want) {
				t.Errorf("%s, %v: %q are named, want %q; all that is told: %+v", d.what, topology, got, want, told)
			}
		}
	}
}

// held serves a request and tells who held a loop up.
func held(w *world, cfg stage.Config, request string) []stage.Delay {
	cfg.Kernel = w.kernel
	var err error
	if w.server, err = stage.New(cfg); err != nil {
		rt.Bug("%v", err)
	}
	w.server.Start()
	rt.Sleep(time.Second) // a turn that begins at 0 is none yet
	k := w.dial()
	k.send(request)
	b := make([]byte, 1000)
	if n, err := k.Recv(b, k.Patience); n == 0 || err != nil {
		rt.Bug("%d bytes, %v", n, err)
	}
	rt.Sleep(time.Second) // the last turn of a loop that ends is told of by nobody
	k.Close()
	w.server.Drain(time.Second)
	w.server.Wait()
	return w.server.Delays()
}

// names are those of who was called, and how the loops' own turns, which last as long,
// are told is checked.
func names(told []stage.Delay) (list []string) {
	turns := 0
	for i := range told {
		d := &told[i]
		if strings.HasSuffix(d.Who, ", a turn") && d.Target == "" {
			turns++
			continue
		}
		if d.Longest < nap || d.Total < d.Longest || d.Times < 1 {
			list = append(list, fmt.Sprintf("wrongly %+v", *d))
		}
		list = append(list, fmt.Sprint(d.Who, " ", d.Target))
	}
	if (turns > 0) != (len(list) > 0) {
		list = append(list, fmt.Sprintf("%d turns", turns))
	}
	return list
}
