package invariants

// Counts (I24): there are as many connections as accepted descriptors, counted
// from two sources that know nothing of each other, whenever nothing can run; and
// none at the end. Nothing is told of one that is gone (I02).

import (
	"brigade/core/rt"
	"brigade/sim"
)

type count struct {
	judge
	accepted    rows[bool] // by descriptor
	descriptors int        // of accepted, how many are true
	connections int
	known       roster[struct{}]
}

// Ops implements sim.Observer.
func (c *count) Ops() []rt.Op { return []rt.Op{rt.OpAccept, rt.OpClose, rt.OpProbe} }

// Begin implements sim.Observer.
func (c *count) Begin(s *sim.Sim) {
	c.s = s
	c.accepted.reset()
	c.known.reset()
	c.descriptors, c.connections = 0, 0
}

// Event implements sim.Observer.
func (c *count) Event(e *sim.Event) {
	if e.Op == rt.OpProbe {
		c.probe(e)
		return
	}
	if !c.mine(e) {
		return
	}
	if n, ok := made(e); ok {
		if a := c.accepted.at(n); a != nil {
			*a = true
			c.descriptors++
		}
		return
	}
	if a := c.accepted.get(fd(e)); a != nil && *a && e.Op == rt.OpClose && e.C == 0 {
		*a = false
		c.descriptors--
	}
}

func (c *count) probe(e *sim.Event) {
	k := kind(e)
	if !names(k) {
		return
	}
	if k == rt.ProbeConnOpen {
		if c.known.add(e.A, told(e)) == nil {
			c.fail("I24", "connection %d begins, but there was one of that number", e.A)
			return
		}
		c.connections++
		return
	}
	m := c.known.find(e.A)
	switch {
	case m == nil:
		c.fail("I24", "%s tells %s of connection %d, which never began", c.who(e.Task), k, e.A)
	case m.gone:
		c.fail("I02", "%s tells %s of connection %d, which is gone", c.who(e.Task), k, e.A)
	case k == rt.ProbeConnClose && m.fd != told(e):
		c.fail("I24", "connection %d ends on descriptor %d; it began on %d", e.A, told(e), m.fd)
	case k == rt.ProbeConnClose:
		m.gone = true
		c.connections--
	}
}

// Quiet implements sim.Observer.
func (c *count) Quiet() {
	if c.connections != c.descriptors {
		c.fail("I24", "%d connections are open, but %d descriptors that were accepted", c.connections, c.descriptors)
	}
}

// End implements sim.Observer.
func (c *count) End() {
	for i := range c.known.members {
		if m := &c.known.members[i]; !m.gone {
			c.fail("I24", "connection %d on descriptor %d has not ended at the end of the run", m.id, m.fd)
			return
		}
	}
}
