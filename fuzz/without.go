package fuzz

// A run made again without one fault: the departures that are its strikes are left out,
// the others find their place as far as they still can. What is then otherwise, the
// fault did. Both runs are replays, so nothing but the departures differs.

import (
	"fmt"

	"brigade/netsim"
	"brigade/sim"
	"brigade/sim/schedule"
)

// fired is a world that tells of its faults.
type fired interface{ Fired() []uint32 }

// Made is a run with what its faults did.
type Made struct {
	Job     Job
	Report  *sim.Report
	Fired   []uint32 // by netsim.Faults
	Place   int      // in a sweep: at which the fault struck
	outcome uint64
	profile netsim.Profile
	story   uint64
}

// Recorded makes the run of j, keeping its departures.
func (r *Runner) Recorded(j Job) (*Made, error) {
	return r.made(j, sim.Options{Record: true})
}

func (r *Runner) made(j Job, o sim.Options) (*Made, error) {
	report, _, err := r.Run(j, o)
	if err != nil {
		return nil, err
	}
	m := &Made{Job: j, Report: report, story: story(report)}
	e := r.envs[j.Scenario]
	m.outcome, m.profile = e.Outcome, e.Profile
	if w, ok := e.World.(fired); ok {
		m.Fired = w.Fired()
	}
	if w, ok := e.World.(written); ok { // the time of day shows in bytes only
		text, _ := w.Content(accessLog)
		m.story = schedule.Mix(m.story, schedule.HashString(string(text)))
	}
	return m, nil
}

// written is a world whose files can be read after a run, and accessLog one that
// scenarios write.
type written interface {
	Content(name string) ([]byte, bool)
}

const accessLog = "/log/access.log"

// Without makes the run again without the strikes of fault i of netsim.Faults, and says
// whether that made it another one: by its events, and by what clients saw.
func (r *Runner) Without(m *Made, i int) (changed, seen bool, err error) {
	name := netsim.Faults()[i].Name
	return r.lacking(m, func(k schedule.Key) bool { return k.Op == "draw" && k.Task == name })
}

// WithoutDraw is Without for what the run's program drew under this name.
func (r *Runner) WithoutDraw(m *Made, name string) (changed, seen bool, err error) {
	return r.lacking(m, func(k schedule.Key) bool { return k.Op == "choose" && k.Object == name })
}

// lacking makes the run again without the departures that are left out.
func (r *Runner) lacking(m *Made, leftOut func(schedule.Key) bool) (changed, seen bool, err error) {
	rest := make([]schedule.Departure, 0, len(m.Report.Departures))
	for _, d := range m.Report.Departures {
		if !leftOut(d.Key) {
			rest = append(rest, d)
		}
	}
	again, err := r.made(m.Job, sim.Options{Record: true, Departures: rest})
	if err != nil {
		return false, false, err
	}
	return again.story != m.story, again.outcome != m.outcome, nil
}

// Count adds m to c, and what Without says of each fault that struck in it and of which
// fewer than enough runs have been made again.
func (r *Runner) Count(c *FaultCounts, m *Made, enough uint64) error {
	c.Run(m.profile, m.Fired)
	for i, n := range m.Fired {
		if n == 0 || (*c)[i].Changed > 0 && (*c)[i].Sampled >= enough {
			continue
		}
		changed, seen, err := r.Without(m, i)
		if err != nil {
			return err
		}
		c.Sample(i, changed, seen)
	}
	return nil
}

// Sweep makes the run of j once for every place at which fault i could strike: at the
// first, the second and so on, until it is not met so often any more. each is told of
// every run; what it returns ends the sweep.
func (r *Runner) Sweep(j Job, i int, most int, each func(k int, m *Made) error) (places int, err error) {
	name := netsim.Faults()[i].Name
	for k := 1; k <= most; k++ {
		j.Faults = fmt.Sprintf("%s#%d", name, k)
		m, err := r.Recorded(j)
		if err != nil {
			return places, err
		}
		if m.Fired == nil || m.Fired[i] == 0 { // a program without a world has no faults
			return places, nil
		}
		places++
		m.Place = k
		if err := each(k, m); err != nil {
			return places, err
		}
	}
	return places, nil
}
