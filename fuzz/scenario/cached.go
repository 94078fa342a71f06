package scenario

// A cache before origins: clients of both protocols ask for the same few things at the same
// time and later, origins say for how long each answer may be kept, or that it may not, and
// change what they have; some answers are longer than is kept, and the cache is as small as
// it can be in some runs. What clients get is judged to the byte, and to the freshness rule
// (larder.go); what readers of one object see, by the checker share.

import (
	"time"

	"brigade/core/cache"
	"brigade/core/handler/proxy"
	"brigade/core/rt"
	"brigade/netsim"
	"brigade/sim"
)

// shared is the scenario.
func shared() *Scenario {
	return &Scenario{
		Name:  "cache",
		Story: "many ask for the same at the same time, and later, through a cache: one fetch serves them, each sees it grow to its end or fail, and nobody gets what is stale, or another's",
		Prepare: func(e *Env) func() {
			s := newSite(e)
			p := s.net.Process("origin")
			return func() { storing(s, p) }
		},
	}
}

// storing is a run of it, with origins in p.
func storing(s *site, p *netsim.Process) {
	plan := s.draw(sim.Choose("faults", 3) == 2)
	s.soften(&plan)
	if sim.Choose("wicked", 2) == 1 && plan.net.Profile.String() == "none" {
		plan.net.Profile = s.profile().Of("F29")
		s.env.suffer(plan.net.Profile)
	}
	o := &origins{site: s, p: p, larder: newLarder()}
	o.ail(plan.net.Profile)
	plan.origins = o
	if sim.Choose("crowded", 4) < 3 { // else who has the only connection is alone with the cache
		plan.stage.Connections = max(plan.stage.Connections, clients)
	}
	plan.stage.Dial, plan.stage.Answer, plan.stage.More, plan.stage.Spare = 2*time.Second, 4*time.Second, 3500*time.Millisecond, 1500*time.Millisecond
	plan.stage.Cache = cache.Options{
		Bytes:   []int64{1 << 20, 60_000, 2 * cache.Least}[sim.Choose("cache", 3)],
		Longest: []int64{0, 4000}[sim.Choose("longest", 2)],
		Alone:   []time.Duration{time.Second, time.Second, 0}[sim.Choose("alone", 3)],
	}
	plan.stage.Cache.Longest = min(plan.stage.Cache.Longest, plan.stage.Cache.Bytes)
	h, err := proxy.New(proxy.Options{Backends: originAddrs[:2]})
	if err != nil {
		rt.Bug("a proxy: %v", err)
	}
	plan.proxy = h
	kinds := []func() behaviour{
		func() behaviour { return shopping(&plan, 4) },
		func() behaviour { return browsing(&plan, 3) },
		func() behaviour { return thoughtful(3) },
		func() behaviour { return pipelining(1 + sim.Choose("pipeline", 4)) },
		func() behaviour { return multiplexing(1 + sim.Choose("files", 6)) },
		slow, resetting, vanishing,
	}
	list := []behaviour{shopping(&plan, 6), []func() behaviour{
		func() behaviour { return shopping(&plan, 6) }, func() behaviour { return browsing(&plan, 4) },
	}[sim.Choose("other shopper", 2)]()}
	for range sim.Choose("clients", 3) {
		list = append(list, kinds[sim.Choose("kind", len(kinds))]())
	}
	s.serve(plan, func() {
		o.begin()
		s.crowd(plan, list...)
		o.end()
	})
}
