package dpor_test

import (
	"testing"

	"brigade/sim/dpor"
)

// TestOrdersEqualBruteForce is the one that counts: as many orders as there are,
// each executed once.
func TestOrdersEqualBruteForce(t *testing.T) {
	for _, k := range kernels() {
		t.Run(k.name, func(t *testing.T) {
			brute := dpor.Exhaust(dpor.Options{Bound: dpor.Unbounded, MaxExecutions: 300_000}, k.program)
			if !brute.Complete {
				t.Errorf("brute force gave up after %d executions", brute.Executions)
			}
			r := dpor.Explore(dpor.Options{Bound: dpor.Unbounded, MaxExecutions: 20_000}, k.program)
			t.Logf("%d orders in %d executions (%d redundant, %d blocked, %d astray); brute force %d orders in %d", r.Orders, r.Executions, r.Redundant, r.Blocked, r.Astray, brute.Orders, brute.Executions)
			if !r.Complete || brute.Complete && r.Orders != brute.Orders {
				t.Errorf("%d orders, complete %v; there are %d", r.Orders, r.Complete, brute.Orders)
			}
			if k.orders != 0 && r.Orders != k.orders {
				t.Errorf("%d orders; by hand %d", r.Orders, k.orders)
			}
			if !k.draws && float64(r.Executions) > 1.05*float64(r.Orders) {
				t.Errorf("%d executions for %d orders", r.Executions, r.Orders)
			}
			if (r.Failed > 0) != (brute.Failed > 0) {
				t.Errorf("%d executions failed; of brute force's %d", r.Failed, brute.Failed)
			}
		})
	}
}
