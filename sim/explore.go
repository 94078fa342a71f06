package sim

import (
	"fmt"
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
	Errorf(format string, args ...any)
}

// Test explores main under a hundred seeds and fails t at the first that fails,
// with the seed that repeats it.
func Test(t TB, main func()) {
	t.Helper()
	r := Explore(Options{Seed: 1}, 100, main)
	if f := r.Failure; f != nil {
		t.Errorf("%v\n  in %s at step %d, seed %#x, run %d of 100\n  repeat with sim.Run(sim.Options{Seed: %#x}, ...)\n%s", f.Verdict, f.Verdict.Task, f.Verdict.Step, f.Seed, r.Runs, f.Seed, Schedule(f.Departures))
	}
}

// Schedule prints departures as Go source that can be kept in a test.
func Schedule(departures []schedule.Departure) string {
	s := "[]schedule.Departure{\n"
	for _, d := range departures {
		s += fmt.Sprintf("\t{Key: schedule.Key{Task: %q, Object: %q, Op: %q, N: %d}, Value: %q},\n", d.Key.Task, d.Key.Object, d.Key.Op, d.Key.N, d.Value)
	}
	return s + "}"
}
