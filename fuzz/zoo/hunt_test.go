package zoo

import (
	"context"
	"slices"
	"testing"

	"brigade/fuzz"
)

// The campaigns of a hunt: how many, and how many seeds of each scenario.
const (
	starts = 5
	seeds  = 200
)

func startOf(i int) Campaign {
	c := Campaign{First: uint64(i)*1_000_000 + 1, Seeds: seeds}
	if fuzz.RaceBuilt() {
		c.Seeds = 20
	}
	return c
}

// The general campaign, no scenario named, convicts each patch within the runs of
// its difficulty, and its trace replays in a process of its own to the same events.
func TestFound(t *testing.T) {
	for _, p := range shown(t) {
		path := program(t, p.ID, planted(t, p), p.Race)
		var runs []uint64
		for i := range starts {
			c := startOf(i)
			c.Traces = t.TempDir()
			r, err := Hunt(context.Background(), path, c)
			if err != nil {
				t.Fatal(err)
			}
			if want := leastClass(t, r); r.Status != want {
				t.Errorf("%s: exit status %d, want %d, the least of what was found", p.ID, r.Status, want)
			}
			f, n := r.First(p)
			if f == nil {
				t.Logf("%s: nothing in %d runs from seed %d", p.ID, r.Runs, r.Seed)
				runs = append(runs, 1<<32)
				continue
			}
			runs = append(runs, n)
			again := follow(t, path, f.Trace, true)
			if class := int(fuzz.ClassOf(kindOf(t, f.Verdict))); !p.Race && again.Status != class {
				t.Errorf("%s: exit status %d of a strict replay, want %d", p.ID, again.Status, class)
			}
			if again.EventHash != again.TraceHash || len(again.Unmatched) > 0 || !alike(again, kindOf(t, f.Verdict)) {
				t.Errorf("%s: %s of %s, seed %d, replayed: %+v", p.ID, f.Signature, f.Scenario, f.Seed, again)
			}
		}
		slices.Sort(runs)
		median := runs[len(runs)/2]
		t.Logf("%s: runs to the first conviction: median %d of %v", p.ID, median, runs)
		if limit := map[Difficulty]uint64{Easy: 100, Medium: 10_000, Hard: 1 << 31}[p.Difficulty]; median > limit {
			t.Errorf("%s: %d runs are not %s", p.ID, median, p.Difficulty)
		}
	}
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

// The negative control: without a patch the same seeds hold.
func TestUnpatchedHolds(t *testing.T) {
	path := program(t, "unpatched", planted(t, nil), fuzz.RaceBuilt())
	for i := range starts {
		c := startOf(i)
		c.Traces = t.TempDir()
		r, err := Hunt(context.Background(), path, c)
		if err != nil {
			t.Fatal(err)
		}
		if r.Status != 0 || len(r.Failures) != 0 || r.Runs == 0 {
			t.Errorf("from seed %d: status %d, %+v", c.First, r.Status, r.Failures)
		}
	}
}
