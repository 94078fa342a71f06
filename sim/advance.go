package sim

// The scheduler's loop: a task arrives at a point, someone is chosen, its
// operation is granted, and it runs to its next point. In the coroutine engine
// this code runs on the arriving task's stack, and continuing with the same task
// costs no switch; in the baton engine it runs on the scheduler's goroutine.

import (
	"fmt"
	"time"

	"brigade/core/rt"
	"brigade/sim/schedule"
)

// advance takes t's request and returns the task to run next, its operation
// performed; nil: the run is over. t is nil at the run's begin.
func (s *Sim) advance(t *Task) *Task {
	switch {
	case t == nil:
	case t.service != serviceNone:
		return s.attend(t)
	default:
		s.arrive(t)
	}
	return s.settle(t, nil)
}

// settle finds who runs next, next if that is decided, and performs its operation.
// t arrived last, if it is not nil.
func (s *Sim) settle(t, next *Task) *Task {
	for !s.over {
		if next == nil {
			if next = s.choose(t); next == nil {
				t = nil
				continue
			}
		}
		if s.over {
			break
		}
		if !s.grant(next) {
			t, next = next, nil
			s.arrived(t)
			continue
		}
		if s.over {
			break // what was misused must not reach Go's own lock, whose fault is fatal
		}
		return next
	}
	return nil
}

// attend serves t, which keeps the turn.
func (s *Sim) attend(t *Task) *Task {
	s.acting = t
	s.serve(t)
	t.service = serviceNone
	s.acting = nil
	if s.over {
		return nil
	}
	return t
}

// choose picks a runnable task; nil: there was none and the world was moved on,
// or the run is over.
func (s *Sim) choose(t *Task) *Task {
	if s.foreign.flag.Load() {
		s.failForeign()
		return nil
	}
	if next := s.recheck; next != nil {
		if next.state == stateRunnable && len(s.runnable) == 1 {
			return next
		}
		s.recheck = nil // it waits again, or has given others something to do
	}
	switch len(s.runnable) {
	case 0:
		s.quiesce()
		return nil
	case 1:
		return s.tasks[s.runnable[0].Task]
	}
	return s.tasks[s.runnable[s.pick(t)].Task]
}

// arrive files t under its new request: runnable, or waiting for what.
func (s *Sim) arrive(t *Task) {
	if plain[t.op] {
		t.object = s.resolve(t.obj, t.op, t)
		if s.keyed {
			s.arrived(t)
		}
		if i := s.picked; i < len(s.runnable) && s.runnable[i].Task == t.index {
			p := &s.runnable[i]
			p.Object, p.Op = t.object, t.op
			return
		}
		s.insert(t)
		return
	}
	s.classify(t)
	s.arrived(t)
	if t.op == rt.OpEnd {
		s.endTask(t)
		return
	}
	if s.enabled(t) {
		s.insert(t)
		return
	}
	s.remove(t)
	switch {
	case t.op == rt.OpSleep:
		t.state = stateSleeping
		t.timer = s.schedule(s.after(time.Duration(t.arg)), t, nil)
	case t.op == rt.OpRelock && t.state != stateBlocked:
		s.park(t)
	default:
		s.block(t)
	}
}

// block makes t wait until its object changes, or the time of its call is up.
func (s *Sim) block(t *Task) {
	t.state = stateBlocked
	o := &s.objects[t.object]
	o.waiters = append(o.waiters, t)
	if t.op >= rt.OpListen && t.call.Timeout >= 0 {
		t.timer = s.schedule(t.due, t, nil)
	}
}

// classify finds the object of t's request. What Rechecked answers lasts until
// the next wait.
func (s *Sim) classify(t *Task) {
	switch {
	case t.op >= rt.OpListen:
		t.forced = t.forced && t.op != rt.OpPollWait && t.op != rt.OpPoll
		t.object = none
		t.call.Task, t.call.Object, t.call.Expired = t.index, none, false
	case t.op == rt.OpRelock:
		t.forced = false
		t.object = s.resolve(t.obj, rt.OpWait, t)
		t.lockObj = s.resolve(t.lock, rt.OpLock, t)
	default:
		t.object = s.resolve(t.obj, t.op, t)
	}
}

// enabled reports whether t's operation can be performed now.
func (s *Sim) enabled(t *Task) bool {
	switch t.op {
	case rt.OpLock:
		o := &s.objects[t.object]
		return o.holder == nil && o.readers == 0
	case rt.OpRLock:
		o := &s.objects[t.object]
		return o.holder == nil && o.announced == 0
	case rt.OpRelock:
		return t.state == stateBlocked && s.objects[t.object].holder == nil
	case rt.OpJoin:
		return s.objects[t.object].count == 0
	case rt.OpSleep:
		return t.arg == 0 || int64(t.arg) < 0
	}
	if t.op < rt.OpListen {
		return true
	}
	c := &t.call
	if c.Object == none {
		ready := s.world.Submit(c) // which may make the call wait that would not
		t.object = c.Object
		if c.Timeout >= 0 {
			t.due = s.after(c.Timeout)
		}
		return ready || !c.Block
	}
	return c.Expired || s.world.Ready(c)
}

