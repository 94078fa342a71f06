//go:build unix && !race

package sim_test

import (
	"strings"
	"testing"

	"brigade/core/rt"
	"brigade/sim"
	"brigade/sim/strategy"
)

// late is a program in which one task frees a page and another, in some orders, has
// still to read it: nothing of that shows in bytes, and no end of the run tells.
func late() {
	p := rt.Pages(4096)
	var used, freed rt.WaitGroup
	var got rt.Int32
	used.Go("reader", func() {
		rt.Sleep(0)
		got.Store(int32(p[100])) // the planted read
	})
	freed.Go("owner", func() { rt.FreePages(p) })
	used.Wait()
	freed.Wait()
}

// TestLateRead: a guarded run convicts the reader at its line, and the trace of that run
// does so again. Without a guard nobody sees it. Which run is guarded changes no event.
func TestLateRead(t *testing.T) {
	found := 0
	for seed := range uint64(40) {
		plain := sim.Run(sim.Options{Seed: seed, Strategy: strategy.NewRandom()}, late)
		if plain.Verdict != nil {
			t.Fatalf("seed %d, without a guard: %v", seed, plain.Verdict)
		}
		r := sim.Run(sim.Options{Seed: seed, Strategy: strategy.NewRandom(), Guard: true}, late)
		if r.Verdict == nil {
			if r.Hash != plain.Hash {
				t.Fatalf("seed %d: guarded, the run has other events", seed)
			}
			continue
		}
		found++
		v := r.Verdict
		if v.Kind != sim.Property || v.Invariant != "I02" || !strings.Contains(v.Message, "offset 100 at sim/guarded_unix_test.go:22 after main/owner.1 freed it") || v.Task != "main/reader.1" {
			t.Fatalf("seed %d: %v in %s", seed, v, v.Task)
		}
		again := sim.Run(sim.Options{Seed: seed, Departures: r.Departures, Strict: true}, late)
		if again.Verdict == nil || again.Verdict.Message != v.Message || again.Hash != r.Hash {
			t.Fatalf("seed %d: the replay ended with %v", seed, again.Verdict)
		}
	}
	if found == 0 {
		t.Error("of 40 seeds none was convicted")
	}
}
