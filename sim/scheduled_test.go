package sim_test

import (
	"strconv"
	"testing"

	"brigade/core/rt"
	"brigade/sim"
	"brigade/sim/schedule"
	"brigade/sim/strategy"
)

// A run whose draws are given and whose schedule is a strategy's: other seeds, other
// schedules of one input; a failed one repeats from its tape, and from its departures.
func TestScheduled(t *testing.T) {
	var drawn int
	var will bool
	main := func() {
		drawn, will = sim.Choose("size", 5), sim.Will("more")
		var x rt.Int64
		var wg rt.WaitGroup
		for range 2 {
			wg.Go("adder", func() { x.Store(x.Load() + 1) })
		}
		wg.Wait()
		if x.Load() != 2 {
			rt.Bug("one addition is lost")
		}
	}
	key := schedule.Key{Task: "main", Object: "size", Op: rt.OpChoose.String(), N: 1}
	for _, size := range []int{0, 3} {
		draws := []schedule.Departure{}
		if size > 0 {
			draws = append(draws, schedule.Departure{Key: key, Value: strconv.Itoa(size)})
		}
		orders := make(map[bool]bool)
		for seed := range uint64(50) {
			o := sim.Options{Seed: seed, Strategy: strategy.NewRandom(), Departures: draws, Scheduled: true}
			r := sim.Run(o, main)
			if drawn != size || will {
				t.Fatalf("drew %d and %v, want %d and the default", drawn, will, size)
			}
			failed := r.Verdict != nil
			if failed {
				again := sim.Run(sim.Options{Seed: seed, Departures: r.Departures, Strict: true}, main)
				if r.Verdict.Kind != sim.Assertion || len(r.Events) == 0 || again.Hash != r.Hash {
					t.Fatalf("seed %d: %v, %d events; replayed: %v", seed, r.Verdict, len(r.Events), again.Verdict)
				}
			}
			orders[failed] = true
		}
		if len(orders) != 2 {
			t.Errorf("50 seeds all ended alike: %v", orders)
		}
	}
}
