package scenario

// The core's concurrent parts alone, as package check has them: a program around each
// type that ships, with what its users rely on. There every order of a small one is
// seen; here they are larger than that, and the strategies search them.

import (
	"brigade/fuzz/check"
	"brigade/invariants"
	"brigade/netsim"
	"brigade/sim"
)

func parts() *Scenario {
	components := check.Components()
	return &Scenario{
		Name:  "parts",
		Story: "one of the core's concurrent types, in the hands of more tasks than can be explored to the end",
		Prepare: func(e *Env) func() {
			net := netsim.New(netsim.Config{})
			e.World = net
			host := net.Process("host")
			for _, c := range invariants.All() {
				switch c.Name {
				case "memory", "pool", "lock":
					e.Observers = append(e.Observers, c.New(host.Number()))
				}
			}
			return func() {
				c := components[sim.Choose("part", len(components))]
				c.Program(host, c.Tasks+sim.Choose("more tasks", 3), c.Ops+sim.Choose("more operations", 4))()
				e.Exchanged(1)
			}
		},
	}
}
