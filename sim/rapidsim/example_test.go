package rapidsim_test

import (
	"testing"

	"pgregory.net/rapid"

	"brigade/core/rt"
	"brigade/sim"
	"brigade/sim/rapidsim"
)

// An input and a schedule are drawn together: rapid looks for the fewest tasks
// and the fewest switches that still lose an addition.
func ExampleRun() {
	property := func(t *rapid.T) {
		n := rapid.IntRange(1, 5).Draw(t, "tasks")
		r := rapidsim.Run(t, sim.Options{}, func() {
			var x rt.Int64
			var wg rt.WaitGroup
			for range n {
				wg.Go("adder", func() { x.Store(x.Load() + 1) })
			}
			wg.Wait()
			if got := x.Load(); got != int64(n) {
				rt.Bug("%d additions make %d", n, got)
			}
		})
		if r.Verdict != nil {
			t.Fatalf("%v\n%s", r.Verdict, sim.Schedule(r.Departures))
		}
	}
	_ = func(t *testing.T) { rapid.Check(t, property) }
}
