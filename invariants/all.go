package invariants

import (
	"strings"

	"brigade/core/rt"
	"brigade/sim"
)

// Checker is one row of the table of checkers. Each stands in the file of its
// checker; to add one is to write that file and name its row in the table.
type Checker struct {
	Numbers []string // of the invariants it speaks for
	Name    string
	Allows  string // what may be, in a sentence
	World   string // what it takes from the world, in words

	// What it is told of: operations, and kinds of probes.
	Ops   []rt.Op
	Kinds []rt.Kind

	make func() property
}

// table is in the order in which checkers see an event: the first to fail names
// the invariant, so what others build on comes first.
var table = [...]Checker{
	descriptorChecker, countChecker, ownerChecker, orderChecker, backlogChecker, waitingChecker, watchChecker,
	accountChecker, recordChecker, inputChecker, endingChecker, tunnelChecker, throughChecker, fetchChecker, shareChecker, windowChecker, sessionChecker, turnChecker, freshChecker, memoryChecker, poolChecker, holdingChecker, pagesChecker, blockChecker,
	lockChecker, spinChecker, drainChecker, lookChecker, buffersChecker, statsChecker, totalChecker, leakChecker,
}

// All is the table of checkers.
func All() []Checker { return table[:] }

// Server makes the checkers of a server whose process has this index.
func Server(process int32) []sim.Observer { return []sim.Observer{convene(process, table[:]...)} }

// New makes the checker alone, for a server whose process has this index.
func (c Checker) New(process int32) sim.Observer { return convene(process, c) }

// Probes are the names of the probes that it is told of.
func (c Checker) Probes() string {
	names := make([]string, len(c.Kinds))
	for i, k := range c.Kinds {
		names[i] = k.String()
	}
	return strings.Join(names, " ")
}
