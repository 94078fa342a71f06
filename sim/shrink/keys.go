package shrink

// Keys from events. A task's arrival at a point has the key of the operation
// that it performs next: its n-th of that kind on that object. System calls get
// to know their object only later, so their key names none.

import (
	"brigade/core/rt"
	"brigade/sim"
	"brigade/sim/schedule"
)

// keysOf are the keys under which the tasks of r's events arrived; those of
// events at which no task arrives are empty.
func keysOf(r *sim.Report) []schedule.Key {
	type triple struct {
		task, object int32
		op           rt.Op
	}
	counts := make(map[triple]uint32)
	keys := make([]schedule.Key, len(r.Events))
	for i := range r.Events {
		e := &r.Events[i]
		if e.Task < 0 || !granted(e.Op) || e.Op == rt.OpStart {
			continue
		}
		t := triple{e.Task, e.Object, e.Op}
		if e.Op >= rt.OpListen {
			t.object = -1
		}
		counts[t]++
		keys[i] = schedule.Key{Task: r.TaskPaths[e.Task], Object: "-", Op: e.Op.String(), N: counts[t]}
		if t.object >= 0 {
			keys[i].Object = r.ObjectPaths[t.object]
		}
	}
	return keys
}

// contended are the paths of the objects that more than one task used in r.
func contended(r *sim.Report) map[string]bool {
	user := make(map[int32]int32)
	shared := make(map[string]bool)
	for i := range r.Events {
		e := &r.Events[i]
		if e.Task < 0 || e.Object < 0 || !granted(e.Op) {
			continue
		}
		if u, ok := user[e.Object]; !ok {
			user[e.Object] = e.Task
		} else if u != e.Task {
			shared[r.ObjectPaths[e.Object]] = true
		}
	}
	return shared
}
