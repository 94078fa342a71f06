package scenario

// Runs of kv overlap, lose answers, and are judged: histories in which nothing happens at
// the same time would be linearizable whatever the store does.

import (
	"testing"

	"brigade/sim"
	"brigade/sim/strategy"
)

func TestValuesOverlap(t *testing.T) {
	e, kv := new(Env), valued()
	var sum [5]uint32
	statuses := make(map[int]uint32)
	for seed := range uint64(150) {
		e.Observers = e.Observers[:0]
		main := kv.Prepare(e)
		r := sim.Run(sim.Options{Seed: seed, Strategy: strategy.NewRandom(), World: e.World, Observers: e.Observers}, func() {
			e.Restart()
			main()
		})
		if r.Verdict != nil {
			t.Fatalf("seed %d: %v", seed, r.Verdict)
		}
		for i, n := range e.Histories {
			sum[i] += n
		}
		for s, n := range e.Statuses {
			statuses[s] += n
		}
	}
	t.Logf("%d histories are linearizable: %d operations, %d answers lost, %d pairs overlap; %d are unknown", sum[0], sum[1], sum[2], sum[3], sum[4])
	if sum[0] < 100 || sum[1] < 5*sum[0] || sum[2] == 0 || 10*sum[3] < 9*sum[1] || sum[4] > 0 {
		t.Errorf("histories of which %v, by %v, say little", sum, HistoryNames())
	}
	for _, s := range []int{200, 201, 204, 304, 404, 412, 413, 507} {
		if statuses[s] == 0 {
			t.Errorf("nobody was answered with %d", s)
		}
	}
}
