package dpor_test

import (
	"math"
	"testing"

	"brigade/core/rt"
	"brigade/sim"
	"brigade/sim/dpor"
)

// twice is a bug that takes three preemptions: of the writer after its first write,
// of the checker between its looks at y, and of the writer again.
func twice() {
	var x, y rt.Int64
	rt.Go("writer", func() {
		x.Store(1)
		y.Store(1)
		y.Store(0)
		x.Store(0)
	})
	rt.Go("checker", func() {
		if x.Load() == 1 && y.Load() == 0 && y.Load() == 1 {
			rt.Bug("the checker saw both in order")
		}
	})
}

func TestDeepenFindsTheFewestPreemptions(t *testing.T) {
	rounds := dpor.Deepen(dpor.Options{Bound: 5, First: true}, twice)
	last := rounds[len(rounds)-1]
	if len(rounds) != 4 || last.Bound != 3 || last.Failed != 1 || last.Failure.Verdict.Kind != sim.Assertion {
		t.Fatalf("%+v", rounds)
	}
	for _, r := range rounds[:3] {
		if r.Failed > 0 || !r.Complete {
			t.Errorf("%d preemptions: %+v", r.Bound, r)
		}
	}
}

func TestFailureIsExplained(t *testing.T) {
	r := dpor.Explore(dpor.Options{Bound: dpor.Unbounded, First: true}, twice)
	if r.Failed != 1 || r.Failure == nil || len(r.Failure.Departures) == 0 || len(r.Failure.Events) == 0 {
		t.Fatalf("%+v", r)
	}
	again := sim.Run(sim.Options{Departures: r.Failure.Departures, Strict: true}, twice)
	if again.Verdict == nil || again.Verdict.Message != r.Failure.Verdict.Message {
		t.Errorf("the departures give %v", again.Verdict)
	}
}

func TestWholeRunsAreCounted(t *testing.T) {
	r := dpor.Explore(dpor.Options{Bound: dpor.Unbounded}, twice)
	if r.Failed == 0 || r.Failed == r.Executions || r.Executions != r.Orders || !r.Complete {
		t.Errorf("%+v", r)
	}
}

func TestDrawsOfManyAreSaid(t *testing.T) {
	r := dpor.Explore(dpor.Options{Bound: dpor.Unbounded}, func() { sim.Choose("many", 1000) })
	if r.Fixed != 1 || r.Executions != 1 {
		t.Errorf("%+v", r)
	}
	r = dpor.Explore(dpor.Options{Bound: dpor.Unbounded, MaxDraw: 1000}, func() { sim.Choose("many", 1000) })
	if r.Fixed != 0 || r.Executions != 1000 || r.Orders != 1000 {
		t.Errorf("%+v", r)
	}
}

// TestLeftIsEstimated: after a tenth of the executions the estimate is within a
// factor of ten of what is left.
func TestLeftIsEstimated(t *testing.T) {
	main := func() {
		var x rt.Int64
		x.Label("x")
		tasks(3, func(int) { x.Add(1); x.Add(1); x.Add(1) })()
	}
	all := dpor.Explore(dpor.Options{Bound: dpor.Unbounded}, main)
	if !all.Complete || all.Orders != 1680 || all.Left != 0 {
		t.Fatalf("%+v; nine additions, three a task, have 9!/(3!3!3!) = 1680 orders", all)
	}
	some := dpor.Explore(dpor.Options{Bound: dpor.Unbounded, MaxExecutions: 168}, main)
	if some.Complete || math.Abs(math.Log10(some.Left/1512)) > 1 {
		t.Errorf("%.0f left after 168 of 1680", some.Left)
	}
}
