package fuzz

// The strategies by name, as package strategy has them. A run is its seed's alone,
// whoever ran what before: one that learns says which runs it has to have seen
// first, and they are made then.

import (
	"slices"

	"brigade/sim/schedule"
	"brigade/sim/strategy"
)

// DefaultStrategy is the strategy of campaigns that name none.
const DefaultStrategy = "random"

// Strategies are the names of the strategies there are, the default first.
func Strategies() []string {
	names := []string{DefaultStrategy}
	for _, n := range strategy.Names() {
		if !slices.Contains(names, n) {
			names = append(names, n)
		}
	}
	return names
}

// FindStrategy returns what makes the strategy called name, for runs of about so
// many choices.
func FindStrategy(name string) (func(hint int) schedule.Strategy, error) {
	if _, err := strategy.Named(name, 0); err != nil {
		return nil, err
	}
	return func(hint int) schedule.Strategy {
		s, err := strategy.Named(name, hint)
		if err != nil {
			panic(err) // it was there a moment ago
		}
		return s
	}, nil
}

// learner is a strategy that has to have seen other runs before that of a seed.
type learner interface {
	schedule.Strategy
	Missing(seed uint64) []uint64
}
