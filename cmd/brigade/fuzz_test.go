package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A campaign that is kept goes on where it ended, by the same command without more
// flags; and gives what one campaign would have given.
func TestResume(t *testing.T) {
	dir := t.TempDir()
	hash := func(args ...string) (string, bool) {
		out, errs, status := brigade(t, dir, append([]string{"fuzz", "--json", "-j", "2"}, args...)...)
		var report struct {
			EventHash string `json:"event_hash"`
			Orders    int    `json:"distinct_orders"`
			Resumed   bool
		}
		if err := json.Unmarshal([]byte(out), &report); err != nil || status != 3 || report.Orders < 2 {
			t.Fatalf("%v, status %d\n%s%s", err, status, out, errs)
		}
		return report.EventHash, report.Resumed
	}
	want, _ := hash("held", "assertion", "--seeds", "40", "--seed", "5")
	if err := os.Mkdir(filepath.Join(dir, "kept"), 0o700); err != nil {
		t.Fatal(err)
	}
	hash("held", "assertion", "--seeds", "15", "--seed", "5", "--resume", "kept")
	if got, resumed := hash("--seeds", "40", "--resume", "kept"); got != want || !resumed {
		t.Errorf("hash %s, resumed %v; want %s", got, resumed, want)
	}
	if got, _ := hash("--resume", "kept/campaign.json"); got != want {
		t.Errorf("resumed with nothing left: hash %s, want %s", got, want)
	}
	_, errs, status := brigade(t, dir, "fuzz", "held", "--resume", "kept")
	if status != 1 || !strings.Contains(errs, "is of the scenarios held assertion; name the same, or none, or another file") {
		t.Errorf("status %d: %s", status, errs)
	}
}

// A report is left in three forms; where it cannot be, that is said, and what was
// found is the exit status all the same.
func TestReport(t *testing.T) {
	dir := t.TempDir()
	out, errs, status := brigade(t, dir, "fuzz", "held", "assertion", "--seeds", "20", "--for", "1h")
	if status != 3 || !strings.Contains(out, "report   traces/new/report-1/report.html") {
		t.Fatalf("status %d\n%s%s", status, out, errs)
	}
	for name, want := range map[string]string{"report.html": "<!doctype html>", "report.json": `"distinct_orders":`, "report.txt": "assertion: x is 1"} {
		text, err := os.ReadFile(filepath.Join(dir, "traces/new/report-1", name))
		if err != nil || !strings.Contains(string(text), want) {
			t.Errorf("%s: %v, no %q", name, err, want)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "file"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for scenario, want := range map[string]int{"held": 1, "assertion": 3} {
		out, errs, status = brigade(t, dir, "fuzz", scenario, "--seeds", "20", "--report", "file/below")
		if status != want || !strings.Contains(errs, "brigade: file/below/report.txt was not written: ") || !strings.Contains(out, "20 runs of 1 scenario") {
			t.Errorf("%s: status %d, want %d\n%s%s", scenario, status, want, out, errs)
		}
	}
}

// Little that is new ends a campaign.
func TestUntilNewBelow(t *testing.T) {
	out, errs, status := brigade(t, t.TempDir(), "fuzz", "held", "--until-new-below", "0.2")
	if status != 0 || !strings.Contains(out, "all held, little new to see: ") || !strings.Contains(out, "different orders; the next run shows a new one with a probability of ") {
		t.Errorf("status %d\n%s%s", status, out, errs)
	}
}
