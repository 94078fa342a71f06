package fuzz

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func secondsOf(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }

var resumed = []string{"lost-update", "abba", "odd", "ping"}

// kept is a campaign of 100 seeds each that is kept in a file.
func kept(t *testing.T, file string, change func(c *Campaign)) (*Summary, error) {
	t.Helper()
	c := &Campaign{Scenarios: named(t, resumed...), First: 1, Seeds: 100, Workers: 2, Command: testWorkers(t), State: file}
	if change != nil {
		change(c)
	}
	return c.Run(context.Background())
}

// same asserts that two campaigns showed the same.
func same(t *testing.T, what string, got, want *Summary) {
	t.Helper()
	if got.Counts != want.Counts || got.Orders != want.Orders || got.New != want.New || len(got.Findings) != len(want.Findings) {
		t.Errorf("%s: %+v, %d orders, %d findings; want %+v, %d, %d", what, got.Counts, got.Orders, len(got.Findings), want.Counts, want.Orders, len(want.Findings))
		return
	}
	for i, f := range got.Findings {
		if g := want.Findings[i]; f.Signature != g.Signature || f.Seed != g.Seed || f.Count != g.Count {
			t.Errorf("%s: %s of seed %d, %d times; want %s of seed %d, %d times", what, f.Signature, f.Seed, f.Count, g.Signature, g.Seed, g.Count)
		}
	}
}

// A campaign that was interrupted, or whose process was killed at any moment, goes
// on as if nothing had been.
func TestResume(t *testing.T) {
	want := campaign(t, named(t, resumed...), nil)
	dir := t.TempDir()
	file, early := filepath.Join(dir, "state"), filepath.Join(dir, "early")
	ctx, cancel := context.WithCancel(context.Background())
	units := 0
	c := &Campaign{Scenarios: named(t, resumed...), First: 1, Seeds: 100, Workers: 1, Command: testWorkers(t), State: file}
	c.after = func(*Unit, time.Duration) <-chan time.Time {
		switch units++; units {
		case 7: // what a kill at this moment would leave: a unit is in hand
			c.State = early
			c.save()
			c.State = file
		case 10:
			cancel()
		}
		return nil
	}
	first, err := c.Run(ctx)
	if err != nil || !first.Interrupted || first.Runs == 0 || first.Runs >= want.Runs {
		t.Fatalf("%v: %d runs, interrupted %v", err, first.Runs, first.Interrupted)
	}
	for _, path := range []string{file, early} {
		s, err := kept(t, path, nil)
		if err != nil || !s.Resumed {
			t.Fatal(err)
		}
		same(t, filepath.Base(path), s, want)
	}
	// More seeds go on from the end.
	more, err := kept(t, file, func(c *Campaign) { c.Seeds = 150 })
	if err != nil {
		t.Fatal(err)
	}
	same(t, "more", more, campaign(t, named(t, resumed...), func(c *Campaign) { c.Seeds = 150 }))
}

// What cannot be gone on with says why, and is left as it is.
func TestResumeRefuses(t *testing.T) {
	file := filepath.Join(t.TempDir(), "state")
	if _, err := kept(t, file, func(c *Campaign) { c.Seeds = 10 }); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for want, change := range map[string]func(*Campaign){
		"its strategy is portfolio, now it is pos": func(c *Campaign) { c.Strategy = "pos" },
		"its scenarios is":                         func(c *Campaign) { c.Scenarios = named(t, "ping") },
		"its first seed is 0x1, now it is 0x2":     func(c *Campaign) { c.First = 2 },
		"its faults is -, now it is none":          func(c *Campaign) { c.Faults = "none" },
		"it has 10 seeds of each scenario, now":    func(c *Campaign) { c.Seeds = 9 },
		"runs every seed twice cannot be kept":     func(c *Campaign) { c.Twice = true },
		"is no campaign's state: unexpected end":   func(c *Campaign) { c.State = broken(t, string(text[:len(text)/2])) },
		"of format 2; this build reads format 1":   func(c *Campaign) { c.State = broken(t, `{"format":2}`) },
		"its build is another, now it is " + build(): func(c *Campaign) {
			c.State = broken(t, strings.Replace(string(text), `"build":"`+build(), `"build":"another`, 1))
		},
	} {
		if _, err := kept(t, file, change); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
	if again, err := os.ReadFile(file); err != nil || string(again) != string(text) {
		t.Error("a campaign that was refused changed the state:", err)
	}
}

func broken(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "state")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// The disk may fail: the campaign goes on, and says so.
func TestStateThatCannotBeWritten(t *testing.T) {
	below := filepath.Join(t.TempDir(), "below")
	s, err := kept(t, filepath.Join(below, "state"), func(c *Campaign) {
		c.Seeds, c.Workers = 10, 1
		c.after = func(*Unit, time.Duration) <-chan time.Time {
			if err := os.WriteFile(below, nil, 0o600); err != nil {
				t.Error(err)
			}
			return nil
		}
	})
	if err != nil || s.Runs != 40 || s.Unsaved == nil || !strings.Contains(s.Unsaved.Error(), "was not written") {
		t.Errorf("%v: %d runs, %v", err, s.Runs, s.Unsaved)
	}
}

// Failures of one signature are one finding, whatever the scenario.
func TestOneFindingASignature(t *testing.T) {
	set := named(t, "odd", "odd-too")
	s := campaign(t, set, func(c *Campaign) { c.Seeds = 64 })
	if len(s.Findings) != 1 || s.Findings[0].Among["odd"] == 0 || s.Findings[0].Among["odd"] != s.Findings[0].Among["odd-too"] || s.Findings[0].Scenario != "odd" {
		t.Errorf("%d findings, %+v", len(s.Findings), s.Findings[0].Among)
	}
}
