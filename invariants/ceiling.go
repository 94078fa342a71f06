package invariants

// A ceiling on pages (I28). The checkers of every run know what a connection and a stream
// may need, and are generous; where a scenario knows what all of it may need together, it
// says so, and no more is out at any time, not only when all is quiet or over.

import (
	"fmt"

	"brigade/core/rt"
	"brigade/sim"
)

// Ceiling is an observer that holds a server to Most bytes of pages at a time. Peak is how
// many were out at most in the run that was observed last.
type Ceiling struct {
	Most, Peak uint64

	s   *sim.Sim
	out uint64
}

// Ops implements sim.Observer.
func (c *Ceiling) Ops() []rt.Op { return []rt.Op{rt.OpPage, rt.OpFreePage} }

// Begin implements sim.Observer.
func (c *Ceiling) Begin(s *sim.Sim) { c.s, c.out, c.Peak = s, 0, 0 }

// Event implements sim.Observer.
func (c *Ceiling) Event(e *sim.Event) {
	if e.Op == rt.OpFreePage {
		c.out -= e.B
		return
	}
	c.out += e.B
	if c.Peak = max(c.Peak, c.out); c.out > c.Most && !c.s.Failed() {
		c.s.Fail(sim.Property, "I28", fmt.Sprintf("%d bytes of pages are out; what is served needs %d at most", c.out, c.Most))
	}
}

// Quiet implements sim.Observer.
func (c *Ceiling) Quiet() {}

// End implements sim.Observer.
func (c *Ceiling) End() {}
