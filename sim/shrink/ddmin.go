package shrink

// Delta debugging: Zeller and Hildebrandt, "Simplifying and isolating
// failure-inducing input", TSE 2002. Here in the form that takes away ever
// smaller blocks; with blocks of one its end is 1-minimal. The departure from the
// paper: a candidate's own record is the next base, so that what no longer found
// its place is gone as well.

import "brigade/sim/schedule"

// drop takes away departures of a kind, in blocks of halving size, until no
// single one can go.
func (m *minimizer) drop(kind func(*schedule.Departure) bool) {
	size := m.count(kind)
	for size > 0 && !m.stopped() {
		removed := m.dropBlocks(kind, size)
		if size == 1 && !removed {
			return
		}
		size = max(1, min(size/2, m.count(kind)))
		if m.count(kind) == 0 {
			return
		}
	}
}

func (m *minimizer) count(kind func(*schedule.Departure) bool) (n int) {
	for i := range m.base.Departures {
		if kind(&m.base.Departures[i]) {
			n++
		}
	}
	return n
}

// dropBlocks tries to take away each block of size departures of a kind, the last
// first: the later a choice, the less hangs on it.
func (m *minimizer) dropBlocks(kind func(*schedule.Departure) bool, size int) (removed bool) {
	for end := m.count(kind); end > 0 && !m.stopped(); {
		from := max(0, end-size)
		if m.improve(m.without(kind, from, end)) {
			removed = true
			end = min(from, m.count(kind))
			continue
		}
		end = from
	}
	return removed
}

// without is the base's departures but those that are the from-th to the end-th
// of a kind.
func (m *minimizer) without(kind func(*schedule.Departure) bool, from, end int) []schedule.Departure {
	list := make([]schedule.Departure, 0, len(m.base.Departures))
	n := 0
	for i := range m.base.Departures {
		d := &m.base.Departures[i]
		if kind(d) {
			n++
			if n > from && n <= end {
				continue
			}
		}
		list = append(list, *d)
	}
	return list
}

// pairs takes away two at a time, where there are few: one may have been there
// only to undo the other.
func (m *minimizer) pairs() {
	for again := true; again && len(m.base.Departures) <= few; {
		again = false
		for i := 0; i < len(m.base.Departures) && !again; i++ {
			for j := i + 1; j < len(m.base.Departures) && !again; j++ {
				d := m.base.Departures
				again = m.improve(cat(d[:i], d[i+1:j], d[j+1:]))
			}
		}
		if m.stopped() {
			return
		}
	}
}

func cat(parts ...[]schedule.Departure) []schedule.Departure {
	n := 0
	for _, p := range parts {
		n += len(p)
	}
	list := make([]schedule.Departure, 0, n)
	for _, p := range parts {
		list = append(list, p...)
	}
	return list
}
