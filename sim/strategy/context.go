package strategy

// Context bounding: Musuvathi and Qadeer, "Iterative context bounding for
// systematic testing of multithreaded programs", PLDI 2007: most bugs need few
// preemptions, however long the run. A run has at most c of them, at random
// places; where a task cannot go on, any other may follow, at no cost. With k
// choices a bug that needs c preemptions among n tasks that block b times is
// found with probability at least c!/(k^c n^(b+c)).
//
// Departures: places and tasks are drawn, not enumerated; the number of choices
// is learned; yielding or spinning counts as not going on.

import (
	"fmt"

	"brigade/sim/schedule"
)

type bounded struct {
	bound   int
	rand    schedule.Rand
	changes []int
	choice  int
	given   bool
	spin    spin
}

// NewContext makes random context bounding with at most c preemptions for runs
// of about hint choices; 0: unknown.
func NewContext(c, hint int) *Learner {
	return newLearner(fmt.Sprintf("context:%d", c), hint, &bounded{bound: c})
}

func (s *bounded) begin(r schedule.Rand, c *course, hint int) {
	s.rand = r
	s.choice, s.given, s.spin = 0, false, spin{}
	s.changes = places(s.changes[:0], &s.rand, s.bound, c.length(&s.rand, hint))
}

//go:norace
func (s *bounded) pick(p *schedule.Point) int {
	i := p.Current
	s.choice++
	change := false
	for len(s.changes) > 0 && s.changes[0] <= s.choice {
		s.changes = s.changes[1:]
		change = true
	}
	switch {
	case i < 0:
		i = int(s.rand.Below(uint64(len(p.Runnable))))
	case change || s.given:
		if j := int(s.rand.Below(uint64(len(p.Runnable) - 1))); j < i {
			i = j
		} else {
			i = j + 1
		}
	}
	s.given = s.spin.gives(&p.Runnable[i])
	return i
}
