package stage_test

import (
	"testing"

	"brigade/invariants"
	"brigade/sim"
)

// runJudged runs f under a few schedules, with every checker on w's server.
func runJudged(t *testing.T, w *world, f func()) {
	t.Helper()
	for seed := range uint64(10) {
		r := sim.Run(sim.Options{Seed: seed + 1, World: w.net, Observers: invariants.Server(int32(w.kernel.ID()))}, f)
		if r.Verdict != nil {
			t.Fatalf("seed %d: %v, in %s\n%s", seed+1, r.Verdict, r.Verdict.Task, r.Verdict.Stack)
		}
	}
}
