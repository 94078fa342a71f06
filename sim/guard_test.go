package sim_test

import (
	"runtime"
	"testing"

	"brigade/sim"
	"brigade/sim/schedule"
)

// A checker's Fatal ends the goroutine of Run, in the middle of a run; the next
// run begins anew.
func TestGoexitOfTheSimulation(t *testing.T) {
	eachEngine(t, func(t *testing.T, e sim.Engine) {
		for range 5 {
			done := make(chan struct{})
			go func() {
				defer close(done)
				sim.Run(sim.Options{Engine: e, Strategy: picker(func(*schedule.Point) int { runtime.Goexit(); return 0 })}, counter(3, 3))
			}()
			<-done
			r := sim.Run(sim.Options{Engine: e}, counter(3, 3))
			wantHeld(t, "the next run", r)
			if again := sim.Run(sim.Options{Engine: e}, counter(3, 3)); outcome(again) != outcome(r) {
				t.Errorf("%s, then %s", outcome(r), outcome(again))
			}
		}
	})
}
