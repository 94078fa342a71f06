package fuzz

// Workers that go wrong: whatever happens to one, its run is reported with its
// seed, and every other run is made.

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"brigade/fuzz/scenario"
	"brigade/traces"
)

// The strategy is one that needs no lessons: a mishap in a lesson befalls every
// run that has to know it.

// contained checks that of a campaign of 200 seeds exactly the doomed ones were
// lost, and that the earliest is named.
func contained(t *testing.T, s *Summary, dir, verdict, message string) {
	t.Helper()
	lost := 0
	for seed := range uint64(200) {
		if doomed(1 + seed) {
			lost++
		}
	}
	if s.Runs != 200 || s.Lost != lost || lost < 2 {
		t.Errorf("%d runs and %d workers lost, want 200 and %d", s.Runs, s.Lost, lost)
	}
	if len(s.Findings) != 1 {
		t.Fatalf("%d findings", len(s.Findings))
	}
	f := s.Findings[0]
	if f.Count != lost || f.Verdict != verdict || !strings.Contains(f.Message, message) || f.Seed != firstDoomed(1) {
		t.Errorf("%s of seed %d, %d times: %s; want %s of seed %d, %d times: %s", f.Verdict, f.Seed, f.Count, f.Message, verdict, firstDoomed(1), lost, message)
	}
	x, err := traces.Load(f.Path)
	if err != nil || !x.BySeed || x.Seed != f.Seed {
		t.Errorf("%v %+v", err, x)
	}
}

func TestWorkerDies(t *testing.T) {
	dir := t.TempDir()
	s := campaign(t, named(t, "exit"), func(c *Campaign) { c.TraceDir, c.Seeds, c.Strategy = dir, 200, "random" })
	contained(t, s, dir, "panic", "a worker process died (exit status 3)")
}

func TestWorkerWritesGarbage(t *testing.T) {
	dir := t.TempDir()
	s := campaign(t, named(t, "garbage"), func(c *Campaign) { c.TraceDir, c.Seeds, c.Strategy = dir, 200, "random" })
	contained(t, s, dir, "panic", "a worker wrote what is no result")
}

// A worker that does not answer is ended. The clock is the test's: it is late for
// units with a doomed seed, and stands still for the others.
func TestWorkerDoesNotAnswer(t *testing.T) {
	dir := t.TempDir()
	s := campaign(t, named(t, "spin"), func(c *Campaign) {
		c.TraceDir, c.Seeds, c.Strategy = dir, 200, "random"
		c.after = func(u *Unit, _ time.Duration) <-chan time.Time {
			for i := range u.Count {
				if doomed(u.seed(i)) {
					late := make(chan time.Time, 1)
					late <- time.Time{}
					return late
				}
			}
			return nil
		}
	})
	contained(t, s, dir, "hang", "did not answer within 2m0s")
}

// A worker that died once, and not again with the same seeds, is reported as just
// that.
func TestWorkerDiesOnce(t *testing.T) {
	// The unit is long enough to hold a doomed seed among others.
	first := firstDoomed(1) - 1
	c := &Campaign{Scenarios: named(t, "once"), Command: testWorkers(t, markerVariable+"="+t.TempDir()), First: first, Seeds: 2}
	c.tally.begin(first, "", c.Scenarios, c.elapsed)
	s := newSlot(c, context.Background())
	defer s.close()
	if _, err := s.do(Unit{Scenario: "once", Strategy: "random", Engine: DefaultEngine, Build: build(), First: first, Count: 2}); err != nil {
		t.Fatal(err)
	}
	sum := c.summary()
	want := fmt.Sprintf("a worker process died (exit status 3) at one of the 2 seeds from %#x on, and did not when each was run alone", first)
	if sum.Runs != 2 || sum.Failed != 1 || sum.Findings[0].Message != want {
		t.Errorf("%d runs, %d failed: %+v", sum.Runs, sum.Failed, sum.Findings[0])
	}
}

func build() string {
	b, _ := traces.Build()
	return b
}

// An end from outside is an end with a summary, and with no worker left.
func TestInterrupt(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	units := 0
	c := &Campaign{Scenarios: named(t, "ping"), First: 1, Seeds: 1 << 62, Workers: 1, Command: testWorkers(t)}
	c.after = func(*Unit, time.Duration) <-chan time.Time {
		if units++; units == 5 {
			cancel()
		}
		return nil
	}
	s, err := c.Run(ctx)
	if err != nil || !s.Interrupted || s.Runs == 0 || len(s.Findings) != 0 || s.Lost != 0 {
		t.Errorf("%v %+v", err, s)
	}
}

// Units hold every seed of every scenario once, whatever they took.
func TestSource(t *testing.T) {
	set := scenario.Set{{Name: "a"}, {Name: "b"}}
	s := newSource(Unit{}, set, ^uint64(0)-10, 5000)
	seen := make(map[string]bool)
	for u := s.take(); u != nil; u = s.take() {
		for i := range u.Count {
			key := fmt.Sprint(u.Scenario, u.seed(i))
			if seen[key] {
				t.Fatal("twice:", key)
			}
			seen[key] = true
		}
		s.took(u.Scenario, u.Count, time.Duration(u.Count)*time.Millisecond)
	}
	if len(seen) != 10000 {
		t.Errorf("%d seeds, want 10,000", len(seen))
	}
	if size := s.lanes[0].size; size != 100 {
		t.Errorf("units of runs of 1 ms hold %d, want 100", size)
	}
}
