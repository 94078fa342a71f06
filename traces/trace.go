package traces

// The trace as data. What a replay needs is the header's scenario, seed and
// strategy and the departures; the hash says whether the replay was the same run.

import (
	"time"

	"brigade/core/rt"
	"brigade/sim"
	"brigade/sim/schedule"
)

// Version is the version of the format that this build writes and reads.
const Version = 1

// MaxEvents is how many events a trace keeps: the last ones, where the failure
// is. A run that spun for millions of steps shows nothing in the millions.
const MaxEvents = 20_000

// Expect says what a replay of a kept trace has to show.
type Expect string

// What can be expected.
const (
	ExpectVerdict Expect = "verdict" // a strict replay fails in the same way, with the same events
	ExpectHeld    Expect = "held"    // its cause was removed: a best-effort replay holds
)

// Header says which run a trace is of.
type Header struct {
	Scenario string
	Strategy string
	Seed     uint64
	Engine   string
	Build    string // commit, "+dirty" added where files differed from it; "unknown" without one
	Go       string // version of Go
	Faults   string // fault profile
	Expect   Expect
	Hash     uint64 // of the run's events
	Steps    int
	Virtual  time.Duration
	BySeed   bool // there are no departures: replay asks the strategy, with the seed
}

// Verdict is a run's verdict with the signature that groups its like.
type Verdict struct {
	Kind      sim.VerdictKind
	Invariant string
	Signature string
	Message   string
	Task      string
	Step      int
	Stack     string
}

// Event is one thing that happened, its task and object by their paths. For a
// probe Object is the probe's kind.
type Event struct {
	Time   rt.Instant
	Step   int
	Op     rt.Op
	Task   string
	Object string
	Words  [3]uint64
}

// Trace is one run, written down.
type Trace struct {
	Header
	Verdict    Verdict
	Departures []schedule.Departure
	Total      int     // events that there were
	Events     []Event // the last of them
}

// New makes the trace of a recorded run. signature groups it with its like;
// empty: the verdict's own.
func New(h Header, r *sim.Report, signature string) *Trace {
	h.Seed, h.Hash, h.Steps, h.Virtual = r.Seed, r.Hash, r.Steps, r.Virtual
	t := &Trace{Header: h, Departures: r.Departures, Total: len(r.Events)}
	if v := r.Verdict; v != nil {
		t.Verdict = Verdict{
			Kind: v.Kind, Invariant: v.Invariant, Signature: signature, Message: v.Message,
			Task: v.Task, Step: v.Step, Stack: v.Stack,
		}
		if signature == "" {
			t.Verdict.Signature = v.Signature()
		}
	}
	// A recorded run has events. One that has none could not be recorded (it did
	// not repeat, or never ended), and only its seed leads back to it.
	t.BySeed = t.BySeed || len(r.Events) == 0
	last := r.Events[max(0, len(r.Events)-MaxEvents):]
	for i := range last {
		t.Events = append(t.Events, event(&last[i], r))
	}
	return t
}

// event names what e's numbers stand for.
func event(e *sim.Event, r *sim.Report) Event {
	x := Event{Time: e.Time, Step: e.Step, Op: e.Op, Task: "world", Object: "-", Words: [3]uint64{e.A, e.B, e.C}}
	if e.Task >= 0 && int(e.Task) < len(r.TaskPaths) {
		x.Task = r.TaskPaths[e.Task]
	}
	switch {
	case e.Op == rt.OpProbe:
		x.Object = rt.Kind(e.Object).String()
	case e.Object >= 0 && int(e.Object) < len(r.ObjectPaths):
		x.Object = r.ObjectPaths[e.Object]
	}
	return x
}

// Trim leaves the last n of t's events, or all of them if there are no more. A replay needs
// none of them.
func (t *Trace) Trim(n int) { t.Events = t.Events[max(0, len(t.Events)-n):] }

// Schedule is what to give sim.Options for a replay; nil: ask the strategy.
func (t *Trace) Schedule() []schedule.Departure {
	if t.BySeed {
		return nil
	}
	if t.Departures == nil {
		return []schedule.Departure{}
	}
	return t.Departures
}
