package shrink

// What a run costs a reader. Costs are compared part by part, the first that
// differs deciding: what keeps a run from being easy to follow first.

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
		{max(c.Size, easySize), max(d.Size, easySize)},
		{c.hard(), d.hard()},
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

// hard is how many faults and preemptions are more than a reader follows without
// effort, where the size is not: a run of two requests and one preemption is easier
// than one of a single request and seven.
func (c cost) hard() int {
	if c.Size > easySize {
		return 0
	}
	return max(0, c.Faults-easyFaults) + max(0, c.Preemptions-easyPreemptions)
}

func (m *minimizer) size(r *sim.Report) int {
	if m.opt.Size == nil {
		return 0
	}
	return m.opt.Size(r)
}
