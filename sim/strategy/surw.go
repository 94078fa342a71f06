package strategy

// SURW, selectively uniform random walk: Zhao, Wolff, Mathur and Roychoudhury,
// "Selectively uniform concurrency testing", ASPLOS 2025. A few events are
// interesting: here those on one object for which tasks contend, another in each
// run. Who performs the next interesting event is drawn in proportion to how
// many each task has before it, so that all orders of interesting events are
// alike likely, however many other steps lie between; a task that comes to one
// out of its turn waits. A bug that shows in one of the orders of N interesting
// events in k tasks is found with probability at least n1! ... nk! / N!, times the
// object's.
//
// Departures. The paper counts in one profiling run, and a bad one blinds the
// search: here every block of seeds counts anew, each run takes one of its
// block's lessons, and every weight is at least 1. Making and awaiting tasks and
// giving locks back are never interesting. The paper leaves open who takes the
// other steps; each run draws one of three ways (rest). Where the turn's owner
// cannot come (it waits, it ended, the count was too high, others spin) one of
// those who wait for the turn takes it, and the owner's count is halved.

import "brigade/sim/schedule"

type surw struct {
	walk   urw // all events; its rand is the run's
	rest   rest
	chosen []bool   // by object: whether its events are interesting
	left   []uint32 // interesting events before each task
	turn   int32    // the task whose interesting event comes next; -1: to be drawn
	absent int      // choices for which others waited for its owner
	ranks  []uint64 // byRank: of each task
	low    uint64   // the next lowest rank
	spin   spin
	barred []bool // scratch: who is to wait
}

// rest says who takes the steps that are not interesting.
type rest uint8

const (
	byChance rest = iota // each as likely as any other
	byWeight             // URW: in proportion to what is left
	byRank               // PCT's priorities, with no change point
	byOrder              // POS's
	rests
)

// NewSURW makes SURW.
func NewSURW() *Learner { return newLearner("surw", 0, new(surw)) }

func (s *surw) begin(r schedule.Rand, c *course, _ int) {
	s.walk.rand = r
	l := c.any(&s.walk.rand)
	s.walk.start(l)
	s.turn, s.absent = -1, 0
	s.rest = rest(s.walk.rand.Below(uint64(rests)))
	s.ranks, s.low, s.spin = s.ranks[:0], 1<<32, spin{}
	s.left, s.chosen = s.left[:0], s.chosen[:0]
	if l != nil {
		s.left = append(s.left, make([]uint32, len(l.events))...)
		s.choose(l)
		return
	}
	s.choice(int32(s.walk.rand.Below(8)))
}

// choose draws the objects: one of them, a few, or all for which tasks contend.
func (s *surw) choose(l *lesson) {
	n := len(l.objects)
	if n == 0 {
		return
	}
	how := s.walk.rand.Below(4)
	if how < 2 {
		s.take(s.one(l, how == 0))
		return
	}
	for i := range l.objects {
		if how == 2 || s.walk.rand.Below(2) == 0 {
			s.take(&l.objects[i])
		}
	}
}

// one draws an object: each as likely as any other, or as likely as it is often
// touched.
func (s *surw) one(l *lesson, evenly bool) *shared {
	if evenly {
		return &l.objects[s.walk.rand.Below(uint64(len(l.objects)))]
	}
	total := uint64(0)
	for i := range l.objects {
		total += uint64(l.objects[i].total)
	}
	at := s.walk.rand.Below(total)
	for i := range l.objects {
		n := uint64(l.objects[i].total)
		if at < n {
			return &l.objects[i]
		}
		at -= n
	}
	return &l.objects[0]
}

// take makes o's events interesting.
func (s *surw) take(o *shared) {
	s.choice(o.object)
	for _, x := range o.shares {
		s.left[x.task] += x.n
	}
}

func (s *surw) choice(object int32) {
	for int32(len(s.chosen)) <= object {
		s.chosen = append(s.chosen, false)
	}
	s.chosen[object] = true
}

//go:norace
func (s *surw) pick(p *schedule.Point) int {
	s.note(p)
	owner := -1
	if free := s.bar(p); free < len(p.Runnable) {
		if owner = s.claimant(p, free); owner >= 0 {
			s.barred[owner] = false
		}
	}
	i := s.other(p)
	e := &p.Runnable[i]
	s.walk.did(e)
	if i == owner {
		s.left[e.Task] -= min(s.left[e.Task], 1)
		s.turn, s.absent = -1, 0
	}
	return i
}

