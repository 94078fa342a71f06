package strategy

// Delay bounding: Emmi, Qadeer and Rakamaric, "Delay-bounded scheduling", POPL
// 2011. A deterministic scheduler (keep running; else the next in turn) is
// delayed at d random places: whoever would run is passed over. With k choices
// there are at most (k+1)^d schedules, whatever the number of tasks, and a bug
// that needs d delays is found with probability at least d!/k^d.
//
// Departures: the places are drawn, not enumerated; the number of choices is
// learned; a task that yields or spins passes the turn on at no cost.

import (
	"fmt"
	"slices"

	"brigade/sim/schedule"
)

type delay struct {
	bound   int
	rand    schedule.Rand
	changes []int // the choices to delay at, in order
	choice  int
	last    int32 // who ran last
	given   bool  // it gave the turn away
	spin    spin
}

// NewDelay makes random delay bounding with bound d for runs of about hint
// choices; 0: unknown.
func NewDelay(d, hint int) *Learner {
	return newLearner(fmt.Sprintf("delay:%d", d), hint, &delay{bound: d})
}

func (s *delay) begin(r schedule.Rand, c *course, hint int) {
	s.rand = r
	s.choice, s.last, s.given, s.spin = 0, -1, false, spin{}
	s.changes = places(s.changes[:0], &s.rand, s.bound, c.length(&s.rand, hint))
}

// places draws n of the first length choices, in order; one may come up twice.
func places(list []int, r *schedule.Rand, n, length int) []int {
	for range n {
		list = append(list, 1+int(r.Below(uint64(length))))
	}
	slices.Sort(list)
	return list
}

//go:norace
func (s *delay) pick(p *schedule.Point) int {
	i := p.Current
	if i < 0 || s.given {
		i = after(p, s.last)
	}
	s.choice++
	for len(s.changes) > 0 && s.changes[0] <= s.choice {
		s.changes = s.changes[1:]
		i = (i + 1) % len(p.Runnable)
	}
	e := &p.Runnable[i]
	s.last = e.Task
	s.given = s.spin.gives(e)
	return i
}

// after is the place of the first runnable task that comes after task in turn.
//
//go:norace
func after(p *schedule.Point, task int32) int {
	for i := range p.Runnable {
		if p.Runnable[i].Task > task {
			return i
		}
	}
	return 0
}
