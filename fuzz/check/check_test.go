package check_test

import (
	"testing"

	"brigade/fuzz/check"
	"brigade/sim/dpor"
)

func TestComponentsHold(t *testing.T) {
	for _, c := range check.Components() {
		t.Run(c.Name, func(t *testing.T) {
			z, err := check.Run(c.Name, check.Options{Bound: dpor.Unbounded})
			if err != nil {
				t.Fatal(err)
			}
			t.Log(z)
			if z.Verdict != "held" || !z.Complete || z.Astray > 0 || float64(z.Executions) > 1.05*float64(z.Orders) {
				t.Errorf("%+v", z)
			}
		})
	}
}
