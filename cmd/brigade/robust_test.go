package main

// What becomes of files that are no traces, are not whole, or are not of this
// build, and of disks that are full.

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

func TestBadTraces(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, unshrunk(t, dir, "assertion"))
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	whole := string(text)
	for name, c := range map[string]struct{ text, want string }{
		"truncated":        {whole[:len(whole)/2], ": the trace ends here, want"},
		"empty":            {"", "line 1: the trace ends here"},
		"garbled":          {strings.Replace(whole, "departures ", "depratures ", 1), `, want `},
		"binary":           {"\x7fELF\x00\x01", `a trace begins with the line "brigade trace 1"`},
		"old":              {strings.Replace(whole, "brigade trace 1", "brigade trace 0", 1), `this is format version "0"; this build reads version 1`},
		"unknown scenario": {strings.Replace(whole, "scenario   assertion", "scenario   gone", 1), `there is no scenario "gone"; there are: `},
	} {
		bad := filepath.Join(dir, name+".trace")
		if err := os.WriteFile(bad, []byte(c.text), 0o600); err != nil {
			t.Fatal(err)
		}
		for _, command := range []string{"replay", "shrink", "view"} {
			out, errs, status := brigade(t, dir, command, bad)
			if command == "view" && name == "unknown scenario" {
				errs, status = out, 1 // it shows what the trace holds, and says so
			}
			if status != 1 || !strings.Contains(errs, c.want) || command != "view" && !strings.Contains(errs, bad) {
				t.Errorf("%s %s: status %d: %s, want %s", command, name, status, errs, c.want)
			}
		}
	}
	for _, command := range []string{"replay", "shrink", "view"} {
		if _, errs, status := brigade(t, dir, command, "none.trace"); status != 1 || !strings.Contains(errs, "none.trace: no such file") {
			t.Errorf("%s: status %d: %s", command, status, errs)
		}
	}
}

// A trace of another build says so, whether it is still the same run or not.
func TestOtherBuild(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, unshrunk(t, dir, "assertion"))
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	other := strings.Replace(string(text), "build      ", "build      0ld", 1)
	const want = "the trace is of build 0ld"
	for text, status := range map[string]int{other: 3, strings.ReplaceAll(other, "main/adder", "main/odder"): 6} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if out, errs, got := brigade(t, dir, "replay", path); got != status || !strings.Contains(out, want) {
			t.Errorf("status %d, want %d\n%s%s", got, status, out, errs)
		}
	}
}

// A disk that is full is told of, with the file that could not be written.
func TestFullDisk(t *testing.T) {
	if runtime.GOOS != "linux" {
		return // no /dev/full
	}
	dir := t.TempDir()
	path := unshrunk(t, dir, "assertion")
	if _, errs, status := brigade(t, dir, "view", path, "--chrome", "/dev/full"); status != 1 || !strings.Contains(errs, "/dev/full was not written: write /dev/full: no space left on device") {
		t.Errorf("status %d: %s", status, errs)
	}
}
