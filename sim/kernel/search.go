package kernel

// A search: runs of one kernel under one strategy, seed after seed, until one
// fails.

import (
	"brigade/sim"
	"brigade/sim/schedule"
	"brigade/sim/strategy"
)

// Contender is a strategy under test.
type Contender struct {
	Name string
	New  func() schedule.Strategy // made anew for each search
}

// Contenders are the strategies of package strategy that have these names.
func Contenders(names ...string) ([]Contender, error) {
	var list []Contender
	for _, name := range names {
		if _, err := strategy.Named(name, 0); err != nil {
			return nil, err
		}
		list = append(list, Contender{name, func() schedule.Strategy {
			s, _ := strategy.Named(name, 0)
			return s
		}})
	}
	return list, nil
}

// Search runs main under limit seeds from first on, until one fails. It returns
// the number of runs up to and including that one, and its report; nil: none
// failed.
func Search(s schedule.Strategy, first uint64, limit int, main func()) (runs int, failed *sim.Report) {
	for i := range limit {
		if r := Run(s, first+uint64(i), main); r.Verdict != nil {
			return i + 1, r
		}
		if d, ok := s.(*strategy.DFS); ok && d.Done() {
			return limit, nil
		}
	}
	return limit, nil
}

// Run makes one run, after those that it learns from if the strategy has not seen
// them.
func Run(s schedule.Strategy, seed uint64, main func()) *sim.Report {
	if l, ok := s.(*strategy.Learner); ok {
		for _, lesson := range l.Missing(seed) {
			sim.Run(sim.Options{Seed: lesson, Strategy: s}, main)
		}
	}
	return sim.Run(sim.Options{Seed: seed, Strategy: s}, main)
}
