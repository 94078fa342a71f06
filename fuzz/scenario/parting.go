package scenario

// Servers that drain while clients ask, think and stay: requests are at processors when it
// is decided, or come in that moment, and what comes home afterwards has to be told. The
// others are drained in one run of ten, usually when their clients do nothing.

import (
	"time"

	"brigade/core/rt"
	"brigade/core/stage"
	"brigade/netsim/client"
	"brigade/sim"
)

// staying asks now and then, and is silent in between for longer than a server that drains
// may take to tell it.
func staying() behaviour {
	return behaviour{"staying", 6, func(c *client.Client) error {
		for _, f := range c.Files {
			if f.Target == actList[0].target() { // whose handler takes its time
				c.Files = []client.File{f}
				break
			}
		}
		think := []time.Duration{time.Second, 60 * time.Millisecond, 200 * time.Millisecond}[sim.Choose("thinks", 3)]
		return c.WellBehaved(2+sim.Choose("requests", 5), think)
	}}
}

func parting() *Scenario {
	return &Scenario{
		Name:  "parting",
		Story: "a server drains in the middle of what its clients do; each is told so at once, whatever is asked and answered meanwhile",
		Prepare: func(e *Env) func() {
			s := newSite(e)
			return func() {
				p := s.draw(sim.Choose("faults", 4) == 3)
				p.drain = inTheMiddle
				if sim.Choose("by processors", 2) == 1 {
					p.stage.Topology = stage.Event // whose processors learn of a drain from one connection to the next
				}
				p.acts = newActs(e, []time.Duration{100 * time.Millisecond, time.Millisecond}[sim.Choose("nap", 2)])
				list := []behaviour{staying(), thoughtful(3)}
				for range 1 + sim.Choose("more", 4) {
					list = append(list, []func() behaviour{staying, staying, slow, halfClosing}[sim.Choose("kind", 4)]())
				}
				if sim.Choose("handlers stream", 3) == 1 {
					p.bodies = newBodies([]time.Duration{time.Millisecond, 50 * time.Millisecond}[sim.Choose("nap between", 2)])
					list = append(list, attending(&p, 6), sending(&p))
					p.bodies.asks = 2
				}
				s.serve(p, func() {
					var wg rt.WaitGroup
					wg.Label("holder")
					wg.Go("holder", p.acts.hold)
					s.crowd(p, list...)
					wg.Wait()
				})
			}
		},
	}
}
