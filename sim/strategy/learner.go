package strategy

import "brigade/sim/schedule"

// Learner is a strategy that learns: one searcher with its course, or several
// that take turns and share one.
//
// What a run may know is what the lessons of its seed's block showed, and
// nothing else, whatever was run before. Where runs are not made in the order of
// their seeds, ask Missing and make the runs it names first.
type Learner struct {
	course  course
	members []searcher // by seed modulo their number, which divides Block
	current searcher
	name    string
	hint    int
	world   schedule.Rand
}

// searcher picks; everything else is the Learner's.
type searcher interface {
	begin(r schedule.Rand, c *course, hint int)
	pick(p *schedule.Point) int
}

// newLearner makes a learner for runs of about hint choices; 0: unknown.
func newLearner(name string, hint int, members ...searcher) *Learner {
	if Block%len(members) != 0 {
		panic("strategy: the number of members does not divide a block")
	}
	return &Learner{members: members, name: name, hint: hint}
}

// String is the strategy's name, as Named takes it.
func (l *Learner) String() string { return l.name }

// Missing lists the seeds whose runs the run of seed learns from and which this
// strategy has not seen. They are to be made in this order, by this strategy, on
// the same program.
func (l *Learner) Missing(seed uint64) []uint64 { return l.course.missing(seed) }

// Begin implements schedule.Strategy.
func (l *Learner) Begin(seed uint64) {
	l.world = worldRand(seed)
	l.course.begin(seed)
	l.current = l.members[seed%uint64(len(l.members))]
	l.current.begin(tasksRand(seed), &l.course, l.hint)
}

// Taking reports whether the current run is a lesson.
func (l *Learner) Taking() bool { return l.course.taking != nil }

// Pick implements schedule.Strategy.
//
//go:norace
func (l *Learner) Pick(p *schedule.Point) int {
	i := l.current.pick(p)
	if l.course.taking != nil {
		l.course.see(p, i)
	}
	return i
}

// Draw implements schedule.Strategy.
func (l *Learner) Draw(n uint64, chance uint32) uint64 { return Draw(&l.world, n, chance) }

// End implements schedule.Strategy.
func (l *Learner) End(bool) { l.course.end() }

// tasksRand and worldRand are a seed's two sequences. The world draws from one of
// its own, so that another schedule of the same seed meets much the same faults.
func tasksRand(seed uint64) schedule.Rand {
	return schedule.NewRand(schedule.Finish(seed ^ 0x7461736b))
}

func worldRand(seed uint64) schedule.Rand {
	return schedule.NewRand(schedule.Finish(seed ^ 0x776f726c64))
}
