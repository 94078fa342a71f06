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

// teach makes the runs that the run of o learns from. How they end is theirs.
func (s *Sim) teach(o Options, main func()) {
	l, ok := o.Strategy.(learner)
	if !ok || o.Departures != nil {
		return
	}
	lesson := o
	lesson.Order, lesson.Fingerprint, lesson.Twice = nil, false, false
	for _, seed := range l.Missing(o.Seed) {
		lesson.Seed = seed
		s.once(lesson, l, false, main)
	}
}
