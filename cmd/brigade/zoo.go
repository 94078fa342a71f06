package main

// The zoo command: known bugs, planted and hunted by the general campaign.

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"brigade/fuzz"
	"brigade/fuzz/zoo"
)

// zooFlags are the flags of brigade zoo.
type zooFlags struct {
	strategy string
	runs     uint64
	starts   int
	workers  int
	shrink   bool
	json     bool
}

func (p *program) zoo() *cobra.Command {
	f := new(zooFlags)
	c := &cobra.Command{
		Use:   "zoo [ID...]",
		Short: "Plant known bugs in the core and hunt them",
		Long: `Zoo plants each of the known bugs (all, if none is named) in the core's sources
as they are, builds the program, and runs the general campaign, no scenario
named, from several starting seeds until a verdict convicts the bug. It prints
how many runs and how many seconds that took, the invariant that reported it, the
steps of the failing run and to how many choices it shrinks. Before that the core
as it is has to hold under some of the same seeds.

It is to be run in the module's sources. The exit status is 0 if each was found,
2 if one was not, 1 if one cannot be planted.`,
		RunE: func(_ *cobra.Command, ids []string) error {
			strategies, err := f.check()
			if err != nil {
				return err
			}
			return p.hunt(f, strategies, ids)
		},
	}
	c.Flags().StringVar(&f.strategy, "strategy", fuzz.DefaultStrategy, "how schedules are searched: a `NAME` that brigade list shows, or all")
	c.Flags().Uint64Var(&f.runs, "runs", 10_000, "give up after `N` runs from a starting seed")
	c.Flags().IntVar(&f.starts, "starts", 5, "`N` starting seeds")
	c.Flags().IntVarP(&f.workers, "workers", "j", runtime.NumCPU(), "bugs hunted at a time")
	c.Flags().BoolVar(&f.shrink, "shrink", true, "shrink a failing run of each")
	c.Flags().BoolVar(&f.json, "json", false, "print one JSON object")
	return c
}

// check refuses values that mean nothing and returns the strategies that are meant.
func (f *zooFlags) check() ([]string, error) {
	switch {
	case f.runs == 0 || f.starts < 1:
		return nil, errors.New("--runs and --starts are 1 at least")
	case f.workers < 1:
		return nil, fmt.Errorf("-j is %d; it must be at least 1", f.workers)
	case f.strategy == "all":
		return fuzz.Strategies(), nil
	}
	if _, err := fuzz.FindStrategy(f.strategy); err != nil {
		return nil, fmt.Errorf("%w; or all", err)
	}
	return []string{f.strategy}, nil
}

// bugs are the patches called ids; all, if there are none.
func bugs(ids []string) (list []*zoo.Patch, err error) {
	if len(ids) == 0 {
		return zoo.All()
	}
	for _, id := range ids {
		b, err := zoo.Find(id)
		if err != nil {
			return nil, err
		}
		list = append(list, b)
	}
	return list, nil
}

// hunt plants and hunts the bugs, some at a time, and tells of each in their order.
func (p *program) hunt(f *zooFlags, strategies, ids []string) error {
	list, err := bugs(ids)
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := f.control(ctx); err != nil {
		if ctx.Err() != nil {
			return errors.New("interrupted before any bug was hunted")
		}
		return err
	}
	if !f.json {
		p.printf("%-22s %-11s %5s  %-16s %8s  %-17s %7s %7s  %s\n", "bug", "strategy", "found", "reported by", "median", "interval", "seconds", "steps", "shrunk to")
	}
	caught := make([]*animal, len(list))
	failed := make([]error, len(list))
	done := make([]chan struct{}, len(list))
	turns := make(chan struct{}, f.workers)
	var wg sync.WaitGroup
	for i, b := range list {
		done[i] = make(chan struct{})
		wg.Go(func() {
			turns <- struct{}{}
			defer func() { <-turns; close(done[i]) }()
			if ctx.Err() == nil {
				caught[i], failed[i] = f.catch(ctx, b, strategies)
			}
		})
	}
	for i := range list {
		<-done[i]
		if caught[i] != nil && !f.json {
			p.tellAnimal(caught[i])
		}
	}
	wg.Wait()
	err = errors.Join(failed...)
	if ctx.Err() != nil { // what had begun has failed for that
		hunted := 0
		for _, a := range caught {
			if a != nil {
				hunted++
			}
		}
		err = fmt.Errorf("interrupted when %d of %d bugs had been hunted", hunted, len(list))
	}
	return p.tellZoo(f, caught, err)
}

// controlSeeds are the seeds of each scenario under which the core as it is has to
// hold, from each starting seed.
const controlSeeds = 30

// control makes sure that the core as it is holds.
func (f *zooFlags) control(ctx context.Context) error {
	path, clean, err := zoo.Build(ctx, nil, false)
	if err != nil {
		return err
	}
	defer clean()
	c := zoo.Campaign{Seeds: controlSeeds, Workers: f.workers}
	return zoo.Control(ctx, path, c, zoo.Starts(f.starts))
}

// animal is a bug in the report.
type animal struct {
	ID         string       `json:"id"`
	Title      string       `json:"title"`
	Reference  string       `json:"reference"`
	Difficulty string       `json:"difficulty"`
	Families   []string     `json:"families"`
	Found      bool         `json:"found"`     // by one of the strategies, from most starting seeds
	Invariant  string       `json:"invariant"` // that reported it
	Verdict    string       `json:"verdict"`
	Runs       uint64       `json:"runs"` // the median, of the strategy named first that found it
	Steps      int          `json:"steps"`
	Shrunk     *shrunkSize  `json:"shrunk,omitempty"`
	Seconds    float64      `json:"seconds"`
	Strategies []animalHunt `json:"strategies"`
}

