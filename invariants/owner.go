package invariants

// Ownership (I01) and no touch after a handoff (I32). A connection is touched by a
// call on its descriptor or a probe that names it. The handoff probe comes before
// the push: from then on the connection is nobody's, and the next to touch it has
// taken it. That is never the giver, who does not hand on to itself.
//
// The race detector sees looks back at memory; this sees those at the kernel.

import (
	"brigade/core/rt"
	"brigade/sim"
)

// The steps of handoffs, as the probe numbers them.
const (
	stepAdopt = iota + 1
	stepRead
	stepProcess
	stepWrite
	stepSend
	stepLinger
	stepFinish
	stepRest
	steps
)

const nobody = -1

type owner struct {
	judge
	connections roster[held]
	loops       rows[bool]
	takers      [steps]taker
}

// held is who has a connection.
type held struct {
	holder int32 // nobody: it is in a handoff
	giver  int32 // in a handoff: who gave it
	step   uint64
	given  int  // at which step of the run
	begun  bool // it was called on or handed on, so that it is too late to adopt it
}

// taker is what kind of task takes a step.
type taker uint8

const (
	takerUnknown taker = iota
	takerLoop
	takerOther
)

// Ops implements sim.Observer.
func (o *owner) Ops() []rt.Op {
	return []rt.Op{
		rt.OpSetOption, rt.OpSocketError, rt.OpLocalAddr, rt.OpRead, rt.OpWrite, rt.OpSendfile, rt.OpShutdown, rt.OpClose, rt.OpProbe,
	}
}

// Begin implements sim.Observer.
func (o *owner) Begin(s *sim.Sim) {
	o.s = s
	o.connections.reset()
	o.loops.reset()
	o.takers = [steps]taker{}
}

// Event implements sim.Observer.
func (o *owner) Event(e *sim.Event) {
	if e.Op == rt.OpProbe {
		o.probe(e)
		return
	}
	if !o.mine(e) {
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
	case !names(k):
		return
	}
	m := o.connections.live(e.A)
	if m == nil {
		return // count says so
	}
	o.touch(e, m)
	switch k {
	case rt.ProbeConnClose:
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
		o.fail("I32", "connection %d is touched by %s (%s), which handed it on at step %d; nobody has taken it yet", m.id, o.who(e.Task), o.what(e), h.given)
		return
	}
	h.holder = e.Task
	o.taken(e, m)
}

// taken holds that the steps which may block are never a loop's, and that every
// step is for one kind of task.
func (o *owner) taken(e *sim.Event, m *member[held]) {
	l, is := o.loops.get(e.Task), takerOther
	if l != nil && *l {
		is = takerLoop
	}
	s := m.R.step
	if is == takerLoop && (s == stepProcess || s == stepSend) {
		o.fail("I01", "connection %d was handed on for step %d, which may block, and loop %s took it", m.id, s, o.who(e.Task))
		return
	}
	if t := &o.takers[s]; *t == takerUnknown {
		*t = is
	} else if *t != is {
		o.fail("I01", "connection %d was handed on for step %d, and %s took it; loops and other tasks both take that step", m.id, s, o.who(e.Task))
	}
}

// give is a handoff.
func (o *owner) give(e *sim.Event, m *member[held]) {
	if e.B < stepAdopt || e.B >= steps {
		o.fail("I01", "connection %d is handed on by %s for step %d; there are 1 to %d", m.id, o.who(e.Task), e.B, steps-1)
		return
	}
	if e.B == stepAdopt && m.R.begun {
		o.fail("I01", "connection %d is handed on by %s for step %d; adopting comes first, and once", m.id, o.who(e.Task), e.B)
		return
	}
	m.R = held{holder: nobody, giver: e.Task, step: e.B, given: e.Step, begun: true}
}

// what a touch is, in words.
func (o *owner) what(e *sim.Event) string {
	if e.Op == rt.OpProbe {
		return "probe " + kind(e).String()
	}
	return e.Op.String()
}
