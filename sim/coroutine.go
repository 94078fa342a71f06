package sim

// The coroutine engine: a task is an iter.Pull coroutine, 140 to 150 ns for a
// resume and yield. Coroutines are reused across tasks and runs.

import "iter"

type coroutine struct {
	task  *Task
	next  func() (struct{}, bool)
	yield func(struct{}) bool
}

// executeCoroutines resumes whoever has the turn until nobody has.
func (s *Sim) executeCoroutines() {
	s.cur = s.advance(nil)
	for s.cur != nil {
		s.resume(s.cur)
	}
	for i := 0; i < len(s.tasks); i++ {
		t := s.tasks[i]
		if t.state == stateEnded || !t.started {
			continue
		}
		t.aborting = true
		s.cur = t
		s.resume(t)
	}
}

// resume gives t the turn; it comes back when somebody else has it.
func (s *Sim) resume(t *Task) {
	if t.coroutine == nil {
		t.started = true
		if n := len(s.idle); n > 0 {
			t.coroutine = s.idle[n-1]
			s.idle = s.idle[:n-1]
		} else {
			t.coroutine = newCoroutine(s)
		}
		t.coroutine.task = t
	}
	t.coroutine.next()
}

func newCoroutine(s *Sim) *coroutine {
	c := new(coroutine)
	c.next, _ = iter.Pull(func(yield func(struct{}) bool) {
		c.yield = yield
		for {
			t := c.task
			t.g = getg()
			t.body(t.f)
			t.end()
			s.idle = append(s.idle, c)
			if t.aborting {
				t.state = stateEnded
				s.cur = nil
			} else {
				s.cur = s.advance(t)
			}
			if !yield(struct{}{}) {
				return
			}
		}
	})
	return c
}
