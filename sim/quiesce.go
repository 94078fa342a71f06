package sim

// When nothing can run: first the judge looks, then parked tasks are asked once
// more (one whose predicate is true was not woken when it should have been),
// then time moves. When there is no time to move to, that is a deadlock.

import (
	"strings"

	"brigade/core/rt"
)

// quiesce makes something runnable or ends the run.
func (s *Sim) quiesce() {
	if s.order != nil {
		s.order.Barrier()
	}
	if s.dirty {
		s.dirty = false
		s.round++
		for _, o := range s.opt.Observers {
			o.Quiet()
		}
		if s.over {
			return
		}
	}
	next, set := s.timers.next()
	if !set || !s.Excused() { // somebody may stand between his change and his wakeup
		if t := s.suspect(!set, !set || next.Sub(s.now) > s.opt.Patience); t != nil {
			s.force(t)
			return
		}
	}
	if !set {
		s.fail(&Verdict{Kind: Deadlock, Invariant: "I08", Message: s.describeWaiters()})
		return
	}
	s.tick(s.jump(next))
}

// suspect is a task to ask once more in this round. A parked task whose lock
// nobody took since it looked last cannot have missed anything, unless its
// predicate reads what the lock does not guard: so at the last it is asked all
// the same.
func (s *Sim) suspect(last, long bool) *Task {
	for _, t := range s.tasks {
		if t.asked == s.round {
			continue
		}
		switch {
		case t.state == stateParked:
			o := &s.objects[t.lockObj]
			if o.holder == nil && (last || o.version != t.seen) {
				return t
			}
		case t.state == stateBlocked && (t.op == rt.OpPollWait || t.op == rt.OpPoll) && long:
			return t
		}
	}
	return nil
}

// force runs t alone until it waits again.
func (s *Sim) force(t *Task) {
	t.asked = s.round
	if t.state == stateParked {
		c := &s.objects[t.object]
		for i, p := range c.parked {
			if p == t {
				t.place = i
				c.parked = append(c.parked[:i], c.parked[i+1:]...)
				break
			}
		}
		s.unpark(t)
	} else {
		t.call.Expired = true
		s.wake(t.object)
	}
	t.forced = true
	s.recheck = t
}

func (s *Sim) describeWaiters() string {
	var b strings.Builder
	b.WriteString("nothing can run and no timer is set:")
	for _, t := range s.tasks {
		if t.state == stateEnded {
			continue
		}
		b.WriteString(" " + t.Path() + " in " + t.op.String() + " " + s.objectPath(t.object))
		if t.object >= 0 {
			if h := s.objects[t.object].holder; h != nil {
				b.WriteString(" (held by " + h.Path() + ")")
			}
		}
		b.WriteByte(';')
	}
	return strings.TrimSuffix(b.String(), ";")
}
