package sim

// Services: what a task asks of the scheduler without a scheduling point. They
// cross like requests, since in race mode a task must not touch the
// scheduler's memory.

import (
	"time"
	"unsafe"

	"brigade/core/rt"
	"brigade/sim/schedule"
)

type service uint8

const (
	serviceNone service = iota
	serviceLabel
	serviceProbe
	serviceRand
	serviceChoose
	serviceWill
	servicePages
	serviceFreePages
	serviceWho
	serviceLost
	serviceFail
)

// serve answers t's request for a service.
func (s *Sim) serve(t *Task) {
	switch t.service {
	case serviceLabel:
		s.label(t)
	case serviceProbe:
		s.probe(t)
	case serviceRand:
		t.value = s.draw(s.taskKey(t, "rand"), 0, 1<<16)
	case serviceChoose:
		t.value = s.draw(s.taskKey(t, t.text), t.arg, 1<<16)
	case serviceWill:
		t.value = s.will(s.taskKey(t, t.text))
	case servicePages:
		s.pages.give(s, t)
	case serviceFreePages:
		s.pages.take(s, t)
	case serviceWho:
		t.text = t.Path()
	case serviceLost:
		s.fail(&Verdict{
			Kind: LostWakeup, Invariant: "I07", Task: t.Path(),
			Message: "parked on " + s.objectPath(s.resolve(t.obj, rt.OpWait, t)) + " with its predicate true, and nothing else could run",
		})
	case serviceFail:
		s.fail(t.verdict)
	}
}

// label names an object. One that was used before keeps who holds it and who
// waits for it.
func (s *Sim) label(t *Task) {
	i := s.newObject(t.text, t)
	if old := s.identity(t.obj); old >= 0 {
		o, named := &s.objects[old], &s.objects[i]
		o.hash, o.creator, o.nth, o.label = named.hash, named.creator, named.nth, named.label
		s.objects = s.objects[:i]
		return
	}
	s.identify(t.obj, i)
}

func (s *Sim) probe(t *Task) {
	s.hash = schedule.Mix(s.hash, t.words[0]^t.words[1]<<20^t.words[2]<<40^t.arg<<8)
	if s.record || len(s.watch[rt.OpProbe]) > 0 {
		s.tell(&Event{
			Step: s.steps, Time: s.disturbed.shown, Task: t.index, Object: int32(t.arg), Op: rt.OpProbe,
			A: t.words[0], B: t.words[1], C: t.words[2],
		})
	}
}

// taskKey is the key of a draw by t.
func (s *Sim) taskKey(t *Task, what string) schedule.Key {
	if !s.keyed {
		return schedule.Key{}
	}
	h := fnv(fnv(t.hash, "?"), what)
	return schedule.Key{Task: t.Path(), Object: what, Op: chooseName, N: s.counts.up(h)}
}

// The task side of services, and of everything else that rt and worlds ask.

//go:norace
func (s *Sim) ask(what service) *Task {
	t := s.caller()
	if t == nil || t.unwinding {
		return nil
	}
	t.service = what
	s.pass(t)
	return t
}

// Label implements rt.Scheduler.
//
//go:norace
func (s *Sim) Label(o *rt.Object, name string) {
	t := s.caller()
	if t == nil || t.unwinding {
		return
	}
	t.obj, t.text = o, name
	s.ask(serviceLabel)
}

// Probe implements rt.Scheduler.
//
//go:norace
func (s *Sim) Probe(kind rt.Kind, a, b, c uint64) {
	t := s.caller()
	if t == nil || t.unwinding {
		return
	}
	t.arg = uint64(kind)
	t.words[0], t.words[1], t.words[2] = a, b, c
	s.ask(serviceProbe)
}

// Self implements rt.Scheduler.
//
//go:norace
func (s *Sim) Self() uint64 {
	if t := s.caller(); t != nil {
		return uint64(t.index) + 1
	}
	return 0
}

// Who implements rt.Scheduler.
//
//go:norace
func (s *Sim) Who() string {
	if t := s.ask(serviceWho); t != nil {
		return t.text
	}
	return ""
}

// Rand implements rt.Scheduler.
//
//go:norace
func (s *Sim) Rand() uint64 {
	if t := s.ask(serviceRand); t != nil {
		return t.value
	}
	return 0
}

// Choose draws one of n alternatives: 0 is the default, what a shrunk trace
// falls back to. what names the choice. It is for scenarios; outside of a run it
// returns 0.
//
//go:norace
func Choose(what string, n int) int {
	s := the()
	t := s.caller()
	if t == nil || t.unwinding || n <= 1 {
		return 0
	}
	t.text, t.arg = what, uint64(n)
	s.ask(serviceChoose)
	return int(t.value)
}

// Will is true in every run that a strategy makes, and false in a replay whose
// trace does not say otherwise: a part of a program that always happens, but that
// a failing run can be made smaller by. what names it. It is for scenarios;
// outside of a run it is true.
//
//go:norace
func Will(what string) bool {
	s := the()
	t := s.caller()
	if t == nil || t.unwinding {
		return true
	}
	t.text = what
	s.ask(serviceWill)
	return t.value != 0
}

// Failf ends the run with a property verdict, from a task: an invariant, or "",
// does not hold.
func Failf(invariant, message string) {
	s := the()
	if t := s.caller(); t != nil {
		s.failFrom(t, &Verdict{Kind: Property, Invariant: invariant, Message: message})
	}
}

//go:norace
func (s *Sim) failFrom(t *Task, v *Verdict) {
	t.verdict = v
	s.ask(serviceFail)
}

// LostWakeup implements rt.Scheduler.
//
//go:norace
func (s *Sim) LostWakeup(o *rt.Object) {
	t := s.caller()
	if t == nil || t.unwinding {
		return
	}
	t.obj = o
	s.ask(serviceLost)
}

// Now implements rt.Scheduler: the run's clock.
//
//go:norace
func (s *Sim) Now() rt.Instant { return s.disturbed.shown }

// Wall implements rt.Scheduler: the time of day.
//
//go:norace
func (s *Sim) Wall() time.Time { return s.wall.Add(time.Duration(s.disturbed.shown)) }

// Taken implements rt.Scheduler.
//
//go:norace
func (s *Sim) Taken(p unsafe.Pointer, n uintptr) {
	if t := s.caller(); t != nil && !t.unwinding {
		raceWriteRange(p, n)
	}
}
