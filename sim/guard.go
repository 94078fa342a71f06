package sim

// The scheduler's own faults. What runs inside a decision (the world, checkers,
// strategies) is not the program under test: a panic there ends the run with a
// verdict of its own in both engines, before any deferred function of the task
// on whose stack it may have happened.

const intrusion = "sim: a checker, strategy or world called rt; only tasks may"

// decide is advance, guarded unless nothing foreign has a part in the run: a guard
// costs a fifth of a step.
func (s *Sim) decide(t *Task) (next *Task) {
	if s.alone {
		return s.advance(t)
	}
	defer s.guard()
	s.deciding = true
	next = s.advance(t)
	s.deciding = false
	return next
}

// settleGuarded is settle for a task that arrived by quick.
func (s *Sim) settleGuarded(t, chosen *Task) (next *Task) {
	if s.alone {
		return s.settle(t, chosen)
	}
	defer s.guard()
	s.deciding = true
	next = s.settle(t, chosen)
	s.deciding = false
	return next
}

// guard is deferred by decide and settleGuarded, which then return nil: the run is over.
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
