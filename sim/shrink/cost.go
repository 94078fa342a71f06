package shrink

// What a run costs a reader. Costs are compared part by part, the first that
// differs deciding.

import (
	"math/bits"
	"strconv"

	"brigade/sim"
)

type cost struct {
	Size        int // what Options.Size says
	Inputs      int
	Faults      int
	Preemptions int // as Preempts guesses
	Others      int
	Values      int // magnitude of what was drawn
	Idle        int // switches at operations on what no other task uses
	Steps       int
}

func (m *minimizer) costOf(r *sim.Report) cost {
	e := Estimate(r)
	c := cost{Size: m.size(r), Inputs: e.Inputs, Faults: e.Faults, Preemptions: e.Preemptions, Others: e.Others, Steps: r.Steps}
	shared := contended(r)
	for i := range r.Departures {
		d := &r.Departures[i]
		if isSwitch(d) {
			if d.Key.Object != "-" && !shared[d.Key.Object] {
				c.Idle++
			}
			continue
		}
		if v, err := strconv.ParseUint(d.Value, 10, 64); err == nil {
			c.Values += bits.Len64(v)<<16 + int(v&0xffff)
		}
	}
	return c
}

// less reports whether c is cheaper than d. Steps alone are no reason to look
// further: they only decide between runs that were made anyway.
func (c cost) less(d cost) bool {
	for _, p := range [...][2]int{
		{c.Size, d.Size},
		{c.Inputs, d.Inputs},
		{c.Faults, d.Faults},
		{c.Preemptions, d.Preemptions},
		{c.Others, d.Others},
		{c.Values, d.Values},
		{c.Idle, d.Idle},
		{c.Steps, d.Steps},
	} {
		if p[0] != p[1] {
			return p[0] < p[1]
		}
	}
	return false
}

func (m *minimizer) size(r *sim.Report) int {
	if m.opt.Size == nil {
		return 0
	}
	return m.opt.Size(r)
}
