package fuzz

// Whether faults mattered is asked of a sample of a campaign's runs, drawn by their
// seeds: one of the faults that struck in such a run is left out of it, and both
// are compared (without.go). It costs about six runs.

import (
	"brigade/fuzz/scenario"
	"brigade/netsim"
	"brigade/sim/schedule"
)

// CheckFaults says what is wrong with a fault profile.
func CheckFaults(text string) error {
	_, err := netsim.ParseProfile(text)
	return err
}

// suffered counts the faults of the run that e tells of.
func (w *worker) suffered(e *scenario.Env) {
	w.struck = w.struck[:0]
	world, ok := e.World.(fired)
	if !ok {
		return
	}
	times := world.Fired()
	w.faults.Run(e.Profile, times)
	for i, n := range times {
		if n > 0 {
			w.struck = append(w.struck, i)
		}
	}
}

// examine asks, of one run in every, whether one of the faults that struck in it
// mattered. Job j has just been run and held.
func (w *worker) examine(j Job, every uint64) error {
	draw := schedule.Finish(j.Seed ^ 0x6578616d696e65)
	if every == 0 || draw%every != 0 || len(w.struck) == 0 {
		return nil
	}
	chosen := w.struck[draw/every%uint64(len(w.struck))]
	w.cover.paused = true
	defer func() { w.cover.paused = false }()
	m, err := w.runner.Recorded(j)
	if err != nil {
		return err
	}
	changed, seen, err := w.runner.Without(m, chosen)
	if err == nil {
		w.faults.Sample(chosen, changed, seen)
	}
	return err
}
