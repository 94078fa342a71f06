package shrink

// Thinning the input. From three clients there is often no single step to two,
// since the switches were placed for the three. So what the base drew is left out
// at large, all draws of whole tasks first, and what is left is run under a
// strategy: most such inputs are tiny, and a tiny one is run many times. After
// SmallCheck (Runciman, Naylor and Lindblad, Haskell 2008): if a fault shows at
// all, it mostly shows in some small case.

import (
	"strconv"

	"brigade/sim"
	"brigade/sim/schedule"
)

// At first, and where nothing else helps, so many parts of the budget go into
// thinning.
const (
	thinnedFirst = 40
	thinnedAgain = 5
)

// most is how many tasks keep their draws, beside the root task.
const most = 2

// thin makes n runs of parts of the base's input; the cheapest that fails as it
// should becomes the base.
func (m *minimizer) thin(n int) {
	if m.opt.Search == nil {
		return
	}
	s := &sparing{state: schedule.NewRand(schedule.Finish(m.base.Hash + 1))}
	p := newParts(m.base)
	for range n {
		if m.stopped() {
			return
		}
		m.runs++
		if r := m.opt.Search(s, p.some(&s.state)); m.opt.Signature(r) == m.signature && len(r.Events) > 0 && m.accept(r) {
			p = newParts(r)
		}
	}
}

// parts are a run's draws, by the task that made them.
type parts struct {
	root   []schedule.Departure            // the root task's, and the world's
	tasks  []string                        // others that drew
	of     map[string][]schedule.Departure // theirs
	inputs []sim.Input
}

func newParts(r *sim.Report) *parts {
	p := &parts{of: make(map[string][]schedule.Departure), inputs: r.Inputs}
	for _, d := range r.Departures {
		switch {
		case isSwitch(&d):
		case isFault(&d) || d.Key.Task == r.TaskPaths[0]:
			p.root = append(p.root, d)
		default:
			if p.of[d.Key.Task] == nil {
				p.tasks = append(p.tasks, d.Key.Task)
			}
			p.of[d.Key.Task] = append(p.of[d.Key.Task], d)
		}
	}
	return p
}

// some draws which of the draws stay: those of at most two tasks, of these and of
// the root's most or some; now and then one gets another value.
func (p *parts) some(r *schedule.Rand) []schedule.Departure {
	keep := [...]uint32{1<<16 - 1<<12, 1<<16 - 1<<14, 1 << 15}[r.Below(3)]
	list := []schedule.Departure{} // even none is a replay
	add := func(from []schedule.Departure) {
		for i := range from {
			if r.Chance(keep) {
				list = append(list, from[i])
			}
		}
	}
	add(p.root)
	for range most {
		if len(p.tasks) > 0 {
			own := p.of[p.tasks[r.Below(uint64(len(p.tasks)))]]
			list = append(list, own[0]) // it takes part at all
			add(own[1:])
		}
	}
	for range r.Below(3) {
		if len(p.inputs) == 0 {
			break
		}
		if x := &p.inputs[r.Below(uint64(len(p.inputs)))]; x.Below > 0 {
			list = append(list, schedule.Departure{Key: x.Key, Value: strconv.FormatUint(r.Below(x.Below), 10)})
		}
	}
	return list
}
