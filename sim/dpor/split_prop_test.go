package dpor_test

import (
	"testing"

	"pgregory.net/rapid"

	"brigade/core/rt"
	"brigade/sim"
	"brigade/sim/dpor"
)

// inParts explores main in about want parts and adds up what they showed.
func inParts(main func(), want int) (sum dpor.Result, parts int) {
	p := dpor.Split(dpor.Options{Bound: dpor.Unbounded, MaxExecutions: 20_000}, main, want)
	sum.Complete = true
	union := make(map[uint64]bool)
	for i := range p.Len() {
		r := p.Explore(i, 0)
		sum.Executions += r.Executions
		for _, order := range r.Seen() {
			union[order] = true
		}
		sum.Redundant += r.Redundant
		sum.Blocked += r.Blocked
		sum.Failed += r.Failed
		sum.Astray += r.Astray
		sum.Complete = sum.Complete && r.Complete
	}
	sum.Orders = len(union)
	return sum, p.Len()
}

// TestPartsAreTheWhole: the parts have all orders between them.
func TestPartsAreTheWhole(t *testing.T) {
	for _, k := range kernels() {
		whole := dpor.Explore(dpor.Options{Bound: dpor.Unbounded}, k.program)
		for _, want := range []int{2, 7, 30} {
			r, n := inParts(k.program, want)
			if !r.Complete || r.Orders != whole.Orders || (r.Failed > 0) != (whole.Failed > 0) || r.Astray > 0 {
				t.Errorf("%s: %d orders in %d parts, %d in one\n%+v", k.name, r.Orders, n, whole.Orders, r)
			}
		}
	}
}

// TestPartsOfGeneratedPrograms is the same on programs that nobody chose.
func TestPartsOfGeneratedPrograms(t *testing.T) {
	compared, parts, executions, orders := 0, 0, 0, 0
	rapid.Check(t, func(t *rapid.T) {
		g := generator(3, 2).Draw(t, "program")
		main := g.main(rapid.Bool().Draw(t, "named"))
		whole := dpor.Explore(dpor.Options{Bound: dpor.Unbounded, MaxExecutions: 2000}, main)
		if !whole.Complete {
			return
		}
		r, n := inParts(main, rapid.IntRange(2, 20).Draw(t, "parts"))
		if !r.Complete || r.Orders != whole.Orders || (r.Failed > 0) != (whole.Failed > 0) || r.Astray > 0 {
			t.Fatalf("%v: %d orders in %d parts, %d in one\n%+v", g, r.Orders, n, whole.Orders, r)
		}
		compared++
		parts += n
		executions += r.Executions
		orders += r.Orders
	})
	t.Logf("%d programs, %d parts, %d orders in %d executions", compared, parts, orders, executions)
}

// TestPartsRepeat: another process cuts the same parts.
func TestPartsRepeat(t *testing.T) {
	main := func() {
		var x rt.Int64
		tasks(3, func(int) { x.Add(1); x.Add(1) })()
	}
	o := dpor.Options{Bound: dpor.Unbounded, Sim: sim.Options{Seed: 1}}
	a, b := dpor.Split(o, main, 16), dpor.Split(o, main, 16)
	if a.Len() != b.Len() || a.Len() < 16 {
		t.Fatalf("%d parts, then %d", a.Len(), b.Len())
	}
	for i := range a.Len() {
		if x, y := a.Explore(i, 0), b.Explore(i, 0); x.Executions != y.Executions || x.Orders != y.Orders || x.Steps != y.Steps {
			t.Errorf("part %d: %+v, %+v", i, x, y)
		}
	}
}
