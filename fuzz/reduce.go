package fuzz

// Shrinking in worker processes, so that a candidate that never yields or brings
// its process down costs no more than the shrinking: one process looks, another,
// fresh one confirms that the result is a run that replays event for event.

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"brigade/fuzz/scenario"
	"brigade/sim"
	"brigade/sim/shrink"
	"brigade/traces"
)

// Reduction asks a worker to shrink a trace, or to confirm one.
type Reduction struct {
	Trace   string        `json:"trace"` // its text
	Runs    int           `json:"runs"`
	For     time.Duration `json:"for"`
	Confirm bool          `json:"confirm,omitempty"` // replay it strictly instead
}

// Reduced is the answer. Counts are of departures.
type Reduced struct {
	Error    string        `json:"error,omitempty"` // why there is no smaller trace
	Trace    string        `json:"trace,omitempty"`
	Before   shrink.Counts `json:"before"`
	After    shrink.Counts `json:"after"`
	Steps    int           `json:"steps"`
	Requests int           `json:"requests"` // that the server took in
	Runs     int           `json:"runs"`
	Minimal  bool          `json:"minimal"` // each departure is needed
	Fewest   bool          `json:"fewest"`  // no run with a preemption less fails so
	Tried    int           `json:"tried"`   // runs with a preemption less that were tried to tell
	Stopped  bool          `json:"stopped"` // the budget ended first
	Took     time.Duration `json:"took"`
	Matching bool          `json:"matching,omitempty"` // to Confirm: it is the same run
}

// patienceBeyond is how long a worker may take for a reduction beyond its time.
const patienceBeyond = 20 * time.Second

// Reduce shrinks x in a worker process and confirms the result in another.
func Reduce(ctx context.Context, c Command, x *traces.Trace, o Shrinking) (*traces.Trace, *Reduced, error) {
	var text bytes.Buffer
	if err := x.Write(&text); err != nil {
		return nil, nil, err
	}
	r, err := ask(ctx, c, &Reduction{Trace: text.String(), Runs: o.Runs, For: o.For})
	if err != nil {
		return nil, nil, err
	}
	small, err := traces.Read(strings.NewReader(r.Trace))
	if err != nil {
		return nil, nil, fmt.Errorf("the worker's trace cannot be read: %w", err)
	}
	again, err := ask(ctx, c, &Reduction{Trace: r.Trace, Confirm: true})
	if err != nil {
		return nil, nil, err
	}
	if !again.Matching {
		return nil, nil, errors.New("the smaller run was another in a fresh process")
	}
	return small, r, nil
}

// ask starts a worker for one reduction.
func ask(ctx context.Context, c Command, q *Reduction) (*Reduced, error) {
	p, err := start(c)
	if err != nil {
		return nil, err
	}
	p.send(control{Reduce: q})
	patience := patienceBeyond
	if q.For > 0 {
		patience += q.For
	} else if !q.Confirm {
		patience = time.Hour
	}
	late := time.NewTimer(patience)
	defer late.Stop()
	select {
	case r, ok := <-p.results:
		p.finish(time.Second)
		switch {
		case !ok:
			return nil, errors.New(p.death())
		case r.Reduced == nil:
			return nil, errors.New("a candidate never came to an end")
		case r.Reduced.Error != "":
			return nil, errors.New(r.Reduced.Error)
		}
		return r.Reduced, nil
	case <-late.C:
		p.kill()
		return nil, fmt.Errorf("a worker process did not answer within %v and was ended", patience)
	case <-ctx.Done():
		p.kill()
		return nil, ctx.Err()
	}
}

// reduce answers a reduction in the worker.
func (q *Reduction) reduce(set scenario.Set) *Reduced {
	x, err := traces.Read(strings.NewReader(q.Trace))
	if err != nil {
		return &Reduced{Error: err.Error()}
	}
	if q.Confirm {
		p, err := Replay(set, x, true)
		if err != nil {
			return &Reduced{Error: err.Error()}
		}
		return &Reduced{Matching: p.Same()}
	}
	s, err := Shrink(set, x, Shrinking{Runs: q.Runs, For: q.For})
	if err != nil {
		return &Reduced{Error: err.Error()}
	}
	var text bytes.Buffer
	if err := s.Trace.Write(&text); err != nil {
		return &Reduced{Error: err.Error()}
	}
	r := &s.Result
	return &Reduced{
		Trace: text.String(), Before: r.Before, After: r.After, Steps: s.Report.Steps, Requests: Requests(s.Report), Runs: r.Runs,
		Minimal: r.Minimal, Fewest: r.Fewest, Tried: r.Tried, Stopped: r.Stopped, Took: s.Took,
	}
}

// shrinkable says whether a trace has departures that a shrinking could leave out.
func shrinkable(x *traces.Trace) bool {
	switch x.Verdict.Kind {
	case sim.Hang, sim.Foreign, sim.Nondeterminism, sim.Held:
		return false
	}
	return !x.BySeed && len(x.Departures) > 0
}

// shrinkAll replaces the traces of a campaign's findings by smaller ones. The
// longer one is not lost: its seed and strategy stand in the header.
func (c *Campaign) shrinkAll(ctx context.Context) {
	if c.Shrink.Runs == 0 || c.TraceDir == "" {
		return
	}
	turns := make(chan struct{}, max(1, c.Workers))
	var wg sync.WaitGroup
	for _, g := range c.tally.findings {
		wg.Go(func() {
			turns <- struct{}{}
			defer func() { <-turns }()
			c.shrinkOne(ctx, g)
		})
	}
	wg.Wait()
}

func (c *Campaign) shrinkOne(ctx context.Context, g *Finding) {
	if g.Path == "" || g.Reduced != nil || ctx.Err() != nil {
		return
	}
	x, err := traces.Load(g.Path)
	if err != nil || !shrinkable(x) {
		return
	}
	small, r, err := Reduce(ctx, c.Command, x, c.Shrink)
	if err != nil {
		g.Unshrunk = err.Error()
		return
	}
	if _, err := small.Save(filepath.Dir(g.Path), filepath.Base(g.Path)); err != nil {
		g.Unshrunk = err.Error()
		return
	}
	g.Reduced = r
}
