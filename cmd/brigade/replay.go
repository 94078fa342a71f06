package main

// The replay command.

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"brigade/fuzz"
	"brigade/sim"
	"brigade/traces"
)

// replayFlags are the flags of brigade replay.
type replayFlags struct {
	strict     bool
	bestEffort bool
	scenario   string
	seed       seedValue
	strategy   string
	engine     string
	race       bool
	json       bool
	traces     string
	stop       stopped
}

func (p *program) replay() *cobra.Command {
	f := new(replayFlags)
	f.stop.step = -1
	c := &cobra.Command{
		Use:   "replay FILE | --scenario NAME --seed S",
		Short: "Repeat the run of a trace, or of a seed",
		Long: `Replay repeats one run: that of a trace file, or that of a seed of a scenario.

A trace is followed strictly: every departure must find its place and the events
must be the trace's, or the exit status is 6. With --best-effort departures that
find no place any more are counted and left out. Otherwise the exit status is
the verdict's, as of brigade fuzz.

With --step or --break it is told where each task stood then: what it did last,
what it would do next and what it waits for.`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, files []string) error {
			if err := f.check(c.Flags().Changed, files); err != nil {
				return err
			}
			if len(files) == 1 {
				return p.replayFile(f, files[0])
			}
			return p.replaySeed(f)
		},
	}
	c.Flags().BoolVar(&f.strict, "strict", false, "the run must be the trace's, event for event (the default)")
	c.Flags().BoolVar(&f.bestEffort, "best-effort", false, "leave out departures that find no place")
	c.Flags().StringVar(&f.scenario, "scenario", "", "repeat a seed of the scenario `NAME`")
	c.Flags().Var(&f.seed, "seed", "the seed to repeat, in decimal or as 0x hexadecimal")
	c.Flags().StringVar(&f.strategy, "strategy", fuzz.DefaultStrategy, "the strategy `NAME` that the seed was run with")
	c.Flags().StringVar(&f.engine, "engine", "", "how tasks are made: coroutines or baton")
	c.Flags().BoolVar(&f.race, "race", false, "build with Go's race detector first; needs a C compiler")
	c.Flags().IntVar(&f.stop.step, "step", -1, "stop after step `N` and tell where every task stands")
	c.Flags().StringVar(&f.stop.pattern, "break", "", "stop at the first event whose text matches `PATTERN`, a regular expression; with --step, after that step")
	c.Flags().BoolVar(&f.json, "json", false, "print one JSON object")
	c.Flags().StringVar(&f.traces, "traces", traces.NewDir, "the `DIR` for the trace of a seed that fails")
	return c
}

func (f *replayFlags) check(given func(string) bool, files []string) error {
	switch {
	case f.strict && f.bestEffort:
		return errors.New("--strict and --best-effort exclude each other")
	case len(files) == 1 && (f.scenario != "" || f.seed.set):
		return errors.New("a trace file says its scenario and seed; leave out --scenario and --seed, or the file")
	case len(files) == 0 && (f.scenario == "" || !f.seed.set):
		return errors.New("replay needs a trace file, or both --scenario and --seed")
	}
	if f.engine != "" {
		if _, err := fuzz.FindEngine(f.engine); err != nil {
			return err
		}
	}
	return f.stop.check(given("step"))
}

func (p *program) replayFile(f *replayFlags, path string) error {
	t, err := traces.Load(path)
	if err != nil {
		return err
	}
	if _, err := p.set.Find(t.Scenario); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	if (f.race || t.Verdict.Kind == sim.DataRace) && !fuzz.RaceBuilt() {
		return p.underRace()
	}
	if f.engine != "" {
		t.Engine = f.engine
	}
	r, err := fuzz.Replay(p.set, t, !f.bestEffort)
	if err != nil {
		return err
	}
	return p.tell(f, r, path, nil)
}

func (p *program) replaySeed(f *replayFlags) error {
	s, err := p.set.Find(f.scenario)
	if err != nil {
		return err
	}
	if _, err := fuzz.FindStrategy(f.strategy); err != nil {
		return err
	}
	if f.race && !fuzz.RaceBuilt() {
		return p.underRace()
	}
	if f.engine == "" {
		f.engine = fuzz.DefaultEngine
	}
	r, err := fuzz.ReplaySeed(fuzz.Job{Scenario: s, Strategy: f.strategy, Seed: f.seed.n, Engine: f.engine})
	if err != nil {
		return err
	}
	path := ""
	var unwritten error
	if r.Now.Count > 0 {
		t := r.Record()
		path, unwritten = t.Save(f.traces, t.FileName(fuzz.DefaultStrategy))
	}
	return p.tell(f, r, path, unwritten)
}

// underRace runs this very command line in a program built with the race
// detector.
func (p *program) underRace() error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	command, clean, err := fuzz.Workers(ctx, true, p.args...)
	if err != nil {
		return err
	}
	defer clean()
	status, err := command.Run(ctx, p.stdout, p.stderr)
	p.class = fuzz.Class(status)
	return err
}

// tell prints what a replay showed. path is the trace's file, unwritten why there
// is none.
func (p *program) tell(f *replayFlags, r *fuzz.Replayed, path string, unwritten error) error {
	if f.stop.given() {
		return p.standings(&f.stop, r, f.json)
	}
	p.class = r.Class()
	if f.json {
		return json.NewEncoder(p.stdout).Encode(r.JSON(path, unwritten))
	}
	if r.Now.Count > 0 {
		p.printf("%s\n", headline(&r.Now))
		if r.Now.Stack != "" {
			p.printf("  %s\n", strings.ReplaceAll(strings.TrimRight(r.Now.Stack, "\n"), "\n", "\n  "))
		}
	} else {
		p.printf("%s\n", "held")
	}
	build, version := traces.Build()
	p.printf("  scenario %s   strategy %s   seed %#x   commit %s   %s\n", r.Job.Scenario.Name, r.Job.Strategy, r.Job.Seed, build, version)
	p.printf("  %s, %s simulated, event hash %#016x\n", plural(uint64(r.Report.Steps), "step"), short(r.Report.Virtual), r.Report.Hash)
	switch {
	case r.Trace != nil:
		p.compare(r)
	case unwritten != nil:
		p.printf("  %v\n", unwritten)
	case path != "":
		p.printf("  replay   %s replay %s\n", self(), quoted(path))
	}
	return nil
}

// compare says how the run went with its trace.
func (p *program) compare(r *fuzz.Replayed) {
	mode := "best effort"
	if r.Strict {
		mode = "strict"
	}
	if d := r.Difference(); d != "" {
		p.printf("  %s: another run than the trace's: %s\n", mode, d)
		if r.Strict {
			if r.Trace.Expect == traces.ExpectHeld {
				p.printf("  it was kept when its cause had been mended, and is expected to hold\n")
			}
			p.printf("  --best-effort follows what still fits\n")
			return
		}
		for _, u := range r.Unmatched() {
			p.printf("    no match: %s -> %s\n", u.Key, u.Value)
		}
		return
	}
	p.printf("  %s: the same run, event for event; %s matched\n", mode, plural(uint64(len(r.Trace.Departures)), "departure"))
	if other := r.OtherBuild(); other != "" {
		p.printf("  %s\n", other)
	}
}
