package shrink_test

import (
	"testing"

	"brigade/core/rt"
	"brigade/sim"
	"brigade/sim/schedule"
	"brigade/sim/shrink"
)

// guests come, unless they stay away, and go through a door. Of three, two who meet
// there are a failure, of two only more meetings, which take more preemptions.
func guests() {
	var door rt.Bool
	door.Label("door")
	var came, met rt.Int64
	var wg rt.WaitGroup
	for range 3 {
		wg.Go("guest", func() {
			if !sim.Will("takes part") {
				return
			}
			came.Add(1)
			for range 3 {
				if door.Load() {
					met.Add(1)
				}
				door.Store(true)
				door.Store(false)
			}
		})
	}
	wg.Wait()
	if came.Load() == 3 && met.Load() > 0 || came.Load() == 2 && met.Load() > 1 {
		rt.Bug("%d meetings of %d guests", met.Load(), came.Load())
	}
}

// meeting is a failing run with three guests and one preemption.
func meeting(t *testing.T) *sim.Report {
	t.Helper()
	var all []schedule.Departure
	for _, guest := range []string{"main/guest.1", "main/guest.2", "main/guest.3"} {
		k := schedule.Key{Task: guest, Object: "takes part", Op: rt.OpChoose.String(), N: 1}
		all = append(all, schedule.Departure{Key: k, Value: "1"})
	}
	run := runner(1, guests)
	for _, k := range run(all, true).Keys() {
		r := run(append(all[:3:3], schedule.Departure{Key: k, Value: "main/guest.2"}), true)
		if k.Task == "main/guest.1" && r.Verdict != nil {
			return r
		}
	}
	t.Fatal("no preemption lets two guests meet")
	return nil
}

// visitors is how many tasks stored.
func visitors(r *sim.Report) int {
	who := make(map[int32]bool)
	for i := range r.Events {
		if r.Events[i].Op == rt.OpStore {
			who[r.Events[i].Task] = true
		}
	}
	return len(who)
}

// From three guests no single step leads to two; inputs that are thinner at large,
// run under a strategy, do.
func TestThinner(t *testing.T) {
	f := meeting(t)
	o := shrink.Options{Runs: 8000, Size: visitors}
	if r := shrink.Minimize(runner(f.Seed, guests), f, o); visitors(r.Report) != 3 {
		t.Errorf("%d guests without a search: it shows nothing", visitors(r.Report))
	}
	o.Search = func(by schedule.Strategy, draws []schedule.Departure) *sim.Report {
		return sim.Run(sim.Options{Seed: f.Seed, Strategy: by, Departures: draws, Scheduled: draws != nil}, guests)
	}
	r := shrink.Minimize(runner(f.Seed, guests), f, o)
	t.Logf("%v -> %v in %d runs", r.Before, r.After, r.Runs)
	if n := visitors(r.Report); n != 2 || r.After.Inputs != 2 {
		t.Errorf("%d guests, %v; want 2 of them", n, r.After)
	}
}
