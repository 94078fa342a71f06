package fuzz

import "brigade/sim"

// Class is what a verdict is to whoever started the command: its exit status.
// Where a campaign found several, the smallest counts: that a promise was broken
// says more than how.
type Class int

// The classes.
const (
	ClassHeld             Class = 0
	ClassUsage            Class = 1 // nothing was run, or not all of it could be
	ClassProperty         Class = 2
	ClassAssertion        Class = 3
	ClassPanic            Class = 4 // or a data race
	ClassDeadlock         Class = 5 // or a lost wakeup, a hang, a livelock
	ClassNondeterminism   Class = 6 // or a goroutine that is no task
	classOfUnknownVerdict       = ClassNondeterminism
)

// ClassOf is the class of verdicts of a kind.
func ClassOf(k sim.VerdictKind) Class {
	switch k {
	case sim.Held:
		return ClassHeld
	case sim.Property:
		return ClassProperty
	case sim.Assertion:
		return ClassAssertion
	case sim.Panic, sim.DataRace:
		return ClassPanic
	case sim.Deadlock, sim.LostWakeup, sim.Hang, sim.Livelock:
		return ClassDeadlock
	case sim.Foreign, sim.Nondeterminism:
		return ClassNondeterminism
	}
	return classOfUnknownVerdict
}

// classOfName is ClassOf for a verdict's name in a message.
func classOfName(name string) Class {
	if k, ok := sim.ParseVerdictKind(name); ok {
		return ClassOf(k)
	}
	return classOfUnknownVerdict
}

// with is the class of what c is the class of and f.
func (c Class) with(f *Failure) Class {
	if d := classOfName(f.Verdict); c == ClassHeld || d < c {
		return d
	}
	return c
}
