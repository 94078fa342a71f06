package strategy

// SURW, selectively uniform random walk: Zhao, Wolff, Mathur and Roychoudhury,
// "Selectively uniform concurrency testing", ASPLOS 2025. A few events are
// interesting: here those on one object for which tasks contend, another in each
// run. Who performs the next interesting event is drawn in proportion to how
// many each task has before it, so that all orders of interesting events are
// alike likely, however many other steps lie between; a task that comes to one
// out of its turn waits, and all else is a random walk. A bug that shows in one
// of the orders of N interesting events in k tasks is found with probability at
// least n1! ... nk! / N!, times the object's.
//
// Departures. The paper counts in one profiling run, and a bad one blinds the
// search: here every block of seeds counts anew, each run takes one of its
// block's lessons, and every weight is at least 1. Making and awaiting tasks and
// giving locks back are never interesting. Where the turn's owner cannot come (it
// waits, it ended, the count was too high, others spin) one of those who wait for
// the turn takes it, and the owner's count is halved. In one run of four everything is
// interesting, which is URW.

import "brigade/sim/schedule"

type surw struct {
	urw
	all    bool
	object int32 // whose events are interesting
	turn   int32 // the task whose interesting event comes next; -1: to be drawn
	absent int   // choices for which others waited for its owner
}

// NewSURW makes SURW.
func NewSURW() *Learner { return newLearner(0, new(surw)) }

func (s *surw) begin(r schedule.Rand, c *course, _ int) {
	s.rand, s.turn, s.absent = r, -1, 0
	l := c.any(&s.rand)
	s.all = l != nil && (len(l.objects) == 0 || s.rand.Below(4) == 0)
	s.start(l)
	if s.all {
		return
	}
	if l == nil {
		s.object = int32(s.rand.Below(8))
		return
	}
	clear(s.left)
	o := s.choose(l)
	s.object = o.object
	for _, x := range o.shares {
		s.left[x.task] = x.n
	}
}

// choose draws an object: in half of the runs each is as likely as any other, in
// the others as likely as it is often touched.
func (s *surw) choose(l *lesson) *shared {
	if s.rand.Below(2) == 0 {
		return &l.objects[s.rand.Below(uint64(len(l.objects)))]
	}
	total := uint64(0)
	for i := range l.objects {
		total += uint64(l.objects[i].total)
	}
	at := s.rand.Below(total)
	for i := range l.objects {
		n := uint64(l.objects[i].total)
		if at < n {
			return &l.objects[i]
		}
		at -= n
	}
	return &l.objects[0]
}

func (s *surw) pick(p *schedule.Point) int {
	if s.all {
		return s.urw.pick(p)
	}
	s.note(p)
	free, waiting := 0, 0
	for i := range p.Runnable {
		if s.interesting(&p.Runnable[i]) {
			waiting++
		} else {
			free++
		}
	}
	if waiting == 0 {
		return int(s.rand.Below(uint64(len(p.Runnable))))
	}
	if s.turn < 0 {
		s.draw(p)
	}
	owner := s.owner(p)
	if owner < 0 {
		s.absent++
		if free == 0 || s.absent == patience {
			s.left[s.turn] /= 2
			owner = s.substitute(p)
		}
	}
	i := s.walk(p, owner, free)
	if i == owner {
		if t := p.Runnable[i].Task; s.left[t] > 0 {
			s.left[t]--
		}
		s.turn, s.absent = -1, 0
	}
	return i
}

func (s *surw) interesting(e *schedule.Pending) bool {
	return e.Object == s.object && selective(e.Op)
}

// draw gives the turn to a task, living or still to be made.
func (s *surw) draw(p *schedule.Point) {
	for i := range p.Runnable {
		if e := &p.Runnable[i]; s.interesting(e) {
			s.left[e.Task] = max(s.left[e.Task], 1)
		}
	}
	total := uint64(0)
	for _, n := range s.left {
		total += uint64(n)
	}
	at := s.rand.Below(total)
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
func (s *surw) owner(p *schedule.Point) int {
	t := s.turn
	for t >= s.created {
		t = s.lesson.parents[t]
	}
	for i := range p.Runnable {
		if e := &p.Runnable[i]; e.Task == t && s.interesting(e) {
			return i
		}
	}
	return -1
}

// substitute draws one of the waiting, by weight.
func (s *surw) substitute(p *schedule.Point) int {
	total := uint64(0)
	for i := range p.Runnable {
		total += s.claim(&p.Runnable[i])
	}
	at := s.rand.Below(total)
	for i := range p.Runnable {
		n := s.claim(&p.Runnable[i])
		if at < n {
			return i
		}
		at -= n
	}
	return -1
}

// claim is the weight of a task that waits for the turn.
func (s *surw) claim(e *schedule.Pending) uint64 {
	if !s.interesting(e) {
		return 0
	}
	return uint64(max(s.left[e.Task], 1))
}

// walk draws among those who are not to wait.
func (s *surw) walk(p *schedule.Point, owner, free int) int {
	if owner >= 0 {
		free++
	}
	at := int(s.rand.Below(uint64(free)))
	for i := range p.Runnable {
		if i != owner && s.interesting(&p.Runnable[i]) {
			continue
		}
		if at == 0 {
			return i
		}
		at--
	}
	return owner
}
