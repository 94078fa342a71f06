package bytesim_test

import (
	"fmt"

	"brigade/core/rt"
	"brigade/sim"
	"brigade/sim/bytesim"
)

// The fifth byte is the choice between a load and the store after it; 1 is the
// task after the one that would go on.
func ExampleNew() {
	program := func() {
		var x rt.Int64
		var wg rt.WaitGroup
		for range 2 {
			wg.Go("adder", func() { x.Store(x.Load() + 1) })
		}
		wg.Wait()
		if got := x.Load(); got != 2 {
			rt.Bug("2 additions make %d", got)
		}
	}
	for _, bytes := range [][]byte{{}, {0, 0, 0, 1}, {0, 0, 0, 0, 1}} {
		fmt.Println(bytes, sim.Run(sim.Options{Strategy: bytesim.New(bytes)}, program).Verdict != nil)
	}
	// Output:
	// [] false
	// [0 0 0 1] false
	// [0 0 0 0 1] true
}
