package strategy

// Round robin: every task takes one step in its turn. It is one schedule, the
// same for every seed (the world still draws), and the control that shows what
// testing by running misses. Departure from the usual: the quantum is one step.

import "brigade/sim/schedule"

// RoundRobin takes tasks in turn.
type RoundRobin struct {
	last  int32
	world schedule.Rand
}

// NewRoundRobin makes one.
func NewRoundRobin() *RoundRobin { return new(RoundRobin) }

// String is the strategy's name, as Named takes it.
func (*RoundRobin) String() string { return "roundrobin" }

// Begin implements schedule.Strategy.
func (s *RoundRobin) Begin(seed uint64) {
	s.world = worldRand(seed)
	s.begin(schedule.Rand{}, nil, 0)
}

func (s *RoundRobin) begin(schedule.Rand, *course, int) { s.last = -1 }

// Pick implements schedule.Strategy.
//
//go:norace
func (s *RoundRobin) Pick(p *schedule.Point) int { return s.pick(p) }

//go:norace
func (s *RoundRobin) pick(p *schedule.Point) int {
	i := after(p, s.last)
	s.last = p.Runnable[i].Task
	return i
}

// Draw implements schedule.Strategy.
func (s *RoundRobin) Draw(n uint64, chance uint32) uint64 { return Draw(&s.world, n, chance) }

// End implements schedule.Strategy.
func (s *RoundRobin) End(bool) {}
