package zoo

import (
	"context"
	"testing"

	"brigade/fuzz"
)

// The trials of a test: from how many starting seeds, and the runs that a bug of
// each difficulty may hide for. `brigade zoo` makes more of them, and measures.
const (
	starts = 3
	seeds  = 100
)

var limits = map[Difficulty]uint64{Easy: 100, Medium: 10_000, Hard: 1 << 31}

// The general campaign, no scenario named, convicts each patch within the runs of
// its difficulty, and the trace replays in a process of its own to the same events.
func TestFound(t *testing.T) {
	for _, p := range sampled(t) {
		t.Run(p.ID, func(t *testing.T) {
			t.Parallel()
			path := program(t, p.ID, planted(t, p), p.Race)
			c := Campaign{Workers: 1, Traces: t.TempDir()}
			m, err := Try(context.Background(), path, p, c, Starts(starts), limits[p.Difficulty]*2)
			if err != nil {
				t.Fatal(err)
			}
			median := m.Median()
			if median.Failure == nil || median.Runs > limits[p.Difficulty] {
				t.Fatalf("found from %d of %d starting seeds, median %d runs: not %s", m.Found(), starts, median.Runs, p.Difficulty)
			}
			least, most := m.Interval()
			t.Logf("median %d runs (%d to %d), reported by %s %s", median.Runs, least, most, median.Failure.Verdict, median.Failure.Invariant)
			replays(t, p, path, median.Failure)
		})
	}
}

// replays checks that the trace of f is f's run.
func replays(t *testing.T, p *Patch, path string, f *Failure) {
	t.Helper()
	again := follow(t, path, f.Trace, true)
	if class := int(fuzz.ClassOf(kindOf(t, f.Verdict))); !p.Race && again.Status != class {
		t.Errorf("exit status %d of a strict replay, want %d", again.Status, class)
	}
	if again.EventHash != again.TraceHash || len(again.Unmatched) > 0 || !alike(again, kindOf(t, f.Verdict)) {
		t.Errorf("%s of %s, seed %d, replayed: %+v", f.Signature, f.Scenario, f.Seed, again)
	}
}

// The negative controls hold under the same seeds: the core as it is, and changes
// that look like a bug and are none, one at least for each family that has animals.
func TestControlsHold(t *testing.T) {
	list, err := Controls()
	if err != nil || len(list) == 0 {
		t.Fatalf("%d controls: %v", len(list), err)
	}
	has := make(map[string]bool)
	for _, p := range list {
		for _, f := range p.Families {
			has[f] = true
		}
	}
	for _, p := range shown(t) {
		for _, f := range p.Families {
			if !has[f] {
				t.Errorf("%s is of the family %s, in which nothing correct is tried", p.ID, f)
			}
		}
	}
	if n := len(list); !*whole {
		list = []*Patch{list[len(shown(t))%n]} // by how many animals there are, as sampled has it: each has its turn
	}
	for _, p := range append(list, nil) {
		name := "unpatched"
		if p != nil {
			name = p.ID
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			holds(t, program(t, name, planted(t, p), fuzz.RaceBuilt()))
		})
	}
}

// holds hunts the program at path from every start and wants nothing found.
func holds(t *testing.T, path string) {
	t.Helper()
	for _, first := range Starts(starts) {
		c := Campaign{First: first, Seeds: seeds / 2, Workers: 1, Traces: t.TempDir()}
		if *whole {
			c.Seeds = seeds
		}
		if fuzz.RaceBuilt() {
			c.Seeds = seeds / 10
		}
		r, err := Hunt(context.Background(), path, c)
		if err != nil {
			t.Fatal(err)
		}
		if r.Status != 0 || len(r.Failures) != 0 || r.Runs == 0 {
			t.Errorf("from seed %d: status %d, %+v", first, r.Status, r.Failures)
		}
	}
}

// Z28 is about descriptor numbers that are given out again: where none is, it does
// nothing.
func TestZ28NeedsNumbersAgain(t *testing.T) {
	if fuzz.RaceBuilt() {
		t.Log("the race detector has nothing to say of it")
		return
	}
	p, err := Find("Z28")
	if err != nil {
		t.Fatal(err)
	}
	s := planted(t, p)
	replace(t, s, "netsim/table.go", "\tt.free[fd/64] |= 1 << (fd % 64)\n", "")
	holds(t, program(t, "Z28-once", s, false))
}

// leastClass is the exit status that r deserves.
func leastClass(t *testing.T, r *Report) (least int) {
	t.Helper()
	for _, f := range r.Failures {
		if c := int(fuzz.ClassOf(kindOf(t, f.Verdict))); least == 0 || c < least {
			least = c
		}
	}
	return least
}

// A campaign's exit status is the least of the classes of what it found.
func TestExitStatus(t *testing.T) {
	p := sampled(t)[0]
	c := Campaign{Seeds: 20, Workers: 1, Traces: t.TempDir()}
	r, err := Hunt(context.Background(), program(t, p.ID, planted(t, p), p.Race), c)
	if err != nil {
		t.Fatal(err)
	}
	if want := leastClass(t, r); len(r.Failures) == 0 || r.Status != want {
		t.Errorf("exit status %d, want %d, the least of what was found", r.Status, want)
	}
}
