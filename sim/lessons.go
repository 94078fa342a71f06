package sim

// Lessons. A strategy that learns draws on what other runs of the same program
// showed, and which runs those are follows from the seed (strategy.Learner). They
// are made here, first, if the strategy has not seen them: so that a seed names
// the same run in a process that has made no other. It costs four runs at most.

import "brigade/sim/schedule"

// learner is a strategy that has to have seen other runs before that of a seed.
type learner interface {
	schedule.Strategy
	Missing(seed uint64) []uint64
}

// teach makes the runs that the run of o learns from. How they end is theirs, but
// for a data race that the detector will not report again: it is returned, as the
// lesson's seed showed it.
func (s *Sim) teach(o Options, main func()) *Report {
	l, ok := o.Strategy.(learner)
	if !ok || o.Departures != nil {
		return nil
	}
	lesson := o
	lesson.Order, lesson.Fingerprint, lesson.Twice = nil, false, false
	for _, seed := range l.Missing(o.Seed) {
		lesson.Seed = seed
		if r := s.once(lesson, l, false, main); r.Verdict != nil && r.Verdict.Kind == DataRace && !repeats(r.Verdict) {
			return s.explain(lesson, r, main)
		}
	}
	return nil
}
