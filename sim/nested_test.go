package sim_test

import (
	"strings"
	"testing"

	"brigade/sim"
)

// A task that begins a run would wait for its own to end: it is told so at once.
func TestRunWithinARun(t *testing.T) {
	r := sim.Run(sim.Options{}, func() { sim.Run(sim.Options{}, func() {}) })
	if r.Verdict == nil || r.Verdict.Kind != sim.Panic || !strings.Contains(r.Verdict.Message, "a run is begun by a task of a run") {
		t.Errorf("a run within a run ends with %v", r.Verdict)
	}
	if r := sim.Run(sim.Options{}, func() {}); r.Verdict != nil {
		t.Errorf("the next run ends with %v", r.Verdict)
	}
}
