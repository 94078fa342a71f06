package main

import (
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"brigade/fuzz"
	"brigade/fuzz/check"
)

func TestCheckCertifies(t *testing.T) {
	var out, errs strings.Builder
	if status := run([]string{"check", "once", "--json"}, &out, &errs, nil); status != 0 {
		t.Fatalf("exit status %d\n%s", status, errs.String())
	}
	var z check.Certificate
	if err := json.Unmarshal([]byte(out.String()), &z); err != nil {
		t.Fatal(err)
	}
	if z.Verdict != "held" || !z.Complete || z.Type != "brigade/core/rt.Once" || z.Orders == 0 || z.Executions != z.Orders || z.Bound != nil {
		t.Errorf("%+v", z)
	}
}

func TestCheckRefuses(t *testing.T) {
	for _, args := range [][]string{{"check"}, {"check", "nothing"}, {"check", "once", "--bound", "-2"}, {"check", "once", "--tasks", "0"}} {
		var out, errs strings.Builder
		if status := run(args, &out, &errs, nil); status != int(fuzz.ClassUsage) || out.Len() > 0 || errs.Len() == 0 {
			t.Errorf("%v: exit status %d, says %q and %q", args, status, out.String(), errs.String())
		}
	}
}

// planted are faults put into the core's own files, and what the certificate of
// the component then says.
var planted = []struct {
	name, component, file, is, was string
	class                          fuzz.Class
}{
	{
		"the taker looks before it raises its flag", "inbox", "core/handoff/inbox.go",
		"\tif q.head.Load() != nil {\n\t\treturn false\n\t}\n\tq.sleeping.Store(true)\n\treturn true\n}",
		"\tq.sleeping.Store(true)\n\tif q.head.Load() == nil {\n\t\treturn true\n\t}\n\tq.sleeping.Store(false)\n\treturn false\n}",
		fuzz.ClassDeadlock,
	},
	{
		"close wakes one member only", "crew", "core/handoff/crew.go",
		"m := q.idle; m != nil; m = nil {", "m := q.idle; m != nil; m = m.below {",
		fuzz.ClassDeadlock,
	},
	{
		"once does not look again under its lock", "once", "core/rt/lock.go",
		"\tdefer o.mu.Unlock()\n\tif true {", "\tdefer o.mu.Unlock()\n\tif o.done.Load() == 0 {",
		fuzz.ClassAssertion,
	},
	{
		"the logger ends with lines unwritten", "accesslog", "core/accesslog/log.go",
		"done := l.closed\n", "done := l.closed && len(l.spare) == 0\n",
		fuzz.ClassAssertion,
	},
}

// TestPlantedFaultsTurnCertificatesRed builds this program with a fault in the
// component's own file and checks it.
func TestPlantedFaultsTurnCertificatesRed(t *testing.T) {
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range planted {
		t.Run(f.component, func(t *testing.T) {
			t.Parallel()
			path := buildWith(t, root, f.file, f.was, f.is)
			for _, jobs := range []string{"1", "2"} {
				z, status := checkBy(t, path, f.component, jobs)
				t.Logf("%s: %d executions, %s", f.name, z.Executions, z.Failure)
				if z.Verdict != "failed" || status != int(f.class) || z.Complete || z.Schedule == "" {
					t.Errorf("%s: exit status %d, %+v", f.name, status, z)
				}
			}
		})
	}
}

// checkBy is the certificate that the program at path gives.
func checkBy(t *testing.T, path, component, jobs string) (z check.Certificate, status int) {
	t.Helper()
	out, err := exec.Command(path, "check", component, "--json", "-j", jobs).Output()
	if e := new(exec.ExitError); errors.As(err, &e) {
		status = e.ExitCode()
	} else if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(out, &z); err != nil {
		t.Fatalf("%v in %q", err, out)
	}
	return z, status
}

// buildWith builds this program with one text of a file replaced by another.
func buildWith(t *testing.T, root, name, old, replacement string) (path string) {
	t.Helper()
	file := filepath.Join(root, filepath.FromSlash(name))
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Count(string(text), old) != 1 {
		t.Fatalf("%s does not hold the text to replace, %q, once", name, old)
	}
	dir := t.TempDir()
	changed, overlay, path := filepath.Join(dir, "changed.go"), filepath.Join(dir, "overlay.json"), filepath.Join(dir, "program")
	rules, err := json.Marshal(map[string]any{"Replace": map[string]string{file: changed}})
	if err != nil {
		t.Fatal(err)
	}
	for to, b := range map[string][]byte{changed: []byte(strings.Replace(string(text), old, replacement, 1)), overlay: rules} {
		if err := os.WriteFile(to, b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	build := exec.Command("go", "build", "-overlay", overlay, "-o", path, "./cmd/brigade")
	build.Dir = root
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return path
}
