package fuzz

import (
	"context"
	"path/filepath"
	"strings"
	"testing"

	"brigade/traces"
)

// A campaign shrinks the first trace of each kind of failure; what is written
// replays strictly and keeps the seed.
func TestCampaignShrinks(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "traces", "new")
	change := func(c *Campaign) { c.TraceDir, c.Shrink, c.Strategy = dir, Shrinking{Runs: 2000}, "random" }
	s := campaign(t, named(t, "lost-update", "abba", "odd", "ping"), change)
	want := map[string]int{"lost-update": 1, "abba": 1, "odd": 1}
	for _, f := range s.Findings {
		if f.Reduced == nil || f.Unshrunk != "" {
			t.Errorf("%s was not shrunk: %s", f.Scenario, f.Unshrunk)
			continue
		}
		if n := f.Reduced.After.Total(); n > want[f.Scenario] || !f.Reduced.Minimal || f.Reduced.Stopped {
			t.Errorf("%s: %v of %v, %+v", f.Scenario, f.Reduced.After, f.Reduced.Before, f.Reduced)
		}
		delete(want, f.Scenario)
		x, err := traces.Load(f.Path)
		if err != nil || x.Seed != f.Seed || x.Verdict.Signature != f.Signature {
			t.Errorf("%s: %v, %+v", f.Scenario, err, x)
			continue
		}
		if p, err := Replay(kernels(), x, true); err != nil || !p.Same() {
			t.Errorf("%s: %v, %s", f.Scenario, err, p.Difference())
		}
	}
	if len(want) > 0 {
		t.Error("not found:", want)
	}
}

// A candidate that spins costs the shrinking, not the one who asked for it; and a
// worker that dies is told of.
func TestReduceFails(t *testing.T) {
	dir := t.TempDir()
	s := campaign(t, named(t, "abba"), func(c *Campaign) { c.TraceDir = dir })
	x, err := traces.Load(s.Findings[0].Path)
	if err != nil {
		t.Fatal(err)
	}
	for scenario, want := range map[string]string{
		"ping": "the trace's run does not fail any more as it did",
		"none": `there is no scenario "none"`,
	} {
		y := *x
		y.Scenario = scenario
		if _, _, err := Reduce(context.Background(), testWorkers(t), &y, Shrinking{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", scenario, err, want)
		}
	}
	if _, _, err := Reduce(context.Background(), Command{Path: filepath.Join(dir, "none")}, x, Shrinking{}); err == nil || !strings.Contains(err.Error(), "cannot be started") {
		t.Error(err)
	}
	ended, end := context.WithCancel(context.Background())
	end()
	if _, _, err := Reduce(ended, testWorkers(t), x, Shrinking{}); err == nil {
		t.Error("a reduction that was called off has a result")
	}
}

// A trace that no longer replays is viewed as it was written.
func TestViewStale(t *testing.T) {
	dir := t.TempDir()
	s := campaign(t, named(t, "lost-update"), func(c *Campaign) { c.TraceDir = dir })
	x, err := traces.Load(s.Findings[0].Path)
	if err != nil {
		t.Fatal(err)
	}
	v, err := View(kernels(), x)
	if err != nil || v.Stale != "" || v.Report.Hash != x.Hash {
		t.Errorf("%v, %+v", err, v)
	}
	x.Scenario = "ping"
	if v, err = View(kernels(), x); err != nil || v.Stale == "" || len(v.Report.Events) != len(x.Events) || len(v.Explanation.Slice) == 0 {
		t.Errorf("%v, %+v", err, v)
	}
}
