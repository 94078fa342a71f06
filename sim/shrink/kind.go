package shrink

// What departures are: input, fault, or scheduling; and of the last, which are
// preemptions. A trace does not say that of a task at a lock or in a call, so
// costs go by what the operation tells, and the final count by an experiment.

import (
	"fmt"

	"brigade/core/rt"
	"brigade/sim"
	"brigade/sim/schedule"
)

// Counts are departures by kind.
type Counts struct {
	Inputs      int // draws of the program
	Faults      int // draws of the world
	Preemptions int // switches away from a task that could have gone on
	Others      int // who follows a task that could not
}

// Total is how many departures there are.
func (c Counts) Total() int { return c.Inputs + c.Faults + c.Preemptions + c.Others }

// String lists what there is.
func (c Counts) String() string {
	return fmt.Sprintf("%d inputs, %d faults, %d preemptions, %d other switches", c.Inputs, c.Faults, c.Preemptions, c.Others)
}

func isInput(d *schedule.Departure) bool  { return d.Key.Op == rt.OpChoose.String() }
func isFault(d *schedule.Departure) bool  { return d.Key.Op == "draw" }
func isSwitch(d *schedule.Departure) bool { return !isInput(d) && !isFault(d) }
func either(*schedule.Departure) bool     { return true }

// Preempts guesses whether d switches away from a task that could go on. It is
// wrong for some that were waiting, for a lock or in a call.
func Preempts(d *schedule.Departure) bool {
	if !isSwitch(d) {
		return false
	}
	op, _ := rt.ParseOp(d.Key.Op)
	switch op {
	case rt.OpEnd, rt.OpSleep, rt.OpRelock, rt.OpTick, rt.OpJoin, rt.OpPollWait:
		return false
	}
	return true
}

// Estimate counts r's departures as Preempts guesses.
func Estimate(r *sim.Report) (c Counts) {
	for i := range r.Departures {
		d := &r.Departures[i]
		switch {
		case isInput(d):
			c.Inputs++
		case isFault(d):
			c.Faults++
		case Preempts(d):
			c.Preemptions++
		default:
			c.Others++
		}
	}
	return c
}

// classify counts the base's departures by experiment: up to a departure the run
// without it and what follows it is the same, and the next event tells whether
// the task went on. Where there are many it is left at the estimate.
func (m *minimizer) classify() Counts {
	c := Estimate(m.base)
	if len(m.base.Departures) > few {
		return c
	}
	c.Preemptions, c.Others = 0, 0
	for i := range m.base.Departures {
		d := &m.base.Departures[i]
		switch {
		case !isSwitch(d):
		case Preempts(d) && m.goesOn(i):
			c.Preemptions++
		default:
			c.Others++
		}
	}
	return c
}

// goesOn reports whether without the base's i-th departure its task would have
// gone on.
func (m *minimizer) goesOn(i int) bool {
	d := &m.base.Departures[i]
	r := m.execute(m.base.Departures[:i:i], true)
	k := r.Keys()
	for j := range r.Events {
		if k[j] == d.Key {
			return j == 0 || follows(r, j)
		}
	}
	return false
}

// follows reports whether the task of r's j-th event had the one before, too,
// among the operations that a scheduler grants.
func follows(r *sim.Report, j int) bool {
	for i := j - 1; i >= 0; i-- {
		if r.Events[i].Acts() {
			return r.Events[i].Task == r.Events[j].Task
		}
	}
	return true
}
