package scenario

import (
	"time"

	"brigade/core/stage"
	"brigade/netsim/client"
	"brigade/sim"
)

// The behaviours of clients, with what they draw.

func wellBehaved(n int) behaviour {
	return behaviour{"wellbehaved", n, func(c *client.Client) error { return c.WellBehaved(upTo(n), 0) }}
}

// upTo is n, and in a replay as little as 1: a failing run is made small by
// leaving out requests, too.
func upTo(n int) int {
	for i := 1; i < n; i++ {
		if !sim.Will("another") {
			return i
		}
	}
	return n
}

// thoughtful is a well-behaved client that asks for up to n files and thinks
// between them.
func thoughtful(n int) behaviour {
	return behaviour{"wellbehaved", n, func(c *client.Client) error {
		n := 1 + sim.Choose("requests", n)
		think := []time.Duration{0, time.Millisecond, 1500 * time.Millisecond, 5 * time.Second}[sim.Choose("think", 4)]
		return c.WellBehaved(n, think)
	}}
}

func pipelining(k int) behaviour {
	return behaviour{"pipelining", k, func(c *client.Client) error { return c.Pipelining(k) }}
}

// many is how many requests are sent in one piece when they are many: their heads do not fit
// into the page of an answer's, again and again.
const many = 64

// longWinded pipelines k requests at most, or now and then many.
func longWinded(k int) behaviour {
	n := 1 + sim.Choose("pipeline", k)
	if sim.Choose("long-winded", 10) == 9 {
		n = many
	}
	return pipelining(n)
}

func burst(k int) behaviour {
	return behaviour{"pipelining", k, func(c *client.Client) error { return c.Pipelining(upTo(k)) }}
}

func slow() behaviour {
	return behaviour{"slow", 1, func(c *client.Client) error {
		p := client.Pace{
			Write: 1 + sim.Choose("dribble", 20), WritePause: time.Duration(1+sim.Choose("pause", 50)) * time.Millisecond,
			// Slow, but done within the patience of others, who may have to wait for the
			// only connection that the server takes.
			Read: 200 + sim.Choose("sip", 3000), ReadPause: time.Duration(sim.Choose("rest", 20)) * time.Millisecond,
		}
		err := c.Slow(p)
		if kind, ok := client.KindOf(err); ok && kind != client.Wrong {
			return nil // it was too slow for the server
		}
		return err
	}}
}

func resetting() behaviour {
	return behaviour{"resetting", 0, func(c *client.Client) error {
		return c.Resetting([]int{1, 20, 60, 200, 1000}[sim.Choose("reset after", 5)])
	}}
}

func halfClosing() behaviour {
	return behaviour{"halfclosing", 1, func(c *client.Client) error { return c.HalfClosing() }}
}

func abandoning() behaviour {
	return behaviour{"abandoning", 0, func(c *client.Client) error {
		send := []string{"", "GE", "GET / HTTP/1.1\r\nHost: t"}[sim.Choose("send", 3)]
		return c.Abandoning([]byte(send), time.Duration(sim.Choose("stay", 4))*time.Second)
	}}
}

func malformed() behaviour {
	list := client.BadRequests()
	return behaviour{"malformed", 1, func(c *client.Client) error {
		i := sim.Choose("bad request", len(list))
		return c.Malformed(list[i : i+1])
	}}
}

func curiously() behaviour { return curious(1 + sim.Choose("questions", 6)) }

// steady is the run by which the simulator's speed is measured: staged, four
// clients, twelve exchanges, nothing goes wrong.
func steady() *Scenario {
	return &Scenario{
		Name:  "steady",
		Story: "four clients make twelve exchanges with a staged server on a network without faults",
		Prepare: func(e *Env) func() {
			s := newSite(e)
			return func() {
				p := plan{stage: stage.Config{
					Kernel: s.server, Listen: address, Topology: stage.Staged, Pages: smallPages,
				}, log: true}
				s.serve(p, func() { s.crowd(p, wellBehaved(4), wellBehaved(4), burst(3), halfClosing()) })
			}
		},
	}
}

// load is the run by which simulated time is compared with real time.
func load() *Scenario {
	return &Scenario{
		Name:  "load",
		Story: "four clients each make a hundred requests a second for five seconds, on a network without faults",
		Apart: true,
		Prepare: func(e *Env) func() {
			s := newSite(e)
			request := behaviour{"wellbehaved", 500, func(c *client.Client) error { return c.WellBehaved(500, 10*time.Millisecond) }}
			return func() {
				p := plan{stage: stage.Config{Kernel: s.server, Listen: address, Pages: smallPages}, log: true}
				s.serve(p, func() { s.crowd(p, request, request, request, request) })
			}
		},
	}
}

// crowd has every kind of client, every topology and every fault.
func crowd() *Scenario {
	return &Scenario{
		Name:  "crowd",
		Story: "clients of every kind on a server of any shape, and a world in which anything may go wrong",
		Prepare: func(e *Env) func() {
			s := newSite(e)
			return func() {
				p := s.draw(true)
				list := []behaviour{thoughtful(3), longWinded(5), slow(), resetting(), halfClosing()}
				for range sim.Choose("more", 3) {
					list = append(list, []func() behaviour{abandoning, malformed, slow, curiously}[sim.Choose("kind", 4)]())
				}
				s.serve(p, func() { s.crowd(p, list...) })
			}
		},
	}
}

// calm is crowd without faults of the network.
func calm() *Scenario {
	return &Scenario{
		Name:  "calm",
		Story: "clients of every kind on a server of any shape, in a world in which nothing goes wrong but its timing",
		Prepare: func(e *Env) func() {
			s := newSite(e)
			return func() {
				p := s.draw(false)
				s.serve(p, func() {
					s.crowd(p, thoughtful(4), longWinded(5), slow(), resetting(), halfClosing(), malformed(), curious(4), abandoning(), s.informed(&p))
				})
			}
		},
	}
}
