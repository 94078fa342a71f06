package main

// The campaign command.

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"brigade/fuzz"
)

func (p *program) fuzz() *cobra.Command {
	f := new(fuzzFlags)
	c := &cobra.Command{
		Use:   "fuzz [SCENARIO...]",
		Short: "Run scenarios under many seeds and keep what fails",
		Long: `Fuzz runs each of the scenarios (all, if none is named) under many seeds, in
worker processes, and ends with a summary. A seed draws everything else: the
server's topology and sizes, what clients do, what goes wrong, and which strategy
looks for a schedule. Of failures that are alike the first is written down and
made small, and the command that repeats it is printed.

With --seeds the seeds are N for each scenario, from 1 on unless --seed says
otherwise. Without, they go on from a seed drawn by chance until time is up.
--until-new-below ends earlier, when there is little new to be seen.

With --for, or with --report, a report is left: text, JSON and one page for the
browser. With --resume the campaign is kept in a file, and the same command goes
on where it ended, however it ended.

With --sweep FAULT there is no chance about faults: the run of a seed is made once
for every place at which FAULT could strike, "the k-th allocation fails" for every k.

Ctrl-C ends a campaign as if its time were up; a second one ends it at once.`,
		RunE: func(c *cobra.Command, names []string) error {
			names, err := f.check(c.Flags().Changed, names)
			if err != nil {
				return err
			}
			if f.sweep != "" {
				return p.sweep(f, names)
			}
			return p.campaign(f, names)
		},
	}
	f.add(c.Flags())
	return c
}

func (p *program) campaign(f *fuzzFlags, names []string) error {
	set, err := p.choose(names)
	if err != nil {
		return err
	}
	ctx, stop := p.interruptible()
	defer stop()
	command, clean, err := fuzz.Workers(ctx, f.race, "worker")
	if err != nil {
		return err
	}
	defer clean()
	c := &fuzz.Campaign{
		Scenarios: set, Strategy: f.strategy, Faults: f.faults, Engine: f.engine,
		First: f.seed.n, Seeds: f.seeds, For: f.duration, UntilNew: f.untilNew,
		Workers: f.workers, Twice: f.twice, Unordered: !f.orders, Command: command, TraceDir: f.traces, State: f.state(),
		Shrink: fuzz.Shrinking{Runs: f.shrink, For: campaignShrinkTime},
	}
	s := p.watch(c, f.json)
	summary, err := c.Run(ctx)
	s.stop()
	if summary == nil {
		return err
	}
	return errors.Join(err, p.conclude(f, summary))
}

// conclude prints the summary and leaves the report.
func (p *program) conclude(f *fuzzFlags, s *fuzz.Summary) error {
	p.class = s.Class()
	dir, err := p.leave(f, s)
	switch {
	case f.json:
		err = errors.Join(err, json.NewEncoder(p.stdout).Encode(s))
	default:
		p.summarise(s)
		if dir != "" && err == nil {
			p.printf("  report   %s\n", dir)
		}
	}
	if s.Unsaved != nil {
		err = errors.Join(err, fmt.Errorf("the campaign cannot be resumed from here: %w", s.Unsaved))
	}
	if err != nil && p.class != fuzz.ClassHeld {
		_, _ = fmt.Fprintln(p.stderr, "brigade:", oneLine(err)) // what was found is the status
		return nil
	}
	return err
}

// interruptible is a context that the first Ctrl-C ends; the second ends the
// program.
func (p *program) interruptible() (context.Context, func()) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	ended := context.AfterFunc(ctx, func() {
		_, _ = fmt.Fprintln(p.stderr, "brigade: interrupted: ending in order; once more ends at once")
		stop()
	})
	return ctx, func() {
		ended()
		stop()
	}
}
