package explain

// The culprit pair. For each departure a run is made without it. If that run does
// not fail so, two events that conflict and have changed places are why: first
// those of the task that was held up there.

import (
	"brigade/core/rt"
	"brigade/sim"
	"brigade/sim/schedule"
)

// Cause is one departure and what hangs on it.
type Cause struct {
	Departure schedule.Departure
	Needed    bool   // without it the run does not fail so
	Instead   string // how the run ends without it
	First     int    // index of the pair's first event; -1: there is no such pair
	Second    int    // of its second; -1: it never came, being held up by the first
	After     string // the second event where it never came
}

// Paired reports whether there is a pair of events.
func (c *Cause) Paired() bool { return c.First >= 0 }

// cause finds out what hangs on the i-th departure of f.
func cause(run Run, f *sim.Report, i int, signature func(*sim.Report) string) Cause {
	c := Cause{Departure: f.Departures[i], First: -1, Second: -1}
	rest := append(append([]schedule.Departure{}, f.Departures[:i]...), f.Departures[i+1:]...)
	other := run(rest, true)
	c.Needed = signature(other) != signature(f)
	c.Instead = "holds"
	if other.Verdict != nil {
		c.Instead = "ends with " + other.Verdict.Error()
	}
	if c.Needed && c.Departure.Key.Op != rt.OpChoose.String() && c.Departure.Key.Op != "draw" {
		pair(&c, f, other)
	}
	return c
}

// pair finds conflicting events that f and other have in different orders.
func pair(c *Cause, f, other *sim.Report) {
	mine, place := f.Keys(), places(other.Keys())
	uses := make(map[int32][]int) // by object: the events on it so far
	best := 0
	for j := range f.Events {
		e := &f.Events[j]
		if !e.Acts() || e.Object < 0 {
			continue
		}
		earlier := uses[e.Object]
		for _, i := range earlier[max(0, len(earlier)-near):] {
			a, ok := place[mine[i]]
			b, too := place[mine[j]]
			if !ok || !too || a < b || !conflict(&f.Events[i], e) {
				continue
			}
			if s := suspicion(c, f, i, j); s > best {
				best, c.First, c.Second = s, i, j
			}
		}
		uses[e.Object] = append(earlier, j)
	}
	if best < 1<<20 { // none was held up and came
		heldUp(c, f, place)
	}
}

// near is how many uses of an object lie between the events of a pair at most.
const near = 16

// suspicion ranks a pair: one whose second event is what the task was held up at,
// then one of that task and the one that ran instead. Of those with both the
// first counts, since the rest follows from it; of others the closest.
func suspicion(c *Cause, f *sim.Report, i, j int) int {
	const task, other, place = 1 << 18, 1 << 17, 1 << 20
	k := c.Departure.Key
	s := 0
	if taskName(f, f.Events[j].Task) == k.Task {
		s += task
		if f.Events[j].Op.String() == k.Op && path(f.ObjectPaths, f.Events[j].Object) == k.Object {
			s += place
		}
	}
	if taskName(f, f.Events[i].Task) == c.Departure.Value {
		s += other
	}
	distance := min(j-i, other/2)
	if s == task+other+place {
		return s + distance
	}
	return s + other/2 - distance + 1
}

// heldUp looks for a pair whose second event never came: the operation at which
// the task was held up, on an object that another used then.
func heldUp(c *Cause, f *sim.Report, place map[schedule.Key]int) {
	at, ok := place[c.Departure.Key]
	if !ok {
		return
	}
	mine := f.Keys()
	for i := len(f.Events) - 1; i >= 0; i-- {
		e := &f.Events[i]
		if mine[i] == c.Departure.Key {
			return // it came, and what came before it is as it was
		}
		if !e.Acts() || taskName(f, e.Task) == c.Departure.Key.Task || path(f.ObjectPaths, e.Object) != c.Departure.Key.Object || reads(e.Op) {
			continue
		}
		if b, ok := place[mine[i]]; ok && b > at {
			c.First, c.Second = i, -1
			c.After = c.Departure.Key.Op + " " + objectName(c.Departure.Key.Object)
			return
		}
	}
}

// places are the indices of keys.
func places(list []schedule.Key) map[schedule.Key]int {
	m := make(map[schedule.Key]int, len(list))
	for i, k := range list {
		if k.Op != "" {
			m[k] = i
		}
	}
	return m
}
