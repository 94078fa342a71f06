package sim_test

// Tests of what ends a process, or its race detector's good name, run in a child
// process: this test binary again, with the child's name in the environment.

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"

	"brigade/sim"
)

var rewrite = flag.Bool("rewrite", false, "write the files in testdata anew")

const childVariable = "BRIGADE_SIM_CHILD"

// children are the programs that a child process may be.
var children = map[string]func(){}

func TestMain(m *testing.M) {
	flag.Parse()
	if name := os.Getenv(childVariable); name != "" {
		children[name]()
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// child runs the program called name in a process of its own and returns what it
// wrote and its exit status.
func child(t *testing.T, name string) (output string, status int) {
	t.Helper()
	if children[name] == nil {
		t.Fatalf("there is no child %q", name)
	}
	c := exec.Command(os.Args[0])
	c.Env = append(os.Environ(), childVariable+"="+name, "GORACE=suppress_equal_stacks=0 suppress_equal_addresses=0")
	out, _ := c.CombinedOutput()
	return string(out), c.ProcessState.ExitCode()
}

// engines are both ways to make tasks.
var engines = map[string]sim.Engine{"coroutines": sim.Coroutines, "baton": sim.Baton}

// eachEngine runs f as a subtest of both engines.
func eachEngine(t *testing.T, f func(t *testing.T, e sim.Engine)) {
	for _, name := range []string{"coroutines", "baton"} {
		t.Run(name, func(t *testing.T) { f(t, engines[name]) })
	}
}

// want fails t unless r ended with this kind, the texts in its message.
func want(t *testing.T, r *sim.Report, kind sim.VerdictKind, texts ...string) {
	t.Helper()
	v := r.Verdict
	if v == nil {
		v = new(sim.Verdict)
	}
	if v.Kind != kind {
		t.Fatalf("%s, want %s\n%s", v.Error(), kind, v.Stack)
	}
	for _, text := range texts {
		if !strings.Contains(v.Message, text) {
			t.Errorf("%q does not say %q", v.Message, text)
		}
	}
}

// wantHeld fails t unless nothing failed.
func wantHeld(t *testing.T, why string, r *sim.Report) {
	t.Helper()
	if r.Verdict != nil {
		t.Fatalf("%s: %v\n%s", why, r.Verdict, r.Verdict.Stack)
	}
}

// outcome is a report in a line, for comparing.
func outcome(r *sim.Report) string {
	kind := sim.Held
	if r.Verdict != nil {
		kind = r.Verdict.Kind
	}
	return fmt.Sprintf("%016x %s steps %d choices %d rechecks %d tasks %d virtual %v", r.Hash, kind, r.Steps, r.Choices, r.Rechecks, r.Tasks, r.Virtual)
}
