package explain

// Events of two runs are the same if the same task does the same to the same
// object for the same time.

import (
	"brigade/core/rt"
	"brigade/sim"
	"brigade/sim/schedule"
)

// keys are the keys of r's events: of those at which a task arrived the one that
// a departure there would have. Others are empty.
func keys(r *sim.Report) []schedule.Key {
	type triple struct {
		task, object int32
		op           rt.Op
	}
	counts := make(map[triple]uint32)
	list := make([]schedule.Key, len(r.Events))
	for i := range r.Events {
		e := &r.Events[i]
		if !acts(e) || e.Op == rt.OpStart {
			continue
		}
		t := triple{e.Task, e.Object, e.Op}
		if e.Op >= rt.OpListen {
			t.object = -1 // calls learn their object later
		}
		counts[t]++
		list[i] = schedule.Key{Task: r.TaskPaths[e.Task], Object: path(r.ObjectPaths, t.object), Op: e.Op.String(), N: counts[t]}
	}
	return list
}

func places(list []schedule.Key) map[schedule.Key]int {
	m := make(map[schedule.Key]int, len(list))
	for i, k := range list {
		if k.Op != "" {
			m[k] = i
		}
	}
	return m
}
