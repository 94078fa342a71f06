package fuzz

import (
	"testing"

	"brigade/fuzz/scenario"
	"brigade/sim"
)

// What telling orders apart costs: runs of each scenario with all checkers, without
// and with fingerprints. Compare the two within one line's neighbours.
func BenchmarkOrders(b *testing.B) {
	for _, name := range []string{"steady", "crowd"} {
		for _, on := range []bool{false, true} {
			b.Run(name+map[bool]string{false: "/off", true: "/on"}[on], func(b *testing.B) {
				s, err := scenario.Find(name)
				if err != nil {
					b.Fatal(err)
				}
				r, steps, seed := NewRunner(), 0, uint64(0)
				for b.Loop() {
					seed++
					report, _, err := r.Run(Job{Scenario: s, Strategy: "random", Seed: seed % 200, Engine: DefaultEngine}, sim.Options{Fingerprint: on})
					if err != nil {
						b.Fatal(err)
					}
					steps += report.Steps
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(steps), "ns/step")
			})
		}
	}
}
