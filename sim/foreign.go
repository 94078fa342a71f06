package sim

// Foreign goroutines: those that call rt during a run without being a task of
// it, because they were started with a plain go. They cannot be scheduled, so
// nothing that they share with tasks would replay.

import (
	"runtime"
	"runtime/debug"
)

// reject ends a goroutine that called rt during a run without being a task,
// keeping its stack for the verdict. On the scheduler's own goroutine (a checker
// that calls rt) that would be the end of the process, so it panics there.
func (s *Sim) reject() {
	if s.host != 0 && s.host == getg() {
		panic(intrusion)
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

// confirmForeign repeats a run that met a foreign goroutine. One that an earlier
// run left over is gone after its first call, and this run is not to blame.
func (s *Sim) confirmForeign(r *Report, o Options, main func()) *Report {
	again := s.once(o, o.Strategy, o.Record, main)
	if again.Verdict != nil && again.Verdict.Kind == Foreign {
		return r
	}
	return again
}
