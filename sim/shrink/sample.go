package shrink

// Sampling schedules with fewer preemptions, where there are too many to try
// each: random context bounding over the points of the base's own run. Who
// follows a task that cannot go on is drawn too, at no cost. A point that the new
// run does not come to is left out, as in any best-effort replay.

import (
	"slices"

	"brigade/sim/schedule"
)

// sample tries n schedules with input and faults as they are and fewer
// preemptions than the base's. True: one fails as it should, and is the base.
func (m *minimizer) sample(n int) bool {
	r := schedule.NewRand(schedule.Finish(m.base.Hash))
	points := arrivalsOf(m.base)
	shared := contended(m.base)
	var dear, free []arrival
	for _, a := range points {
		switch {
		case !a.stays && !m.departs(a.key):
			free = append(free, a)
		case a.key.Object == "-" || shared[a.key.Object]:
			dear = append(dear, a)
		}
	}
	if len(dear) == 0 {
		return false
	}
	for range n {
		if m.stopped() {
			return false
		}
		list := m.draws()
		for range r.Below(uint64(max(1, m.cost.Preemptions))) {
			list = m.depart(list, dear[r.Below(uint64(len(dear)))], &r)
		}
		for _, a := range free {
			if r.Chance(1 << 14) {
				list = m.depart(list, a, &r)
			}
		}
		if m.improve(list) {
			return true
		}
	}
	return false
}

// depart adds a switch at a to one of the tasks that are there.
func (m *minimizer) depart(list []schedule.Departure, a arrival, r *schedule.Rand) []schedule.Departure {
	t := a.others[r.Below(uint64(len(a.others)))]
	return append(list, schedule.Departure{Key: a.key, Value: m.base.TaskPaths[t]})
}

// departs reports whether the base departs at k.
func (m *minimizer) departs(k schedule.Key) bool {
	return slices.ContainsFunc(m.base.Departures, func(d schedule.Departure) bool { return d.Key == k })
}

// draws are the base's departures that are no switches.
func (m *minimizer) draws() []schedule.Departure {
	var list []schedule.Departure
	for i := range m.base.Departures {
		if d := &m.base.Departures[i]; !isSwitch(d) {
			list = append(list, *d)
		}
	}
	return list
}
