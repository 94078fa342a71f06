package strategy_test

import (
	"testing"

	"pgregory.net/rapid"

	"brigade/core/rt"
	"brigade/sim/schedule"
	"brigade/sim/strategy"
)

// points draws a run's points: tasks come, block, go on and end as they like.
func points(t *rapid.T) []schedule.Point {
	ops := []rt.Op{rt.OpStart, rt.OpLock, rt.OpUnlock, rt.OpLoad, rt.OpStore, rt.OpCAS, rt.OpYield, rt.OpSpawn, rt.OpJoin, rt.OpRead}
	var list []schedule.Point
	tasks, step := 2, 0
	for range rapid.IntRange(1, 60).Draw(t, "points") {
		tasks += rapid.IntRange(0, 1).Draw(t, "new")
		step += rapid.IntRange(1, 3).Draw(t, "steps")
		p := schedule.Point{Step: step, Current: -1}
		for task := range tasks {
			if len(p.Runnable)+tasks-task > 2 && rapid.IntRange(0, 3).Draw(t, "blocked") == 0 {
				continue
			}
			p.Runnable = append(p.Runnable, schedule.Pending{
				Task: int32(task), Object: int32(rapid.IntRange(-1, 5).Draw(t, "object")), Op: rapid.SampledFrom(ops).Draw(t, "op"),
			})
		}
		if len(p.Runnable) < 2 {
			continue
		}
		p.Current = rapid.IntRange(-1, len(p.Runnable)-1).Draw(t, "current")
		list = append(list, p)
	}
	return list
}

// Whatever run it is asked about, and whatever it learned before, a strategy
// picks one of the runnable tasks, and the same again for the same seed.
func TestPicks(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.SampledFrom(append(strategy.Names(), "pct:1", "pct:2", "pct:10", "delay:5", "context:1")).Draw(t, "strategy")
		var runs [][]schedule.Point
		for range rapid.IntRange(1, 6).Draw(t, "runs") {
			runs = append(runs, points(t))
		}
		first := rapid.Uint64Range(0, 40).Draw(t, "seed")
		a, b := picks(t, name, first, runs), picks(t, name, first, runs)
		for i := range a {
			if a[i] != b[i] {
				t.Fatalf("%s: pick %d is %d, then %d", name, i, a[i], b[i])
			}
		}
	})
}

func picks(t *rapid.T, name string, first uint64, runs [][]schedule.Point) (list []int) {
	s, err := strategy.Named(name, 0)
	if err != nil {
		t.Fatal(err)
	}
	for i, points := range runs {
		s.Begin(first + uint64(i))
		for j := range points {
			k := s.Pick(&points[j])
			if k < 0 || k >= len(points[j].Runnable) {
				t.Fatalf("%s: %d of %d runnable tasks", name, k, len(points[j].Runnable))
			}
			list = append(list, k)
			if v := s.Draw(7, 1<<15); v >= 7 {
				t.Fatalf("%s: drew %d below 7", name, v)
			}
		}
		s.End(false)
	}
	return list
}

// Context bounding preempts at most so often as it says, and delay bounding
// departs from its turns at most so often.
func TestPreemptionsAreBounded(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		bound := rapid.IntRange(1, 4).Draw(t, "bound")
		context := rapid.Bool().Draw(t, "context")
		s := strategy.NewDelay(bound, 60)
		if context {
			s = strategy.NewContext(bound, 60)
		}
		s.Begin(rapid.Uint64().Draw(t, "seed"))
		preemptions, yielded := 0, false
		for _, p := range points(t) {
			i := s.Pick(&p)
			if p.Current >= 0 && i != p.Current && !yielded {
				preemptions++
			}
			yielded = p.Runnable[i].Op == rt.OpYield
		}
		if preemptions > bound {
			t.Fatalf("%d preemptions, bound %d", preemptions, bound)
		}
	})
}

func TestNamed(t *testing.T) {
	for _, name := range append(strategy.Names(), "pct:1", "delay:1", "context:1000") {
		if s, err := strategy.Named(name, 100); err != nil || s == nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, name := range []string{"", "none", "pct:", "pct:0", "pct:x", "pct:1001", "random:3", "portfolio:2"} {
		if s, err := strategy.Named(name, 0); err == nil {
			t.Errorf("%q makes a %T", name, s)
		}
	}
}
