package sim

// The scheduler's own faults. What runs inside a decision (the world, checkers,
// strategies) is not the program under test: a panic there ends the run with a
// verdict of its own in both engines, before any deferred function of the task
// on whose stack it may have happened.

import (
	"reflect"

	"brigade/sim/strategy"
)

const intrusion = "sim: a checker, strategy or world called rt; only tasks may"

// decide is advance, guarded. Where a task arrives with a plain operation and the
// strategy is this project's own, nothing foreign can run before somebody's other
// operation is performed; so the guard, a third of a step's cost, is put up there
// only (perform).
func (s *Sim) decide(t *Task) (next *Task) {
	if s.trusting && t != nil && plain[t.op] && t.service == serviceNone {
		s.bare = true
		next = s.advance(t)
		s.bare = false
		return next
	}
	return s.decideGuarded(t)
}

func (s *Sim) decideGuarded(t *Task) (next *Task) {
	defer s.guard()
	s.deciding = true
	next = s.advance(t)
	s.deciding = false
	return next
}

// performGuarded is perform for a decision without a guard.
func (s *Sim) performGuarded(t *Task) {
	defer s.guard()
	s.deciding = true
	s.perform(t)
	s.deciding = false
}

// trusts reports whether nothing foreign sees plain operations: the strategy is
// one of package strategy, there is no world, and nobody watches or records.
func (s *Sim) trusts() bool {
	if s.record || s.order != nil || s.world != nil {
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

// guard is deferred by decide, which then returns nil: the run is over.
func (s *Sim) guard() {
	if !s.deciding {
		return
	}
	s.deciding = false
	if v := recover(); v != nil {
		verdict := thrown(v)
		verdict.internal = true
		verdict.Message = "in the simulation itself: " + verdict.Message
		s.fail(verdict)
	}
}

// abandon forgets a run that Run never came back from (its goroutine was ended
// by a checker's Fatal, or by a panic of World.Begin): its tasks are stuck where
// they stood, and nothing of theirs may be used again.
func (s *Sim) abandon() {
	s.active = false
	s.running.Store(false)
	s.deciding = false
	s.tasks, s.idle = nil, nil
	s.back = make(chan struct{})
}
