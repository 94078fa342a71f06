//go:build unix

package main

import (
	"os"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"brigade/fuzz/scenario"
)

// interruptVariable makes workers interrupt their campaign.
const interruptVariable = "BRIGADE_TEST_INTERRUPT"

func init() {
	interrupting = func() scenario.Set {
		program := func(f func()) func(*scenario.Env) func() { return func(*scenario.Env) func() { return f } }
		campaign := os.Getppid()
		interrupt := func() { _ = syscall.Kill(campaign, syscall.SIGINT) } // it may be gone
		switch os.Getenv(interruptVariable) {
		case "once":
			once := true
			return scenario.Set{{Name: "interrupting", Prepare: program(func() {
				if count(2); once {
					once = false
					interrupt()
				}
			})}}
		case "often":
			return scenario.Set{{Name: "interrupting", Prepare: program(func() {
				for os.Getppid() == campaign { // it answers nothing as long as the campaign is there
					interrupt()
					runtime.Gosched()
				}
				os.Exit(0)
			})}}
		}
		return nil
	}
}

// The first Ctrl-C ends a campaign in order, with a summary and its state kept;
// the second ends it at once.
func TestInterrupted(t *testing.T) {
	t.Setenv(interruptVariable, "once")
	dir := t.TempDir()
	out, errs, status := brigade(t, dir, "fuzz", "interrupting", "--for", "1h", "-j", "1", "--resume", "kept.json")
	if status != 0 || !strings.Contains(errs, "brigade: interrupted: ending in order; once more ends at once\n") ||
		!strings.HasPrefix(out, "all held, interrupted: ") || !strings.Contains(out, "report   traces/new/report-") {
		t.Errorf("status %d\n%s%s", status, out, errs)
	}
	if _, err := os.Stat(dir + "/kept.json"); err != nil {
		t.Error(err)
	}
	t.Setenv(interruptVariable, "often")
	out, errs, status = brigade(t, dir, "fuzz", "interrupting", "--for", "1h", "-j", "1")
	if status != -1 || out != "" || !strings.Contains(errs, "interrupted: ending in order") {
		t.Errorf("status %d\n%s%s", status, out, errs)
	}
}
