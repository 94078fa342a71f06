package shrink

// Fewer preemptions: iterative context bounding (Musuvathi and Qadeer, PLDI
// 2007), by departures. With input and faults as they are, every schedule with a
// preemption less than the base's is run, those with the fewest switches first.
// Preemptions are placed only at operations on what more than one task uses in
// that run: one elsewhere commutes to the next of those. Where the space is used
// up, nothing with fewer preemptions fails so; mostly the budget ends before.

import (
	"brigade/core/rt"
	"brigade/sim"
	"brigade/sim/schedule"
)

// node is a schedule whose run is to be made.
type node struct {
	departures  []schedule.Departure
	preemptions int
}

// fewer looks for a run with a preemption less than the base's until limit runs
// were made. True: there is none; where there is one, it is the base.
func (m *minimizer) fewer(limit int) bool {
	bound := m.cost.Preemptions - 1
	seen := make(map[uint64]bool)
	queue := []node{{departures: m.draws()}}
	whole := true
	for len(queue) > 0 {
		if m.stopped() || m.runs >= limit {
			return false
		}
		n := queue[0]
		queue = queue[1:]
		r := m.execute(n.departures, true)
		if seen[r.Hash] {
			continue
		}
		seen[r.Hash] = true
		if m.opt.Signature(r) == m.signature {
			if m.accept(r) {
				return false
			}
			continue
		}
		room := limit - m.runs - len(queue)
		if room <= 0 {
			whole = false
			continue
		}
		next := children(r, n, bound)
		if len(next) > room {
			next, whole = next[:room], false // there would be no run for them
		}
		queue = append(queue, next...)
	}
	return whole
}

// children are n's schedule, whose run r is, with one departure more, after all
// that it has.
func children(r *sim.Report, n node, bound int) (list []node) {
	arrivals := arrivalsOf(r)
	shared := contended(r)
	from := 0
	if k := len(n.departures); k > 0 {
		last := n.departures[k-1].Key
		for i := range arrivals {
			if arrivals[i].key == last {
				from = i + 1
			}
		}
	}
	for _, a := range arrivals[from:] {
		cost := n.preemptions
		if a.stays {
			cost++
			if cost > bound || a.key.Object != "-" && !shared[a.key.Object] {
				continue
			}
		}
		for _, t := range a.others {
			d := schedule.Departure{Key: a.key, Value: r.TaskPaths[t]}
			list = append(list, node{append(n.departures[:len(n.departures):len(n.departures)], d), cost})
		}
	}
	return list
}

// arrival is a point of a run: a task arrived, and stays says that it went on.
type arrival struct {
	key    schedule.Key
	stays  bool
	others []int32 // tasks that are there and did not go on then
}

// arrivalsOf are the points of r, in order. Those at which a task waits for ever
// are missing, since it did nothing any more.
func arrivalsOf(r *sim.Report) []arrival {
	keys := r.Keys()
	next := make(map[int32]schedule.Key) // by task: what it does next
	after := make([]schedule.Key, len(r.Events))
	last := make([]int, len(r.TaskPaths)) // by task: its last event
	for i := len(r.Events) - 1; i >= 0; i-- {
		t := r.Events[i].Task
		if !r.Events[i].Acts() {
			continue
		}
		if k, ok := next[t]; ok {
			after[i] = k
		} else {
			after[i] = schedule.Key{Task: r.TaskPaths[t], Object: "-", Op: rt.OpEnd.String(), N: 1}
			last[t] = i
		}
		next[t] = keys[i]
	}
	var list []arrival
	born := make([]int32, 0, len(r.TaskPaths))
	for i := range r.Events {
		e := &r.Events[i]
		if !e.Acts() {
			continue
		}
		if e.Op == rt.OpStart && e.Task == 0 {
			born = append(born, 0)
		}
		if e.Op == rt.OpSpawn {
			born = append(born, int32(len(born)))
		}
		j := i + 1
		for j < len(r.Events) && (!r.Events[j].Acts()) {
			j++
		}
		if j == len(r.Events) {
			break
		}
		a := arrival{key: after[i], stays: r.Events[j].Task == e.Task}
		for _, t := range born {
			if t != r.Events[j].Task && t != e.Task && last[t] > i {
				a.others = append(a.others, t)
			}
		}
		if len(a.others) > 0 {
			list = append(list, a)
		}
	}
	return list
}
