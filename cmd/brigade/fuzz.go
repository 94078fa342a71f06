package main

// The campaign command.

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"os/signal"
	"runtime"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"brigade/fuzz"
	"brigade/netsim"
	"brigade/traces"
)

// fuzzFlags are the flags of brigade fuzz.
type fuzzFlags struct {
	seeds    uint64
	duration time.Duration
	seed     seedValue
	strategy string
	faults   string
	engine   string
	workers  int
	race     bool
	twice    bool
	json     bool
	traces   string
	shrink   int
}

// usualDuration is how long a campaign takes that was not told.
const usualDuration = 30 * time.Second

// What a campaign gives for shrinking a trace; the shrink command gives more.
const (
	campaignShrinkRuns = 3000
	campaignShrinkTime = 5 * time.Second
)

func (p *program) fuzz() *cobra.Command {
	f := new(fuzzFlags)
	c := &cobra.Command{
		Use:   "fuzz [SCENARIO...]",
		Short: "Run scenarios under many seeds and keep what fails",
		Long: `Fuzz runs each of the scenarios (all, if none is named) under many seeds, in
worker processes, and ends with a summary. Of failures that are alike the first
is written down, and the command that repeats it is printed.

With --seeds the seeds are N for each scenario, from 1 on unless --seed says
otherwise. Without, they go on from a seed drawn by chance until time is up.`,
		RunE: func(c *cobra.Command, names []string) error {
			if err := f.check(c.Flags().Changed); err != nil {
				return err
			}
			return p.campaign(f, names)
		},
	}
	c.Flags().Uint64Var(&f.seeds, "seeds", 0, "run `N` seeds of each scenario")
	c.Flags().DurationVar(&f.duration, "for", 0, "run until `D`, such as 10m, has passed (30s if there is no --seeds either)")
	c.Flags().Var(&f.seed, "seed", "the first seed, in decimal or as 0x hexadecimal")
	c.Flags().StringVar(&f.strategy, "strategy", fuzz.DefaultStrategy, "how schedules are searched: a `NAME` that brigade list shows")
	c.Flags().StringVar(&f.faults, "faults", "", "what goes wrong: none, or a `LIST` such as short-read=0.3,rst=0.01 or default,rst=0; brigade list --faults tells of each")
	c.Flags().StringVar(&f.engine, "engine", fuzz.DefaultEngine, "how tasks are made: coroutines or baton; both give the same events")
	c.Flags().IntVarP(&f.workers, "workers", "j", runtime.NumCPU(), "worker processes")
	c.Flags().BoolVar(&f.race, "race", false, "build the workers with Go's race detector; needs a C compiler")
	c.Flags().BoolVar(&f.twice, "twice", false, "run every seed in two processes and compare their event hashes")
	c.Flags().BoolVar(&f.json, "json", false, "print one JSON object")
	c.Flags().IntVar(&f.shrink, "shrink", campaignShrinkRuns, "shrink the first trace of each kind of failure in at most `N` runs; 0: not at all")
	c.Flags().StringVar(&f.traces, "traces", traces.NewDir, "the `DIR` for traces of failures")
	return c
}

// check refuses values that mean nothing, and fills in what was left open.
func (f *fuzzFlags) check(given func(string) bool) error {
	switch {
	case given("seeds") && f.seeds == 0:
		return errors.New("--seeds must be at least 1")
	case given("for") && f.duration <= 0:
		return errors.New("--for must be longer than nothing")
	case f.shrink < 0:
		return fmt.Errorf("--shrink is %d; it must be 0 or more", f.shrink)
	case f.workers < 1 || f.workers > 4096:
		return fmt.Errorf("-j is %d; there can be 1 to 4096 workers", f.workers)
	}
	if _, err := fuzz.FindEngine(f.engine); err != nil {
		return err
	}
	if _, err := fuzz.FindStrategy(f.strategy); err != nil {
		return err
	}
	if _, err := netsim.ParseProfile(f.faults); err != nil {
		return fmt.Errorf("--faults: %w", err)
	}
	if !f.seed.set {
		f.seed.n = 1
		if f.seeds == 0 {
			f.seed.n = uint64(time.Now().UnixNano()) >> 8 & math.MaxUint32
		}
	}
	if f.seeds == 0 {
		f.seeds = math.MaxUint64
		if f.duration == 0 {
			f.duration = usualDuration
		}
	}
	return nil
}

func (p *program) campaign(f *fuzzFlags, names []string) error {
	set, err := p.choose(names)
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // the second Ctrl-C ends at once
	command, clean, err := fuzz.Workers(ctx, f.race, "worker")
	if err != nil {
		return err
	}
	defer clean()
	c := &fuzz.Campaign{
		Scenarios: set, Strategy: f.strategy, Faults: f.faults, Engine: f.engine, First: f.seed.n, Seeds: f.seeds, For: f.duration,
		Workers: f.workers, Twice: f.twice, Command: command, TraceDir: f.traces,
		Shrink: fuzz.Shrinking{Runs: f.shrink, For: campaignShrinkTime},
	}
	s := p.watch(c, f.json)
	summary, err := c.Run(ctx)
	s.stop()
	if summary != nil {
		p.class = summary.Class()
		if f.json {
			if err := json.NewEncoder(p.stdout).Encode(summary); err != nil {
				return err
			}
		} else {
			p.summarise(summary)
		}
	}
	return err
}
