package dpor_test

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"brigade/core/rt"
	"brigade/sim"
	"brigade/sim/dpor"
)

// world is what the operations of a generated program act on.
type world struct {
	x, y rt.Int64
	a, b rt.Mutex
	rw   rt.RWMutex
	some rt.Cond // guarded by a
	n    int     // guarded by a
	wg   rt.WaitGroup
}

// operations are steps of generated programs, by name.
var operations = []struct {
	name string
	do   func(w *world)
}{
	{"load x", func(w *world) { w.x.Load() }},
	{"store x", func(w *world) { w.x.Store(1) }},
	{"add y", func(w *world) { w.y.Add(1) }},
	{"if x store y", func(w *world) {
		if w.x.Load() == 1 {
			w.y.Store(7)
		}
	}},
	{"cas y", func(w *world) { w.y.CompareAndSwap(0, 1) }},
	{"lock a", func(w *world) { w.a.Lock(); w.a.Unlock() }},
	{"lock a b", func(w *world) { w.a.Lock(); w.b.Lock(); w.b.Unlock(); w.a.Unlock() }},
	{"lock b a", func(w *world) { w.b.Lock(); w.a.Lock(); w.a.Unlock(); w.b.Unlock() }},
	{"lock a for ever", func(w *world) { w.a.Lock() }},
	{"trylock a", func(w *world) {
		if w.a.TryLock() {
			w.a.Unlock()
		}
	}},
	{"trylock b, add x", func(w *world) {
		if w.b.TryLock() {
			w.x.Add(1)
			w.b.Unlock()
		}
	}},
	{"read rw", func(w *world) { w.rw.RLock(); w.rw.RUnlock() }},
	{"write rw", func(w *world) { w.rw.Lock(); w.rw.Unlock() }},
	{"try to read rw", func(w *world) {
		if w.rw.TryRLock() {
			w.rw.RUnlock()
		}
	}},
	{"try to write rw", func(w *world) {
		if w.rw.TryLock() {
			w.rw.Unlock()
		}
	}},
	{"await", func(w *world) {
		w.a.Lock()
		w.some.Await(func() bool { return w.n > 0 })
		w.n--
		w.a.Unlock()
	}},
	{"give", func(w *world) {
		w.a.Lock()
		w.n++
		w.some.Signal()
		w.a.Unlock()
	}},
	{"give late", func(w *world) {
		w.a.Lock()
		w.n++
		w.a.Unlock()
		w.some.Broadcast()
	}},
	{"give silently", func(w *world) {
		w.a.Lock()
		w.n++
		w.a.Unlock()
	}},
	{"sleep", func(*world) { rt.Sleep(time.Millisecond) }},
	{"sleep with a", func(w *world) { w.a.Lock(); rt.Sleep(2 * time.Millisecond); w.a.Unlock() }},
	{"yield", func(*world) { rt.Sleep(0) }},
	{"spawn", func(w *world) { rt.Go("child", func() { w.x.Store(1) }) }},
	{"group", func(w *world) { w.wg.Go("child", func() { w.y.Load() }) }},
	{"join", func(w *world) { w.wg.Wait() }},
}

// generated is a program: for each task its operations.
type generated [][]int

func (g generated) String() (s string) {
	for _, task := range g {
		s += " ["
		for _, op := range task {
			s += operations[op].name + "; "
		}
		s += "]"
	}
	return s
}

// main is the program. Where tasks are the first to use an object, what is planned
// for it in one execution cannot always be told in another, and an execution may
// turn out to be redundant; named objects exist before all tasks.
func (g generated) main(named bool) func() {
	return func() { g.run(named) }
}

func (g generated) run(named bool) {
	w := new(world)
	w.some.L = &w.a
	if named {
		w.x.Label("x")
		w.y.Label("y")
		w.a.Label("a")
		w.b.Label("b")
		w.rw.Label("rw")
		w.some.Label("some")
		w.wg.Label("wg")
	}
	for _, ops := range g {
		rt.Go("task", func() {
			for _, op := range ops {
				operations[op].do(w)
			}
		})
	}
}

func generator(tasks, ops int) *rapid.Generator[generated] {
	return rapid.Custom(func(t *rapid.T) generated {
		// A few kinds of operations only, so that tasks meet.
		palette := rapid.SliceOfN(rapid.IntRange(0, len(operations)-1), 1, 4).Draw(t, "palette")
		op := rapid.SampledFrom(palette)
		return rapid.SliceOfN(rapid.SliceOfN(op, 1, ops), 2, tasks).Draw(t, "program")
	})
}

// TestGeneratedPrograms compares with brute force on programs that nobody chose.
func TestGeneratedPrograms(t *testing.T) {
	compared, executions, orders := 0, 0, 0
	rapid.Check(t, func(t *rapid.T) {
		g := generator(3, 2).Draw(t, "program")
		named := rapid.Bool().Draw(t, "named")
		brute := dpor.Exhaust(dpor.Options{Bound: dpor.Unbounded, MaxExecutions: 20_000}, g.main(named))
		if !brute.Complete {
			return
		}
		r := dpor.Explore(dpor.Options{Bound: dpor.Unbounded, MaxExecutions: 20_000}, g.main(named))
		if verdict(r.Failure) != verdict(brute.Failure) && (r.Failed > 0) != (brute.Failed > 0) {
			t.Fatalf("%v: brute force %v, reduced %v", g, verdict(brute.Failure), verdict(r.Failure))
		}
		if !r.Complete || r.Orders != brute.Orders || named && r.Redundant > 0 || r.Redundant > r.Orders/2+1 || r.Astray > 0 {
			t.Fatalf("%v: %d orders in %d executions (%d redundant, %d blocked, %d astray); brute force %d in %d",
				g, r.Orders, r.Executions, r.Redundant, r.Blocked, r.Astray, brute.Orders, brute.Executions)
		}
		compared++
		executions += brute.Executions
		orders += r.Orders
	})
	t.Logf("%d programs, %d executions, %d orders", compared, executions, orders)
}

// TestBoundedEqualsBruteForce: whatever has an execution within the bound is seen.
func TestBoundedEqualsBruteForce(t *testing.T) {
	compared, executions, orders, brutes := 0, 0, 0, 0
	rapid.Check(t, func(t *rapid.T) {
		g := generator(3, 2).Draw(t, "program")
		bound := rapid.IntRange(0, 2).Draw(t, "bound")
		brute := dpor.Exhaust(dpor.Options{Bound: bound, MaxExecutions: 20_000}, g.main(true))
		if !brute.Complete {
			return
		}
		r := dpor.Explore(dpor.Options{Bound: bound, MaxExecutions: 20_000}, g.main(true))
		if !r.Complete || r.Orders != brute.Orders || r.Astray > 0 || (r.Failed > 0) != (brute.Failed > 0) {
			t.Fatalf("%v within %d preemptions: %d orders in %d executions; brute force %d in %d",
				g, bound, r.Orders, r.Executions, brute.Orders, brute.Executions)
		}
		compared++
		executions += r.Executions
		orders += r.Orders
		brutes += brute.Executions
	})
	t.Logf("%d programs, %d orders in %d executions; brute force %d", compared, orders, executions, brutes)
}

func verdict(r *sim.Report) string {
	if r == nil {
		return ""
	}
	return fmt.Sprint(r.Verdict)
}
