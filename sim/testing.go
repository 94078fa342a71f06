package sim

// Exploration as a test, and the text of its failure: what broke and where, the
// command that shows it again, why, and a test with the schedule in it, to keep.

import (
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"

	"brigade/sim/schedule"
)

// TB is the part of testing.TB that Test needs.
type TB interface {
	Helper()
	Name() string
	Errorf(format string, args ...any)
}

// The environment of a test that explores.
const (
	seedVariable = "SIM_SEED" // run this seed only
	runsVariable = "SIM_RUNS" // so many runs, not a thousand
)

// raceTwice makes the race detector report every time, not once a process.
const raceTwice = "suppress_equal_stacks=0 suppress_equal_addresses=0"

// Test explores main by the portfolio of strategies, a thousand runs, and fails t
// at the first that fails, with what broke, where and why, the command that shows
// it again, and a test that keeps its schedule.
//
// With SIM_SEED=0x5 in the environment only that seed is run; SIM_RUNS=100000
// makes more runs. Under go test -race every run is searched for data races too.
func Test(t TB, main func()) {
	t.Helper()
	var o Options
	if v := os.Getenv(runsVariable); v != "" {
		n, err := strconv.Atoi(v)
		if err != nil || n < 1 {
			t.Errorf("%s=%s: it is a number of runs, 1 at least", runsVariable, v)
			return
		}
		o.Runs = n
	}
	if v := os.Getenv(seedVariable); v != "" {
		n, err := strconv.ParseUint(v, 0, 64)
		if err != nil {
			t.Errorf("%s=%s: it is a seed, such as 0x5", seedVariable, v)
			return
		}
		o.Seed, o.Runs = n, 1
	}
	if r := Explore(o, main); r.Failure != nil {
		t.Errorf("%s", failureText(t.Name(), callerPackage(), r))
	}
}

// Replay runs main by a schedule that failed once, and fails t if it does so
// again: for tests that keep the schedule of a bug that was mended. What of the
// schedule does not fit the program any more is left out.
func Replay(t TB, departures []schedule.Departure, main func()) {
	t.Helper()
	if departures == nil {
		departures = []schedule.Departure{}
	}
	tries := uint64(1)
	if raceBuild {
		tries = 3 // the detector remembers few accesses of each word
	}
	for seed := range tries {
		if r := Run(Options{Seed: seed, Departures: departures}, main); r.Verdict != nil {
			t.Errorf("%s          %s\n%s", r.Verdict.Error(), where(r.Verdict), ending(r))
			return
		}
	}
}

// callerPackage is the import path of the code that called Test.
func callerPackage() string {
	pc, _, _, ok := runtime.Caller(2)
	if !ok {
		return "."
	}
	name := runtime.FuncForPC(pc).Name()
	slash := strings.LastIndexByte(name, '/') + 1
	if dot := strings.IndexByte(name[slash:], '.'); dot >= 0 {
		name = name[:slash+dot]
	}
	if name = strings.TrimSuffix(name, "_test"); name == "main" || name == "command-line-arguments" {
		return "."
	}
	return name
}

// failureText is what a failed Test prints.
func failureText(name, pkg string, r Result) string {
	f := r.Failure
	v := f.Verdict
	best := r.Minimal()
	race, env := "", ""
	if raceBuild {
		race, env = " -race", fmt.Sprintf("GORACE=%q ", raceTwice)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s          %s\n", v.Error(), where(v))
	fmt.Fprintf(&b, "  test %s   strategy %s   seed %#x, run %d of %d   %s%s\n", name, strategyName(r.options), f.Seed, r.Runs, r.options.Runs, commit(), runtime.Version())
	fmt.Fprintf(&b, "  replay   %s%s=%#x go test%s %s -count=1 -run '^%s$'\n", env, seedVariable, f.Seed, race, pkg, strings.ReplaceAll(name, "/", "$/^"))
	b.WriteString(explanation(best, f))
	fmt.Fprintf(&b, "  keep     this test, with what %s gives to sim.Test as main:\n", name)
	fmt.Fprintf(&b, "\tfunc %s(t *testing.T) {\n\t\tsim.Replay(t, %s, main)\n\t}\n", keptName(name), strings.ReplaceAll(Schedule(best.Departures), "\n", "\n\t\t"))
	return b.String()
}

// where is the line, the task and the step of a failure, as far as known.
func where(v *Verdict) string {
	at := fmt.Sprintf("step %d", v.Step)
	if v.Task != "" {
		at = v.Task + ", " + at
	}
	if line := culprit(v.Stack); line != "" && v.Kind != Hang {
		at = line + ", " + at
	}
	return at
}

// commit is the commit that was built, if the program knows it.
func commit() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			return "commit " + s.Value[:min(len(s.Value), 12)] + "   "
		}
	}
	return ""
}

// keptName is the name of a test that keeps a failure of the test called name.
func keptName(name string) string {
	clean := strings.Map(func(r rune) rune {
		if r == '_' || r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' {
			return r
		}
		return '_'
	}, name)
	return clean + "_Kept"
}

// Schedule prints departures as Go source that can be kept in a test.
func Schedule(departures []schedule.Departure) string {
	var b strings.Builder
	b.WriteString("[]schedule.Departure{\n")
	for _, d := range departures {
		fmt.Fprintf(&b, "\t{Key: schedule.Key{Task: %q, Object: %q, Op: %q, N: %d}, Value: %q},\n", d.Key.Task, d.Key.Object, d.Key.Op, d.Key.N, d.Value)
	}
	return b.String() + "}"
}
