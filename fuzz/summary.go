package fuzz

// What a campaign showed.

import (
	"maps"
	"slices"
	"strings"
	"time"

	"brigade/netsim"
	"brigade/traces"
)

// Summary is what a campaign showed.
type Summary struct {
	Counts
	Scenarios   []string
	Strategy    string
	Faults      string // the profile asked for; empty: the scenarios' own
	First       uint64
	Workers     int
	Failed      int        // runs that failed
	Findings    []*Finding // one a signature, in order of scenario and signature
	Lost        int        // worker processes that died
	Twice       bool
	Resumed     bool  // it went on from an earlier session's state
	Interrupted bool  // it was ended from outside
	Saturated   bool  // it ended because there was little new to see
	Unsaved     error // why its state is not on disk
	Real, CPU   time.Duration
	Build, Go   string

	Orders      uint64  // different happens-before orders
	OrdersExact bool    // and that is no estimate
	New         float64 // the estimated probability that the next run shows a new one
	Ordered     bool    // orders were told apart

	Curve    []Moment
	Coverage []Group
	Drawn    []Group
	Suffered []Suffered
	Idle     []string // faults that came to nothing, and how
}

// Group is cells of one kind, the expected ones first.
type Group struct {
	Name  string
	Cells []Count
}

// Count is how often a cell was seen.
type Count struct {
	Name     string
	Times    uint64
	Expected bool // it ought to come up in a campaign over all scenarios
}

// Suffered is one fault with what runs said of it.
type Suffered struct {
	netsim.Fault
	FaultCount
}

func (c *Campaign) summary() *Summary {
	saturated := c.source != nil && c.source.isEnded()
	t := &c.tally
	t.mu.Lock()
	defer t.mu.Unlock()
	s := &Summary{
		Counts: t.counts, Scenarios: c.Scenarios.Names(), Strategy: c.Strategy, Faults: c.Faults,
		First: c.First, Workers: max(1, c.Workers), Failed: t.failed, Findings: slices.Clone(t.findings),
		Lost: t.gone, Twice: c.Twice, Real: c.elapsed(), CPU: t.cpu + ownCPU(), Resumed: c.earlier > 0,
		Unsaved: c.unsaved, Saturated: saturated,
		Orders: t.orders.distinct(), OrdersExact: t.orders.exact(), New: t.orders.unseen(), Ordered: !c.Unordered,
	}
	s.Build, s.Go = traces.Build()
	slices.SortFunc(s.Findings, func(a, b *Finding) int {
		if d := strings.Compare(a.Scenario, b.Scenario); d != 0 {
			return d
		}
		return strings.Compare(a.Signature, b.Signature)
	})
	t.curve.last(t.moment(s.Real))
	s.Curve = slices.Clone(t.curve.moments)
	s.Coverage = groups(Cells(), t.seen)
	s.Drawn = groups(values(), t.drawn)
	t.faults.grow()
	for i, f := range netsim.Faults() {
		s.Suffered = append(s.Suffered, Suffered{f, t.faults[i]})
	}
	s.Idle = t.faults.Idle()
	return s
}

// groups orders what was seen by group: what was expected, then the rest by name.
func groups(expected []Cell, seen map[string]uint64) []Group {
	var list []Group
	at := func(name string) *Group {
		i := slices.IndexFunc(list, func(g Group) bool { return g.Name == name })
		if i < 0 {
			list = append(list, Group{Name: name})
			i = len(list) - 1
		}
		return &list[i]
	}
	told := make(map[string]bool)
	for _, c := range expected {
		if !told[c.key()] {
			told[c.key()] = true
			g := at(c.Group)
			g.Cells = append(g.Cells, Count{c.Name, seen[c.key()], true})
		}
	}
	for _, key := range slices.Sorted(maps.Keys(seen)) {
		if !told[key] {
			group, name, _ := strings.Cut(key, "/")
			g := at(group)
			g.Cells = append(g.Cells, Count{name, seen[key], false})
		}
	}
	return list
}

// Unseen lists what ought to have come up and did not: states, and drawn values.
func (s *Summary) Unseen() (cells []string) {
	for _, g := range slices.Concat(s.Coverage, s.Drawn) {
		for _, c := range g.Cells {
			if c.Expected && c.Times == 0 {
				cells = append(cells, g.Name+" "+c.Name)
			}
		}
	}
	return cells
}

// Class is the smallest class among the findings'; ClassHeld if there are none.
func (s *Summary) Class() Class {
	least := ClassHeld
	for _, f := range s.Findings {
		least = least.with(&f.Failure)
	}
	return least
}

// EventHash is the hash of all runs' events: equal for the same seeds, whatever
// ran them.
func (s *Summary) EventHash() string { return hashText(s.Hash) }

// PerCPU is how many of n there were for each second of processor time.
func (s *Summary) PerCPU(n uint64) float64 { return per(float64(n), s.CPU.Seconds()) }

// StepsPerRun is the mean length of a run.
func (s *Summary) StepsPerRun() float64 { return per(float64(s.Steps), float64(s.Runs)) }

// Speedup is the simulated time of a second of processor time.
func (s *Summary) Speedup() float64 { return per(s.Virtual.Seconds(), s.CPU.Seconds()) }

func per(a, b float64) float64 {
	if b <= 0 {
		return 0
	}
	return a / b
}
