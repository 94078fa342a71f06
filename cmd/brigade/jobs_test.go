package main

import (
	"encoding/json"
	"strings"
	"testing"

	"brigade/fuzz"
	"brigade/fuzz/check"
)

// certificate is what brigade check prints with these arguments.
func certificate(t *testing.T, args ...string) (z check.Certificate, status int) {
	t.Helper()
	var out, errs strings.Builder
	status = run(append([]string{"check", "--json"}, args...), &out, &errs, nil)
	if err := json.Unmarshal([]byte(out.String()), &z); err != nil {
		t.Fatalf("exit status %d, %v\n%s", status, err, errs.String())
	}
	return z, status
}

// TestJobsShareACheck: two processes see between them what one sees.
func TestJobsShareACheck(t *testing.T) {
	t.Setenv(programVariable, "1")
	for _, name := range []string{"inbox", "once"} {
		one, _ := certificate(t, name)
		two, status := certificate(t, name, "-j", "2")
		if status != 0 || two.Verdict != "held" || !two.Complete || two.Orders != one.Orders || two.Jobs != 2 {
			t.Errorf("%s: %+v, in one process %+v", name, two, one)
		}
	}
}

func TestJobsRefuse(t *testing.T) {
	for _, args := range [][]string{{"-j", "0"}, {"-j", "2", "--bound", "1"}} {
		var out, errs strings.Builder
		if status := run(append([]string{"check", "once"}, args...), &out, &errs, nil); status != int(fuzz.ClassUsage) || out.Len() > 0 || errs.Len() == 0 {
			t.Errorf("%v: exit status %d, says %q and %q", args, status, out.String(), errs.String())
		}
	}
}
