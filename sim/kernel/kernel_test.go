package kernel

import (
	"testing"

	"brigade/sim"
	"brigade/sim/strategy"
)

// Every kernel fails as it says it does, and in no other way; the corrected one
// does not.
func TestKernels(t *testing.T) {
	names := make(map[string]bool)
	for _, k := range All() {
		t.Run(k.Name, func(t *testing.T) {
			if names[k.Name] || k.Story == "" {
				t.Error("names are unique, and each has a story")
			}
			names[k.Name] = true
			found := 0
			for seed := range uint64(3) {
				runs, r := Search(strategy.NewPortfolio(0), seed<<20, 10_000, k.Main)
				if r == nil {
					continue
				}
				found++
				if r.Verdict.Kind != k.Verdict {
					t.Errorf("run %d: %v, want %v", runs, r.Verdict, k.Verdict)
				}
			}
			if found == 0 {
				t.Error("no run failed")
			}
			if k.Fixed == nil {
				return
			}
			if runs, r := Search(strategy.NewPortfolio(0), 0, 400, k.Fixed); r != nil {
				t.Errorf("the corrected kernel failed in run %d: %v\n%s", runs, r.Verdict, sim.Schedule(r.Departures))
			}
		})
	}
	if len(names) < 20 {
		t.Errorf("%d kernels", len(names))
	}
}
