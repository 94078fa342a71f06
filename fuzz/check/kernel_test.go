package check

import (
	"testing"

	"brigade/sim"
	"brigade/sim/dpor"
	"brigade/sim/strategy"
)

// Where tasks meet in a kernel some plans cannot be followed: a call that waits for
// another task's does not come before it, whatever is planned. Nothing is missed by
// that: every schedule, one by one, shows the same orders.
func TestKernelOrdersAreAll(t *testing.T) {
	for _, c := range Components() {
		if c.inKernel == nil {
			continue
		}
		t.Run(c.Name, func(t *testing.T) {
			main, d, err := prepare(c.Name, &Options{Tasks: 1, Ops: 1, Bound: dpor.Unbounded})
			if err != nil {
				t.Fatal(err)
			}
			d.MaxExecutions = 50_000
			brute, r := dpor.Exhaust(d, main), dpor.Explore(d, main)
			t.Logf("%d orders in %d executions, %d astray; brute force %d in %d", r.Orders, r.Executions, r.Astray, brute.Orders, brute.Executions)
			if !brute.Complete || !r.Complete || r.Orders != brute.Orders || r.Failed+brute.Failed > 0 {
				t.Errorf("%+v, brute force %+v", r, brute)
			}
		})
	}
}

// And at their usual sizes no random schedule shows an order that was not seen.
func TestKernelOrdersOfRandomWalks(t *testing.T) {
	for _, c := range Components() {
		if c.inKernel == nil {
			continue
		}
		t.Run(c.Name, func(t *testing.T) {
			main, d, err := prepare(c.Name, &Options{Bound: dpor.Unbounded})
			if err != nil {
				t.Fatal(err)
			}
			r := dpor.Explore(d, main)
			seen, came := make(map[uint64]bool), make(map[uint64]bool)
			for _, order := range r.Seen() {
				seen[order] = true
			}
			for seed := range uint64(3000) {
				o := d.Sim
				o.Seed, o.Strategy, o.Fingerprint = seed, strategy.NewRandom(), true
				order := sim.Run(o, main).Order
				if came[order] = true; !seen[order] {
					t.Fatalf("seed %d shows an order that is none of the %d", seed, len(seen))
				}
			}
			t.Logf("%d of %d orders", len(came), len(seen))
		})
	}
}
