package invariants

// Order (I12): handoffs are first in, first out, and nobody is passed over. A
// connection is given between the probe that says so and whatever its giver does
// next, since that is when the push is over. If one push was over before another
// began, and both go to one place, the first is taken first: always by a loop,
// which takes alone; from the queue of the processors unless its taker had it
// before the other was told of, which shows in what that taker did last.

import (
	"brigade/core/rt"
	"brigade/sim"
)

var orderChecker = Checker{
	Numbers: []string{"I12"}, Name: "order",
	Allows: "connections are taken in the order in which they were handed on, and those that wait for a task are not passed over",
	World:  "all calls, as signs that a task has gone on",
	Ops:    calls,
	Kinds:  signs,
	make:   func() property { return new(order) },
}

type order struct {
	judge
	clock  uint64 // counts events
	flight []handed
	tasks  rows[progress]
}

// handed is a connection between two owners.
type handed struct {
	connection uint64
	place      uint64 // where it goes: a loop's number, or a shard's queue
	begun      uint64 // by clock: its push
	done       uint64 // 0: not yet
	passed     uint64 // by clock: when a later one was taken; 0: none was
	by         uint64 // that one
	giver      int32
}

// progress is when a task did something last, and its push that is not over.
type progress struct {
	last    uint64
	pushing bool
}

// queueOf is the place of shard's queue, apart from the numbers of loops.
func queueOf(connection uint64) uint64 { return 1<<63 | shardOf(connection) }

// shardOf is the shard that a connection or a stream belongs to.
func shardOf(connection uint64) uint64 { return connection &^ rt.StreamBit >> 48 }

// isStream reports whether the number is a stream's.
func isStream(id uint64) bool { return id&rt.StreamBit != 0 }

// Begin implements property.
func (o *order) Begin(s *sim.Sim) {
	o.s = s
	o.clock = 0
	o.flight = o.flight[:0]
	o.tasks.reset()
}

// Event implements property.
func (o *order) Event(e *sim.Event) {
	t := o.tasks.at(e.Task)
	if t == nil {
		return
	}
	o.clock++
	if t.pushing {
		t.pushing = false
		o.pushed(e.Task)
	}
	if e.Op == rt.OpProbe {
		switch kind(e) {
		case rt.ProbeOwner:
			place := e.C
			if place == 0 {
				place = queueOf(e.A)
			}
			o.flight = append(o.flight, handed{connection: e.A, place: place, begun: o.clock, giver: e.Task})
			t.pushing = true
		case rt.ProbeTaken:
			o.taken(e, t.last)
		}
	}
	t.last = o.clock
}

// pushed is the end of a task's push.
func (o *order) pushed(task int32) {
	for i := range o.flight {
		if h := &o.flight[i]; h.giver == task && h.done == 0 {
			h.done = o.clock
		}
	}
}

// taken is a connection's arrival at a task that did something last at the time
// before.
func (o *order) taken(e *sim.Event, before uint64) {
	for i := range o.flight {
		h := o.flight[i]
		if h.connection != e.A {
			continue
		}
		o.flight = append(o.flight[:i], o.flight[i+1:]...)
		if h.passed != 0 && before > h.passed {
			o.fail("I12", "connection %d is taken by %s after connection %d, which was handed to the same queue later", h.connection, o.who(e.Task), h.by)
			return
		}
		o.overtakes(e, &h)
		return
	}
}

// overtakes looks for those that h passed.
func (o *order) overtakes(e *sim.Event, h *handed) {
	for i := range o.flight {
		old := &o.flight[i]
		switch {
		case old.place != h.place || old.done == 0 || old.done > h.begun || old.passed != 0:
		case h.place>>63 == 0:
			o.fail("I12", "connection %d is taken by %s before connection %d, which was handed to it earlier", h.connection, o.who(e.Task), old.connection)
			return
		default:
			old.passed, old.by = o.clock, h.connection
		}
	}
}
