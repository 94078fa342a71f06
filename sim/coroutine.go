package sim

// The coroutine engine: a task is an iter.Pull coroutine. Coroutines are reused
// across tasks and runs.
//
// A task that gives its turn away resumes the next one itself, on top of it,
// instead of going back to a loop that would: one switch instead of two. So the
// tasks that are not suspended form a chain, each waiting for the one that it
// resumed; the last one runs. When the turn goes to a task in the chain, those
// above it yield, one after the other, down to it; any other is resumed on top. A
// random walk over five tasks makes one switch a turn in this way, not two.

import (
	"iter"
	"runtime/debug"
)

type coroutine struct {
	task  *Task
	next  func() (struct{}, bool)
	yield func(struct{}) bool
}

// executeCoroutines gives the turn to tasks until nobody has it, then unwinds
// those that are left.
func (s *Sim) executeCoroutines() {
	s.cur = s.decide(nil)
	s.await(nil)
	s.recordLeft()
	for i := 0; i < len(s.tasks); i++ {
		t := s.tasks[i]
		if t.state == stateEnded || !t.started {
			continue
		}
		t.aborting = true
		s.cur = t
		s.await(nil)
	}
}

// await returns when t has the turn; t nil is the run itself, which has it when
// nobody else does.
//
//go:norace
func (s *Sim) await(t *Task) {
	for s.cur != t {
		if next := s.cur; next != nil && !next.chained {
			s.resume(next)
			continue
		}
		// The turn is that of somebody below.
		t.chained = false
		t.coroutine.yield(struct{}{})
	}
}

// resume puts t on top of the chain; it comes back when t has yielded or ended.
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
	t.chained = true
	t.coroutine.next()
}

// leave ends t, whose function is through, and returns who has the turn now.
func (s *Sim) leave(t *Task) *Task {
	t.end()
	t.chained = false
	if t.aborting {
		t.state = stateEnded
		return nil
	}
	return s.decide(t)
}

func newCoroutine(s *Sim) *coroutine {
	c := new(coroutine)
	c.next, _ = iter.Pull(func(yield func(struct{}) bool) {
		c.yield = yield
		c.serve(s)
	})
	return c
}

// serve runs the tasks that c is given, for ever. A task that ends its goroutine
// (runtime.Goexit, as t.Fatal does) does not end c: what is deferred here goes on
// serving, for iter.Pull would end the goroutine that resumed c the same way.
func (c *coroutine) serve(s *Sim) {
	debug.SetPanicOnFault(true) // for guarded pages
	defer func() {
		c.give(s)
		c.serve(s)
	}()
	for {
		t := c.task
		t.g = getg()
		t.body(t.f)
		c.give(s)
	}
}

// give ends c's task and gives the turn away. Where it goes to a task that has not
// started, c itself, on top of the chain, takes that one: no switch instead of two.
func (c *coroutine) give(s *Sim) {
	next := s.leave(c.task)
	s.cur = next
	if next != nil && next.coroutine == nil {
		next.started, next.chained, next.coroutine = true, true, c
		c.task = next
		return
	}
	s.idle = append(s.idle, c)
	c.yield(struct{}{})
}
