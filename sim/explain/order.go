package explain

// Which events belong together. Two events of different tasks conflict if they
// act on one object and at least one of them changes it; that order, a task's own
// order and a start after its spawn are happens-before (Lamport 1978).

import (
	"slices"

	"brigade/core/rt"
	"brigade/sim"
)

// reads says that an operation leaves its object as it was.
func reads(op rt.Op) bool { return op == rt.OpLoad || op == rt.OpFstat || op == rt.OpPread }

func conflict(a, b *sim.Event) bool {
	return a.Object >= 0 && a.Object == b.Object && a.Task != b.Task && a.Acts() && b.Acts() && !(reads(a.Op) && reads(b.Op))
}

// window is how many events before the failure are looked at: a run that spun for
// millions shows nothing in the millions.
const window = 20_000

// slice is the part of what happened before the given events that crossed from
// task to task: each end of each edge, in order, the given ones included.
func slice(r *sim.Report, ends ...int) []int {
	keep := make(map[int]bool)
	before := make([]int, len(r.TaskPaths)) // by task: its events below this are in the past
	last := 0
	for _, end := range ends {
		keep[end] = true
		last = max(last, end)
		if t := r.Events[end].Task; t >= 0 {
			before[t] = max(before[t], end+1)
		}
	}
	spawned := spawns(r)
	for i := last; i >= max(0, last-window); i-- {
		e := &r.Events[i]
		if !e.Acts() || i >= before[e.Task] {
			continue
		}
		from := source(r, i)
		if e.Op == rt.OpStart {
			from = spawned[e.Task]
		}
		if from < 0 {
			continue
		}
		keep[i], keep[from] = true, true
		t := r.Events[from].Task
		before[t] = max(before[t], from+1)
	}
	list := make([]int, 0, len(keep))
	for i := range keep {
		list = append(list, i)
	}
	slices.Sort(list)
	return list
}

// source is the event of another task on whose outcome the i-th depends: the last
// that conflicts with it.
func source(r *sim.Report, i int) int {
	for j := i - 1; j >= max(0, i-window); j-- {
		switch a := &r.Events[j]; {
		case a.Object != r.Events[i].Object || !a.Acts():
		case a.Task == r.Events[i].Task:
			if !reads(a.Op) {
				return -1 // its own, and what was before that counts there
			}
		case conflict(a, &r.Events[i]):
			return j
		}
	}
	return -1
}

// spawns are, by task, the events that made it; -1: none.
func spawns(r *sim.Report) []int {
	list := make([]int, 1, len(r.TaskPaths)+1)
	list[0] = -1
	for i := range r.Events {
		if r.Events[i].Op == rt.OpSpawn {
			list = append(list, i)
		}
	}
	for len(list) < len(r.TaskPaths) {
		list = append(list, -1)
	}
	return list
}
