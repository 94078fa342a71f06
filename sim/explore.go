package sim

import (
	"fmt"
	"runtime"
	"strings"
	"time"

	"brigade/sim/schedule"
)

// Result is what an exploration showed.
type Result struct {
	Runs    int
	Steps   int
	Virtual time.Duration
	Failure *Report // the first failed run, recorded; nil: none failed
}

// Explore runs main under runs different seeds, from o.Seed on, until one fails.
func Explore(o Options, runs int, main func()) Result {
	var r Result
	for i := range runs {
		p := o
		p.Seed = o.Seed + uint64(i)
		one := Run(p, main)
		r.Runs++
		r.Steps += one.Steps
		r.Virtual += one.Virtual
		if one.Verdict != nil {
			r.Failure = one
			break
		}
	}
	return r
}

// TB is the part of testing.TB that Test needs.
type TB interface {
	Helper()
	Name() string
	Errorf(format string, args ...any)
}

// testRuns is how many seeds Test tries.
const testRuns = 100

// Test explores main under a hundred seeds and fails t at the first that fails,
// with what broke, where, and how to see it again.
func Test(t TB, main func()) {
	t.Helper()
	if r := Explore(Options{Seed: 1}, testRuns, main); r.Failure != nil {
		t.Errorf("%s", explainFailure(t.Name(), r))
	}
}

// explainFailure is what a failed Test prints.
func explainFailure(name string, r Result) string {
	f := r.Failure
	v := f.Verdict
	where := fmt.Sprintf("step %d", v.Step)
	if v.Task != "" {
		where = v.Task + ", " + where
	}
	if at := culprit(v.Stack); at != "" && v.Kind != Hang {
		where = at + ", " + where
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s          %s\n", v.Error(), where)
	fmt.Fprintf(&b, "  test %s   strategy random   seed %#x, run %d of %d   %s\n", name, f.Seed, r.Runs, testRuns, runtime.Version())
	fmt.Fprintf(&b, "  again    go test -run '^%s$'\n", strings.ReplaceAll(name, "/", "$/^"))
	fmt.Fprintf(&b, "  replay   sim.Run(sim.Options{Seed: %#x, Strict: true, Departures: failing}, main)    (%d of %d choices depart from the default)\n", f.Seed, len(f.Departures), f.Choices)
	fmt.Fprintf(&b, "  where    failing := %s", strings.ReplaceAll(Schedule(f.Departures), "\n", "\n  "))
	return b.String()
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