// claimant is whose turn it is to perform an interesting event, if that one is
// here or is given up on: an index into p.Runnable, or -1.
//
//go:norace
func (s *surw) claimant(p *schedule.Point, free int) int {
	if s.turn < 0 {
		s.draw(p)
	}
	owner := s.owner(p)
	if owner >= 0 {
		return owner
	}
	if s.absent++; free == 0 || s.absent >= patience {
		s.left[s.turn] /= 2
		return s.substitute(p)
	}
	return -1
}

// note takes in which tasks there are.
//
//go:norace
func (s *surw) note(p *schedule.Point) {
	s.walk.note(p)
	for int32(len(s.left)) < s.walk.created {
		s.left = append(s.left, 1)
	}
	for int32(cap(s.barred)) < s.walk.created {
		s.barred = make([]bool, 0, 2*s.walk.created)
	}
	if s.rest == byRank || s.rest == byOrder {
		for int32(len(s.ranks)) < s.walk.created {
			s.ranks = append(s.ranks, s.walk.rand.Uint64()|1<<63)
		}
	}
}

// bar bars those who are at an interesting event and counts the others.
//
//go:norace
func (s *surw) bar(p *schedule.Point) (free int) {
	s.barred = s.barred[:0]
	for i := range p.Runnable {
		b := s.interesting(&p.Runnable[i])
		s.barred = append(s.barred, b)
		if !b {
			free++
		}
	}
	return free
}

//go:norace
func (s *surw) interesting(e *schedule.Pending) bool {
	return uint32(e.Object) < uint32(len(s.chosen)) && s.chosen[e.Object] && selective(e.Op)
}

// draw gives the turn to a task, living or still to be made.
//
//go:norace
func (s *surw) draw(p *schedule.Point) {
	for i := range p.Runnable {
		if s.barred[i] {
			t := p.Runnable[i].Task
			s.left[t] = max(s.left[t], 1)
		}
	}
	total := uint64(0)
	for _, n := range s.left {
		total += uint64(n)
	}
	at := s.walk.rand.Below(total)
	for t, n := range s.left {
		if at < uint64(n) {
			s.turn = int32(t)
			return
		}
		at -= uint64(n)
	}
}

// owner is the place of the task that may perform an interesting event now: the
// turn's owner, or the ancestor that leads to it. -1: it is not at one.
//
//go:norace
func (s *surw) owner(p *schedule.Point) int {
	t := s.turn
	for t >= s.walk.created {
		t = s.walk.lesson.parents[t]
	}
	for i := range p.Runnable {
		if s.barred[i] && p.Runnable[i].Task == t {
			return i
		}
	}
	return -1
}

// substitute draws one of those who wait, by weight.
//
//go:norace
func (s *surw) substitute(p *schedule.Point) int {
	total := uint64(0)
	for i := range p.Runnable {
		if s.barred[i] {
			total += uint64(max(s.left[p.Runnable[i].Task], 1))
		}
	}
	at := s.walk.rand.Below(total)
	for i := range p.Runnable {
		if !s.barred[i] {
			continue
		}
		n := uint64(max(s.left[p.Runnable[i].Task], 1))
		if at < n {
			return i
		}
		at -= n
	}
	return -1
}

// other picks among those who are not barred.
//
//go:norace
func (s *surw) other(p *schedule.Point) int {
	switch s.rest {
	case byWeight:
		return s.walk.among(p, s.barred)
	case byRank, byOrder:
		return s.highest(p)
	}
	free := uint64(0)
	for _, b := range s.barred {
		if !b {
			free++
		}
	}
	at := s.walk.rand.Below(free)
	for i, b := range s.barred {
		if b {
			continue
		}
		if at == 0 {
			return i
		}
		at--
	}
	return -1
}

//go:norace
func (s *surw) highest(p *schedule.Point) int {
	best, top := -1, uint64(0)
	for i, b := range s.barred {
		if r := s.ranks[p.Runnable[i].Task]; !b && (best < 0 || r > top) {
			best, top = i, r
		}
	}
	e := p.Runnable[best]
	if s.rest == byOrder {
		for i := range p.Runnable {
			if i == best || conflict(e, p.Runnable[i]) {
				s.ranks[p.Runnable[i].Task] = s.walk.rand.Uint64()
			}
		}
		return best
	}
	if s.spin.gives(&e) {
		s.low--
		s.ranks[e.Task] = s.low
	}
	return best
}
