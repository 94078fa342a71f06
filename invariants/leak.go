package invariants

// Leaks (I06): what the server's process opened it closed. Pages are counted by
// package sim, which gives them out.

import (
	"brigade/core/rt"
	"brigade/sim"
)

var leakChecker = Checker{
	Numbers: []string{"I06"}, Name: "leak",
	Allows: "no descriptor is open when the run has ended, and nothing in a loop that has",
	World:  "calls that open and close",
	Ops: []rt.Op{
		rt.OpListen, rt.OpAccept, rt.OpConnect, rt.OpOpen, rt.OpPoller, rt.OpEventFD, rt.OpPipe, rt.OpClose,
	},
	Kinds: []rt.Kind{rt.ProbeLoop},
	make:  func() property { return new(leak) },
}

type leak struct {
	judge
	open rows[opened]
}

// opened is an open descriptor.
type opened struct {
	op   rt.Op // by which it was made; none: it is not open
	by   int32
	step int
}

// Begin implements property.
func (l *leak) Begin(s *sim.Sim) {
	l.s = s
	l.open.reset()
}

// Event implements property.
func (l *leak) Event(e *sim.Event) {
	if e.Op == rt.OpProbe {
		if e.A == 0 && (e.B != 0 || e.C != 0) {
			l.fail("I06", "loop %s ends with %d connections in its table, and timers armed in %d rings", l.who(e.Task), e.B, e.C)
		}
		return
	}
	if n, ok := made(e); ok {
		if o := l.open.at(n); o != nil {
			*o = opened{op: e.Op, by: e.Task, step: e.Step}
		}
		return
	}
	if o := l.open.get(fd(e)); o != nil && e.Op == rt.OpClose && e.C == 0 {
		*o = opened{}
	}
}

// End implements property.
func (l *leak) End() {
	for i, o := range l.open.list {
		if o.op != rt.OpNone {
			l.fail("I06", "descriptor %d is open at the end of the run; %s by %s made it at step %d", i, o.op, l.who(o.by), o.step)
			return
		}
	}
}
