package invariants

// Counts (I24): there are as many connections as accepted descriptors, counted
// from two sources that know nothing of each other, whenever nothing can run; and
// none at the end. Nothing is told of one that is gone (I02).

import (
	"brigade/core/rt"
	"brigade/sim"
)

var countChecker = Checker{
	Numbers: []string{"I02", "I24"}, Name: "count",
	Allows: "connections are told of from their open to their close, are as many as descriptors that were accepted, and no more than the limit",
	World:  "accept, close",
	Ops:    []rt.Op{rt.OpAccept, rt.OpClose},
	Kinds:  append([]rt.Kind{rt.ProbeLimit, rt.ProbeWindow}, naming...),
	make:   func() property { return new(count) },
}

type count struct {
	judge
	accepted    rows[bool] // by descriptor
	descriptors int        // of accepted, how many are true
	connections int
	known       roster[counted]
	shards      rows[int] // by number: open connections
	limit       uint64    // of each; 0: not told
}

// counted is a connection, or a stream.
type counted struct {
	session bool
	last    uint64 // number of its last stream
	parent  uint64 // of a stream: its connection
}

// Begin implements property.
func (c *count) Begin(s *sim.Sim) {
	c.s = s
	c.accepted.reset()
	c.known.reset()
	c.shards.reset()
	c.descriptors, c.connections, c.limit = 0, 0, 0
}

// Event implements property.
func (c *count) Event(e *sim.Event) {
	if e.Op == rt.OpProbe {
		c.probe(e)
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
	if k == rt.ProbeLimit {
		if e.A == 0 || e.A >= rt.Limits {
			c.fail("I24", "limit %d is told; there are 1 to %d", e.A, rt.Limits-1)
		} else if e.A == rt.LimitConnections {
			c.limit = e.B
		}
		return
	}
	if k == rt.ProbeConnOpen {
		if c.known.add(e.A, told(e)) == nil {
			c.fail("I24", "connection %d begins, but there was one of that number", e.A)
			return
		}
		c.connections++
		if n := c.shards.at(int32(shardOf(e.A))); n != nil {
			if *n++; uint64(*n) > c.limit {
				c.fail("I24", "connection %d is the %dth that is open in its shard; the limit is %d", e.A, *n, c.limit)
			}
		}
		return
	}
	if k == rt.ProbeStreamOpen {
		c.begin(e)
		return
	}
	m := c.known.find(e.A)
	switch {
	case m == nil:
		c.fail("I24", "%s tells %s of connection %d, which never began", c.who(e.Task), k, e.A)
	case m.gone:
		c.fail("I02", "%s tells %s of connection %d, which is gone", c.who(e.Task), k, e.A)
	case k == rt.ProbeSession:
		m.R.session = true
	case k == rt.ProbeStreamClose && m.R.parent != e.B:
		c.fail("I24", "stream %#x ends in connection %d; it began in %d", e.A, e.B, m.R.parent)
	case k == rt.ProbeStreamClose:
		m.gone = true
	case k == rt.ProbeConnClose && m.fd != told(e):
		c.fail("I24", "connection %d ends on descriptor %d; it began on %d", e.A, told(e), m.fd)
	case k == rt.ProbeConnClose:
		m.gone = true
		c.connections--
		if n := c.shards.get(int32(shardOf(e.A))); n != nil {
			*n--
		}
	}
}

// begin is the begin of a stream, in a connection that is there: with a number in its
// session, or, of one that has none, for the handler of its request; or of a feed, which
// is in none.
func (c *count) begin(e *sim.Event) {
	m := c.known.live(e.B)
	var feed member[counted]
	if e.B == 0 && e.C == 0 {
		m = &feed // it is nobody's: what it fetches is for many
	}
	switch {
	case m == nil || m.R.session != (e.C != 0):
		c.fail("I24", "stream %#x begins as number %d in connection %d, which is not there, or has no session where there is a number", e.A, e.C, e.B)
		return
	case e.C == 0:
	case e.C%2 == 0 || e.C <= m.R.last:
		c.fail("I24", "stream %#x is number %d of connection %d, after number %d; they are odd, and grow", e.A, e.C, e.B, m.R.last)
		return
	}
	m.R.last = e.C
	if !isStream(e.A) {
		c.fail("I24", "stream %#x begins, but that is no stream's number", e.A)
		return
	}
	if m = c.known.add(e.A, -1); m == nil {
		c.fail("I24", "stream %#x begins, but there was one of that number", e.A)
		return
	}
	m.R.parent = e.B
}

// Quiet implements property.
func (c *count) Quiet() {
	if c.connections != c.descriptors {
		c.fail("I24", "%d connections are open, but %d descriptors that were accepted", c.connections, c.descriptors)
	}
}

// End implements property.
func (c *count) End() {
	for i := range c.known.members {
		if m := &c.known.members[i]; !m.gone {
			c.fail("I24", "connection %d on descriptor %d has not ended at the end of the run", m.id, m.fd)
			return
		}
	}
}
