package strategy_test

import (
	"sync/atomic"
	"testing"

	"brigade/core/rt"
	"brigade/sim"
	"brigade/sim/kernel"
	"brigade/sim/schedule"
	"brigade/sim/strategy"
)

func named(t testing.TB, name string) schedule.Strategy {
	t.Helper()
	s, err := strategy.Named(name, 0)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func program(t testing.TB, name string) func() {
	t.Helper()
	k, err := kernel.Find(name)
	if err != nil {
		t.Fatal(err)
	}
	return k.Main
}

// What each strategy is for, and what it is not for: within so many runs, in all
// of five searches, or in none of so many.
func TestBothDirections(t *testing.T) {
	for _, c := range []struct {
		kernel, strategy string
		within, not      int
	}{
		{"abba", "random", 40, 0},          // mean 3
		{"abba", "pct:2", 150, 0},          // mean 15
		{"abba", "roundrobin", 0, 1000},    // one schedule, and not the one
		{"treiber-aba", "pct:3", 300, 0},   // mean 29: two preemptions
		{"reorder-10", "surw", 250, 0},     // mean 24: the reader of b is first in 1 of 11 orders
		{"reorder-10", "random", 0, 1000},  // never seen
		{"philosophers-7", "surw", 250, 0}, // mean 23
		{"philosophers-7", "urw", 1700, 0}, // mean 170
		{"philosophers-7", "delay:2", 0, 1000},
		{"peterson", "pos", 300, 0},           // mean 27
		{"peterson", "pct:2", 0, 1000},        // needs more than one change
		{"long-window", "pct:2", 1300, 0},     // mean 131: one change point among some 200
		{"long-window", "context:1", 1100, 0}, // mean 110
		{"long-window", "random", 0, 1000},    // 2^-200
		{"two-stage-20", "surw", 500, 0},      // mean 40
		{"two-stage-20", "random", 0, 1000},   // never seen
	} {
		for trial := range uint64(5) {
			first := 1 + trial*7919
			if c.within > 0 {
				if _, r := kernel.Search(named(t, c.strategy), first, c.within, program(t, c.kernel)); r == nil {
					t.Errorf("%s does not find %s in %d runs from seed %d", c.strategy, c.kernel, c.within, first)
				}
				continue
			}
			if n, r := kernel.Search(named(t, c.strategy), first, c.not, program(t, c.kernel)); r != nil {
				t.Errorf("%s finds %s in run %d from seed %d; it was here as one that does not", c.strategy, c.kernel, n, first)
			}
		}
	}
}

// The portfolio is blind nowhere.
func TestPortfolioFindsAll(t *testing.T) {
	for _, k := range kernel.All() {
		for trial := range uint64(3) {
			if _, r := kernel.Search(strategy.NewPortfolio(0), 1+trial*1_000_003, 10_000, k.Main); r == nil {
				t.Errorf("%s: not in 10,000 runs of trial %d", k.Name, trial)
			}
		}
	}
}

// The bounds of the papers hold: a run of the program finds its bug at least as
// often as they say.
func TestBounds(t *testing.T) {
	const runs = 4000
	for _, c := range []struct {
		kernel, strategy string
		tasks, depth     int
	}{
		{"abba", "pct:2", 3, 2},
		{"lost-update", "pct:2", 3, 2},
		{"check-then-act", "pct:2", 3, 2},
		{"long-window", "pct:2", 3, 2},
		{"treiber-aba", "pct:3", 3, 3},
	} {
		s, main := named(t, c.strategy), program(t, c.kernel)
		found, choices := 0, 0
		for seed := range uint64(runs) {
			r := kernel.Run(s, seed, main)
			choices = max(choices, r.Choices)
			if r.Verdict != nil {
				found++
			}
		}
		bound := 1 / float64(c.tasks)
		for range c.depth - 1 {
			bound /= float64(choices)
		}
		if got := float64(found) / runs; got < bound {
			t.Errorf("%s finds %s in %.5f of the runs, below the bound %.5f (%d tasks, %d choices, depth %d)", c.strategy, c.kernel, got, bound, c.tasks, choices, c.depth)
		}
	}
}

// Change points reach the first choice and the last: PCT of depth 2 stops a long
// task after each of its steps.
func TestPCTReachesTheLastChoice(t *testing.T) {
	const steps = 20
	var stopped [steps + 1]int
	for seed := range uint64(4000) {
		kernel.Run(strategy.NewPCT(2, steps), seed, func() {
			var x, y rt.Int64
			var done atomic.Int64 // no scheduling point
			rt.Go("long", func() {
				for range steps {
					x.Add(1)
					done.Add(1)
				}
			})
			y.Add(1)
			stopped[done.Load()]++
		})
	}
	for i, n := range stopped {
		if n == 0 {
			t.Errorf("the long task was never stopped after %d of %d steps: %v", i, steps, stopped)
		}
	}
}

// A run is its seed's, whoever made which runs before, and on either engine.
func TestSeedsRepeat(t *testing.T) {
	for _, name := range append(strategy.Names(), "pct:2", "context:1") {
		if name == "dfs" {
			continue // its runs are places in a sequence
		}
		for _, k := range kernel.All() {
			s := named(t, name)
			hashes := make(map[uint64]uint64)
			for seed := range uint64(40) {
				hashes[seed] = kernel.Run(s, seed, k.Main).Hash
			}
			for _, seed := range []uint64{37, 2, 0, 31, 32, 33, 1, 5} {
				fresh := named(t, name)
				if h := kernel.Run(fresh, seed, k.Main).Hash; h != hashes[seed] {
					t.Errorf("%s, %s: seed %d is another run for a fresh strategy", name, k.Name, seed)
				}
				if h := kernel.Run(s, seed, k.Main).Hash; h != hashes[seed] {
					t.Errorf("%s, %s: seed %d is another run the second time", name, k.Name, seed)
				}
			}
		}
	}
}

func TestEnginesAgree(t *testing.T) {
	for _, name := range strategy.Names() {
		for _, k := range kernel.All() {
			a, b := named(t, name), named(t, name)
			for seed := range uint64(6) {
				one := sim.Run(sim.Options{Seed: seed, Strategy: a}, k.Main)
				two := sim.Run(sim.Options{Seed: seed, Strategy: b, Engine: sim.Baton}, k.Main)
				if one.Hash != two.Hash || one.Steps != two.Steps {
					t.Fatalf("%s, %s, seed %d: coroutines %#x after %d steps, baton %#x after %d", name, k.Name, seed, one.Hash, one.Steps, two.Hash, two.Steps)
				}
			}
		}
	}
}

// No strategy lets a task spin for ever, polite or not.
func TestSpinningEnds(t *testing.T) {
	for _, yields := range []bool{true, false} {
		main := func() {
			var flag rt.Bool
			rt.Go("setter", func() { flag.Store(true) })
			for !flag.Load() {
				if yields {
					rt.Sleep(0)
				}
			}
		}
		for _, name := range strategy.Names() {
			if name == "dfs" && !yields {
				continue // an endless program has no enumeration
			}
			s := named(t, name)
			for seed := range uint64(64) {
				if r := sim.Run(sim.Options{Seed: seed, Strategy: s, MaxInstant: 20_000}, main); r.Verdict != nil {
					t.Errorf("%s, seed %d, yields %v: %v", name, seed, yields, r.Verdict)
					break
				}
			}
		}
	}
}
