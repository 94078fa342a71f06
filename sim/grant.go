package sim

import (
	"slices"

	"brigade/core/rt"
	"brigade/sim/hb"
	"brigade/sim/schedule"
)

// grant performs next's operation as far as it is the scheduler's: who holds
// which lock, who is woken. False: it turned out that next cannot go on (a call
// that was ready is not any more) and it waits again.
func (s *Sim) grant(t *Task) bool {
	s.acting = t
	if t.op >= rt.OpListen {
		if t.call.Block && !t.call.Expired && !s.world.Ready(&t.call) {
			s.remove(t)
			s.block(t)
			s.acting = nil
			return false
		}
	}
	if s.count(); s.over {
		return true
	}
	if s.recheck == t {
		s.rechecks++
	} else {
		s.dirty = true
	}
	s.hash = schedule.Mix(s.hash, s.stepHash(t))
	t.result, t.timer = true, 0
	s.last = t.index
	if s.order != nil {
		s.recordOrder(t)
	}
	s.perform(t)
	s.acting = nil
	return true
}

// perform performs t's operation as far as it is the scheduler's.
func (s *Sim) perform(t *Task) {
	if t.op >= rt.OpListen {
		s.call(t)
	} else {
		s.sync(t)
	}
}

// call performs a system call.
func (s *Sim) call(t *Task) {
	c := &t.call
	s.world.Do(c)
	s.hash = schedule.Mix(s.hash, uint64(c.N)^uint64(c.Errno)<<40^uint64(c.FD)<<52)
	if s.record || len(s.watch[t.op]) > 0 {
		s.tell(&Event{
			Step: s.steps, Time: s.now, Task: t.index, Object: c.Object, Op: t.op,
			A: uint64(uint32(c.FD)) | uint64(c.Process)<<32, B: uint64(c.N), C: uint64(c.Errno), Call: c,
		})
	}
}

// sync performs an operation on locks, conditions, groups and tasks. Atomics
// need nothing: the task itself acts when it has the turn.
func (s *Sim) sync(t *Task) {
	if s.record || len(s.watch[t.op]) > 0 {
		s.tell(&Event{Step: s.steps, Time: s.now, Task: t.index, Object: t.object, Op: t.op, A: t.arg})
		if s.over {
			return
		}
	}
	switch t.op {
	case rt.OpLock, rt.OpRLock, rt.OpTryLock, rt.OpTryRLock, rt.OpRelock:
		s.acquire(t)
	case rt.OpUnlock, rt.OpRUnlock:
		s.release(t)
	case rt.OpAnnounce:
		s.objects[t.object].announced++
		s.crowd(t.object)
	case rt.OpSignal, rt.OpBroadcast:
		s.signal(t)
	case rt.OpCount:
		o := &s.objects[t.object]
		if o.count += int64(t.arg); o.count < 0 {
			s.fail(&Verdict{Kind: Panic, Message: "negative WaitGroup counter " + s.objectPath(t.object), Task: t.Path()})
		} else if o.count == 0 {
			s.wake(t.object)
		} else {
			s.crowd(t.object)
		}
	case rt.OpJoin:
		s.objects[t.object].contenders--
	case rt.OpSpawn:
		t.born = s.newTask(t, t.text, t.child)
		t.child = nil
	}
}

func (s *Sim) acquire(t *Task) {
	o := &s.objects[t.object]
	switch t.op {
	case rt.OpTryLock:
		t.result = o.holder == nil && o.readers == 0
	case rt.OpTryRLock:
		t.result = o.holder == nil && o.announced == 0
	default:
		o.contenders--
	}
	if !t.result {
		return
	}
	if s.recheck != t {
		o.version++
	}
	if t.op == rt.OpRLock || t.op == rt.OpTryRLock {
		o.readers++
	} else {
		o.holder = t
		if t.op == rt.OpLock && t.arg == 1 {
			o.announced--
		}
	}
	s.crowd(t.object)
}

func (s *Sim) release(t *Task) {
	o := &s.objects[t.object]
	switch {
	case t.op == rt.OpUnlock && o.holder != nil:
		o.holder = nil
	case t.op == rt.OpRUnlock && o.readers > 0:
		o.readers--
	default:
		s.fail(&Verdict{Kind: Panic, Message: "unlock of " + s.objectPath(t.object) + ", which is not locked", Task: t.Path()})
		return
	}
	s.wake(t.object)
}

// park puts t, which just gave up its lock, on its condition variable.
func (s *Sim) park(t *Task) {
	o := &s.objects[t.lockObj]
	t.seen = o.version
	if o.holder != t {
		s.fail(&Verdict{Kind: Panic, Message: "Await on " + s.objectPath(t.object) + " without its lock " + s.objectPath(t.lockObj), Task: t.Path()})
		return
	}
	o.holder = nil
	if s.order != nil {
		s.order.Touch(rt.OpUnlock, t.lockObj, hb.Own)
	}
	t.state = stateParked
	c := &s.objects[t.object]
	place := len(c.parked)
	if s.recheck == t {
		place = min(t.place, place)
	}
	c.parked = slices.Insert(c.parked, place, t)
	if s.recheck != t {
		s.stir(t)
	}
	s.wake(t.lockObj)
}

// signal wakes the task that parked first, as Go does, or all.
func (s *Sim) signal(t *Task) {
	c := &s.objects[t.object]
	n := len(c.parked)
	if n > 0 && t.op == rt.OpSignal {
		n = 1
	}
	for _, p := range c.parked[:n] {
		s.unpark(p)
	}
	c.parked = append(c.parked[:0], c.parked[n:]...)
}

// unpark lets p compete for its lock again.
func (s *Sim) unpark(p *Task) {
	if s.order != nil {
		s.order.Wake(p.index)
	}
	p.object = p.lockObj
	p.state, p.timer = stateBlocked, 0
	o := &s.objects[p.object]
	if o.holder == nil {
		s.insert(p)
		return
	}
	o.waiters = append(o.waiters, p)
}
