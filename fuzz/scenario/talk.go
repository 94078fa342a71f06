package scenario

// Scripts (netsim/script) against the core on a simulated machine: one server for
// each script, of a shape that is drawn, on a network that cuts and delays but
// breaks nothing, so that what a script says must come true.

import (
	"time"

	"brigade/core/exchange"
	"brigade/core/handler/kv"
	"brigade/core/handler/static"
	"brigade/core/rt"
	"brigade/core/stage"
	"brigade/invariants"
	"brigade/netsim"
	"brigade/netsim/client"
	"brigade/netsim/script"
	"brigade/sim"
)

// Talk is the scenario of these scripts, of which each run draws one. Under
// campaigns they are those that are kept.
func Talk(scripts ...*script.Script) *Scenario {
	return &Scenario{
		Name:  "talk",
		Story: "a client follows a script, sentence by sentence, and a server of any shape must say its part",
		Prepare: func(e *Env) func() {
			t := newTalk(e)
			return func() { t.hold(scripts[sim.Choose("script", len(scripts))]) }
		},
	}
}

// talk is the scenario of the kept scripts.
func talk() *Scenario {
	scripts, err := script.Kept()
	if err != nil {
		panic(err) // a test parses them all
	}
	return Talk(scripts...)
}

// talkSite is a machine with the scripts' site on it. It is built once and used
// for all runs.
type talkSite struct {
	*netsim.Net
	env            *Env
	server, client *netsim.Process
	judges         []sim.Observer
}

func newTalk(e *Env) *talkSite {
	t, ok := e.World.(*talkSite)
	if !ok {
		t = &talkSite{Net: netsim.New(netsim.Config{}), env: e, judges: invariants.Server(0)}
		t.server, t.client = t.Process("server"), t.Process("client")
		for _, f := range script.Site() {
			t.Build("/"+f.Name, netsim.Entry{Content: string(f.Content(1 << 20)), Link: f.Link, Mtime: script.Modified()})
		}
		e.World = t
	}
	e.Observers = append(e.Observers, t.judges...)
	return t
}

// hold lets one script talk to one server.
func (t *talkSite) hold(s *script.Script) {
	t.Adjust(netsim.Config{
		Latency: []time.Duration{0, time.Millisecond}[sim.Choose("latency", 2)],
		Segment: []int{0, 1460, 100}[sim.Choose("segment", 3)],
	})
	h, err := static.New(t.server, "/"+script.Root, static.Options{Small: []int64{256 << 10, 1}[sim.Choose("small", 2)]})
	if err != nil {
		rt.Bug("the site of scripts: %v", err)
	}
	defer h.Close()
	var handler exchange.Handler = h
	if s.Settings.Store {
		store, err := kv.New(kv.Options{Path: script.StorePath})
		if err != nil {
			rt.Bug("a store for scripts: %v", err)
		}
		handler = &exchange.Phases{Map: []exchange.Route{exchange.Below(script.StorePath, store)}, Handler: h}
	}
	server, err := stage.New(stage.Config{
		Kernel: t.server, Listen: address, Handler: handler, Topology: stage.Topology(sim.Choose("topology", 3)),
		Shards: 1 + sim.Choose("shards", 2), Processors: 1 + sim.Choose("processors", 2),
		Header: s.Settings.Header, Idle: s.Settings.Idle, Write: s.Settings.Write, Body: s.Settings.Body, Content: s.Settings.Content,
	})
	if err != nil {
		rt.Bug("a server for scripts: %v", err)
	}
	server.Start()
	drain := func() error { server.Drain(10 * time.Second); return nil }
	if err := s.Run(script.Runner{Machine: t.client, Addr: address, Drain: drain}); client.Blames(err) {
		sim.Failf("I18", err.Error())
	}
	t.env.Exchanged(1)
	server.Drain(10 * time.Second)
	server.Wait()
}
