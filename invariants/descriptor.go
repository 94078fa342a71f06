package invariants

// Descriptors (I15): a number means one thing from the call that makes it to its
// close, then nothing until it is made again. A close that comes twice, or a call
// that comes late, hits either nothing (EBADF, which is how it is seen here) or,
// worse, somebody else's descriptor of the same number: for connections that is
// seen because whoever closes one's descriptor lets go of it in the same breath.
// Watches of descriptors that are not open are I14's.

import (
	"brigade/core/rt"
	"brigade/sim"
)

var descriptorChecker = Checker{
	Numbers: []string{"I15", "I14"}, Name: "descriptor",
	Allows: "each descriptor is closed once, by whoever has it, and not used afterwards",
	World:  "results of all calls",
	Ops:    calls,
	Kinds:  naming,
	make:   func() property { return new(descriptor) },
}

type descriptor struct {
	judge
	numbers rows[number]
	tasks   rows[closing]
}

// number is what is known of one descriptor number.
type number struct {
	open       bool
	owned      bool   // by a connection
	generation uint32 // how often it was made
	connection uint64
	by         int32 // who made it or, when it is not open, who closed it
	step       int   // when
	made       rt.Op
}

// closing is a connection whose descriptor a task has closed and which it did
// not let go of yet.
type closing struct {
	connection uint64
	fd         int32
	pending    bool
	accepted   int32 // the descriptor that the task accepted last and told nobody of
}

// Begin implements property.
func (d *descriptor) Begin(s *sim.Sim) {
	d.s = s
	d.numbers.reset()
	d.tasks.reset()
}

// Event implements property.
func (d *descriptor) Event(e *sim.Event) {
	t := d.tasks.at(e.Task)
	if t == nil {
		return
	}
	if e.Op == rt.OpProbe {
		d.probe(e, t)
		return
	}
	if t.pending {
		d.kept(e, t)
		return
	}
	if n, ok := made(e); ok {
		d.make(e, n)
		if e.Op == rt.OpAccept {
			t.accepted = n
		}
		return
	}
	n := d.numbers.get(fd(e))
	switch {
	case e.C == badDescriptor:
		d.bad(e, n)
	case e.Op == rt.OpClose && n != nil:
		if n.owned {
			*t = closing{connection: n.connection, fd: fd(e), pending: true}
		}
		n.open, n.owned, n.by, n.step = false, false, e.Task, e.Step
	}
}

func (d *descriptor) make(e *sim.Event, i int32) {
	n := d.numbers.at(i)
	if n == nil {
		return
	}
	if n.open {
		d.fail("I15", "%s by %s makes descriptor %d, which %s made at step %d and nobody closed", e.Op, d.who(e.Task), i, n.made, n.step)
	}
	*n = number{open: true, generation: n.generation + 1, by: e.Task, step: e.Step, made: e.Op}
}

// bad is a call that found its descriptor not open.
func (d *descriptor) bad(e *sim.Event, n *number) {
	switch {
	case n != nil && n.open:
		// It was the call's other descriptor.
		invariant := "I15"
		if e.Op == rt.OpPollAdd || e.Op == rt.OpPollModify || e.Op == rt.OpPollDelete {
			invariant = "I14"
		}
		d.fail(invariant, "%s by %s through descriptor %d names another that is not open", e.Op, d.who(e.Task), fd(e))
	case n == nil || n.generation == 0:
		d.fail("I15", "%s by %s on descriptor %d, which was never made", e.Op, d.who(e.Task), fd(e))
	case e.Op == rt.OpClose:
		d.fail("I15", "descriptor %d is closed by %s, but %s closed it at step %d; each is closed once", fd(e), d.who(e.Task), d.who(n.by), n.step)
	default:
		d.fail("I15", "%s by %s on descriptor %d, which %s closed at step %d", e.Op, d.who(e.Task), fd(e), d.who(n.by), n.step)
	}
}

func (d *descriptor) probe(e *sim.Event, t *closing) {
	switch kind(e) {
	case rt.ProbeNone: // says nothing
		return
	case rt.ProbeConnOpen:
		i := told(e)
		n := d.numbers.get(i)
		if n == nil || !n.open || n.made != rt.OpAccept || t.accepted != i || n.owned {
			d.fail("I15", "connection %d begins on descriptor %d, which is not what %s accepted last", e.A, i, d.who(e.Task))
			return
		}
		n.owned, n.connection, t.accepted = true, e.A, 0
		return
	case rt.ProbeConnClose:
		if !t.pending || t.connection != e.A || t.fd != told(e) {
			d.fail("I15", "%s lets go of connection %d without having closed its descriptor; it says that was %d", d.who(e.Task), e.A, told(e))
			return
		}
		t.pending = false
		return
	}
	if t.pending {
		d.kept(e, t)
	}
}

// kept is a task that goes on after it closed a connection's descriptor.
func (d *descriptor) kept(e *sim.Event, t *closing) {
	d.fail("I15", "%s closed descriptor %d, which was connection %d's, without letting go of that: it goes on with %s", d.who(e.Task), t.fd, t.connection, e.Op)
}

// End implements property.
func (d *descriptor) End() {
	for i := range d.tasks.list {
		if t := &d.tasks.list[i]; t.pending {
			d.fail("I15", "%s closed descriptor %d, which was connection %d's, and ended without letting go of that", d.who(int32(i)), t.fd, t.connection)
			return
		}
	}
}
