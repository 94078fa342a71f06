package sim_test

import (
	"slices"
	"testing"

	"brigade/sim"
	"brigade/sim/schedule"
)

// What always happens does so under every seed, can be left out in a replay, and
// stands among the draws of a recorded run with the others.
func TestWill(t *testing.T) {
	parts := 0
	program := func() {
		parts = 0
		for sim.Will("part") && parts < 3 {
			parts++
		}
		if sim.Choose("size", 5) == 9 || parts > 0 {
			sim.Failf("I99", "a part happened")
		}
	}
	for seed := range uint64(50) {
		r := sim.Run(sim.Options{Seed: seed}, program)
		if parts != 3 || r.Verdict == nil {
			t.Fatalf("seed %d: %d parts, %v", seed, parts, r.Verdict)
		}
		again := sim.Run(sim.Options{Seed: seed, Departures: r.Departures, Strict: true, Record: true}, program)
		if parts != 3 || again.Hash != r.Hash || !slices.Equal(again.Inputs, r.Inputs) {
			t.Fatalf("seed %d: replay: %d parts, hash %#x, was %#x", seed, parts, again.Hash, r.Hash)
		}
		if n := len(r.Inputs); n != 5 || r.Inputs[4].Below != 5 || r.Inputs[0].Below != 2 || r.Inputs[0].Value != 1 {
			t.Fatalf("seed %d: %+v", seed, r.Inputs)
		}
	}
	if sim.Run(sim.Options{Departures: []schedule.Departure{}}, program); parts != 0 {
		t.Errorf("a replay of no departures has %d parts", parts)
	}
	if !sim.Will("outside of a run") {
		t.Error("outside of a run it will not")
	}
}
