package shrink

// Varying the input. That a draw is needed often means only that the others fit
// it: the fourth request has to be the large file, since the client begins with
// small ones. So a draw is left out or lowered, and in the same step another is
// given another value, or the switches are scattered anew. What the run gets
// smaller by is Options.Size first; a draw more is a fair price for a request less.

import (
	"slices"
	"strconv"

	"brigade/sim"
	"brigade/sim/schedule"
)

// varied is the part of the budget that each varying may take.
const varied = 8

// scattered is how many schedules are tried for an input that might do.
const scattered = 60

// vary tries inputs that are smaller in one place and others in another. True: it
// helped.
func (m *minimizer) vary() bool {
	limit := m.runs + m.opt.Runs/varied
	for _, list := range m.lesser() {
		if m.stopped() || m.runs >= limit {
			return false
		}
		r := m.execute(list, true)
		if m.size(r) > m.cost.Size {
			continue
		}
		if m.exchange(r, list, limit) {
			return true
		}
		draws := slices.DeleteFunc(cat(list), func(d schedule.Departure) bool { return isSwitch(&d) })
		if m.scatter(r, draws, 1+m.cost.Preemptions, min(scattered, limit-m.runs)) {
			return true
		}
	}
	return false
}

// lesser are the base's departures with one draw left out or lowered.
func (m *minimizer) lesser() (lists [][]schedule.Departure) {
	d := m.base.Departures
	for i := len(d) - 1; i >= 0; i-- {
		if isSwitch(&d[i]) {
			continue
		}
		lists = append(lists, cat(d[:i], d[i+1:]))
		if v, err := strconv.ParseUint(d[i].Value, 10, 64); err == nil && v > 1 {
			list := cat(d)
			list[i].Value = strconv.FormatUint(v-1, 10)
			lists = append(lists, list)
		}
	}
	return lists
}

// exchange tries list, whose run r is, with another value for each draw that r
// made.
func (m *minimizer) exchange(r *sim.Report, list []schedule.Departure, limit int) bool {
	for i := range r.Inputs {
		x := &r.Inputs[i]
		for _, v := range values(x) {
			if m.runs >= limit || m.stopped() {
				return false
			}
			if m.improve(with(list, x.Key, v)) {
				return true
			}
		}
	}
	return false
}

// values are those to try in the place of x's: each of a few; of many the powers
// of two.
func values(x *sim.Input) (list []uint64) {
	step := func(v uint64) uint64 { return v + 1 }
	if x.Below == 0 || x.Below > 2*few {
		step = func(v uint64) uint64 { return max(1, 2*v) }
	}
	for v := uint64(0); (v < x.Below || x.Below == 0) && len(list) < 2*few; v = step(v) {
		if v != x.Value {
			list = append(list, v)
		}
	}
	return list
}

// with is list with the draw k being v.
func with(list []schedule.Departure, k schedule.Key, v uint64) []schedule.Departure {
	list = slices.DeleteFunc(cat(list), func(d schedule.Departure) bool { return d.Key == k })
	if v == 0 {
		return list
	}
	return append(list, schedule.Departure{Key: k, Value: strconv.FormatUint(v, 10)})
}