// insert files t as runnable, in order of index, or updates its entry.
func (s *Sim) insert(t *Task) {
	t.state = stateRunnable
	p := schedule.Pending{Task: t.index, Object: t.object, Op: t.op}
	i := s.find(t.index)
	if i < len(s.runnable) && s.runnable[i].Task == t.index {
		s.runnable[i] = p
	} else {
		s.runnable = append(s.runnable, p)
		copy(s.runnable[i+1:], s.runnable[i:])
		s.runnable[i] = p
	}
	if locks(t.op) {
		s.objects[t.object].contenders++
	}
}

// remove takes t's entry out, if it has one.
func (s *Sim) remove(t *Task) {
	i := s.find(t.index)
	if i < len(s.runnable) && s.runnable[i].Task == t.index {
		s.runnable = append(s.runnable[:i], s.runnable[i+1:]...)
	}
}

// find is the place of task index in runnable, or where it would be.
func (s *Sim) find(index int32) int {
	if i := s.picked; i < len(s.runnable) && s.runnable[i].Task == index {
		return i
	}
	i := len(s.runnable)
	for i > 0 && s.runnable[i-1].Task >= index {
		i--
	}
	return i
}

// locks reports whether op waits for something that another task can take away
// again: a lock, or a WaitGroup's counter being zero.
func locks(op rt.Op) bool {
	return op == rt.OpLock || op == rt.OpRLock || op == rt.OpRelock || op == rt.OpJoin
}

// wake asks the tasks that wait for object i whether they can go on now.
func (s *Sim) wake(i int32) {
	o := &s.objects[i]
	if len(o.waiters) == 0 {
		return
	}
	waiters := o.waiters
	keep := waiters[:0]
	for _, t := range waiters {
		if t.state == stateBlocked && s.enabled(t) {
			t.timer = 0
			s.insert(t)
			continue
		}
		keep = append(keep, t)
	}
	s.objects[i].waiters = keep // the world may have made objects meanwhile
}

// crowd sends back to waiting those runnable tasks whose lock was just taken.
func (s *Sim) crowd(i int32) {
	o := &s.objects[i]
	if o.contenders == 0 {
		return
	}
	for j := 0; j < len(s.runnable); {
		p := s.runnable[j]
		t := s.tasks[p.Task]
		if p.Object != i || !locks(p.Op) || t == s.acting {
			j++
			continue
		}
		t.state = stateBlocked
		if s.enabled(t) {
			t.state = stateRunnable
			j++
			continue
		}
		o.contenders--
		o.waiters = append(o.waiters, t)
		s.runnable = append(s.runnable[:j], s.runnable[j+1:]...)
	}
}

func (s *Sim) endTask(t *Task) {
	s.remove(t)
	t.state = stateEnded
	s.live--
	if t.verdict != nil {
		t.verdict.Task = t.Path()
		if t.verdict.fault != 0 {
			s.pages.caught(t.verdict)
		}
		s.fail(t.verdict)
	}
	if s.live == 0 {
		s.over = true
	}
}

// count is done for every operation performed.
func (s *Sim) count() {
	if s.steps++; s.steps >= s.alarm {
		s.look()
	}
}

// look holds the run against its bounds, and sets the step at which they might be
// passed next.
func (s *Sim) look() {
	if s.steps&255 == 0 {
		s.progress.Add(1)
	}
	if n := s.steps - s.since; n > s.opt.MaxInstant {
		s.fail(&Verdict{Kind: Livelock, Invariant: "I11", Message: fmt.Sprintf("%d steps at instant %v without progress", n, time.Duration(s.now))})
	} else if s.steps > s.opt.MaxSteps {
		s.fail(&Verdict{Kind: Livelock, Message: fmt.Sprintf("the run did not end within %d steps", s.opt.MaxSteps)})
	}
	if s.record && s.steps > s.opt.MaxRecord {
		s.record, s.departures, s.inputs, s.standings, s.events = false, nil, nil, nil, nil
	}
	s.alarm = min(s.steps|255+1, s.opt.MaxSteps+1, s.since+s.opt.MaxInstant+1)
}

// Progress says that bytes moved or something came about: the livelock count
// begins anew.
func (s *Sim) Progress() { s.since = s.steps }

// Notify asks the tasks whose calls wait for a kernel object once more.
func (s *Sim) Notify(object int32) { s.wake(object) }

// NewObject makes a kernel object, named after the task whose call makes it.
func (s *Sim) NewObject(label string) int32 { return s.newObject(label, s.acting) }
