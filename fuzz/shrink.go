package fuzz

// Shrinking a trace. The run of the trace is made smaller by package shrink, in
// this process; whether the result is the same failure is confirmed in another
// (reduce.go).

import (
	"fmt"
	"time"

	"brigade/core/rt"
	"brigade/fuzz/scenario"
	"brigade/sim"
	"brigade/sim/schedule"
	"brigade/sim/shrink"
	"brigade/traces"
)

// DefaultShrinkRuns is how many runs a shrinking may take that was not told.
const DefaultShrinkRuns = 20_000

// Shrinking bounds the work.
type Shrinking struct {
	Runs int           // 0: DefaultShrinkRuns
	For  time.Duration // 0: as long as that takes
}

// Shrunk is what came of a trace.
type Shrunk struct {
	Trace  *traces.Trace // the smallest run that was found; the given one if it did not repeat
	Report *sim.Report   // its run
	Result shrink.Result
	Took   time.Duration
}

// Shrink looks for the smallest run that fails as t's did. The trace may be of
// another build: what of it still fits and fails alike is the beginning.
func Shrink(set scenario.Set, t *traces.Trace, o Shrinking) (*Shrunk, error) {
	began := time.Now()
	first, err := Replay(set, t, false)
	if err != nil {
		return nil, err
	}
	if first.Now.Count == 0 || !first.Alike() {
		return nil, fmt.Errorf("the trace's run does not fail any more as it did: %s", first.Difference())
	}
	if len(first.Report.Events) == 0 {
		return nil, fmt.Errorf("a run that ended with %s has no choices to leave out: it could not be recorded", first.Now.Signature)
	}
	options := shrink.Options{
		Runs:      o.Runs,
		Signature: func(r *sim.Report) string { return orHeld(signatureOf(r)) },
		Size:      Requests,
	}
	if options.Runs == 0 {
		options.Runs = DefaultShrinkRuns
	}
	if o.For > 0 {
		options.Stop = func() bool { return time.Since(began) > o.For }
	}
	run := attempts(first)
	options.Search = func(by schedule.Strategy, draws []schedule.Departure) *sim.Report {
		return run(sim.Options{Strategy: by, Departures: draws, Scheduled: draws != nil})
	}
	s := &Shrunk{Result: shrink.Minimize(repeat(run), first.Report, options), Took: time.Since(began)}
	s.Report = s.Result.Report
	s.Trace = t
	if s.Result.Repeated {
		s.Trace = traces.New(first.Job.header(), s.Report, signatureOf(s.Report))
	}
	return s, nil
}

// attempts makes runs of p's job. One that does not come to its end in several
// times p's steps fails in another way, so it is not waited for.
func attempts(p *Replayed) func(sim.Options) *sim.Report {
	runner, races := NewRunner(), openRaceLog()
	races.next() // what runs before reported
	most := 0
	if p.Report.Verdict.Kind != sim.Livelock {
		most = 4*p.Report.Steps + 20_000
	}
	return func(o sim.Options) *sim.Report {
		o.MaxSteps = most
		r, _, err := runner.Run(p.Job, o)
		if err != nil {
			return new(sim.Report) // it was run before: there is no such error
		}
		if r.Verdict != nil {
			describeRace(r.Verdict, races.next())
		}
		return r
	}
}

// repeat makes runs by departures.
func repeat(run func(sim.Options) *sim.Report) shrink.Run {
	return func(d []schedule.Departure, record bool) *sim.Report {
		return run(sim.Options{Departures: d, Record: record})
	}
}

// Requests is how many requests the server took in during a recorded run, the
// refused ones included.
func Requests(r *sim.Report) (n int) {
	for i := range r.Events {
		if e := &r.Events[i]; e.Op == rt.OpProbe && rt.Kind(e.Object) == rt.ProbeRequest {
			n++
		}
	}
	return n
}

// signatureOf is the signature of r's failure; empty: it held.
func signatureOf(r *sim.Report) string {
	if r.Verdict == nil {
		return ""
	}
	return signature(r.Verdict)
}