// animalHunt is what one strategy came to.
type animalHunt struct {
	Strategy  string  `json:"strategy"`
	Found     int     `json:"found"`
	Starts    int     `json:"starts"`
	Runs      uint64  `json:"runs"`
	Least     uint64  `json:"least"`
	Most      uint64  `json:"most"`
	Invariant string  `json:"invariant"`
	Verdict   string  `json:"verdict"`
	Seconds   float64 `json:"seconds"`
}

// shrunkSize is a failing run before and after shrinking.
type shrunkSize struct {
	Before      int `json:"before"`
	After       int `json:"after"`
	Requests    int `json:"requests"`
	Inputs      int `json:"inputs"`
	Faults      int `json:"faults"`
	Preemptions int `json:"preemptions"`
}

// catch plants b and hunts it by each of the strategies.
func (f *zooFlags) catch(ctx context.Context, b *zoo.Patch, strategies []string) (*animal, error) {
	began := time.Now()
	path, clean, err := zoo.Build(ctx, b, b.Race)
	if err != nil {
		return nil, err
	}
	defer clean()
	a := &animal{ID: b.ID, Title: b.Title, Reference: b.Reference, Difficulty: string(b.Difficulty), Families: b.Families}
	for i, s := range strategies {
		c := zoo.Campaign{Strategy: s, Workers: 1, Traces: filepath.Join(filepath.Dir(path), fmt.Sprint("traces", i))}
		m, err := zoo.Try(ctx, path, b, c, zoo.Starts(f.starts), f.runs)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", b.ID, err)
		}
		a.add(ctx, path, m, f.shrink)
	}
	a.Seconds = time.Since(began).Seconds()
	return a, nil
}

// add takes in what a strategy came to. The first that found the bug is shrunk.
func (a *animal) add(ctx context.Context, path string, m *zoo.Measure, shrink bool) {
	median := m.Median()
	least, most := m.Interval()
	h := animalHunt{
		Strategy: m.Strategy, Found: m.Found(), Starts: len(m.Trials), Runs: median.Runs, Least: least, Most: most, Seconds: m.Took.Seconds(),
	}
	if x := m.Trials[0].Failure; x != nil {
		h.Invariant, h.Verdict = x.Invariant, x.Verdict
	}
	a.Strategies = append(a.Strategies, h)
	x := median.Failure
	if a.Found || x == nil {
		return
	}
	a.Found, a.Invariant, a.Verdict, a.Runs, a.Steps = true, x.Invariant, x.Verdict, median.Runs, x.Step
	if !shrink || x.Trace == "" {
		return
	}
	// A race, or a hang, may not shrink: the detector, or nobody, says the same again.
	if s, err := zoo.Shrink(ctx, path, x.Trace, x.Trace+".min", fuzz.DefaultShrinkRuns, 10*time.Second); err == nil {
		a.Shrunk = &shrunkSize{s.Before.Total, s.After.Total, s.Requests, s.After.Inputs, s.After.Faults, s.After.Preemptions}
	}
}

// tellAnimal prints a line for each strategy.
func (p *program) tellAnimal(a *animal) {
	for i, h := range a.Strategies {
		by, runs, steps, small := orDash(h.Invariant), grouped(h.Runs), "", ""
		if h.Invariant == "" {
			by = orDash(h.Verdict)
		}
		if h.Found*2 <= h.Starts {
			runs = "> " + runs
		}
		if a.Found && h.Runs == a.Runs && i == 0 {
			steps = grouped(uint64(a.Steps))
			if s := a.Shrunk; s != nil {
				small = fmt.Sprintf("%d of %d choices, %s", s.After, s.Before, plural(uint64(s.Requests), "request"))
			}
		}
		between := fmt.Sprintf("%s to %s", grouped(h.Least), grouped(h.Most))
		line := fmt.Sprintf("%-22s %-11s %2d/%-2d  %-16s %8s  %-17s %7.1f %7s  %s", a.ID, h.Strategy, h.Found, h.Starts, by, runs, between, h.Seconds, steps, small)
		p.printf("%s\n", strings.TrimRight(line, " "))
	}
}

func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

// tellZoo prints what it all came to.
func (p *program) tellZoo(f *zooFlags, caught []*animal, err error) error {
	report := struct {
		Animals []*animal `json:"animals"`
		Found   int       `json:"found"`
		Of      int       `json:"of"`
		Limit   uint64    `json:"limit"`
		Starts  int       `json:"starts"`
	}{Animals: []*animal{}, Of: len(caught), Limit: f.runs, Starts: f.starts}
	for _, a := range caught {
		if a == nil {
			continue
		}
		report.Animals = append(report.Animals, a)
		if a.Found {
			report.Found++
		}
	}
	if report.Found < report.Of {
		p.class = fuzz.ClassProperty
	}
	if f.json {
		return errors.Join(json.NewEncoder(p.stdout).Encode(report), err)
	}
	p.printf("%d of %d found, medians of %s, at most %s runs from each\n",
		report.Found, report.Of, plural(uint64(f.starts), "starting seed"), grouped(f.runs))
	return err
}
