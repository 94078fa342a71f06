package shrink

// Searching anew. A run that was found among large inputs may be stuck there:
// each step towards a smaller one has to change several draws at once. So the
// program is also run from nothing, by a random walk that mostly keeps to the
// defaults, in the hope for the same failure in a smaller run. After Claessen and
// Hughes (QuickCheck, ICFP 2000), who begin with small inputs for that reason.

import (
	"brigade/sim"
	"brigade/sim/schedule"
)

// Search makes a run under a strategy. With draws, what the program draws is theirs
// or the default (sim.Options.Scheduled); nil: the strategy says that, too.
type Search func(by schedule.Strategy, draws []schedule.Departure) *sim.Report

// At first, and where nothing else helps, so many parts of the budget go into
// searching.
const (
	searchedFirst = 40
	searchedAgain = 8
)

// search looks for a cheaper run from nothing, in n runs; the cheapest of them
// becomes the base. True: there is one.
func (m *minimizer) search(n int) (found bool) {
	if m.opt.Search == nil || len(m.base.Departures) <= 2 {
		return false
	}
	s := &sparing{state: schedule.NewRand(schedule.Finish(m.base.Hash))}
	for range n {
		if m.stopped() {
			break
		}
		m.runs++
		if r := m.opt.Search(s, nil); m.opt.Signature(r) == m.signature && len(r.Events) > 0 && m.accept(r) {
			found = true
		}
	}
	return found
}

// sparing is a random walk that keeps to the defaults more or less, as it draws
// for each run. Its seeds are its own, since the runs are all of one.
type sparing struct {
	state  schedule.Rand
	keep   uint32 // in 1/65536: a draw of the program is the default
	stay   uint32 // the task goes on
	faults uint32 // the world may do what it likes
}

// Begin implements schedule.Strategy.
func (s *sparing) Begin(uint64) {
	s.keep = 1<<16 - 1<<16>>(2+s.state.Below(4))
	s.stay = [...]uint32{0, 1 << 15, 1<<16 - 1<<12, 1<<16 - 1<<9}[s.state.Below(4)]
	s.faults = uint32(s.state.Below(2)) << 16
}

// Pick implements schedule.Strategy.
func (s *sparing) Pick(p *schedule.Point) int {
	if p.Current >= 0 && s.state.Chance(s.stay) {
		return p.Current
	}
	return int(s.state.Below(uint64(len(p.Runnable))))
}

// Draw implements schedule.Strategy.
func (s *sparing) Draw(n uint64, chance uint32) uint64 {
	switch {
	case chance < 1<<16 && (n < 2 || !s.state.Chance(min(s.faults, chance))):
		return 0
	case chance < 1<<16:
		return 1 + s.state.Below(n-1)
	case s.state.Chance(s.keep):
		return 0
	case n == 0:
		return s.state.Uint64()
	}
	return s.state.Below(n)
}

// End implements schedule.Strategy.
func (s *sparing) End(bool) {}
