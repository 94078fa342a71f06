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
const DefaultStrategy = "portfolio"

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
		if d, ok := s.(*strategy.DFS); ok {
			return &sequence{d}
		}
		return s
	}, nil
}

// learner is a strategy that has to have seen other runs before that of a seed.
type learner interface {
	schedule.Strategy
	Missing(seed uint64) []uint64
}

// sequence makes an enumeration's run its seed's alone: the seed is its place.
// Seeds are counted around, since all runs before have to be made first.
type sequence struct{ *strategy.DFS }

// places is how many runs of an enumeration have seeds.
const places = 1 << 14

// Missing implements learner: the places before the seed's.
func (s *sequence) Missing(seed uint64) (list []uint64) {
	if uint64(s.Runs()) > seed%places {
		s.DFS = strategy.NewDFS(-1)
	}
	for i := uint64(s.Runs()); i < seed%places; i++ {
		list = append(list, i)
	}
	return list
}
