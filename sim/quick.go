package sim

// The step that most steps are: a task arrives with a plain operation, one that
// can always be performed and that the task performs by itself when it has the
// turn, and somebody with a plain operation goes on, or starts. It is what arrive, choose
// and grant do, in one function without the calls, and without a guard: where the
// strategy is this project's own, and nobody records or watches plain operations,
// nothing foreign runs before somebody's other operation is performed.

import (
	"reflect"

	"brigade/core/rt"
	"brigade/sim/schedule"
	"brigade/sim/strategy"
)

// plain are the operations of quick steps.
var plain = func() (p [256]bool) {
	for _, op := range []rt.Op{rt.OpStart, rt.OpLoad, rt.OpStore, rt.OpAdd, rt.OpSwap, rt.OpCAS, rt.OpYield, rt.OpWait} {
		p[op] = true
	}
	return p
}()

// trusts reports whether nothing foreign sees plain operations.
func (s *Sim) trusts() bool {
	if s.keyed || s.baton {
		return false
	}
	for op := range s.watch {
		if plain[op] && len(s.watch[op]) > 0 {
			return false
		}
	}
	t := reflect.TypeOf(s.strategy)
	return t.Kind() == reflect.Pointer && t.Elem().PkgPath() == reflect.TypeFor[strategy.Random]().PkgPath()
}

// quick takes t's plain request and returns the task to run next, its operation
// performed; nil: the run is over.
func (s *Sim) quick(t *Task) *Task {
	t.object = s.resolve(t.obj, t.op, t)
	k := s.picked
	if k < len(s.runnable) && s.runnable[k].Task == t.index {
		p := &s.runnable[k]
		p.Object, p.Op = t.object, t.op
	} else {
		s.insert(t)
		k = s.find(t.index)
	}
	if s.recheck != nil || s.foreign.flag.Load() {
		return s.settleGuarded(t, nil)
	}
	next := t
	if n := len(s.runnable); n > 1 {
		s.choices++
		i := 0
		if s.random != nil {
			i = s.random.Among(n)
		} else {
			p := &s.point
			p.Runnable, p.Step, p.Current = s.runnable, s.steps, k
			if i = s.strategy.Pick(p); uint(i) >= uint(n) {
				i = s.mispicked(i)
			}
		}
		s.picked = i
		s.tape = append(s.tape, uint64(i))
		next = s.tasks[s.runnable[i].Task]
	}
	if s.over || !plain[next.op] {
		return s.settleGuarded(t, next)
	}
	if s.steps++; s.steps >= s.alarm {
		s.acting = next
		s.look()
		s.acting = nil
		if s.over {
			return nil
		}
	}
	s.dirty = true
	s.hash = schedule.Mix(s.hash, s.stepHash(next))
	next.result, next.timer = true, 0
	s.last = next.index
	if s.order != nil {
		s.recordOrder(next)
	}
	return next
}

// stepHash is what the event hash takes in of next's step.
func (s *Sim) stepHash(next *Task) uint64 {
	var object uint64
	if i := next.object; i >= 0 {
		object = s.objects[i].hash
	}
	return next.hash + object<<1 + uint64(next.op)<<56
}
