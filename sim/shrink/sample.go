package shrink

// Sampling schedules with fewer preemptions, where there are too many to try
// each: random context bounding over the points of the base's own run. Who
// follows a task that cannot go on is drawn too, at no cost. A point that the new
// run does not come to is left out, as in any best-effort replay.

import (
	"slices"

	"brigade/sim"
	"brigade/sim/schedule"
)

// sample tries n schedules with input and faults as they are and fewer
// preemptions than the base's. True: one fails as it should, and is the base.
func (m *minimizer) sample(n int) bool {
	return m.scatter(m.base, m.draws(), max(1, m.cost.Preemptions), n)
}

// scatter tries n schedules with draws as given and below so many preemptions,
// at points of the run like.
func (m *minimizer) scatter(like *sim.Report, draws []schedule.Departure, below, n int) bool {
	r := schedule.NewRand(schedule.Finish(like.Hash))
	shared := contended(like)
	var dear, free []arrival
	for _, a := range arrivalsOf(like) {
		switch {
		case !a.stays && !departs(like, a.key):
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
		list := cat(draws)
		for range r.Below(uint64(below)) {
			list = depart(list, like, dear[r.Below(uint64(len(dear)))], &r)
		}
		for _, a := range free {
			if r.Chance(1 << 14) {
				list = depart(list, like, a, &r)
			}
		}
		if m.improve(list) {
			return true
		}
	}
	return false
}

// depart adds a switch at a, a point of the run like, to one of the tasks that are
// there.
func depart(list []schedule.Departure, like *sim.Report, a arrival, r *schedule.Rand) []schedule.Departure {
	t := a.others[r.Below(uint64(len(a.others)))]
	return append(list, schedule.Departure{Key: a.key, Value: like.TaskPaths[t]})
}

// departs reports whether r departs at k.
func departs(r *sim.Report, k schedule.Key) bool {
	return slices.ContainsFunc(r.Departures, func(d schedule.Departure) bool { return d.Key == k })
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
