package sim

// The baton engine (RACE.md): a task is a goroutine; task and scheduler pass a
// baton over two channels that the race detector does not see. Edges run one
// way, from task to scheduler: an edge back would order every earlier step of
// every task before every later one and hide all races.

import "runtime/debug"

// executeBaton is executeCoroutines for goroutines.
func (s *Sim) executeBaton() {
	go s.tasks[0].main()
	for t := s.decide(nil); t != nil; t = s.decide(t) {
		t.started = true
		s.handBaton(t)
	}
	s.recordLeft()
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

// handBaton lets t run until it passes the baton back.
func (s *Sim) handBaton(t *Task) {
	s.cur = t
	raceDisable()
	t.turn <- struct{}{}
	<-s.back
	raceEnable()
	s.cur = nil
	raceAcquire(&t.edge)
}

// passBaton is the task's side.
//
//go:norace
func (t *Task) passBaton() {
	s := t.sim
	raceRelease(&t.edge)
	raceDisable()
	s.back <- struct{}{}
	<-t.turn
	raceEnable()
	if t.aborting {
		raceAcquire(&s.ended)
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
