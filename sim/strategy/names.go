package strategy

// Strategies by name, as commands and traces have them: a name, and for those
// that have one a number after a colon.

import (
	"fmt"
	"strconv"
	"strings"

	"brigade/sim/schedule"
)

type named struct {
	name   string
	number int // what the number is if none is given; 0: there is none
	make   func(number, hint int) schedule.Strategy
}

func names() []named {
	return []named{
		{"portfolio", 0, func(_, hint int) schedule.Strategy { return NewPortfolio(hint) }},
		{"random", 0, func(int, int) schedule.Strategy { return NewRandom() }},
		{"pct", 3, func(n, hint int) schedule.Strategy { return NewPCT(n, hint) }},
		{"pos", 0, func(int, int) schedule.Strategy { return NewPOS() }},
		{"surw", 0, func(int, int) schedule.Strategy { return NewSURW() }},
		{"urw", 0, func(int, int) schedule.Strategy { return NewURW() }},
		{"delay", 2, func(n, hint int) schedule.Strategy { return NewDelay(n, hint) }},
		{"context", 2, func(n, hint int) schedule.Strategy { return NewContext(n, hint) }},
		{"roundrobin", 0, func(int, int) schedule.Strategy { return NewRoundRobin() }},
		{"dfs", 0, func(int, int) schedule.Strategy { return NewDFS(-1) }},
	}
}

// Names are the names of the strategies there are, the default first.
func Names() []string {
	var list []string
	for _, n := range names() {
		list = append(list, n.name)
	}
	return list
}

// Named makes the strategy called name ("pos", "pct:3") for runs of about hint
// choices; 0: unknown.
func Named(name string, hint int) (schedule.Strategy, error) {
	base, number, given := strings.Cut(name, ":")
	for _, n := range names() {
		if n.name != base {
			continue
		}
		value := n.number
		if given {
			v, err := strconv.Atoi(number)
			if err != nil || n.number == 0 || v < 1 || v > 1000 {
				return nil, fmt.Errorf("strategy %q: what follows the colon is a number from 1 to 1000, for pct, delay and context", name)
			}
			value = v
		}
		return n.make(value, hint), nil
	}
	return nil, fmt.Errorf("there is no strategy %q; there are: %s", name, strings.Join(Names(), ", "))
}
