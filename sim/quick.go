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
	if s.keyed || s.baton && s.order != nil {
		return false
	}
	for op := range s.watch {
		if plain[op] && len(s.watch[op]) > 0 {
			return false
		}
	}
	if s.baton && grows(s.strategy) {
		return false
	}
	t := reflect.TypeOf(s.strategy)
	return t.Kind() == reflect.Pointer && t.Elem().PkgPath() == reflect.TypeFor[strategy.Random]().PkgPath()
}

// grows reports whether what a strategy keeps grows with the choices of a run, not
// only with its tasks: then it may not be asked by a task of the baton engine.
func grows(by schedule.Strategy) bool {
	switch by := by.(type) {
	case *strategy.Learner:
		return by.Taking()
	case *strategy.DFS:
		return true
	}
	return false
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
		next = s.tasks[s.runnable[s.pickQuickly(k, n)].Task]
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
	s.granted(next)
	if s.order != nil {
		s.recordOrder(next)
	}
	return next
}

// quickBaton is quick in the baton engine, on the task's own goroutine: who goes
// on, or nil: the scheduler is to decide, or to perform what s.chosen wants to do.
//
//go:norace
func (s *Sim) quickBaton(t *Task) *Task {
	k, n := s.picked, len(s.runnable)
	object := none
	if t.obj != nil {
		object = s.identity(t.obj)
	}
	if t.obj != nil && object < 0 || k >= n || s.runnable[k].Task != t.index || s.runnable[n-1].Task > s.known ||
		s.recheck != nil || s.steps+1 >= s.alarm || len(s.tape) == cap(s.tape) {
		return nil
	}
	t.object = object
	p := &s.runnable[k]
	p.Object, p.Op = object, t.op
	next := t
	if n > 1 {
		next = s.tasks[s.runnable[s.pickQuickly(k, n)].Task]
	}
	if s.over || !plain[next.op] {
		s.chosen = next
		return nil
	}
	s.steps++
	s.granted(next)
	return next
}

// pickQuickly is pick for quick steps, where the task that came is the k-th of n.
//
//go:norace
func (s *Sim) pickQuickly(k, n int) (i int) {
	s.choices++
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
	return i
}

// granted is what grant does for a plain operation when it has been counted.
//
//go:norace
func (s *Sim) granted(t *Task) {
	s.dirty = true
	s.hash = schedule.Mix(s.hash, s.stepHash(t))
	t.result, t.timer = true, 0
	s.last = t.index
}

// stepHash is what the event hash takes in of t's step.
//
//go:norace
func (s *Sim) stepHash(t *Task) uint64 {
	var object uint64
	if i := t.object; i >= 0 {
		object = s.objects[i].hash
	}
	return t.hash + object<<1 + uint64(t.op)<<56
}
