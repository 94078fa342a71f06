package main

import (
	"strings"
	"testing"

	"brigade/fuzz"
)

func TestTableMeasures(t *testing.T) {
	var out, errs strings.Builder
	args := []string{"table", "--trials", "2", "--limit", "200", "--kernels", "^(abba|semaphore)$", "--strategies", "random,portfolio"}
	if status := run(args, &out, &errs, nil); status != 0 {
		t.Fatalf("exit status %d\n%s", status, errs.String())
	}
	for _, want := range []string{"\nabba ", "\nsemaphore ", "tuned on: found", "it was not: found"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is not in\n%s", want, out.String())
		}
	}
}

func TestTableRefuses(t *testing.T) {
	for _, args := range [][]string{{"--trials", "0"}, {"--kernels", "("}, {"--kernels", "nothing"}, {"--strategies", "random"}, {"--strategies", "luck,random"}} {
		var out, errs strings.Builder
		if status := run(append([]string{"table"}, args...), &out, &errs, nil); status != int(fuzz.ClassUsage) || out.Len() > 0 || errs.Len() == 0 {
			t.Errorf("%v: exit status %d, says %q and %q", args, status, out.String(), errs.String())
		}
	}
}
