package scenario

import (
	"testing"

	"brigade/sim"
	"brigade/sim/strategy"
)

// Every chain comes up, and what filters and phases do to clients is seen: parts,
// refusals of what is too large, what is denied. Runs without faults hold; those with
// are the campaigns' to judge.
func TestFiltersOccur(t *testing.T) {
	e, s := new(Env), filters()
	row := -1
	for i := range dimensions {
		if dimensions[i].name == "filters" {
			row = i
		}
	}
	drawn := make(map[string]bool)
	var statuses [600]uint32
	for seed := range uint64(500) {
		e.Observers = e.Observers[:0]
		main := s.Prepare(e)
		r := sim.Run(sim.Options{Seed: seed, Strategy: strategy.NewRandom(), World: e.World, Observers: e.Observers}, func() {
			e.Restart()
			main()
		})
		if r.Verdict != nil && e.Profile.String() == "none" {
			t.Fatalf("seed %d: %v", seed, r.Verdict)
		}
		if v := e.Drawn[row]; v > 0 {
			drawn[dimensions[row].values[v-1]] = true
		}
		for i, n := range e.Statuses {
			statuses[i] += n
		}
	}
	for _, name := range chainNames {
		if !drawn[name] {
			t.Errorf("no chain %s", name)
		}
	}
	for _, status := range []int{200, 206, 304, 403, 413, 416} {
		if statuses[status] == 0 {
			t.Errorf("no response %d", status)
		}
	}
}
