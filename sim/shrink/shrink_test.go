package shrink_test

import (
	"testing"

	"brigade/sim"
	"brigade/sim/schedule"
	"brigade/sim/shrink"
)

// fail finds a failing run of main.
func fail(t *testing.T, main func()) *sim.Report {
	t.Helper()
	r := sim.Explore(sim.Options{Seed: 1, Runs: 20_000}, main)
	if r.Failure == nil {
		t.Fatal("no failure in 20,000 runs")
	}
	return r.Failure
}

func runner(seed uint64, main func()) shrink.Run {
	return func(d []schedule.Departure, record bool) *sim.Report {
		return sim.Run(sim.Options{Seed: seed, Departures: d, Record: record}, main)
	}
}

// Each kernel shrinks to the least that its fault needs, and the result replays
// strictly.
func TestSmallest(t *testing.T) {
	for _, k := range []struct {
		name   string
		main   func()
		most   shrink.Counts
		fewest bool
	}{
		{"lost update", lostUpdate, shrink.Counts{Preemptions: 1}, true},
		{"ABBA", abba, shrink.Counts{Preemptions: 1}, true},
		{"lost wakeup", lostWakeup, shrink.Counts{Preemptions: 1}, true},
		{"three philosophers", philosophers(3), shrink.Counts{Preemptions: 1, Others: 1}, true},
		{"wrong order", orders, shrink.Counts{Others: 1}, true},
		{"large input", fourth, shrink.Counts{Inputs: 1}, true},
		{"reorder 3", reorder(3), shrink.Counts{Preemptions: 1, Others: 1}, true},
	} {
		t.Run(k.name, func(t *testing.T) {
			f := fail(t, k.main)
			r := shrink.Minimize(runner(f.Seed, k.main), f, shrink.Options{Runs: 8000})
			t.Logf("%v -> %v in %d runs", r.Before, r.After, r.Runs)
			if !r.Repeated || !r.Minimal || r.Fewest != k.fewest {
				t.Errorf("repeated %v, minimal %v, fewest %v", r.Repeated, r.Minimal, r.Fewest)
			}
			if a := r.After; a.Inputs > k.most.Inputs || a.Faults > 0 || a.Preemptions > k.most.Preemptions || a.Others > k.most.Others {
				t.Errorf("%v, want at most %v", a, k.most)
			}
			again := sim.Run(sim.Options{Seed: f.Seed, Departures: r.Report.Departures, Strict: true}, k.main)
			if again.Hash != r.Report.Hash || again.Verdict == nil || again.Verdict.Signature() != f.Verdict.Signature() {
				t.Errorf("strict replay: %v", again.Verdict)
			}
		})
	}
}

// A shrinking is counted in runs, so it is the same every time; and it keeps to
// its budget, with what it has by then.
func TestSameEveryTime(t *testing.T) {
	f := fail(t, lostUpdate)
	for _, runs := range []int{1, 10, 60, 0} {
		a := shrink.Minimize(runner(f.Seed, lostUpdate), f, shrink.Options{Runs: runs})
		b := shrink.Minimize(runner(f.Seed, lostUpdate), f, shrink.Options{Runs: runs})
		if a.Report.Hash != b.Report.Hash || a.Runs != b.Runs || !a.Repeated {
			t.Errorf("%d runs: %#x after %d, %#x after %d", runs, a.Report.Hash, a.Runs, b.Report.Hash, b.Runs)
		}
		if runs > 0 && a.Runs > runs+80 || a.Stopped != (runs == 1 || runs == 10) {
			t.Errorf("%d runs took %d, stopped %v", runs, a.Runs, a.Stopped)
		}
	}
	stop := shrink.Minimize(runner(f.Seed, lostUpdate), f, shrink.Options{Stop: func() bool { return true }})
	if stop.Report != f || stop.Repeated {
		t.Errorf("%+v", stop)
	}
}

// What does not fail again is left as it is.
func TestDoesNotRepeat(t *testing.T) {
	f := fail(t, lostUpdate)
	r := shrink.Minimize(runner(f.Seed, func() {}), f, shrink.Options{})
	if r.Repeated || r.Report != f || r.Runs != 1 {
		t.Errorf("%+v", r)
	}
}

// Two failures of different signatures are not mixed up: where both are in
// reach, the smaller run of the other is no result.
func TestOneSignature(t *testing.T) {
	main := func() {
		switch sim.Choose("which", 3) {
		case 1:
			sim.Failf("I98", "the nearer one")
		case 2:
			lostUpdate()
		}
	}
	f := sim.Explore(sim.Options{Seed: 1, Runs: 1000}, func() {
		if sim.Choose("which", 3) == 2 {
			lostUpdate()
		}
	}).Failure
	r := shrink.Minimize(runner(f.Seed, main), f, shrink.Options{})
	if !r.Repeated || r.Report.Verdict.Kind != sim.Assertion || r.After.Inputs != 1 || r.After.Preemptions != 1 {
		t.Errorf("%v: %v", r.After, r.Report.Verdict)
	}
}
