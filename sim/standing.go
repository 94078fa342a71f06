package sim

// Where every task stood when a recorded run was stopped: by its verdict, or by
// Options.MaxSteps, which stops a replay wherever one wants to look at it. It is
// noted before anything unwinds.

import (
	"brigade/core/rt"
)

// Standing is where one task stood.
type Standing struct {
	State  State
	Op     rt.Op      // what it had come to, and had not done yet
	Object int32      // what that acts on; -1: nothing
	Holder int32      // the task that holds that lock; -1: none
	Count  int64      // what that group still counts
	Until  rt.Instant // when its timer wakes it; 0: it has none
}

// State says whether a task can go on.
type State string

// The states.
const (
	CanRun State = "can run"
	Waits  State = "waits"
	Parked State = "parked" // on a condition
	Sleeps State = "sleeps"
	Ended  State = "ended"
)

var stateNames = [...]State{stateRunnable: CanRun, stateBlocked: Waits, stateParked: Parked, stateSleeping: Sleeps, stateEnded: Ended}

// stand notes where the tasks stand.
func (s *Sim) stand() {
	if !s.record || len(s.standings) > 0 {
		return
	}
	for _, t := range s.tasks {
		x := Standing{State: stateNames[t.state], Op: t.op, Object: t.object, Holder: none}
		if t.object >= 0 && t.state != stateEnded {
			o := &s.objects[t.object]
			x.Count = o.count
			if o.holder != nil && o.holder != t {
				x.Holder = o.holder.index
			}
		}
		for i := range s.timers {
			if s.timers[i].task == t && t.timer == s.timers[i].sequence {
				x.Until = s.timers[i].when
			}
		}
		s.standings = append(s.standings, x)
	}
}
