package sim

import (
	"fmt"
	"math"
	"time"

	"brigade/core/rt"
	"brigade/sim/schedule"
)

// timer is something due: a task's timeout or the world's Timer.
type timer struct {
	when     rt.Instant
	sequence uint64
	task     *Task
	world    Timer
}

// timerHeap is a binary heap by time, then by order of setting.
type timerHeap []timer

func (h timerHeap) less(i, j int) bool {
	return h[i].when < h[j].when || h[i].when == h[j].when && h[i].sequence < h[j].sequence
}

func (h *timerHeap) push(t timer) {
	*h = append(*h, t)
	q := *h
	for i := len(q) - 1; i > 0; {
		p := (i - 1) / 2
		if !q.less(i, p) {
			break
		}
		q[i], q[p] = q[p], q[i]
		i = p
	}
}

func (h *timerHeap) pop() timer {
	q := *h
	top := q[0]
	n := len(q) - 1
	q[0] = q[n]
	q[n] = timer{}
	q = q[:n]
	*h = q
	for i := 0; ; {
		c := 2*i + 1
		if c >= n {
			break
		}
		if c+1 < n && q.less(c+1, c) {
			c++
		}
		if !q.less(c, i) {
			break
		}
		q[i], q[c] = q[c], q[i]
		i = c
	}
	return top
}

// next is when the earliest timer that still means something is due.
func (h *timerHeap) next() (rt.Instant, bool) {
	for len(*h) > 0 {
		t := &(*h)[0]
		if t.task == nil || t.task.timer == t.sequence {
			return t.when, true
		}
		h.pop()
	}
	return 0, false
}

// schedule sets a timer and returns its sequence number.
func (s *Sim) schedule(when rt.Instant, t *Task, w Timer) uint64 {
	s.sequence++
	s.timers.push(timer{when: max(when, s.now), sequence: s.sequence, task: t, world: w})
	return s.sequence
}

// after is d from now, or the end of time.
func (s *Sim) after(d time.Duration) rt.Instant {
	when := s.now.Add(d)
	if when < s.now {
		return math.MaxInt64
	}
	return when
}

// At fires t when the clock gets to when: first set, first fired.
func (s *Sim) At(when rt.Instant, t Timer) { s.schedule(when, nil, t) }

// tick moves the clock and fires all that is due.
func (s *Sim) tick(to rt.Instant) {
	s.now = to
	s.show()
	s.since = s.steps
	s.dirty = true
	s.hash = schedule.Mix(s.hash, uint64(to))
	if s.keyed {
		s.ticked()
	}
	for {
		when, set := s.timers.next()
		if !set || when > to {
			return
		}
		t := s.timers.pop()
		if t.task != nil {
			s.expire(t.task)
			continue
		}
		t.world.Fire()
		if s.idleTimer(); s.over {
			return
		}
	}
}

// idleTimer bounds a world whose timers set one another while no task can run.
func (s *Sim) idleTimer() {
	if s.steps != s.firedAt {
		s.firedAt, s.fired = s.steps, 0
	}
	if s.fired++; s.fired&255 == 0 {
		s.progress.Add(1)
	}
	if s.fired > s.opt.MaxInstant {
		s.fail(&Verdict{Kind: Livelock, Invariant: "I11", Message: fmt.Sprintf("%d timers of the world fired without a step of any task", s.fired)})
	}
}

// expire ends t's wait because its time is up.
func (s *Sim) expire(t *Task) {
	t.timer = 0
	switch t.state {
	case stateSleeping:
		s.insert(t)
	case stateParked:
		s.stirred(t)
	case stateBlocked:
		t.call.Expired = true
		s.wake(t.object)
	}
}
