package strategy

// PCT, probabilistic concurrency testing: Burckhardt, Kothari, Musuvathi and
// Nagarakatti, "A randomized scheduler with probabilistic guarantees of finding
// bugs", ASPLOS 2010. Tasks have random priorities and the highest runs; at d-1
// random places the running task falls below all others. A bug of depth d (d
// ordering constraints suffice for it) among n tasks in k steps is found by one
// run with probability at least 1/(n k^(d-1)).
//
// Departures. Steps are counted where there is a choice, for no other can be a
// change point, and the places range up to and including the last: an off-by-one
// there hides bugs whose window is the last step. The number of choices is
// learned (course.go). A new task gets a random slot among the priorities, not
// the next one of a list drawn for a number of tasks known in advance. A task
// that yields, or looks a thousand times in a row without doing anything, falls
// below all others: without that a spinning task would never let go.

import (
	"fmt"
	"math"

	"brigade/sim/schedule"
)

type pct struct {
	depth   int
	rand    schedule.Rand
	changes []int // the choices before which the running task is demoted
	next    int   // the earliest of them that lies ahead
	choice  int
	weights []int64 // of each task; new ones are not negative
	low     int64   // what the next task that yields gets
	spin    spin
}

// NewPCT makes PCT of depth d, at least 1, for runs of about hint choices; 0:
// unknown.
func NewPCT(d, hint int) *Learner { return newLearner(fmt.Sprintf("pct:%d", d), hint, &pct{depth: d}) }

func (s *pct) begin(r schedule.Rand, c *course, hint int) {
	s.rand = r
	s.choice, s.low, s.spin = 0, -1<<32, spin{}
	s.weights = s.weights[:0]
	s.changes = s.changes[:0]
	length := uint64(c.length(&s.rand, hint))
	for range s.depth - 1 {
		s.changes = append(s.changes, 1+int(s.rand.Below(length)))
	}
	s.advance()
}

// advance finds the next change point.
//
//go:norace
func (s *pct) advance() {
	s.next = math.MaxInt
	for _, c := range s.changes {
		if c > s.choice {
			s.next = min(s.next, c)
		}
	}
}

//go:norace
func (s *pct) pick(p *schedule.Point) int {
	for last := p.Runnable[len(p.Runnable)-1].Task; int32(len(s.weights)) <= last; {
		s.weights = append(s.weights, int64(s.rand.Uint64()>>1))
	}
	best := s.highest(p)
	if s.choice++; s.choice == s.next {
		best = s.change(p, best)
	}
	if e := &p.Runnable[best]; s.spin.gives(e) {
		s.low--
		s.weights[e.Task] = s.low
	}
	return best
}

//go:norace
func (s *pct) highest(p *schedule.Point) int {
	best, top := 0, s.weights[p.Runnable[0].Task]
	for i := 1; i < len(p.Runnable); i++ {
		if w := s.weights[p.Runnable[i].Task]; w > top {
			best, top = i, w
		}
	}
	return best
}

// change demotes who would run: the j-th change point gives priority j, below
// all that were drawn and above all who yielded. Two that fall together demote
// two tasks.
//
//go:norace
func (s *pct) change(p *schedule.Point, best int) int {
	for j, c := range s.changes {
		if c == s.choice {
			s.weights[p.Runnable[best].Task] = int64(j - len(s.changes))
			best = s.highest(p)
		}
	}
	s.advance()
	return best
}
