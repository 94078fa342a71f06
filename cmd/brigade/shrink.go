package main

// The shrink command.

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"brigade/fuzz"
	"brigade/sim"
	"brigade/traces"
)

// shrinkFlags are the flags of brigade shrink.
type shrinkFlags struct {
	out  string
	runs int
	time time.Duration
	json bool
}

func (p *program) shrink() *cobra.Command {
	f := new(shrinkFlags)
	c := &cobra.Command{
		Use:   "shrink FILE",
		Short: "Look for the smallest run that fails as a trace's does",
		Long: `Shrink leaves out choices of a trace's run as long as it fails in the same way:
first the input's, then faults, then context switches. The smaller trace is
confirmed in a fresh process and written beside the first; it replays strictly.

The exit status is 0 if there is a smaller trace, or none could be smaller.`,
		Args: exactly("trace file"),
		RunE: func(_ *cobra.Command, files []string) error {
			switch {
			case f.runs < 1:
				return fmt.Errorf("--runs is %d; it must be at least 1", f.runs)
			case f.time <= 0:
				return errors.New("--for must be longer than nothing")
			}
			if f.out == "" {
				f.out = strings.TrimSuffix(files[0], ".trace") + ".min.trace"
			}
			return p.shrinkFile(f, files[0])
		},
	}
	c.Flags().StringVarP(&f.out, "output", "o", "", "the `FILE` for the smaller trace (NAME.min.trace for NAME.trace)")
	c.Flags().IntVar(&f.runs, "runs", fuzz.DefaultShrinkRuns, "make at most `N` runs")
	c.Flags().DurationVar(&f.time, "for", 10*time.Second, "end after `D` with what is found by then")
	c.Flags().BoolVar(&f.json, "json", false, "print one JSON object")
	return c
}

func (p *program) shrinkFile(f *shrinkFlags, path string) error {
	x, err := traces.Load(path)
	if err != nil {
		return err
	}
	if _, err := p.set.Find(x.Scenario); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	if x.BySeed {
		return errors.New("the trace has no choices to leave out: its run could not be recorded, and only its seed leads back to it")
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	command, clean, err := fuzz.Workers(ctx, x.Verdict.Kind == sim.DataRace, "worker")
	if err != nil {
		return err
	}
	defer clean()
	small, r, err := fuzz.Reduce(ctx, command, x, fuzz.Shrinking{Runs: f.runs, For: f.time})
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	out, err := small.Save(filepath.Dir(f.out), filepath.Base(f.out))
	if err != nil {
		return err
	}
	if f.json {
		return json.NewEncoder(p.stdout).Encode(shrunkJSON(path, out, small, r))
	}
	p.tellShrunk(out, small, r)
	return nil
}

// tellShrunk prints what a shrinking came to.
func (p *program) tellShrunk(out string, small *traces.Trace, r *fuzz.Reduced) {
	p.printf("%s\n", traceHeadline(small))
	p.printf("  %d of %s matter: %s\n", r.After.Total(), plural(uint64(r.Before.Total()), "choice"), r.After)
	switch {
	case r.Minimal && r.Fewest:
		p.printf("  each is needed, and no run with a preemption less fails so\n")
	case r.Minimal:
		p.printf("  each is needed; no run with a preemption less fails so among %d, which is not all there are\n", r.Tried)
	default:
		p.printf("  the budget ended before all were tried; --runs and --for give more\n")
	}
	p.printf("  the run takes in %s and %s\n", plural(uint64(r.Requests), "request"), plural(uint64(r.Steps), "step"))
	p.printf("  %s in %s; confirmed in a fresh process\n", plural(uint64(r.Runs), "run"), short(r.Took))
	p.printf("  replay   %s replay %s\n", self(), quoted(out))
	p.printf("  view     %s view   %s\n", self(), quoted(out))
}

// traceHeadline is headline for a trace.
func traceHeadline(t *traces.Trace) string {
	v := &t.Verdict
	return headline(&fuzz.Failure{
		Verdict: v.Kind.String(), Invariant: v.Invariant, Signature: v.Signature, Message: v.Message, Task: v.Task, Step: v.Step,
	})
}

// countsJSON are departures by kind.
type countsJSON struct {
	Total       int `json:"total"`
	Inputs      int `json:"inputs"`
	Faults      int `json:"faults"`
	Preemptions int `json:"preemptions"`
	Others      int `json:"other_switches"`
}

func shrunkJSON(path, out string, small *traces.Trace, r *fuzz.Reduced) any {
	before := r.Before
	after := r.After
	return struct {
		From      string     `json:"from"`
		Trace     string     `json:"trace"`
		Scenario  string     `json:"scenario"`
		Seed      uint64     `json:"seed"`
		Signature string     `json:"signature"`
		Before    countsJSON `json:"before"`
		After     countsJSON `json:"after"`
		Steps     int        `json:"steps"`
		Requests  int        `json:"requests"`
		Runs      int        `json:"runs"`
		Minimal   bool       `json:"minimal"`
		Fewest    bool       `json:"fewest_preemptions"`
		Tried     int        `json:"tried"`
		Stopped   bool       `json:"stopped"`
		Seconds   float64    `json:"seconds"`
		EventHash string     `json:"event_hash"`
	}{
		path, out, small.Scenario, small.Seed, small.Verdict.Signature,
		countsJSON{before.Total(), before.Inputs, before.Faults, before.Preemptions, before.Others},
		countsJSON{after.Total(), after.Inputs, after.Faults, after.Preemptions, after.Others},
		r.Steps, r.Requests, r.Runs, r.Minimal, r.Fewest, r.Tried, r.Stopped, r.Took.Seconds(), fmt.Sprintf("0x%016x", small.Hash),
	}
}
