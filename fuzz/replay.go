package fuzz

// Replay: the run of a trace once more. Strict asks whether it is the same run;
// best effort follows those departures that still find their place, for a trace
// from before some edit.

import (
	"errors"
	"fmt"

	"brigade/fuzz/scenario"
	"brigade/sim"
	"brigade/sim/explain"
	"brigade/sim/schedule"
	"brigade/traces"
)

// Replayed is what came of a replay.
type Replayed struct {
	Job    Job
	Report *sim.Report
	Trace  *traces.Trace // what was asked for; nil: a seed
	Strict bool
	Now    Failure // the run's failure; Count 0: it held
}

// Replay runs t again.
func Replay(set scenario.Set, t *traces.Trace, strict bool) (*Replayed, error) {
	s, err := set.Find(t.Scenario)
	if err != nil {
		return nil, err
	}
	j := Job{Scenario: s, Strategy: t.Strategy, Seed: t.Seed, Faults: t.Faults, Engine: t.Engine}
	if j.Faults == "-" {
		j.Faults = ""
	}
	p, err := replay(j, sim.Options{Departures: t.Schedule(), Record: true})
	if err != nil {
		return nil, err
	}
	p.Trace, p.Strict = t, strict
	return p, nil
}

// ReplaySeed makes the run of a seed, recorded.
func ReplaySeed(j Job) (*Replayed, error) { return replay(j, sim.Options{Record: true}) }

func replay(j Job, o sim.Options) (*Replayed, error) {
	races := openRaceLog()
	races.next() // what runs before reported
	r, _, err := NewRunner().Run(j, o)
	if err != nil {
		return nil, err
	}
	p := &Replayed{Job: j, Report: r}
	if r.Verdict != nil {
		describeRace(r.Verdict, races.next())
		p.Now = j.failure(r.Verdict)
	}
	return p, nil
}

// At makes the run once more and stops it after step, to tell where the tasks
// stood; a step beyond the run's end is its end.
func (p *Replayed) At(step int) ([]explain.Standing, error) {
	if len(p.Report.Events) == 0 {
		return nil, errors.New("the run could not be recorded, so it cannot be stopped")
	}
	stopped := p.Report
	if step = max(1, step); step < p.Report.Steps {
		r, _, err := NewRunner().Run(p.Job, sim.Options{Departures: p.Report.Departures, Record: true, MaxSteps: step})
		if err != nil {
			return nil, err
		}
		stopped = r
	}
	return explain.At(p.Report, stopped, step), nil
}

// Record is the trace of this run.
func (p *Replayed) Record() *traces.Trace {
	return traces.New(p.Job.header(), p.Report, p.Now.Signature)
}

// Same reports whether the run was the trace's, event for event.
func (p *Replayed) Same() bool {
	return len(p.Report.Unmatched) == 0 && (p.Report.Hash == p.Trace.Hash || p.noHash()) && p.Alike()
}

// noHash says that the trace's run never came to an end, and so has no hash.
func (p *Replayed) noHash() bool { return p.Trace.BySeed && p.Trace.Hash == 0 }

// Alike reports whether the run ended as the trace's did.
func (p *Replayed) Alike() bool {
	if p.Trace.Verdict.Kind == sim.Held {
		return p.Now.Count == 0
	}
	if p.Trace.Verdict.Kind == sim.DataRace {
		// Of several pairs of accesses that race, the detector reports another in
		// another process.
		return p.Now.Verdict == sim.DataRace.String()
	}
	return p.Now.Signature == p.Trace.Verdict.Signature
}

// Unmatched are the trace's departures that found no place.
func (p *Replayed) Unmatched() []schedule.Departure { return p.Report.Unmatched }

// Difference says in a line how the run differs from the trace's; empty: not at
// all.
func (p *Replayed) Difference() string {
	d := p.difference()
	if other := p.OtherBuild(); d != "" && other != "" {
		d += "; " + other
	}
	return d
}

// OtherBuild says that the trace is of another build than this one; empty: it is
// not.
func (p *Replayed) OtherBuild() string {
	build, version := traces.Build()
	if p.Trace == nil || p.Trace.Build == build && p.Trace.Go == version {
		return ""
	}
	return fmt.Sprintf("the trace is of build %s, %s; this is %s, %s", p.Trace.Build, p.Trace.Go, build, version)
}

func (p *Replayed) difference() string {
	switch n := len(p.Report.Unmatched); {
	case p.Same():
		return ""
	case n > 0:
		d := p.Report.Unmatched[0]
		return fmt.Sprintf("%d of %d departures found no match; the first: %s -> %s", n, len(p.Trace.Departures), d.Key, d.Value)
	case !p.Alike():
		return fmt.Sprintf("the trace's run ended with %s, this one with %s", orHeld(p.Trace.Verdict.Signature), orHeld(p.Now.Signature))
	}
	return fmt.Sprintf("the verdict is the trace's, the events are not: hash %#x, in the trace %#x", p.Report.Hash, p.Trace.Hash)
}

func orHeld(signature string) string {
	if signature == "" {
		return sim.Held.String()
	}
	return signature
}

// Class is the exit status that a replay deserves: a strict one that was another
// run, nondeterminism; otherwise the verdict's.
func (p *Replayed) Class() Class {
	if p.Trace != nil && p.Strict && !p.Same() {
		return ClassNondeterminism
	}
	if p.Report.Verdict == nil {
		return ClassHeld
	}
	return ClassOf(p.Report.Verdict.Kind)
}
