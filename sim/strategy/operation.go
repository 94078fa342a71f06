package strategy

// What strategies must know of operations: which commute, which only look, and
// which give the turn away of themselves.

import (
	"brigade/core/rt"
	"brigade/sim/schedule"
)

// looks reports whether op changes nothing that another task can see.
//
//go:norace
func looks(op rt.Op) bool {
	switch op {
	case rt.OpLoad, rt.OpRLock, rt.OpTryRLock, rt.OpRUnlock, rt.OpJoin, rt.OpFstat, rt.OpPread, rt.OpLocalAddr:
		return true
	}
	return false
}

// conflict reports whether the order of a and b can matter.
//
//go:norace
func conflict(a, b schedule.Pending) bool {
	return a.Object == b.Object && a.Object >= 0 && !(looks(a.Op) && looks(b.Op))
}

// counts reports whether op is one of the events that random walks weigh. What
// makes a task, begins, ends or awaits one is not: its order is not free.
//
//go:norace
func counts(op rt.Op) bool {
	switch op {
	case rt.OpStart, rt.OpEnd, rt.OpSpawn, rt.OpCount, rt.OpJoin, rt.OpYield:
		return false
	}
	return true
}

// selective reports whether op may be among SURW's chosen events. Giving a lock
// back is not: who comes next is decided by who takes it.
//
//go:norace
func selective(op rt.Op) bool {
	switch op {
	case rt.OpUnlock, rt.OpRUnlock, rt.OpAnnounce:
		return false
	}
	return counts(op)
}

// patience is how many times in a row a task may look, without doing anything,
// until it counts as spinning.
const patience = 1000

// spin watches for a task that waits by looking again and again. Strategies
// under which a task may keep the turn for ever ask it; a yield is the polite
// form of the same.
type spin struct {
	task  int32
	times int
}

// gives is told who was picked, and reports whether others should come first now.
//
//go:norace
func (s *spin) gives(e *schedule.Pending) bool {
	switch e.Op {
	case rt.OpYield:
		s.times = 0
		return true
	case rt.OpLoad, rt.OpCAS, rt.OpTryLock, rt.OpTryRLock:
		if s.task != e.Task {
			s.task, s.times = e.Task, 0
		}
		if s.times++; s.times == patience {
			s.times = 0
			return true
		}
	default:
		s.times = 0
	}
	return false
}
