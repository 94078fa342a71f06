package sim

import (
	"runtime"
	"runtime/debug"
)

// reject ends a goroutine that called rt during a run without being a task,
// keeping its stack for the verdict. On the scheduler's own goroutine (a checker
// that calls rt) that would be the end of the process, so it panics there.
func (s *Sim) reject() {
	if s.host != 0 && s.host == getg() {
		panic("sim: a checker or world called rt; only tasks may")
	}
	s.foreign.Lock()
	if !s.foreign.flag.Load() {
		s.foreign.stack = string(debug.Stack())
		s.foreign.flag.Store(true)
	}
	s.foreign.Unlock()
	runtime.Goexit()
}

func (s *Sim) failForeign() {
	s.foreign.Lock()
	stack := s.foreign.stack
	s.foreign.flag.Store(false)
	s.foreign.Unlock()
	s.fail(&Verdict{Kind: Foreign, Message: "a goroutine that is no task of the run called rt; start it with rt.Go", Stack: stack})
}
