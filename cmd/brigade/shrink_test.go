package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// unshrunk runs a campaign that leaves its trace as it was, and returns where it
// is.
func unshrunk(t *testing.T, dir, scenario string) string {
	t.Helper()
	out, errs, _ := brigade(t, dir, "fuzz", scenario, "--seeds", "20", "--strategy", "random", "--shrink", "0")
	path := regexp.MustCompile(`traces/new/\S+\.trace`).FindString(out)
	if path == "" || strings.Contains(out, "matter") {
		t.Fatal(out, errs)
	}
	return path
}

// A trace shrinks to the one switch that its fault needs; the result replays
// strictly, and shrinks no further.
func TestShrink(t *testing.T) {
	dir := t.TempDir()
	path := unshrunk(t, dir, "assertion")
	out, errs, status := brigade(t, dir, "shrink", path, "--json")
	var report struct {
		Trace, Signature string
		Before, After    struct{ Total, Preemptions int }
		Minimal          bool
		Fewest           bool   `json:"fewest_preemptions"`
		EventHash        string `json:"event_hash"`
	}
	if err := json.Unmarshal([]byte(out), &report); err != nil || status != 0 || report.After.Total != 1 || report.After.Preemptions != 1 ||
		!report.Minimal || !report.Fewest || report.Trace != strings.TrimSuffix(path, ".trace")+".min.trace" {
		t.Fatalf("%v, status %d\n%s%s", err, status, out, errs)
	}
	again, errs, status := brigade(t, dir, "replay", report.Trace)
	if status != 3 || anyHash.FindString(again) != "event hash "+report.EventHash || !strings.Contains(again, "strict: the same run") {
		t.Errorf("status %d\n%s%s", status, again, errs)
	}
	out, errs, status = brigade(t, dir, "shrink", report.Trace, "-o", "smaller.trace")
	if status != 0 || !strings.Contains(out, "  1 of 1 choice matter: 0 inputs, 0 faults, 1 preemptions, 0 other switches\n") ||
		!strings.Contains(out, "each is needed, and no run with a preemption less fails so\n") || !strings.Contains(out, "smaller.trace") {
		t.Errorf("status %d\n%s%s", status, out, errs)
	}
}

// What cannot be shrunk says why.
func TestShrinkRefuses(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, unshrunk(t, dir, "assertion"))
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	other := strings.Replace(string(text), "scenario   assertion", "scenario   held", 1)
	if err := os.WriteFile(path, []byte(other), 0o600); err != nil {
		t.Fatal(err)
	}
	_, errs, status := brigade(t, dir, "shrink", path)
	if status != 1 || !strings.Contains(errs, "the trace's run does not fail any more as it did") {
		t.Errorf("status %d: %s", status, errs)
	}
}

func TestView(t *testing.T) {
	dir := t.TempDir()
	out, _, _ := brigade(t, dir, "fuzz", "assertion", "--seeds", "20", "--strategy", "random")
	path := regexp.MustCompile(`traces/new/\S+\.trace`).FindString(out)
	view, errs, status := brigade(t, dir, "view", path)
	for _, want := range []string{
		"assertion: x is 1 after two additions", "\nculprit  main/adder.", "the other way round the run holds", "\n  step  time ", "*load ", "*store ",
	} {
		if status != 0 || !strings.Contains(view, want) {
			t.Fatalf("status %d, no %q in\n%s%s", status, want, view, errs)
		}
	}
	for _, l := range strings.Split(view, "\n")[4:] {
		if len(l) > 120 {
			t.Errorf("%d columns: %s", len(l), l)
		}
	}
	out, errs, status = brigade(t, dir, "view", path, "--chrome", "out.json")
	text, err := os.ReadFile(filepath.Join(dir, "out.json"))
	if err != nil || status != 0 || !json.Valid(text) || !strings.Contains(out, "out.json") {
		t.Errorf("%v, status %d\n%s%s", err, status, out, errs)
	}
}

// A trace that does not replay any more is shown as it was written.
func TestViewOfAnother(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, unshrunk(t, dir, "assertion"))
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	other := strings.Replace(string(text), "scenario   assertion", "scenario   gone", 1)
	if err := os.WriteFile(path, []byte(other), 0o600); err != nil {
		t.Fatal(err)
	}
	out, errs, status := brigade(t, dir, "view", path)
	if status != 0 || !strings.Contains(out, `as recorded; it cannot be run again to find out why: there is no scenario "gone"`) || !strings.Contains(out, "!load ") {
		t.Errorf("status %d\n%s%s", status, out, errs)
	}
}

func TestStop(t *testing.T) {
	dir := t.TempDir()
	out, _, _ := brigade(t, dir, "fuzz", "assertion", "--seeds", "20", "--strategy", "random")
	path := regexp.MustCompile(`traces/new/\S+\.trace`).FindString(out)
	out, errs, status := brigade(t, dir, "replay", path, "--step", "6")
	if status != 3 || !strings.HasPrefix(out, "step 6 of ") ||
		!regexp.MustCompile(`(?m)^  main/adder.1 +can run +start \(step 6\) +load `).MatchString(out) ||
		!strings.Contains(out, "join waitgroup (step 14), waits for 2 to be done") {
		t.Errorf("status %d\n%s%s", status, out, errs)
	}
	out, errs, status = brigade(t, dir, "replay", path, "--break", `adder\.\d store`, "--json")
	var report struct {
		Step  int
		Event string
		Tasks []struct{ Task, Did, Next, Waits string }
	}
	if err := json.Unmarshal([]byte(out), &report); err != nil || status != 3 || report.Step < 8 || !strings.Contains(report.Event, " store ") || len(report.Tasks) != 3 {
		t.Errorf("%v, status %d\n%s%s", err, status, out, errs)
	}
	_, errs, status = brigade(t, dir, "replay", path, "--break", "no such thing")
	if status != 1 || !strings.Contains(errs, `matches "no such thing"`) {
		t.Errorf("status %d: %s", status, errs)
	}
}
