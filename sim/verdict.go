package sim

import "fmt"

// VerdictKind says in which way a run failed.
type VerdictKind uint8

// The verdicts. Each class of exit code of cmd/brigade is a few of them.
const (
	Held           VerdictKind = iota // nothing failed
	Property                          // a checker or a client says that an invariant does not hold
	Assertion                         // rt.Bug
	Panic                             // any other panic in a task
	DataRace                          // the race detector reported
	Deadlock                          // every task waits and no timer is set
	LostWakeup                        // a parked task's predicate was true when nothing could run
	Hang                              // a task ran on without coming to a point
	Livelock                          // too many steps at one instant without progress
	Foreign                           // a goroutine that is no task called rt
	Nondeterminism                    // the same choices gave other events
	verdictEnd
)

var verdictNames = [verdictEnd]string{
	"held", "property", "assertion", "panic", "data-race", "deadlock", "lost-wakeup",
	"hang", "livelock", "foreign-goroutine", "nondeterminism",
}

// String is the kind's name, as traces and JSON have it.
func (k VerdictKind) String() string {
	if k < verdictEnd {
		return verdictNames[k]
	}
	return "verdict?"
}

// ParseVerdictKind is String's inverse.
func ParseVerdictKind(s string) (VerdictKind, bool) {
	for i, n := range verdictNames {
		if n == s {
			return VerdictKind(i), true
		}
	}
	return Held, false
}

// Verdict is why a run failed.
type Verdict struct {
	Kind      VerdictKind
	Invariant string // its number ("I15") where a checker spoke, else empty
	Message   string // what may not be and was, in one line
	Task      string // path of the task it happened in, or empty
	Step      int
	Stack     string // of the task, where there is one

	internal bool    // a fault of the simulation itself
	fault    uintptr // the address that could not be touched; 0: none
	touched  bool    // it was a freed page's
}

func (v *Verdict) Error() string {
	if v.Invariant != "" {
		return fmt.Sprintf("%s %s: %s", v.Kind, v.Invariant, v.Message)
	}
	return fmt.Sprintf("%s: %s", v.Kind, v.Message)
}

// unrecorded says that there is no more of v's run than its seed.
func (v *Verdict) unrecorded(steps int) {
	v.Message += fmt.Sprintf("; %d steps are more than is recorded, so that only the seed leads back to them", steps)
}

// Signature groups failures of one cause: kind and invariant, and for faults in
// code the line they came from.
func (v *Verdict) Signature() string {
	s := v.Kind.String()
	if v.Invariant != "" {
		return s + ":" + v.Invariant
	}
	if at := culprit(v.Stack); at != "" {
		return s + "@" + at
	}
	return s
}
