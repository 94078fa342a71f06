package scenario

import (
	"testing"
	"time"

	"brigade/core/stage"
	"brigade/sim"
	"brigade/sim/strategy"
)

// What is scarce by a dimension is scarce: five clients who ask once are answered at
// once by a server that has all it wants, and not by one whose backlog, wires, disk or
// memory are short.
func TestScarcity(t *testing.T) {
	for _, x := range []struct {
		name     string
		set      func(p *plan)
		least    time.Duration // that the longest of the runs takes
		refusals bool          // answers of 503, or none
	}{
		{"nothing", func(*plan) {}, 0, false},
		{"backlog", func(p *plan) { p.stage.Backlog = 1 }, time.Second, false},
		{"bandwidth", func(p *plan) { p.net.Bandwidth = 50_000 }, 150 * time.Millisecond, false},
		{"disk latency", func(p *plan) { p.net.DiskLatency = 20 * time.Millisecond }, 20 * time.Millisecond, false},
		{"memory", func(p *plan) { p.net.Memory = 24 << 10 }, 0, true},
	} {
		t.Run(x.name, func(t *testing.T) {
			e := new(Env)
			var longest time.Duration
			refused := 0
			for seed := range uint64(20) {
				e.Observers = e.Observers[:0]
				s := newSite(e)
				r := sim.Run(sim.Options{Seed: seed, Strategy: strategy.NewRandom(), World: e.World, Observers: e.Observers}, func() {
					e.Restart()
					p := plan{stage: stage.Config{Kernel: s.server, Listen: address, Pages: smallPages}}
					x.set(&p)
					one := wellBehaved(1)
					s.serve(p, func() { s.crowd(p, one, one, one, one, one) })
				})
				if r.Verdict != nil {
					t.Fatalf("seed %d: %v", seed, r.Verdict)
				}
				longest = max(longest, r.Virtual)
				refused += int(e.Statuses[503])
				for _, n := range e.Ends[1:] {
					refused += int(n)
				}
			}
			if most := 10 * time.Millisecond; x.least == 0 && longest > most || longest < x.least {
				t.Errorf("the longest run takes %v", longest)
			}
			if x.refusals != (refused > 0) {
				t.Errorf("%d clients got nothing", refused)
			}
		})
	}
}
