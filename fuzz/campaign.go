package fuzz

// A campaign: slots, each with a worker process of its own, take units from one
// source until there are no more, or time is up.

import (
	"context"
	"errors"
	"sync"
	"time"

	"brigade/fuzz/scenario"
	"brigade/sim"
	"brigade/traces"
)

// Campaign says what to run, and where. It is used once.
type Campaign struct {
	Scenarios scenario.Set
	Strategy  string
	Faults    string
	Engine    string
	First     uint64        // the first seed
	Seeds     uint64        // for each scenario
	For       time.Duration // until so much time has passed; 0: until all seeds are run
	Workers   int           // worker processes
	Twice     bool          // run every seed in two processes and compare
	Command   Command       // how to start a worker
	TraceDir  string        // where traces of failures go; empty: nowhere
	Shrink    Shrinking     // how long to shrink the first trace of each kind; no runs: not at all
	Patience  time.Duration // how long to wait for a unit; 0: 2 minutes

	// after replaces time.After in tests: it is asked for every unit.
	after func(u *Unit, d time.Duration) <-chan time.Time

	tally tally
	began time.Time
}

// grace is how long a worker may take to come to the end of its run when the
// campaign ends.
const grace = 5 * time.Second

// Run runs the campaign to its end, or until ctx is done, which is an end like
// any other. The error says why there could be no campaign, or no more of it; the
// summary holds what was done before.
func (c *Campaign) Run(ctx context.Context) (*Summary, error) {
	c.began = time.Now()
	c.tally.begin(c.First, c.TraceDir)
	if len(c.Scenarios) == 0 {
		return nil, errors.New("there is no scenario to run")
	}
	if c.Strategy == "" {
		c.Strategy = DefaultStrategy
	}
	if _, err := FindStrategy(c.Strategy); err != nil {
		return nil, err
	}
	if c.Engine == "" {
		c.Engine = DefaultEngine
	}
	ended := ctx
	if c.For > 0 {
		timed, cancel := context.WithTimeout(ctx, c.For)
		defer cancel()
		ended = timed
	}
	build, _ := traces.Build()
	head := Unit{ID: 1, Build: build, Strategy: c.Strategy, Faults: c.Faults, Engine: c.Engine, Hashes: c.Twice}
	source := newSource(head, c.Scenarios, c.First, c.Seeds)
	err := c.work(ended, source)
	c.shrinkAll(ctx)
	s := c.summary()
	s.Interrupted = ctx.Err() != nil
	return s, err
}

// work runs the slots; the first that cannot go on ends all.
func (c *Campaign) work(ctx context.Context, source *source) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var wg sync.WaitGroup
	for range max(1, c.Workers) {
		wg.Go(func() {
			s := newSlot(c, ctx)
			defer s.close()
			if err := s.serve(source); err != nil {
				cancel(err)
			}
		})
	}
	wg.Wait()
	err := context.Cause(ctx)
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return nil
	}
	return err
}

// job is the run of one seed of a unit.
func (c *Campaign) job(u *Unit, seed uint64) (Job, error) {
	s, err := c.Scenarios.Find(u.Scenario)
	return Job{Scenario: s, Strategy: u.Strategy, Seed: seed, Faults: u.Faults, Engine: u.Engine}, err
}

// blame makes the failure of a run whose worker could not tell of it.
func (c *Campaign) blame(u *Unit, seed uint64, v *sim.Verdict) (Failure, error) {
	j, err := c.job(u, seed)
	if err != nil {
		return Failure{}, err
	}
	f := j.failure(v)
	f.Trace = j.traceText(&sim.Report{Seed: seed, Verdict: v})
	return f, nil
}

// Progress is what was done so far, and the time since the campaign's begin.
func (c *Campaign) Progress() (counts Counts, failures int, elapsed time.Duration) {
	counts, failures = c.tally.progress()
	return counts, failures, time.Since(c.began)
}
