package sim

import (
	"brigade/core/rt"
	"brigade/sim/schedule"
)

// Event is one thing that happened in a run. Words A to C depend on the
// operation: for a system call A is the descriptor with the process above bit
// 32, B the result and C the errno; for a probe A to C are its words and Object
// is its kind.
type Event struct {
	Step   int
	Time   rt.Instant
	Task   int32 // -1: the world
	Object int32 // -1: none
	Op     rt.Op
	A      uint64
	B      uint64
	C      uint64

	// Call is a system call's record, its results filled in: what A to C leave out.
	// It is the task's, and valid while the event is told; of a recorded event it is
	// a copy. nil: no system call.
	Call *Call
}

// Observer is a checker of runs. It sees the operations it names, in order, in
// the scheduler's context: it keeps words, never the core's memory, and must not
// call rt.
type Observer interface {
	// Ops are the operations whose events it wants.
	Ops() []rt.Op
	// Begin starts a run.
	Begin(s *Sim)
	// Event tells one event. e is valid during the call.
	Event(e *Event)
	// Quiet is called when nothing can run, before time moves.
	Quiet()
	// End is called when every task has ended of itself.
	End()
}

// Emit tells observers, and the event hash, of an event of the world.
func (s *Sim) Emit(op rt.Op, object int32, a, b, c uint64) {
	s.hash = schedule.Mix(schedule.Mix(s.hash, a^uint64(op)<<56), b^c<<32)
	if !s.record && len(s.watch[op]) == 0 {
		return
	}
	e := Event{Step: s.steps, Time: s.now, Task: none, Object: object, Op: op, A: a, B: b, C: c}
	if s.acting != nil {
		e.Task = s.acting.index
	}
	s.tell(&e)
}

func (s *Sim) tell(e *Event) {
	if s.record {
		s.events = append(s.events, *e)
		if e.Call != nil {
			s.events[len(s.events)-1].Call = e.Call.clone()
		}
	}
	for _, o := range s.watch[e.Op] {
		o.Event(e)
	}
}

// Fail ends the run with a verdict of the world or of a checker.
func (s *Sim) Fail(kind VerdictKind, invariant, message string) {
	s.fail(&Verdict{Kind: kind, Invariant: invariant, Message: message})
}

// fail keeps the first verdict: what follows may be its consequence.
func (s *Sim) fail(v *Verdict) {
	if s.verdict == nil {
		v.Step = s.steps
		if v.Task == "" && s.acting != nil {
			v.Task = s.acting.Path()
		}
		s.verdict = v
		s.stand()
	}
	if s.opt.Whole && (v.Kind == Assertion || v.Kind == Property) {
		return
	}
	s.over = true
}

// Failed reports whether the run has a verdict already.
func (s *Sim) Failed() bool { return s.verdict != nil }

// TaskPath names a task of the current run; -1 is the world.
func (s *Sim) TaskPath(i int32) string {
	if i < 0 || int(i) >= len(s.tasks) {
		return worldName
	}
	return s.tasks[i].Path()
}

// ObjectPath names an object of the current run.
func (s *Sim) ObjectPath(i int32) string { return s.objectPath(i) }
