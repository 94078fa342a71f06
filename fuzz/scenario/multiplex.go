package scenario

// Clients of HTTP/2 among those of HTTP/1.1, on a server of any shape. What they get is
// known to the byte; their windows and streams are held to account by themselves.

import (
	"time"

	"brigade/netsim/client"
	"brigade/sim"
)

func multiplexing(n int) behaviour {
	return behaviour{"multiplexing", n, func(c *client.Client) error { return c.Multiplexing(sim.Choose, n) }}
}

func misusing() behaviour {
	return behaviour{"misusing", 0, func(c *client.Client) error {
		return unlessWrong(c.Misusing(sim.Choose, sim.Choose("misuse", client.Misuses())))
	}}
}

func vanishing() behaviour {
	return behaviour{"vanishing", 0, func(c *client.Client) error { return c.Vanishing(sim.Choose) }}
}

func unruly() behaviour {
	return behaviour{"unruly", 0, func(c *client.Client) error { return c.Unruly(sim.Choose, 2+sim.Choose("files", 8)) }}
}

// multiplex is a crowd in which some speak HTTP/2. Who misbehaves gets what that deserves;
// the others are served as if nobody did.
func multiplex() *Scenario {
	return &Scenario{
		Name:  "multiplex",
		Story: "clients of HTTP/2 that ask for much at once, that misbehave or vanish, and some of HTTP/1.1, on a server of any shape, with handlers of any kind",
		Prepare: func(e *Env) func() {
			s := newSite(e)
			return func() {
				p := s.draw(sim.Choose("faults", 2) == 1)
				p.mixed = true
				p.stage.Streams = []int{100, 3, 1, 30}[sim.Choose("streams at a time", 4)]
				p.stage.Content = []int64{4096, 1 << 20}[sim.Choose("content", 2)]
				if sim.Choose("handlers", 4) == 1 {
					p.acts = newActs(e, []time.Duration{time.Millisecond, 100 * time.Millisecond}[sim.Choose("nap", 2)])
				}
				list := []behaviour{multiplexing(1 + sim.Choose("files", 8))}
				for range 1 + sim.Choose("more", 4) {
					switch sim.Choose("kind", 8) {
					case 0:
						list = append(list, wellBehaved(3))
					case 1:
						list = append(list, misusing())
					case 2:
						list = append(list, vanishing())
					case 3:
						list = append(list, pipelining(1+sim.Choose("pipeline", 4)))
					case 4, 5:
						list = append(list, unruly())
					default:
						list = append(list, multiplexing(1+sim.Choose("files", 6)))
					}
				}
				s.serve(p, func() { s.crowd(p, list...) })
			}
		},
	}
}
