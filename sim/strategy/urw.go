package strategy

// URW, uniform random walk: the next task is drawn in proportion to the events
// that it still has before it, so that where nothing blocks every interleaving
// is as likely as any other: 1 / (N! / (n1! ... nk!)). From Zhao, Wolff, Mathur
// and Roychoudhury, "Selectively uniform concurrency testing", ASPLOS 2025,
// section 3. The plain walk, which gives each task the same chance, favours
// interleavings in which the short tasks are over early.
//
// Departures. The counts are a lesson's (course.go), so each is at least 1
// whatever the lesson said; making and awaiting tasks does not count; what a task
// that is not there yet will do counts for the living ancestor that leads to it.

import "brigade/sim/schedule"

type urw struct {
	rand    schedule.Rand
	lesson  *lesson
	left    []uint32 // events before each task, made or not
	created int32    // tasks there are
	weights []uint64 // scratch: by task
}

// NewURW makes the uniform random walk.
func NewURW() *Learner { return newLearner("urw", 0, new(urw)) }

func (s *urw) begin(r schedule.Rand, c *course, _ int) {
	s.rand = r
	s.start(c.any(&s.rand))
}

// start begins a run that knows l.
func (s *urw) start(l *lesson) {
	s.lesson, s.created, s.left = l, 0, s.left[:0]
	if l != nil {
		s.left = append(s.left, l.events...)
	}
}

//go:norace
func (s *urw) pick(p *schedule.Point) int {
	s.note(p)
	i := s.among(p, nil)
	s.did(&p.Runnable[i])
	return i
}

// note takes in which tasks there are.
//
//go:norace
func (s *urw) note(p *schedule.Point) {
	s.created = max(s.created, p.Runnable[len(p.Runnable)-1].Task+1)
	for int32(len(s.left)) < s.created {
		s.left = append(s.left, 1)
	}
}

// did takes in who was picked.
//
//go:norace
func (s *urw) did(e *schedule.Pending) {
	if counts(e.Op) && s.left[e.Task] > 0 {
		s.left[e.Task]--
	}
}

// among draws one of those that are not barred; nil: none is.
//
//go:norace
func (s *urw) among(p *schedule.Point, barred []bool) int {
	weights := s.weigh()
	total := uint64(0)
	for i := range p.Runnable {
		if barred == nil || !barred[i] {
			total += weights[p.Runnable[i].Task]
		}
	}
	at := s.rand.Below(total)
	for i := range p.Runnable {
		if barred != nil && barred[i] {
			continue
		}
		w := weights[p.Runnable[i].Task]
		if at < w {
			return i
		}
		at -= w
	}
	return -1
}

// weigh is each living task's weight: what it has before it, with what those have
// that it is still to make, and never nothing.
//
//go:norace
func (s *urw) weigh() []uint64 {
	s.weights = s.weights[:0]
	for _, n := range s.left {
		s.weights = append(s.weights, uint64(n))
	}
	for t := int32(len(s.left)) - 1; t >= s.created; t-- {
		if parent := s.lesson.parents[t]; parent >= 0 {
			s.weights[parent] += s.weights[t]
		}
	}
	for t := range s.weights {
		s.weights[t] = max(s.weights[t], 1)
	}
	return s.weights
}
