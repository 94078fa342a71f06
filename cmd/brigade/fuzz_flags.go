package main

// The flags of the campaign command, and what they must be.

import (
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"brigade/fuzz"
	"brigade/traces"
)

// fuzzFlags are the flags of brigade fuzz.
type fuzzFlags struct {
	seeds    uint64
	duration time.Duration
	untilNew float64
	seed     seedValue
	strategy string
	faults   string
	engine   string
	workers  int
	race     bool
	twice    bool
	orders   bool
	json     bool
	traces   string
	report   string
	resume   string
	shrink   int
	sweep    string
}

// usualDuration is how long a campaign takes that was not told.
const usualDuration = 30 * time.Second

// What a campaign gives for shrinking a trace; the shrink command gives more.
const (
	campaignShrinkRuns = 3000
	campaignShrinkTime = 5 * time.Second
)

func (f *fuzzFlags) add(to *pflag.FlagSet) {
	to.Uint64Var(&f.seeds, "seeds", 0, "run `N` seeds of each scenario")
	to.DurationVar(&f.duration, "for", 0, "run until `D`, such as 10m, has passed, and leave a report (30s if there is no --seeds either)")
	to.Float64Var(&f.untilNew, "until-new-below", 0, "end when the next run shows a new order with a probability below `P`, such as 0.01")
	to.Var(&f.seed, "seed", "the first seed, in decimal or as 0x hexadecimal")
	to.StringVar(&f.strategy, "strategy", fuzz.DefaultStrategy, "how schedules are searched: a `NAME` that brigade list shows")
	to.StringVar(&f.faults, "faults", "", "what may go wrong where a scenario lets it: `PROFILE` is none, or like short-read=0.3,rst=0.01, exactly that; after default, changes of the usual, drawn anew for each run")
	to.StringVar(&f.sweep, "sweep", "", "make the run of each seed (1, or --seeds) once for every place at which `FAULT` could strike, such as page-refused, and no other does")
	to.StringVar(&f.engine, "engine", fuzz.DefaultEngine, "how tasks are made: coroutines or baton; both give the same events")
	to.IntVarP(&f.workers, "workers", "j", runtime.NumCPU(), "worker processes")
	to.BoolVar(&f.race, "race", false, "build the workers with Go's race detector; needs a C compiler")
	to.BoolVar(&f.twice, "twice", false, "run every seed in two processes and compare their event hashes")
	to.BoolVar(&f.orders, "orders", true, "tell happens-before orders apart and count them")
	to.BoolVar(&f.json, "json", false, "print one JSON object")
	to.IntVar(&f.shrink, "shrink", campaignShrinkRuns, "shrink the first trace of each kind of failure in at most `N` runs; 0: not at all")
	to.StringVar(&f.traces, "traces", traces.NewDir, "the `DIR` for traces of failures")
	to.StringVar(&f.report, "report", "", "leave a report in `DIR` (with --for: one named after the seed, beside the traces)")
	to.StringVar(&f.resume, "resume", "", "keep the campaign in `FILE`, or in a file of the directory FILE, and go on from there if it exists")
}

// check refuses values that mean nothing, and fills in what was left open: from
// the campaign that is resumed, or with what is usual. It returns the names of the
// scenarios.
func (f *fuzzFlags) check(given func(string) bool, names []string) ([]string, error) {
	switch {
	case given("seeds") && f.seeds == 0:
		return nil, errors.New("--seeds must be at least 1")
	case given("for") && f.duration <= 0:
		return nil, errors.New("--for must be longer than nothing")
	case given("until-new-below") && !(f.untilNew > 0 && f.untilNew < 1):
		return nil, fmt.Errorf("--until-new-below is %v; a probability between 0 and 1 is meant", f.untilNew)
	case given("until-new-below") && !f.orders:
		return nil, errors.New("--until-new-below needs --orders")
	case given("resume") && f.twice:
		return nil, errors.New("--resume and --twice exclude each other: a seed that was run once only would be lost")
	case given("resume") && f.resume == "":
		return nil, errors.New("--resume needs the name of a file or a directory")
	case given("sweep") && (given("for") || given("until-new-below") || given("faults") || given("resume") || given("report") || f.twice || f.race):
		return nil, errors.New("--sweep goes with --seeds, --seed, --strategy, --engine and --traces: it tries every place there is, and needs no more")
	case given("sweep") && f.sweep == "":
		return nil, errors.New("--sweep needs the name of a fault; brigade list --faults has them")
	case f.shrink < 0:
		return nil, fmt.Errorf("--shrink is %d; it must be 0 or more", f.shrink)
	case f.workers < 1 || f.workers > 4096:
		return nil, fmt.Errorf("-j is %d; there can be 1 to 4096 workers", f.workers)
	}
	if err := errors.Join(directory("traces", f.traces), directory("report", f.report)); err != nil {
		return nil, err
	}
	names, err := f.inherit(given, names)
	if err != nil {
		return nil, err
	}
	if _, err := fuzz.FindEngine(f.engine); err != nil {
		return nil, err
	}
	if _, err := fuzz.FindStrategy(f.strategy); err != nil {
		return nil, err
	}
	if err := fuzz.CheckFaults(f.faults); err != nil {
		return nil, err
	}
	f.complete(given)
	return names, nil
}

// complete fills in what is usual.
func (f *fuzzFlags) complete(given func(string) bool) {
	if f.sweep != "" && f.seeds == 0 {
		f.seeds = 1
	}
	if !f.seed.set {
		f.seed.n = 1
		if f.seeds == 0 {
			f.seed.n = uint64(time.Now().UnixNano()) >> 8 & math.MaxUint32
		}
	}
	if f.seeds == 0 {
		f.seeds = math.MaxUint64
	}
	if f.seeds == math.MaxUint64 && f.duration == 0 && f.untilNew == 0 {
		f.duration = usualDuration
	}
	if given("for") && !given("report") {
		f.report = filepath.Join(f.traces, "report-"+strconv.FormatUint(f.seed.n, 16))
	}
}

// inherit takes what was not given from the campaign that is resumed.
func (f *fuzzFlags) inherit(given func(string) bool, names []string) ([]string, error) {
	if f.resume == "" {
		return names, nil
	}
	s, err := fuzz.ReadState(f.state())
	if err != nil || s == nil {
		return names, err
	}
	if !given("seeds") {
		f.seeds = s.Seeds
	}
	if !f.seed.set {
		f.seed = seedValue{s.First, true}
	}
	if !given("strategy") {
		f.strategy = s.Strategy
	}
	if !given("faults") {
		f.faults = s.Faults
	}
	if !given("engine") {
		f.engine = s.Engine
	}
	if len(names) == 0 {
		return s.Scenarios, nil
	}
	if !slices.Equal(names, s.Scenarios) {
		return nil, fmt.Errorf("the campaign in %s is of the scenarios %s; name the same, or none, or another file", f.state(), strings.Join(s.Scenarios, " "))
	}
	return names, nil
}

// state is the file in which the campaign is kept; empty: none.
func (f *fuzzFlags) state() string {
	if f.resume == "" {
		return ""
	}
	return fuzz.StatePath(f.resume)
}
