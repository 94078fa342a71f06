package sim

// Keys from events. A task's arrival at a point has the key of the operation that
// it performs next: its n-th of that kind on that object. System calls get to know
// their object only later, so their key names none.

import (
	"brigade/core/rt"
	"brigade/sim/schedule"
)

// Acts reports whether e is an operation that a task was chosen to perform, and
// not the report of one.
func (e *Event) Acts() bool {
	switch e.Op {
	case rt.OpProbe, rt.OpPage, rt.OpFreePage, rt.OpDeliver, rt.OpTick:
		return false
	}
	return e.Task >= 0
}

// Keys are the keys under which the tasks of a recorded run's events arrived:
// where a departure would have to stand. Those of events at which no task arrives
// are empty.
func (r *Report) Keys() []schedule.Key {
	type triple struct {
		task, object int32
		op           rt.Op
	}
	counts := make(map[triple]uint32)
	keys := make([]schedule.Key, len(r.Events))
	for i := range r.Events {
		e := &r.Events[i]
		if !e.Acts() || e.Op == rt.OpStart {
			continue
		}
		t := triple{e.Task, e.Object, e.Op}
		if e.Op >= rt.OpListen {
			t.object = none
		}
		counts[t]++
		keys[i] = schedule.Key{Task: r.TaskPaths[e.Task], Object: "-", Op: e.Op.String(), N: counts[t]}
		if t.object >= 0 {
			keys[i].Object = r.ObjectPaths[t.object]
		}
	}
	return keys
}
