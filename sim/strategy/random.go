package strategy

// Random walk: at every point each runnable task is as likely as any other. It
// has no bound worth the name (a bug that needs k particular choices among n
// tasks is found with probability n^-k), but it is blind to nothing shallow, and
// it is the control for everything else.

import "brigade/sim/schedule"

// Random is the random walk.
type Random struct{ tasks, world schedule.Rand }

// NewRandom makes one.
func NewRandom() *Random { return new(Random) }

// String is the strategy's name, as Named takes it.
func (*Random) String() string { return "random" }

// Begin implements schedule.Strategy.
func (r *Random) Begin(seed uint64) {
	r.world = worldRand(seed)
	r.begin(tasksRand(seed), nil, 0)
}

func (r *Random) begin(tasks schedule.Rand, _ *course, _ int) { r.tasks = tasks }

// Pick implements schedule.Strategy.
//
//go:norace
func (r *Random) Pick(p *schedule.Point) int { return r.pick(p) }

//go:norace
func (r *Random) pick(p *schedule.Point) int { return r.Among(len(p.Runnable)) }

// Among is Pick where n tasks can run: all that a random walk looks at.
//
//go:norace
func (r *Random) Among(n int) int { return int(r.tasks.Few(uint32(n))) }

// Draw implements schedule.Strategy.
func (r *Random) Draw(n uint64, chance uint32) uint64 { return Draw(&r.world, n, chance) }

// End implements schedule.Strategy.
func (r *Random) End(bool) {}

// Draw draws a world's choice from r: 0 but for chance/65536, then 1 to n-1; all
// of 0 to n-1 alike where chance is 65536 or more; n 0 stands for 2^64.
func Draw(r *schedule.Rand, n uint64, chance uint32) uint64 {
	if chance < 1<<16 {
		if n < 2 || !r.Chance(chance) {
			return 0
		}
		return 1 + r.Below(n-1)
	}
	if n == 0 {
		return r.Uint64()
	}
	return r.Below(n)
}
