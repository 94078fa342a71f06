// Package scenario holds the programs that campaigns run: a server, a world and
// its clients, small enough to be searched and large enough to go wrong.
//
// A scenario says what happens, in words, and builds it. Its root task draws what
// is uncertain (sizes, topology, faults) with sim.Choose, so that a run is its
// choices and nothing else; checkers and clients say what may not come of it.
//
//	&scenario.Scenario{
//		Name:  "lost-update",
//		Story: "two tasks read, then write, one number",
//		Prepare: func(e *scenario.Env) func() {
//			return func() { ... rt.Go("adder", ...) ... }
//		},
//	}
//
// Which seeds are run, where and how often is package fuzz's business.
package scenario

import (
	"fmt"
	"strings"
)

// Scenario is one program with its story.
type Scenario struct {
	Name  string // in commands and file names: lower case, words joined by hyphens
	Story string // what happens, in a sentence

	// Apart: it is run only when it is named.
	Apart bool

	// Steps is about how many steps a run takes, for strategies that want to know;
	// 0: unknown.
	Steps int

	// MaxSteps and MaxInstant bound a run as in sim.Options; 0: what is usual in package fuzz.
	MaxSteps, MaxInstant int

	// Prepare builds the program of the next run. main is the root task; it may be
	// run more than once (a failed run is repeated to be recorded), so it makes all
	// of a run's state itself.
	Prepare func(e *Env) (main func())
}

// Set is a list of scenarios with different names.
type Set []*Scenario

// Find returns the scenario called name.
func (s Set) Find(name string) (*Scenario, error) {
	for _, x := range s {
		if x.Name == name {
			return x, nil
		}
	}
	if len(s) == 0 {
		return nil, fmt.Errorf("there is no scenario %q; there is none at all", name)
	}
	return nil, fmt.Errorf("there is no scenario %q; there are: %s", name, strings.Join(s.Names(), ", "))
}

// Names are the names, in order.
func (s Set) Names() []string {
	names := make([]string, len(s))
	for i, x := range s {
		names[i] = x.Name
	}
	return names
}

// Find returns the scenario of All that is called name.
func Find(name string) (*Scenario, error) { return All().Find(name) }
