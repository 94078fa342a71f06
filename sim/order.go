package sim

// What the happens-before recorder (package hb) is told. Outcomes are known
// before an operation is performed, because nobody else moves meanwhile.

import (
	"brigade/core/rt"
	"brigade/sim/hb"
)

// recordOrder tells of the operation that t is about to perform. What a task does
// that was asked once more is the scheduler's doing, so it is ordered with
// everything.
func (s *Sim) recordOrder(t *Task) {
	forced := s.recheck == t
	if forced || s.wasForced {
		s.order.Barrier()
	}
	s.wasForced = forced
	object, mode := s.access(t)
	s.order.Objects = len(s.objects)
	s.order.Step(t.index, t.op, t.arg, object, mode)
}

// access is which object t's operation acts on, and how.
func (s *Sim) access(t *Task) (int32, hb.Mode) {
	mode := hb.ModeOf(t.op)
	if t.op >= rt.OpListen {
		return hb.World, mode
	}
	if t.object < 0 {
		return none, hb.None
	}
	o := &s.objects[t.object]
	switch t.op {
	case rt.OpTryLock:
		if o.holder != nil || o.readers > 0 {
			mode = hb.OwnFailed
		}
	case rt.OpTryRLock:
		if o.holder != nil || o.announced > 0 {
			mode = hb.ShareFailed
		}
	case rt.OpSignal, rt.OpBroadcast:
		if len(o.parked) == 0 {
			mode = hb.Read
		}
	}
	return t.object, mode
}

// recordLeft tells what tasks still waited to do when the run was over.
func (s *Sim) recordLeft() {
	if s.order == nil {
		return
	}
	for _, t := range s.tasks {
		if t.state != stateRunnable && t.state != stateBlocked {
			continue
		}
		if t.index == s.last && s.verdict != nil && s.verdict.Kind != Deadlock {
			continue // it is in the midst of what it was doing
		}
		object, mode := s.access(t)
		if mode != hb.None {
			mode = hb.ModeOf(t.op)
		}
		s.order.Left(t.index, t.op, t.arg, object, mode)
	}
}
