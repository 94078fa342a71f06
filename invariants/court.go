package invariants

// The court: what a run tells goes once through here. Calls of other processes
// (clients, mostly) are left out, and what is left goes to those that asked for
// it, probes by their kind: a checker costs nothing for what it does not want.

import (
	"brigade/core/rt"
	"brigade/sim"
)

// property is what a checker does with what it is told.
type property interface {
	Begin(s *sim.Sim)
	Event(e *sim.Event)
	Quiet()
	End()
}

// court implements sim.Observer for the checkers of one server.
type court struct {
	process uint64
	ops     []rt.Op
	calls   [rt.Ops][]property // of every operation but probes
	kinds   [rt.Kinds][]property
	all     []property
}

// convene makes a court of these checkers, for a server whose process has this
// index. They are told in their order.
func convene(process int32, list ...Checker) *court {
	c := &court{process: uint64(uint32(process))}
	wanted := [rt.Ops]bool{}
	for _, row := range list {
		p := row.make()
		c.all = append(c.all, p)
		for _, op := range row.Ops {
			c.calls[op] = append(c.calls[op], p)
			wanted[op] = true
		}
		for _, k := range row.Kinds {
			c.kinds[k] = append(c.kinds[k], p)
			wanted[rt.OpProbe] = true
		}
	}
	for op, yes := range wanted {
		if yes {
			c.ops = append(c.ops, rt.Op(op))
		}
	}
	return c
}

// Ops implements sim.Observer.
func (c *court) Ops() []rt.Op { return c.ops }

// Begin implements sim.Observer.
func (c *court) Begin(s *sim.Sim) {
	for _, p := range c.all {
		p.Begin(s)
	}
}

// Event implements sim.Observer.
func (c *court) Event(e *sim.Event) {
	list := c.calls[e.Op]
	switch {
	case e.Op == rt.OpProbe:
		if list = nil; int(e.Object) < rt.Kinds && e.Object >= 0 {
			list = c.kinds[e.Object]
		}
	case isCall(e.Op) && e.A>>32 != c.process:
		return
	}
	for _, p := range list {
		p.Event(e)
	}
}

// Quiet implements sim.Observer.
func (c *court) Quiet() {
	for _, p := range c.all {
		p.Quiet()
	}
}

// End implements sim.Observer.
func (c *court) End() {
	for _, p := range c.all {
		p.End()
	}
}

// isCall reports whether op is a system call, whose descriptor comes with its
// process.
func isCall(op rt.Op) bool { return op >= rt.OpListen && op < rt.OpPage }
