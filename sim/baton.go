package sim

// The baton engine (RACE.md): a task is a goroutine; task and scheduler pass a
// baton over two channels that the race detector does not see. Edges run one
// way, from task to scheduler: an edge back would order every earlier step of
// every task before every later one and hide all races.
//
// A task whose step is a quick one (quick.go) decides by itself who goes on, and
// hands the baton straight to that task, or keeps it: one handoff or none, not
// two. It touches the scheduler's memory in go:norace functions only, which let
// nothing grow, and makes no edge: the detector need not know of a scheduler that
// had no part. Where the run ends before it has made one, it is asked to (confess).

import "runtime/debug"

// executeBaton is executeCoroutines for goroutines.
func (s *Sim) executeBaton() {
	go s.tasks[0].main()
	for next := s.decide(nil); next != nil; {
		t := s.handBaton(next)
		if chosen := s.chosen; chosen != nil {
			s.chosen = nil
			next = s.settleGuarded(t, chosen)
		} else {
			next = s.decide(t)
		}
	}
	s.recordLeft()
	s.confess()
	for i := 0; i < len(s.tasks); i++ {
		t := s.tasks[i]
		if t.state == stateEnded {
			continue
		}
		t.aborting = true
		raceReleaseMerge(&s.ended) // the run has been judged: what unwinds comes after all of it
		s.handBaton(t)
		t.state = stateEnded
	}
	raceAcquire(&s.ended)
}

// confess lets the tasks that handed the baton on by themselves make their edges
// to the scheduler.
func (s *Sim) confess() {
	if !raceBuild {
		return
	}
	s.confessing = true
	for _, t := range s.tasks {
		if t.owes && t.state != stateEnded {
			s.handBaton(t)
		}
	}
	s.confessing = false
}

// handBaton lets t run, and those that it hands the baton to, and returns the one
// that passes it back.
func (s *Sim) handBaton(t *Task) *Task {
	s.cur = t
	raceDisable()
	t.turn <- struct{}{}
	<-s.back
	raceEnable()
	came := s.cur
	s.cur = nil
	raceAcquire(&came.edge)
	return came
}

// passBaton is the task's side.
//
//go:norace
func (t *Task) passBaton() {
	s := t.sim
	t.owes = false
	raceRelease(&t.edge)
	raceDisable()
	s.back <- struct{}{}
	<-t.turn
	raceEnable()
	if t.aborting {
		raceAcquire(&s.ended)
	}
}

// passQuickly is passBaton for a plain operation.
//
//go:norace
func (t *Task) passQuickly() {
	s := t.sim
	next := s.quickBaton(t)
	switch {
	case next == t:
		return
	case next == nil:
		t.passBaton()
	default:
		s.cur, t.owes = next, true
		raceDisable()
		next.turn <- struct{}{}
		<-t.turn
		raceEnable()
		if s.confessing {
			t.passBaton()
		}
	}
	if t.aborting {
		t.unwind()
	}
}

// main is the goroutine of a task.
//
//go:norace
func (t *Task) main() {
	defer t.leave() // deferred, since runtime.Goexit may end body
	t.g = getg()
	debug.SetPanicOnFault(true) // for guarded pages
	raceDisable()
	<-t.turn
	raceEnable()
	if !t.aborting {
		t.body(t.f)
	}
}

// leave passes the baton back for the last time.
//
//go:norace
func (t *Task) leave() {
	s := t.sim
	t.end()
	raceReleaseMerge(&s.ended)
	raceRelease(&t.edge)
	raceDisable()
	s.back <- struct{}{}
	raceEnable()
}
