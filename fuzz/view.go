package fuzz

// Viewing a trace: its run is made again to be explained; where it cannot be, what
// the trace holds is all there is.

import (
	"brigade/core/rt"
	"brigade/fuzz/scenario"
	"brigade/sim"
	"brigade/sim/explain"
	"brigade/traces"
)

// Viewed is a trace's run with its explanation.
type Viewed struct {
	Report      *sim.Report
	Explanation *explain.Explanation
	Stale       string // why the run could not be made again; empty: it was
}

// View explains t's run.
func View(set scenario.Set, t *traces.Trace) (*Viewed, error) {
	v := new(Viewed)
	first, err := Replay(set, t, true)
	switch {
	case err != nil:
		v.Stale = err.Error()
	case !first.Same():
		v.Stale = first.Difference()
	case first.Now.Count == 0 || len(first.Report.Events) == 0:
		v.Stale = "its run was not recorded"
	}
	if v.Stale != "" {
		v.Report = reportOf(t)
		v.Explanation = explain.Explain(nil, v.Report, signatureOf)
		return v, nil
	}
	v.Report = first.Report
	v.Explanation = explain.Explain(explain.Run(repeat(attempts(first))), first.Report, signatureOf)
	return v, nil
}

// reportOf is the report of t's run, as far as t holds it.
func reportOf(t *traces.Trace) *sim.Report {
	r := &sim.Report{Seed: t.Seed, Hash: t.Hash, Steps: t.Steps, Virtual: t.Virtual, Departures: t.Departures}
	if t.Verdict.Kind != sim.Held {
		r.Verdict = &sim.Verdict{
			Kind: t.Verdict.Kind, Invariant: t.Verdict.Invariant, Message: t.Verdict.Message,
			Task: t.Verdict.Task, Step: t.Verdict.Step, Stack: t.Verdict.Stack,
		}
	}
	tasks, objects := make(names), make(names)
	for i := range t.Events {
		e := &t.Events[i]
		x := sim.Event{Step: e.Step, Time: e.Time, Task: -1, Op: e.Op, A: e.Words[0], B: e.Words[1], C: e.Words[2]}
		if e.Task != "world" {
			x.Task = tasks.index(e.Task, &r.TaskPaths)
		}
		x.Object = objects.object(e, &r.ObjectPaths)
		r.Events = append(r.Events, x)
	}
	return r
}

// names number names as they come.
type names map[string]int32

func (n names) index(name string, list *[]string) int32 {
	i, ok := n[name]
	if !ok {
		i = int32(len(*list))
		n[name] = i
		*list = append(*list, name)
	}
	return i
}

func (n names) object(e *traces.Event, list *[]string) int32 {
	switch {
	case e.Op == rt.OpProbe:
		for k, p := range rt.Probes() {
			if p.Name == e.Object {
				return int32(k)
			}
		}
		return -1
	case e.Object == "-":
		return -1
	}
	return n.index(e.Object, list)
}
