package scenario

// Clients that keep to the protocol's letter and to nothing else, and those that do
// not keep to it. What they must get is known to the byte all the same.

import (
	"time"

	"brigade/netsim/client"
	"brigade/netsim/grammar"
	"brigade/sim"
)

// rogues are the behaviours, each of which draws for itself.
var rogues = []func(p *plan) behaviour{
	dribbling, stalling, resettingAnywhere, cuttingShort, leaving, grammatical, mutated, excessive,
}

// rogue draws one of them.
func rogue(p *plan) behaviour { return rogues[sim.Choose("rogue", len(rogues))](p) }

func dribbling(*plan) behaviour {
	return behaviour{"dribbling", 2, func(c *client.Client) error {
		return c.Dribbling(1+sim.Choose("requests", 3), 1+sim.Choose("piece", 9))
	}}
}

// stalling reads nothing for less than the server's patience, or for more.
func stalling(p *plan) behaviour {
	return behaviour{"stalling", 1, func(c *client.Client) error {
		stay := []time.Duration{0, time.Second, 2500 * time.Millisecond, 10 * time.Second}[sim.Choose("stay", 4)]
		err := c.Stalling(1+sim.Choose("requests", 4), stay, 200+sim.Choose("sip", 3000))
		if stay >= p.stage.Write {
			return unlessWrong(err)
		}
		return err
	}}
}

// unlessWrong excuses a connection that ended early.
func unlessWrong(err error) error {
	if kind, ok := client.KindOf(err); ok && kind != client.Wrong {
		return nil
	}
	return err
}

func resettingAnywhere(*plan) behaviour {
	return behaviour{"resetting", 0, func(c *client.Client) error {
		limit := []int{60, 600, 10000}[sim.Choose("reset within", 3)]
		return c.Resetting(sim.Choose("reset after", limit))
	}}
}

func cuttingShort(*plan) behaviour {
	return behaviour{"cuttingshort", 0, func(c *client.Client) error { return c.CutShort(sim.Choose("cut after", 80)) }}
}

func leaving(*plan) behaviour {
	return behaviour{"leaving", 0, func(c *client.Client) error { return c.Leaving(1 + sim.Choose("requests", 3)) }}
}

func grammatical(*plan) behaviour {
	return behaviour{"grammatical", 3, func(c *client.Client) error {
		return c.Grammatical(sim.Choose, 1+sim.Choose("requests", 4))
	}}
}

func mutated(*plan) behaviour {
	n := len(grammar.Mutations())
	return behaviour{"mutated", 1, func(c *client.Client) error { return c.Mutated(sim.Choose, sim.Choose("mutation", n)) }}
}

// excessive knows the server's limits; its content's is the default.
func excessive(p *plan) behaviour {
	head := p.stage.Limits.Head
	l := client.Limits{Line: head, Head: head, Fields: 64, Content: 1 << 20}
	return behaviour{"excessive", 1, func(c *client.Client) error {
		return c.Excessive(sim.Choose, l, []int{1, 2, 30}[sim.Choose("over", 3)])
	}}
}

// impolite is a crowd of rogues, and one client who has nothing to do with them.
func impolite() *Scenario {
	return &Scenario{
		Name:  "rogues",
		Story: "clients that dribble, stall, leave in the middle, say too much or what may not be said, and one that does nothing of it",
		Prepare: func(e *Env) func() {
			s := newSite(e)
			return func() {
				p := s.draw(sim.Choose("faults", 2) == 1)
				list := []behaviour{wellBehaved(3)}
				for range 1 + sim.Choose("rogues", 4) {
					list = append(list, rogue(&p))
				}
				s.serve(p, func() { s.crowd(p, list...) })
			}
		},
	}
}
