package dpor_test

import (
	"fmt"

	"brigade/core/rt"
	"brigade/sim/dpor"
)

func Example() {
	r := dpor.Explore(dpor.Options{Bound: dpor.Unbounded}, func() {
		var x rt.Int64
		for range 3 {
			rt.Go("adder", func() { x.Add(1); x.Add(1) })
		}
	})
	fmt.Println(r.Orders, "orders in", r.Executions, "executions, complete:", r.Complete)
	// Output: 90 orders in 90 executions, complete: true
}
