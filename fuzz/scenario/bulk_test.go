package scenario

import (
	"slices"
	"testing"

	"brigade/invariants"
	"brigade/sim"
)

// bulked runs the scenario under a ceiling.
func bulked(t *testing.T, seed, most uint64) (*sim.Report, *invariants.Ceiling) {
	t.Helper()
	e := new(Env)
	main := bulk().Prepare(e)
	i := slices.IndexFunc(e.Observers, func(o sim.Observer) bool { _, ok := o.(*invariants.Ceiling); return ok })
	c := e.Observers[i].(*invariants.Ceiling)
	c.Most = most
	return sim.Run(sim.Options{Seed: seed, World: e.World, Observers: e.Observers}, main), c
}

// What fifty streams move comes whole, and no more is held at a time than is stated. A
// lower ceiling is seen to be too low while they do, not at the end.
func TestBulk(t *testing.T) {
	for _, seed := range []uint64{1, 2} { // down; and both ways at once
		r, c := bulked(t, seed, bulkCeiling)
		t.Logf("seed %d: %d bytes of pages at most, of %d; %d steps", seed, c.Peak, bulkCeiling, r.Steps)
		if r.Verdict != nil {
			t.Fatalf("seed %d: %v", seed, r.Verdict)
		}
		low, _ := bulked(t, seed, c.Peak*9/10)
		if v := low.Verdict; v == nil || v.Invariant != "I28" || low.Steps > r.Steps*9/10 {
			t.Errorf("seed %d, with nine tenths of that: %v, after %d steps", seed, v, low.Steps)
		}
	}
}
