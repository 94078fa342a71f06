package sim_test

import (
	"testing"

	"brigade/core/rt"
	"brigade/sim"
	"brigade/sim/strategy"
)

func orders(t *testing.T, runs int, main func()) (schedules, distinct int) {
	t.Helper()
	hashes, orders := map[uint64]bool{}, map[uint64]bool{}
	for seed := range uint64(runs) {
		r := sim.Run(sim.Options{Seed: seed, Fingerprint: true}, main)
		if r.Verdict != nil {
			t.Fatal(r.Verdict)
		}
		hashes[r.Hash], orders[r.Order] = true, true
	}
	return len(hashes), len(orders)
}

func TestOrdersOfOneObject(t *testing.T) {
	if schedules, n := orders(t, 20000, counter(3, 2)); n != 90 {
		t.Errorf("%d orders in %d schedules; six additions to one counter, two a task, have 6!/(2!2!2!) = 90", n, schedules)
	}
}

func TestOrdersOfOwnObjects(t *testing.T) {
	schedules, n := orders(t, 2000, func() {
		var wg rt.WaitGroup
		for range 3 {
			wg.Go("adder", func() {
				var x rt.Int64
				x.Add(1)
				x.Add(1)
			})
		}
		wg.Wait()
	})
	if n != 1 || schedules < 1000 {
		t.Errorf("%d orders in %d schedules; additions to own counters commute", n, schedules)
	}
}

func BenchmarkFingerprint(b *testing.B) {
	for _, c := range []struct {
		name string
		on   bool
	}{{"off", false}, {"on", true}} {
		b.Run(c.name, func(b *testing.B) {
			steps := 0
			for b.Loop() {
				steps += sim.Run(sim.Options{Seed: 1, Strategy: strategy.NewRandom(), Fingerprint: c.on}, counter(5, 2000)).Steps
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(steps), "ns/step")
		})
	}
}
