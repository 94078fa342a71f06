package sim

import "brigade/core/rt"

// Waits tells what task i waits for: the operation it cannot perform and the
// object of that; false: it can run, or has ended. It is for checkers.
func (s *Sim) Waits(i int32) (op rt.Op, object int32, waits bool) {
	if i < 0 || int(i) >= len(s.tasks) {
		return rt.OpNone, none, false
	}
	switch t := s.tasks[i]; t.state {
	case stateBlocked:
		return t.op, t.object, true
	case stateParked:
		return rt.OpWait, t.object, true
	case stateSleeping:
		return rt.OpSleep, none, true
	case stateRunnable, stateEnded:
	}
	return rt.OpNone, none, false
}
