package sim

// The baton engine (RACE.md): a task is a goroutine; task and scheduler pass a
// baton over two channels that the race detector does not see. Edges run one
// way, from task to scheduler: an edge back would order every earlier step of
// every task before every later one and hide all races.

import "brigade/core/rt"

// executeBaton is executeCoroutines for goroutines.
func (s *Sim) executeBaton() {
	go s.tasks[0].main()
	for t := s.advance(nil); t != nil; t = s.advance(t) {
		t.started = true
		s.handBaton(t)
	}
	for i := 0; i < len(s.tasks); i++ {
		t := s.tasks[i]
		if t.state == stateEnded {
			continue
		}
		t.aborting = true
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
}

// main is the goroutine of a task.
//
//go:norace
func (t *Task) main() {
	s := t.sim
	t.g = getg()
	raceDisable()
	<-t.turn
	raceEnable()
	if !t.aborting {
		t.body(t.f)
	}
	t.end()
	t.op = rt.OpEnd
	raceReleaseMerge(&s.ended)
	raceRelease(&t.edge)
	raceDisable()
	s.back <- struct{}{}
	raceEnable()
}
