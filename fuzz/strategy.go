package fuzz

// The strategies by name. A new one is made for each run, so that a run is its
// seed's alone, whoever ran what before.

import (
	"fmt"
	"strings"

	"brigade/sim/schedule"
	"brigade/sim/strategy"
)

// DefaultStrategy is the strategy of campaigns that name none.
const DefaultStrategy = "random"

// namedStrategy makes a strategy for runs of about so many steps; 0: unknown.
type namedStrategy struct {
	name string
	make func(steps int) schedule.Strategy
}

func strategies() []namedStrategy {
	return []namedStrategy{
		{"random", func(int) schedule.Strategy { return strategy.NewRandom() }},
	}
}

// Strategies are the names of the strategies there are.
func Strategies() []string {
	var names []string
	for _, s := range strategies() {
		names = append(names, s.name)
	}
	return names
}

// FindStrategy returns what makes the strategy called name, for runs of about so
// many steps.
func FindStrategy(name string) (func(steps int) schedule.Strategy, error) {
	for _, s := range strategies() {
		if s.name == name {
			return s.make, nil
		}
	}
	return nil, fmt.Errorf("there is no strategy %q; there are: %s", name, strings.Join(Strategies(), ", "))
}
