package sim

// The task side of scheduling points. Everything here is go:norace: it runs on
// task goroutines and touches the task's record (RACE.md rule 5).

import (
	"time"

	"brigade/core/rt"
)

// caller is the calling task; nil: no run is active, and operations act at once,
// unscheduled. A goroutine that is no task does not return from here while a
// run is active.
//
//go:norace
func (s *Sim) caller() *Task {
	if !s.active {
		return nil
	}
	t := s.cur
	if t == nil || haveG && t.g != getg() {
		s.reject()
	}
	if s.deciding {
		panic(intrusion)
	}
	return t
}

// within reports whether the calling goroutine is a task of the run that goes on, as far as
// that can be told here.
//
//go:norace
func (s *Sim) within() bool {
	t := s.cur
	return haveG && s.active && t != nil && t.g == getg()
}

// Point implements rt.Scheduler.
//
//go:norace
func (s *Sim) Point(op rt.Op, obj *rt.Object, arg uint64) bool {
	t := s.cur
	if !s.active || t == nil || haveG && t.g != getg() || s.deciding {
		if t = s.caller(); t == nil {
			return true
		}
	}
	if t.unwinding {
		return false
	}
	t.op, t.obj, t.arg = op, obj, arg
	if !s.trusting || !plain[op] {
		s.pass(t)
		return t.result
	}
	if s.baton {
		t.passQuickly()
		return true
	}
	if next := s.quick(t); next != t {
		s.cur = next
		s.await(t)
		if t.aborting {
			t.unwind()
		}
	}
	return true
}

// Unlocked implements rt.Scheduler.
//
//go:norace
func (s *Sim) Unlocked() {
	if s.restless {
		s.Point(rt.OpYield, nil, 0)
	}
}

// Park implements rt.Scheduler.
//
//go:norace
func (s *Sim) Park(cond, lock *rt.Object) (forced, ok bool) {
	t := s.caller()
	if t == nil {
		panic("sim: Await outside of a run would wait for ever")
	}
	if t.unwinding {
		return false, false
	}
	t.op, t.obj, t.lock, t.arg = rt.OpRelock, cond, lock, 0
	s.pass(t)
	return t.forced, true
}

// Spawn implements rt.Scheduler.
//
//go:norace
func (s *Sim) Spawn(name string, f func()) {
	t := s.caller()
	if t == nil {
		panic("sim: rt.Go outside of a run")
	}
	if t.unwinding {
		return
	}
	t.op, t.obj, t.text, t.child = rt.OpSpawn, nil, name, f
	s.pass(t)
	if s.baton {
		go t.born.main()
	}
}

// Sleep implements rt.Scheduler.
//
//go:norace
func (s *Sim) Sleep(d time.Duration) {
	if d <= 0 {
		s.Point(rt.OpYield, nil, 0)
		return
	}
	s.Point(rt.OpSleep, nil, uint64(d))
}

// Call returns the calling task's record for a system call, its results zeroed;
// nil: the run is over, or there is none.
//
//go:norace
func (s *Sim) Call() *Call {
	t := s.caller()
	if t == nil || t.unwinding {
		return nil
	}
	c := &t.call
	c.FD, c.FD2, c.Flags, c.Timeout, c.Block = 0, 0, 0, -1, false
	c.N, c.N2, c.Errno, c.Expired = 0, 0, 0, false
	c.Release, c.Acquire = nil, nil
	c.Buf, c.Words = c.Buf[:0], c.Words[:0]
	return c
}

// Do performs the calling task's call; false: the run is over.
//
//go:norace
func (s *Sim) Do(c *Call) bool {
	t := s.caller()
	if t == nil || t.unwinding {
		return false
	}
	t.op, t.obj = c.Op, nil
	s.pass(t)
	if c.Release != nil {
		raceReleaseMerge(c.Release)
	}
	if c.Acquire != nil {
		raceAcquire(c.Acquire)
	}
	return true
}

// Rechecked implements rt.Scheduler.
//
//go:norace
func (s *Sim) Rechecked() bool {
	t := s.caller()
	return t != nil && t.forced
}

// pass gives the turn away and returns when it comes back.
//
//go:norace
func (s *Sim) pass(t *Task) {
	if s.baton {
		t.passBaton()
	} else if next := s.decide(t); next != t {
		s.cur = next
		s.await(t)
	}
	if t.aborting {
		t.unwind()
	}
}

// unwind leaves what is left of t's function.
//
//go:norace
func (t *Task) unwind() {
	t.unwinding = true
	panic(rt.Unwind{})
}
