package invariants

// Ownership (I01) and no touch after a handoff (I32). A connection is touched by a
// call on its descriptor or a probe that names it. The handoff probe comes before
// the push: from then on the connection is nobody's, until somebody says that he
// has taken it, who is whom it was for.
//
// The race detector sees looks back at memory; this sees those at the kernel.

import (
	"brigade/core/rt"
	"brigade/sim"
)

const nobody = -1

var ownerChecker = Checker{
	Numbers: []string{"I01", "I32"}, Name: "owner",
	Allows: "a connection and its descriptor are touched by the task that took it last, until it hands it on",
	World:  "who calls on which descriptor",
	Ops: []rt.Op{
		rt.OpSetOption, rt.OpSocketError, rt.OpLocalAddr, rt.OpRead, rt.OpWrite, rt.OpSendfile, rt.OpShutdown, rt.OpClose,
	},
	Kinds: append([]rt.Kind{rt.ProbeLoop}, naming...),
	make:  func() property { return new(owner) },
}

type owner struct {
	judge
	connections roster[held]
	loops       rows[bool]
	numbers     rows[uint64] // by task: the number under which it takes; 0: not told
	owners      rows[int32]  // by number: 1 + the task; 0: not told
}

// held is who has a connection.
type held struct {
	holder int32 // nobody: it is in a handoff
	giver  int32 // in a handoff: who gave it
	step   uint64
	to     uint64 // the loop it goes to; 0: the processors' queue
	given  int    // at which step of the run
	begun  bool   // it was called on or handed on, so that it is too late to adopt it
}

// Begin implements property.
func (o *owner) Begin(s *sim.Sim) {
	o.s = s
	o.connections.reset()
	o.loops.reset()
	o.numbers.reset()
	o.owners.reset()
}

// Event implements property.
func (o *owner) Event(e *sim.Event) {
	if e.Op == rt.OpProbe {
		o.probe(e)
		return
	}
	m := o.connections.on(fd(e))
	if m == nil {
		return
	}
	o.touch(e, m)
	m.R.begun = true
	if e.Op == rt.OpClose && e.C == 0 {
		o.connections.closed(fd(e))
	}
}

func (o *owner) probe(e *sim.Event) {
	k := kind(e)
	switch {
	case k == rt.ProbeLoop:
		if l := o.loops.at(e.Task); l != nil {
			*l = e.A == 1
		}
		return
	case k == rt.ProbeConnOpen:
		if m := o.connections.add(e.A, told(e)); m != nil {
			m.R.holder = e.Task
		}
		return
	case k == rt.ProbeStreamOpen:
		if m := o.connections.add(e.A, -1); m != nil {
			m.R.holder = e.Task
		}
		return
	case !names(k):
		return
	}
	m := o.connections.live(e.A)
	if m == nil {
		return // count says so
	}
	if k == rt.ProbeTaken {
		o.take(e, m)
		return
	}
	o.touch(e, m)
	switch k {
	case rt.ProbeConnClose, rt.ProbeStreamClose:
		m.gone = true
	case rt.ProbeOwner:
		o.give(e, m)
	}
}

// touch is a task's doing something with a connection.
func (o *owner) touch(e *sim.Event, m *member[held]) {
	h := &m.R
	switch {
	case h.holder == e.Task:
		return
	case h.holder != nobody:
		o.fail("I01", "connection %d is touched by %s (%s); it is %s's until that hands it on", m.id, o.who(e.Task), o.what(e), o.who(h.holder))
		return
	case h.giver == e.Task:
		o.fail("I32", "connection %d is touched by %s (%s), which handed it on at step %d", m.id, o.who(e.Task), o.what(e), h.given)
	default:
		o.fail("I01", "connection %d is touched by %s (%s), which has not taken it: %s handed it on at step %d", m.id, o.who(e.Task), o.what(e), o.who(h.giver), h.given)
	}
}

// take is the end of a handoff.
func (o *owner) take(e *sim.Event, m *member[held]) {
	h := &m.R
	switch {
	case h.holder != nobody:
		o.fail("I01", "connection %d is taken by %s, but it is %s's, and was not handed on", m.id, o.who(e.Task), o.who(h.holder))
		return
	case e.B != h.step:
		o.fail("I01", "connection %d is taken by %s for step %d; it was handed on for step %d", m.id, o.who(e.Task), e.B, h.step)
		return
	case h.to != 0 && e.C != h.to:
		o.fail("I01", "connection %d is taken by %s, number %d; it was handed to the loop with number %d", m.id, o.who(e.Task), e.C, h.to)
		return
	case !o.knows(e):
		o.fail("I01", "%s takes connection %d as number %d; a task has one number, and a number one task", o.who(e.Task), m.id, e.C)
		return
	}
	h.holder = e.Task
	o.taken(e, m)
}

// knows binds a task to its number, and reports whether they fit.
func (o *owner) knows(e *sim.Event) bool {
	n := o.numbers.at(e.Task)
	t := o.owners.at(int32(min(e.C, most)))
	if n == nil || t == nil || e.C == 0 {
		return false
	}
	if *n == 0 && *t == 0 {
		*n, *t = e.C, 1+e.Task
	}
	return *n == e.C && *t == 1+e.Task
}

// taken holds that what goes to the queue is never a loop's, and that what goes to
// a loop is.
func (o *owner) taken(e *sim.Event, m *member[held]) {
	l := o.loops.get(e.Task)
	if loop := l != nil && *l; loop != (m.R.to != 0) {
		o.fail("I01", "connection %d was handed to %d (0: what may block) for step %d, and %s took it, which is a loop: %t", m.id, m.R.to, m.R.step, o.who(e.Task), loop)
	}
}

// give is a handoff.
func (o *owner) give(e *sim.Event, m *member[held]) {
	if e.B < rt.StepAdopt || e.B >= rt.Steps {
		o.fail("I01", "connection %d is handed on by %s for step %d; there are 1 to %d", m.id, o.who(e.Task), e.B, rt.Steps-1)
		return
	}
	if e.B == rt.StepAdopt && m.R.begun {
		o.fail("I01", "connection %d is handed on by %s for step %d; adopting comes first, and once", m.id, o.who(e.Task), e.B)
		return
	}
	m.R = held{holder: nobody, giver: e.Task, step: e.B, to: e.C, given: e.Step, begun: true}
}

// what a touch is, in words.
func (o *owner) what(e *sim.Event) string {
	if e.Op == rt.OpProbe {
		return "probe " + kind(e).String()
	}
	return e.Op.String()
}
