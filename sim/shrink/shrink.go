package shrink

// Minimising a failing run. The order is that of what a reader has to
// understand: input, faults, context switches. A switch away from a task that
// could have gone on (a preemption) is dearer than the choice of who follows one
// that could not (Musuvathi and Qadeer, PLDI 2007: few bugs need more than two
// preemptions). Everything is counted in runs, so that the same failure shrinks
// to the same run on any machine.
//
// Invariant: the base always failed with the signature asked for, and its
// departures are those that this very run recorded, so they replay strictly.

import (
	"brigade/sim"
	"brigade/sim/schedule"
)

// Run makes a run that follows departures as far as they fit. With record, the
// report of a run that held has its events and departures too.
type Run func(departures []schedule.Departure, record bool) *sim.Report

// Options bound the work. The zero value is usable.
type Options struct {
	Runs      int                      // how many runs at most; 0: 4,000
	Signature func(*sim.Report) string // what makes two failures alike; nil: the verdict's signature
	Size      func(*sim.Report) int    // how much a recorded run makes a reader follow (requests, say): less comes before all else; nil: all alike
	Search    Search                   // makes runs from nothing, to find the failure in a smaller one; nil: none
	Stop      func() bool              // an end from outside, asked before each run; nil: none
}

// Result is what came of it.
type Result struct {
	Report   *sim.Report // the smallest failing run that was found, recorded
	Before   Counts      // departures of the run that was given
	After    Counts      // departures of Report
	Runs     int         // runs it took
	Repeated bool        // the given run failed again from its departures; without that nothing was tried
	Minimal  bool        // taking back any one departure of Report makes this failure go away
	Fewest   bool        // no run with a preemption less fails so: all were tried, at contended operations
	Tried    int         // runs with a preemption less that were tried in the end, all or what the budget allowed
	Stopped  bool        // the budget ended before there was nothing left to try
}

// Minimize looks for the smallest run that fails as failing does.
func Minimize(run Run, failing *sim.Report, o Options) Result {
	m := &minimizer{run: run, opt: o, tried: make(map[uint64]bool)}
	if m.opt.Runs == 0 {
		m.opt.Runs = 4000
	}
	if m.opt.Signature == nil {
		m.opt.Signature = signature
	}
	m.signature = m.opt.Signature(failing)
	result := Result{Report: failing, Before: Estimate(failing)}
	result.After = result.Before
	first := m.attempt(failing.Departures)
	if first == nil {
		result.Runs = m.runs
		return result
	}
	m.base, m.cost = first, m.costOf(first)
	if !m.easy() {
		m.search(m.opt.Runs / searchedFirst)
		m.thin(m.opt.Runs / thinnedFirst)
	}
	m.reduce()
	m.detour()
	result.Repeated = true
	result.Stopped = m.stopped()
	result.Minimal = m.minimal()
	if m.cost.Preemptions > 0 && !result.Stopped {
		before := m.runs
		result.Fewest = m.fewer(min(m.opt.Runs, m.runs+m.opt.Runs/4))
		result.Tried = m.runs - before
	}
	result.After = m.classify()
	result.Fewest = result.Fewest || result.After.Preemptions == 0
	result.Report, result.Runs = m.base, m.runs
	return result
}

func signature(r *sim.Report) string {
	if r.Verdict == nil {
		return ""
	}
	return r.Verdict.Signature()
}

// minimizer holds the state of one shrinking.
type minimizer struct {
	run       Run
	opt       Options
	signature string
	base      *sim.Report
	cost      cost
	runs      int
	tried     map[uint64]bool // schedules that did not fail so, or are no cheaper, by hash
	plateau   []*sim.Report   // failing runs that cost about as much as the base
}

func (m *minimizer) stopped() bool {
	return m.runs >= m.opt.Runs || m.opt.Stop != nil && m.opt.Stop()
}

// reduce applies every reduction until none helps any more.
func (m *minimizer) reduce() {
	for !m.stopped() {
		before := m.cost
		m.drop(isInput)
		m.values()
		m.drop(isFault)
		m.drop(isSwitch)
		m.drop(either)
		if m.cost != before {
			continue
		}
		m.move()
		m.pairs()
		if m.cost == before && !m.trade() && !m.vary() {
			if m.cost.Preemptions < 2 || !m.lessen() {
				return
			}
		}
	}
}

// few is how many departures are looked at one by one at the end.
const few = 40

// minimal reports whether each departure is needed. It may go beyond the budget by
// a run for each, since that is what a reader most wants to know.
func (m *minimizer) minimal() bool {
	if len(m.base.Departures) > few {
		return false
	}
	for i := range m.base.Departures {
		d := cat(m.base.Departures[:i], m.base.Departures[i+1:])
		if !m.tried[hashOf(d)] && m.opt.Signature(m.execute(d, false)) == m.signature {
			return false
		}
	}
	return true
}

// lessen looks for a run with a preemption less, for a part of the budget.
func (m *minimizer) lessen() bool {
	before := m.cost
	if m.sample(m.opt.Runs / 8) {
		return true
	}
	m.fewer(m.runs + min(m.opt.Runs/4, (m.opt.Runs-m.runs)/2))
	return m.cost.less(before)
}

// attempt runs a schedule; nil: it does not fail as it should.
func (m *minimizer) attempt(d []schedule.Departure) *sim.Report {
	h := hashOf(d)
	if m.tried[h] || m.stopped() {
		return nil
	}
	r := m.execute(d, false)
	if m.opt.Signature(r) == m.signature {
		return r
	}
	m.tried[h] = true
	return nil
}

// execute makes a run of exactly these departures: none is not nil, which would
// ask a strategy.
func (m *minimizer) execute(d []schedule.Departure, record bool) *sim.Report {
	m.runs++
	if d == nil {
		d = []schedule.Departure{}
	}
	return m.run(d, record)
}

// improve makes the run of d the base, if it fails as it should and is cheaper.
func (m *minimizer) improve(d []schedule.Departure) bool {
	r := m.attempt(d)
	if r == nil {
		return false
	}
	return m.accept(r)
}

func (m *minimizer) accept(r *sim.Report) bool {
	c := m.costOf(r)
	if !c.less(m.cost) {
		m.tried[hashOf(r.Departures)] = true
		m.remember(r, c)
		return false
	}
	m.base, m.cost = r, c
	return true
}

func hashOf(list []schedule.Departure) uint64 {
	h := uint64(len(list))
	for _, d := range list {
		h = schedule.Mix(schedule.Mix(h, d.Key.Hash()), schedule.HashString(d.Value))
	}
	return schedule.Finish(h)
}
