package strategy_test

import (
	"testing"

	"brigade/core/rt"
	"brigade/sim"
	"brigade/sim/strategy"
)

// adders makes tasks that add ops times each and that nobody awaits.
func adders(tasks, ops int) func() {
	return func() {
		var x rt.Int64
		for range tasks {
			rt.Go("adder", func() {
				for range ops {
					x.Add(1)
				}
			})
		}
	}
}

// interleavings counts the schedules of adders by brute force: the root makes
// tasks one by one; a task that was made has its first step and ops more.
func interleavings(made, tasks int, left []int, ops int) int {
	n, free := 0, false
	if made < tasks {
		free = true
		n += interleavings(made+1, tasks, append(append([]int(nil), left...), ops+1), ops)
	}
	for i := range left {
		if left[i] > 0 {
			free = true
			left[i]--
			n += interleavings(made, tasks, left, ops)
			left[i]++
		}
	}
	if !free {
		return 1
	}
	return n
}

// enumerate runs main under every schedule and returns their number.
func enumerate(t *testing.T, d *strategy.DFS, main func()) int {
	t.Helper()
	seen := make(map[uint64]bool)
	for !d.Done() {
		r := sim.Run(sim.Options{Strategy: d}, main)
		if seen[r.Hash] {
			t.Fatalf("run %d: a schedule came up twice", d.Runs())
		}
		seen[r.Hash] = true
	}
	return d.Runs()
}

func TestDFSCounts(t *testing.T) {
	for _, c := range []struct{ tasks, ops int }{{1, 1}, {1, 3}, {2, 1}, {2, 2}, {2, 3}, {3, 1}} {
		d := strategy.NewDFS(-1)
		want := interleavings(0, c.tasks, nil, c.ops)
		if got := enumerate(t, d, adders(c.tasks, c.ops)); got != want || !d.Complete() {
			t.Errorf("%d tasks of %d operations: %d schedules, complete %v; brute force has %d", c.tasks, c.ops, got, d.Complete(), want)
		}
	}
}

// With a bound on preemptions there are fewer schedules, more with each, and in
// the end all; only then is the search complete.
func TestDFSBound(t *testing.T) {
	all := interleavings(0, 2, nil, 2)
	last := 0
	for bound := 0; bound <= 6; bound++ {
		d := strategy.NewDFS(bound)
		n := enumerate(t, d, adders(2, 2))
		if n < last || n > all || d.Complete() != (n == all) && bound < 6 {
			t.Errorf("bound %d: %d of %d schedules, complete %v; with one less %d", bound, n, all, d.Complete(), last)
		}
		last = n
	}
	if last != all {
		t.Errorf("%d of %d schedules with 6 preemptions", last, all)
	}
}

// Draws are choices beside those of tasks; one with too many values is left out,
// and the search says so.
func TestDFSDraws(t *testing.T) {
	seen := make(map[[2]int]int)
	d := strategy.NewDFS(-1)
	enumerate(t, d, func() {
		seen[[2]int{sim.Choose("a", 3), sim.Choose("b", 4)}]++
	})
	if d.Runs() != 12 || len(seen) != 12 || !d.Complete() {
		t.Errorf("%d runs, %d pairs, complete %v; 3 times 4 pairs there are", d.Runs(), len(seen), d.Complete())
	}
	d = strategy.NewDFS(-1)
	enumerate(t, d, func() { sim.Choose("many", 1000) })
	if d.Complete() || !d.Done() {
		t.Error("999 values were left out, and the search calls itself complete")
	}
}

// A task that spins politely does not keep the enumeration from its end.
func TestDFSIsFair(t *testing.T) {
	d := strategy.NewDFS(-1)
	enumerate(t, d, func() {
		var flag rt.Bool
		rt.Go("setter", func() { flag.Store(true) })
		for !flag.Load() {
			rt.Sleep(0)
		}
	})
	if d.Runs() < 2 || !d.Complete() {
		t.Errorf("%d runs, complete %v", d.Runs(), d.Complete())
	}
}
