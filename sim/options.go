package sim

import (
	"time"

	"brigade/sim/hb"
	"brigade/sim/schedule"
	"brigade/sim/strategy"
)

// Engine is how tasks are made. Both give the same events for the same choices.
type Engine uint8

// The engines. Under the race detector only Baton sees races, so it is used
// there whatever is asked for.
const (
	Coroutines Engine = iota // iter.Pull: fast
	Baton                    // goroutines that pass a baton the race detector does not see
)

// Options say how a run is made. The zero value is usable.
type Options struct {
	Seed      uint64
	Runs      int               // for Explore and Test: how many, at most; 0: 1000
	Strategy  schedule.Strategy // nil: the portfolio
	Engine    Engine
	World     World      // nil: no system calls
	Observers []Observer // checkers
	Wall      time.Time  // the time of day at the run's begin; zero: 2011-11-21 14:35:08 UTC

	MaxSteps   int           // a run that takes more is a livelock; 0: 20,000,000
	MaxInstant int           // steps at one instant without progress; 0: 2,000,000
	MaxRecord  int           // a run of more steps is not recorded, which bounds a process's memory; 0: 1,000,000
	Watch      time.Duration // how long, in real time, a task may run without coming to a point; 0: 10 s
	Patience   time.Duration // a time jump beyond it asks sleeping pollers once more first; 0: 20 ms

	Departures  []schedule.Departure // replay these instead of asking Strategy; non-nil, even if empty
	Scheduled   bool                 // of Departures only what was drawn counts; who runs, and what further faults there are, Strategy says
	Strict      bool                 // a departure that finds no match fails the run
	Record      bool                 // keep departures and events in the Report
	Order       *hb.Recorder         // is told of the run; nil: nobody, or with Fingerprint one of the scheduler's own
	Fingerprint bool                 // report the happens-before order
	Whole       bool                 // go on after an assertion or property that does not hold, and explain nothing: to count whole runs
	Guard       bool                 // freed pages are inaccessible (not under the race detector); replays always have it
	Restless    bool                 // behind each unlock is a point, too: who touches afterwards what he has let go of is found without the race detector
	Twice       bool                 // run a second time and compare the event hashes
}

func (o Options) withDefaults() Options {
	if o.Strategy == nil {
		o.Strategy = strategy.NewPortfolio(0)
	}
	if o.Runs == 0 {
		o.Runs = 1000
	}
	if o.Wall.IsZero() {
		o.Wall = time.Date(2011, 11, 21, 14, 35, 8, 0, time.UTC)
	}
	if o.MaxSteps == 0 {
		o.MaxSteps = 20_000_000
	}
	if o.MaxInstant == 0 {
		o.MaxInstant = 2_000_000
	}
	if o.MaxRecord == 0 {
		o.MaxRecord = 1_000_000
	}
	if o.Watch == 0 {
		o.Watch = Watch
	}
	if o.Patience == 0 {
		o.Patience = 20 * time.Millisecond
	}
	return o
}

// Report is what one run showed.
type Report struct {
	Verdict  *Verdict // nil: all held
	Seed     uint64
	Hash     uint64        // of all events: equal for equal choices, everywhere
	Order    uint64        // with Options.Fingerprint: of what happened before what, equal for equivalent schedules
	Steps    int           // operations performed
	Choices  int           // points at which there was a choice
	Rechecks int           // steps spent asking parked tasks once more
	Tasks    int           // tasks there were
	Virtual  time.Duration // simulated time

	// With Options.Record, and for every failed run:
	Departures  []schedule.Departure
	Inputs      []Input    // what the program drew, the defaults too
	Standings   []Standing // where the tasks stood at the verdict, by index
	Events      []Event
	TaskPaths   []string // by index
	ObjectPaths []string // by index

	// Unmatched are the departures of a replay that found no match, in order.
	Unmatched []schedule.Departure

	tape  []uint64
	fixed bool // there was nothing to choose
}

// Input is a draw of the program: Value, of 0 to Below-1.
type Input struct {
	Key          schedule.Key
	Below, Value uint64 // Below 0 stands for 2^64
}

// Tape is the bare sequence of the run's choices: picks and draws, in order. Only
// runs that failed, and those of Options.Twice, have one.
func (r *Report) Tape() []uint64 { return r.tape }
