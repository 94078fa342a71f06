package fuzz

// What came of the faults in a campaign: for each, in how many runs it could strike, how
// often it did, and, of a sample of those runs made again without it, how many went
// otherwise. A fault with a 0 anywhere is one that tests nothing.
//
// Counts are sums, so workers' counts merge with Merge in any order:
//
//	counts.Run(env.Profile, net.Fired())               // after every run
//	counts.Sample(fault, changed, seen)                // after Runner.Without, of some
//	total.Merge(counts)                                // where results come together
//	counts.Table(w); counts.Idle()                     // the report, and what failed

import (
	"fmt"
	"io"
	"text/tabwriter"

	"brigade/netsim"
	"brigade/sim"
	"brigade/sim/schedule"
)

// FaultCount is what came of one fault.
type FaultCount struct {
	Enabled uint64 `json:"enabled"` // runs whose profile had it
	Struck  uint64 `json:"struck"`  // runs in which it struck
	Fired   uint64 `json:"fired"`   // times
	Sampled uint64 `json:"sampled"` // runs made again without it
	Changed uint64 `json:"changed"` // of those, runs with other events
	Seen    uint64 `json:"seen"`    // of those, runs in which clients saw something else
}

// FaultCounts has one for each of netsim.Faults, in that order. The zero value is ready.
type FaultCounts []FaultCount

func (c *FaultCounts) grow() {
	if *c == nil {
		*c = make(FaultCounts, len(netsim.Faults()))
	}
}

// Run counts a run whose world had profile p and whose faults struck so often.
func (c *FaultCounts) Run(p netsim.Profile, fired []uint32) {
	c.grow()
	for i := range *c {
		f := &(*c)[i]
		if p.Has(i) {
			f.Enabled++
		}
		if fired[i] > 0 {
			f.Struck++
			f.Fired += uint64(fired[i])
		}
	}
}

// Sample counts a run that was made again without fault i: whether its events were
// others, and whether its clients saw something else.
func (c *FaultCounts) Sample(i int, changed, seen bool) {
	c.grow()
	f := &(*c)[i]
	f.Sampled++
	if changed {
		f.Changed++
	}
	if seen {
		f.Seen++
	}
}

// Merge adds d.
func (c *FaultCounts) Merge(d FaultCounts) {
	if len(d) == 0 {
		return
	}
	c.grow()
	for i := range *c {
		f, g := &(*c)[i], d[i]
		f.Enabled += g.Enabled
		f.Struck += g.Struck
		f.Fired += g.Fired
		f.Sampled += g.Sampled
		f.Changed += g.Changed
		f.Seen += g.Seen
	}
}

// Idle says, for each fault that a campaign left untried or that tried nothing, which and
// why; empty: each was enabled, struck, and changed a run.
func (c FaultCounts) Idle() (list []string) {
	for i, f := range netsim.Faults() {
		n := FaultCount{}
		if i < len(c) {
			n = c[i]
		}
		switch {
		case n.Enabled == 0:
			list = append(list, f.Name+" was in no run's profile")
		case n.Fired == 0:
			list = append(list, fmt.Sprintf("%s never struck in %d runs that had it", f.Name, n.Enabled))
		case n.Changed == 0:
			list = append(list, fmt.Sprintf("%s changed none of %d runs made again without it", f.Name, n.Sampled))
		}
	}
	return list
}

// Table writes the counts for people.
func (c FaultCounts) Table(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 8, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "fault\tof\truns with it\tstruck in\ttimes\tmade again\tother events\tclients saw\t")
	for i, f := range netsim.Faults() {
		if i >= len(c) {
			break
		}
		n := c[i]
		fmt.Fprintf(t, "%s\t%s\t%d\t%d\t%d\t%d\t%d\t%d\t\n", f.Name, f.Number, n.Enabled, n.Struck, n.Fired, n.Sampled, n.Changed, n.Seen)
	}
	return t.Flush()
}

// story is what happened in a run but for the draws themselves, as one number: who did
// what to what, in order, with what result.
func story(r *sim.Report) uint64 {
	h := uint64(0)
	for i := range r.Events {
		e := &r.Events[i]
		h = schedule.Mix(h, uint64(e.Op)<<56^uint64(uint32(e.Task))<<32^uint64(uint32(e.Object)))
		h = schedule.Mix(schedule.Mix(h, e.A^e.B<<32), e.C^uint64(e.Time))
	}
	return schedule.Finish(h)
}
