package strategy

// POS, partial order sampling: Yuan, Yang and Gu, "Partial order aware
// concurrency sampling", CAV 2018. Every operation gets a random priority when
// it becomes pending, and the highest pending one is performed; every other
// pending operation that conflicts with it then draws anew, which takes back
// what the first draw said of their order. A partial order of n events is
// sampled with probability at least (1/n)^n, an exponential better than the
// walk's where most operations commute.
//
// Departure: operations performed where there was no choice are not seen; the
// task that ran then draws anew at the next choice, the others keep theirs.

import "brigade/sim/schedule"

// POS is partial order sampling. It learns nothing.
type POS struct {
	rand, world schedule.Rand
	weights     []uint64 // of each task's pending operation
	step        int      // where the next choice is if none is skipped
}

// NewPOS makes one.
func NewPOS() *POS { return new(POS) }

// String is the strategy's name, as Named takes it.
func (*POS) String() string { return "pos" }

// Begin implements schedule.Strategy.
func (s *POS) Begin(seed uint64) {
	s.world = worldRand(seed)
	s.begin(tasksRand(seed), nil, 0)
}

func (s *POS) begin(r schedule.Rand, _ *course, _ int) {
	s.rand, s.step, s.weights = r, 0, s.weights[:0]
}

// Pick implements schedule.Strategy.
//
//go:norace
func (s *POS) Pick(p *schedule.Point) int { return s.pick(p) }

//go:norace
func (s *POS) pick(p *schedule.Point) int {
	for last := p.Runnable[len(p.Runnable)-1].Task; int32(len(s.weights)) <= last; {
		s.weights = append(s.weights, s.rand.Uint64())
	}
	if p.Step != s.step && p.Current >= 0 {
		s.weights[p.Runnable[p.Current].Task] = s.rand.Uint64()
	}
	s.step = p.Step + 1
	best, top := 0, uint64(0)
	for i := range p.Runnable {
		if w := s.weights[p.Runnable[i].Task]; w > top {
			best, top = i, w
		}
	}
	e := p.Runnable[best]
	for i := range p.Runnable {
		if i == best || conflict(e, p.Runnable[i]) {
			s.weights[p.Runnable[i].Task] = s.rand.Uint64()
		}
	}
	return best
}

// Draw implements schedule.Strategy.
func (s *POS) Draw(n uint64, chance uint32) uint64 { return Draw(&s.world, n, chance) }

// End implements schedule.Strategy.
func (s *POS) End(bool) {}
