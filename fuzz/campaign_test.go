package fuzz

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"brigade/fuzz/scenario"
	"brigade/traces"
)

// campaign runs some seeds of scenarios in worker processes.
func campaign(t *testing.T, set scenario.Set, change func(c *Campaign)) *Summary {
	t.Helper()
	c := &Campaign{Scenarios: set, First: 1, Seeds: 100, Workers: 2, Command: testWorkers(t)}
	if change != nil {
		change(c)
	}
	s, err := c.Run(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// The campaign finds each kernel's fault, keeps one trace of each, and each
// replays to the same events.
func TestFindsKeepsReplays(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "traces", "new")
	s := campaign(t, named(t, "lost-update", "abba", "missed-signal", "odd", "ping"), func(c *Campaign) { c.TraceDir = dir })
	if s.Runs != 500 {
		t.Errorf("%d runs, want 5 scenarios times 100 seeds", s.Runs)
	}
	if s.Exchanges == 0 || s.Steps == 0 || s.CPU == 0 {
		t.Errorf("nothing was counted: %+v", s)
	}
	want := map[string]string{"abba": "deadlock", "lost-update": "assertion", "missed-signal": "lost-wakeup", "odd": "property"}
	for _, f := range s.Findings {
		if want[f.Scenario] != f.Verdict {
			t.Errorf("%s: %s", f.Scenario, f.Verdict)
		}
		delete(want, f.Scenario)
		x, err := traces.Load(f.Path)
		if err != nil {
			t.Error(f.Scenario, err)
			continue
		}
		if x.BySeed || x.Seed != f.Seed || f.Count < 2 {
			t.Errorf("%s: seed %d, count %d, trace %+v", f.Scenario, f.Seed, f.Count, x.Header)
		}
		for _, strict := range []bool{true, false} {
			p, err := Replay(kernels(), x, strict)
			if err != nil || !p.Same() || p.Difference() != "" || p.Class() != classOfName(f.Verdict) {
				t.Errorf("%s, strict %v: %v, %q, class %d", f.Path, strict, err, p.Difference(), p.Class())
			}
		}
		if err := CheckKept(kernels(), x); err != nil {
			t.Errorf("kept: %s: %v", f.Path, err)
		}
	}
	if len(want) > 0 {
		t.Error("not found:", want)
	}
	if s.Class() != ClassProperty {
		t.Errorf("class %d, want the smallest", s.Class())
	}
	var report map[string]any
	if text, err := json.Marshal(s); err != nil || json.Unmarshal(text, &report) != nil || len(report["failures"].([]any)) != 4 {
		t.Errorf("%v %s", err, text)
	}
}

// One campaign, however it is cut, on however many processors and by either
// engine, gives one report.
func TestSameHoweverCut(t *testing.T) {
	set := named(t, "lost-update", "abba", "missed-signal", "odd", "ping")
	want := campaign(t, set, func(c *Campaign) { c.Workers = 1 })
	for name, change := range map[string]func(*Campaign){
		"three workers": func(c *Campaign) { c.Workers = 3 },
		"one processor": func(c *Campaign) { c.Command.Env = append(c.Command.Env, "GOMAXPROCS=1") },
		"batons":        func(c *Campaign) { c.Engine = "baton" },
		"twice":         func(c *Campaign) { c.Twice = true },
	} {
		got := campaign(t, set, change)
		if got.EventHash() != want.EventHash() || got.Counts != want.Counts || len(got.Findings) != len(want.Findings) {
			t.Errorf("%s: %+v and %d findings, want %+v and %d", name, got.Counts, len(got.Findings), want.Counts, len(want.Findings))
			continue
		}
		for i, f := range got.Findings {
			if g := want.Findings[i]; f.Signature != g.Signature || f.Seed != g.Seed || f.Count != g.Count {
				t.Errorf("%s: %s of seed %d, %d times; want %s of seed %d, %d times", name, f.Signature, f.Seed, f.Count, g.Signature, g.Seed, g.Count)
			}
		}
	}
}

// A run that depends on its process is nondeterministic, and is found by running
// it in two.
func TestTwice(t *testing.T) {
	dir := t.TempDir()
	s := campaign(t, named(t, "pid"), func(c *Campaign) { c.Twice, c.Seeds, c.TraceDir = true, 10, dir })
	if len(s.Findings) != 1 || s.Findings[0].Verdict != "nondeterminism" || s.Findings[0].Count != 10 || s.Class() != ClassNondeterminism || s.Runs != 10 {
		t.Fatalf("%+v", s)
	}
	x, err := traces.Load(s.Findings[0].Path)
	if err != nil || !x.BySeed {
		t.Fatalf("%v %+v", err, x)
	}
	if p, err := Replay(kernels(), x, true); err != nil || p.Class() != ClassNondeterminism {
		t.Error("a replay that differs is nondeterminism too:", err, p.Class())
	}
}

// Workers built with the race detector convict a race in every run, with its
// report; others cannot see it.
func TestRace(t *testing.T) {
	dir := t.TempDir()
	s := campaign(t, named(t, "race"), func(c *Campaign) { c.Seeds, c.TraceDir = 20, dir })
	if !RaceBuilt() {
		if len(s.Findings) != 0 {
			t.Errorf("%+v", s.Findings)
		}
		return
	}
	if len(s.Findings) != 1 || s.Class() != ClassPanic {
		t.Fatalf("%d findings, class %d", len(s.Findings), s.Class())
	}
	f := s.Findings[0]
	x, err := traces.Load(f.Path)
	if err != nil {
		t.Fatal(err)
	}
	if f.Count != 20 || f.Verdict != "data-race" || !strings.HasPrefix(x.Verdict.Stack, raceBegin) ||
		!strings.Contains(f.Message, "nothing orders write fuzz/kernels_test.go:") {
		t.Errorf("%d times %s: %s\n%s", f.Count, f.Verdict, f.Message, x.Verdict.Stack)
	}
}

// A trace that does not fit names what does not, and best effort follows the rest.
func TestReplayThatDoesNotFit(t *testing.T) {
	dir := t.TempDir()
	s := campaign(t, named(t, "abba"), func(c *Campaign) { c.TraceDir = dir })
	x, err := traces.Load(s.Findings[0].Path)
	if err != nil {
		t.Fatal(err)
	}
	extra := x.Departures[0]
	extra.Key.Task = "main/gone.1"
	x.Departures = append(x.Departures, extra)
	p, err := Replay(kernels(), x, true)
	if err != nil || p.Class() != ClassNondeterminism || !strings.Contains(p.Difference(), "main/gone.1") {
		t.Errorf("strict: %v, class %d, %q", err, p.Class(), p.Difference())
	}
	p, err = Replay(kernels(), x, false)
	if err != nil || p.Class() != ClassDeadlock || len(p.Unmatched()) != 1 || !p.Alike() {
		t.Errorf("best effort: %v, class %d, unmatched %v", err, p.Class(), p.Unmatched())
	}
	x.Departures = x.Departures[:0]
	if p, err = Replay(kernels(), x, true); err != nil || p.Same() || p.Class() != ClassNondeterminism || p.Difference() == "" {
		t.Errorf("no departures: %v, %q", err, p.Difference())
	}
	x.Expect = traces.ExpectHeld
	if err := CheckKept(kernels(), x); err != nil {
		t.Errorf("the default schedule of ABBA holds: %v", err)
	}
}

// The disk may be full: what was found is told all the same.
func TestTraceThatCannotBeWritten(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	s := campaign(t, named(t, "abba"), func(c *Campaign) { c.TraceDir = filepath.Join(file, "new") })
	if len(s.Findings) != 1 || s.Findings[0].Path != "" || !strings.Contains(s.Findings[0].Error, "was not written") || s.Class() != ClassDeadlock {
		t.Errorf("%+v", s.Findings)
	}
}

func TestCannotBegin(t *testing.T) {
	for want, change := range map[string]func(*Campaign){
		"there is no scenario to run":   func(c *Campaign) { c.Scenarios = nil },
		`there is no strategy "luck"`:   func(c *Campaign) { c.Strategy = "luck" },
		`there is no engine "steam"`:    func(c *Campaign) { c.Engine = "steam" },
		"a worker cannot be started":    func(c *Campaign) { c.Command.Path = filepath.Join(t.TempDir(), "none") },
		`there is no scenario "hidden"`: func(c *Campaign) { c.Scenarios = scenario.Set{{Name: "hidden"}} },
	} {
		c := &Campaign{Scenarios: named(t, "ping"), Seeds: 1, Workers: 2, Command: testWorkers(t)}
		change(c)
		if _, err := c.Run(context.Background()); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}
