package fuzz

// A campaign: slots, each with a worker process of its own, take units from one
// source until there are no more, or time is up, or there is little new to see.

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
	UntilNew  float64       // until the next run shows a new order with a probability below it; 0: never mind
	Workers   int           // worker processes
	Twice     bool          // run every seed in two processes and compare
	Unordered bool          // do not tell happens-before orders apart
	Examine   uint64        // ask of one run in so many whether a fault mattered; 0: DefaultExamine
	Command   Command       // how to start a worker
	TraceDir  string        // where traces of failures go; empty: nowhere
	State     string        // the file in which the campaign is kept, and from which it goes on; empty: none
	Shrink    Shrinking     // how long to shrink the first trace of each kind; no runs: not at all
	Patience  time.Duration // how long to wait for a unit; 0: 2 minutes

	// after replaces time.After in tests: it is asked for every unit.
	after func(u *Unit, d time.Duration) <-chan time.Time

	source  *source
	tally   tally
	began   time.Time
	earlier time.Duration // of earlier sessions
	unsaved error         // why the state is not on disk; guarded by tally.mu
}

// DefaultExamine is how many runs there are to one of which is asked whether a
// fault mattered: it costs about five runs.
const DefaultExamine = 128

// grace is how long a worker may take to come to the end of its run when the
// campaign ends.
const grace = 5 * time.Second

// Run runs the campaign to its end, or until ctx is done, which is an end like
// any other. The error says why there could be no campaign, or no more of it; the
// summary holds what was done before.
func (c *Campaign) Run(ctx context.Context) (*Summary, error) {
	if err := c.begin(); err != nil {
		return nil, err
	}
	ended := ctx
	if c.For > 0 {
		timed, cancel := context.WithTimeout(ctx, c.For)
		defer cancel()
		ended = timed
	}
	stop := make(chan struct{})
	var saving sync.WaitGroup
	if c.State != "" {
		saving.Go(func() { c.saver(stop) })
	}
	err := c.work(ended, c.source)
	close(stop)
	saving.Wait()
	c.shrinkAll(ctx)
	c.save()
	s := c.summary()
	s.Interrupted = ctx.Err() != nil
	return s, err
}

// begin makes sure that there is something to run, and goes on from the state.
func (c *Campaign) begin() error {
	c.began = time.Now()
	c.tally.begin(c.First, c.TraceDir, c.Scenarios, c.elapsed)
	if len(c.Scenarios) == 0 {
		return errors.New("there is no scenario to run")
	}
	if c.Strategy == "" {
		c.Strategy = DefaultStrategy
	}
	if _, err := FindStrategy(c.Strategy); err != nil {
		return err
	}
	if c.Engine == "" {
		c.Engine = DefaultEngine
	}
	if c.Examine == 0 {
		c.Examine = DefaultExamine
	}
	build, _ := traces.Build()
	c.source = newSource(Unit{
		ID: 1, Build: build, Strategy: c.Strategy, Faults: c.Faults, Engine: c.Engine,
		Hashes: c.Twice, Orders: !c.Unordered, Examine: c.Examine,
	}, c.Scenarios, c.First, c.Seeds)
	if c.State == "" {
		return nil
	}
	if c.Twice {
		return errors.New("a campaign that runs every seed twice cannot be kept: a seed that was run once only would be lost")
	}
	s, err := ReadState(c.State)
	if err != nil || s == nil {
		return err
	}
	return c.resume(s, build)
}

// elapsed is the campaign's time so far, earlier sessions included.
func (c *Campaign) elapsed() time.Duration { return c.earlier + time.Since(c.began) }

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

// done notes what came of the next n seeds of u.
func (c *Campaign) done(u *Unit, n int, note func()) {
	if c.source == nil {
		note()
		return
	}
	c.source.done(u.ID, n, note)
	if c.tally.saturated(c.UntilNew) {
		c.source.end()
	}
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

// Progress is what was done so far.
type Progress struct {
	Counts
	Failures int
	Orders   uint64  // different happens-before orders
	New      float64 // the probability that the next run shows a new one
	Elapsed  time.Duration
}

// Progress tells what was done so far.
func (c *Campaign) Progress() Progress { return c.tally.progress() }
