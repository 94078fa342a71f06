package scenario

import (
	"slices"
	"testing"

	"brigade/core/rt"
	"brigade/sim"
	"brigade/sim/strategy"
)

// unbudgeted are the scenarios that draw no budget by the table of dimensions, and why.
var unbudgeted = map[string]string{
	"steady":   "the simulator's speed is measured by it",
	"talk":     "a script holds as many connections at once as it likes, and says when each is answered",
	"full":     "it draws one of its own",
	"takeover": "it draws one of its own, for its houses",
	"streams":  "it has no server, and no connections",
	"parts":    "it has no server; three of the parts are the budget",
}

// queue counts who stands in line, who is served there, and who leaves.
type queue struct{ joins, taken, leaves int }

func (*queue) Ops() []rt.Op   { return []rt.Op{rt.OpProbe} }
func (*queue) Begin(*sim.Sim) {}
func (*queue) Quiet()         {}
func (*queue) End()           {}

func (q *queue) Event(e *sim.Event) {
	if rt.Kind(e.Object) != rt.ProbeBuffer {
		return
	}
	switch e.B {
	case rt.BufferJoins:
		q.joins++
	case rt.BufferTaken:
		q.taken++
	case rt.BufferLeaves:
		q.leaves++
	}
}

// Every scenario with a server has budgets of all numbers; where there are few some wait
// and are served, and where there are none until clients have gone, some wait and nobody
// is, each ends by his timer, and those who come afterwards are answered (relieve says so).
func TestBudgetsEverywhere(t *testing.T) {
	number := slices.IndexFunc(dimensions, func(d dimension) bool { return d.name == "i/o buffers" })
	values := dimensions[number].values
	for _, s := range All() {
		if unbudgeted[s.Name] != "" {
			continue
		}
		t.Run(s.Name, func(t *testing.T) {
			e := new(Env)
			seen := make(map[string]queue)
			for seed := uint64(1); seed <= 300 && !enough(seen, values); seed++ {
				var q queue
				e.Observers = e.Observers[:0]
				main := s.Prepare(e)
				o := append(slices.Clone(e.Observers), &q)
				r := sim.Run(sim.Options{Seed: seed, Strategy: strategy.NewRandom(), World: e.World, Observers: o}, func() {
					e.Restart()
					main()
				})
				if r.Verdict != nil {
					t.Fatalf("seed %d: %v\n%s", seed, r.Verdict, e.Told())
				}
				v := values[e.Drawn[number]-1]
				sum := seen[v]
				seen[v] = queue{sum.joins + q.joins, sum.taken + q.taken, sum.leaves + q.leaves}
			}
			if !enough(seen, values) {
				t.Errorf("of all budgets %q these came up, or what had to come of them did not: %v", values, seen)
			}
			t.Log(seen)
		})
	}
}

// enough reports whether all budgets came up, and what has to come of them.
func enough(seen map[string]queue, values []string) bool {
	for _, v := range values {
		q, ok := seen[v]
		switch {
		case !ok:
			return false
		case v == budget(1).String() && q.taken == 0, v == belated.String() && q.taken == 0:
			return false
		case v == barren.String() && q.leaves == 0:
			return false
		}
	}
	return true
}
