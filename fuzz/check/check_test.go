package check_test

import (
	"testing"

	"brigade/fuzz/check"
	"brigade/sim/dpor"
)

// No order is seen twice, but for few: where tasks meet in a kernel, some more are,
// since what a system call depends on is told coarsely.
func TestComponentsHold(t *testing.T) {
	for _, c := range check.Components() {
		t.Run(c.Name, func(t *testing.T) {
			z, err := check.Run(c.Name, check.Options{Bound: dpor.Unbounded})
			if err != nil {
				t.Fatal(err)
			}
			t.Log(z)
			if z.Verdict != "held" || !z.Complete || z.Astray > 0 || float64(z.Executions) > 1.3*float64(z.Orders) {
				t.Errorf("%+v", z)
			}
		})
	}
}
