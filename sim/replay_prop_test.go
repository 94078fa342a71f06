package sim_test

import (
	"fmt"
	"slices"
	"testing"

	"brigade/core/rt"
	"brigade/sim"
	"brigade/sim/schedule"

	"pgregory.net/rapid"
)

// contrary departs from the default at every point where it can.
func contrary(draw func(n int) int) schedule.Strategy {
	return picker(func(p *schedule.Point) int {
		i := draw(len(p.Runnable))
		if i == p.Current {
			i = (i + 1) % len(p.Runnable)
		}
		return i
	})
}

// A recorded run's departures, replayed, are the run.
func TestReplay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := drawProgram(drawer(t))
		o := sim.Options{Seed: rapid.Uint64().Draw(t, "seed"), Record: true}
		r := sim.Run(o, p.main)
		o.Departures, o.Strict, o.Record = r.Departures, true, false
		o.Engine = sim.Engine(rapid.IntRange(0, 1).Draw(t, "engine"))
		if again := sim.Run(o, p.main); outcome(again) != outcome(r) || len(again.Unmatched) > 0 {
			t.Fatalf("recorded %s\nreplayed %s\nunmatched %v", outcome(r), outcome(again), again.Unmatched)
		}
	})
}

// No key comes twice, or a replay would take one departure for another.
func TestKeysAreUnique(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := drawProgram(drawer(t))
		o := sim.Options{Seed: rapid.Uint64().Draw(t, "seed"), Record: true}
		if rapid.Bool().Draw(t, "contrary") {
			o.Strategy = contrary(seeded(o.Seed))
		}
		texts, hashes := map[schedule.Key]bool{}, map[uint64]bool{}
		for _, d := range sim.Run(o, p.main).Departures {
			if texts[d.Key] || hashes[d.Key.Hash()] {
				t.Fatalf("%s comes twice", d.Key)
			}
			texts[d.Key], hashes[d.Key.Hash()] = true, true
		}
	})
}

// The empty list of departures is the default schedule: everybody runs on as far
// as he can, then comes the next in order.
func TestEmptyReplay(t *testing.T) {
	o := sim.Options{Departures: []schedule.Departure{}, Strict: true, Record: true}
	eachEngine(t, func(t *testing.T, e sim.Engine) {
		o.Engine = e
		var order journal
		wantHeld(t, "the default schedule", sim.Run(o, func() {
			order = journal{}
			var mu rt.Mutex
			var wg rt.WaitGroup
			for _, name := range []string{"a", "b", "c"} {
				wg.Go(name, func() {
					for range 2 {
						mu.Lock()
						order.add(name)
						mu.Unlock()
					}
				})
			}
			order.add("main")
			wg.Wait()
		}))
		if got := order.String(); got != "main a a b b c c" {
			t.Error(got)
		}
	})
	rapid.Check(t, func(t *rapid.T) {
		r := sim.Run(o, drawProgram(drawer(t)).main)
		if len(r.Departures) != 0 || r.Departures == nil {
			t.Fatalf("%d departures from the default by default", len(r.Departures))
		}
	})
}

func TestStrictReplayNamesTheMisfit(t *testing.T) {
	o := sim.Options{Seed: 3, Record: true}
	r := sim.Run(o, counter(3, 5))
	wantHeld(t, "a counter", r)
	if len(r.Departures) < 3 {
		t.Fatal("too few departures to spoil one")
	}
	o.Strict, o.Record = true, false
	spoil := func(i int, f func(d *schedule.Departure)) sim.Options {
		o.Departures = slices.Clone(r.Departures)
		f(&o.Departures[i])
		return o
	}
	d := r.Departures[1]
	other := d.Key
	other.Object = "main:other.1"
	want(t, sim.Run(spoil(1, func(d *schedule.Departure) { d.Key.Object = other.Object }), counter(3, 5)),
		sim.Nondeterminism, fmt.Sprintf("strict replay: no match for %q -> %s", other, d.Value))
	want(t, sim.Run(spoil(1, func(d *schedule.Departure) { d.Value = "main/nobody.1" }), counter(3, 5)),
		sim.Nondeterminism, fmt.Sprintf("strict replay: no match for %q -> main/nobody.1", d.Key))

	o = spoil(1, func(d *schedule.Departure) { d.Value = "main/nobody.1" })
	o.Strict = false
	best := sim.Run(o, counter(3, 5))
	wantHeld(t, "best effort", best)
	if len(best.Unmatched) == 0 || best.Unmatched[0].Key != d.Key {
		t.Errorf("unmatched %v", best.Unmatched)
	}
}

// Operations on objects of their own, inserted anywhere, leave a schedule what
// it was: every departure finds its place, and the old events come in the old
// order.
func TestReplayAfterAnEdit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := drawProgram(drawer(t))
		o := sim.Options{Seed: rapid.Uint64().Draw(t, "seed"), Record: true}
		before := sim.Run(o, p.main)
		edited := make(program, len(p))
		for i := range p {
			edited[i] = insertSteps(p[i], drawer(t))
		}
		o.Departures = before.Departures
		after := sim.Run(o, edited.main)
		if len(after.Unmatched) > 0 {
			t.Fatalf("unmatched: %v", after.Unmatched)
		}
		if a, b := orderOf(before), orderOf(after); !slices.Equal(a, b) {
			t.Fatalf("before %v\nafter %v", a, b)
		}
	})
}

// insertSteps adds operations on the object "extra", to which no other does
// anything.
func insertSteps(list []step, draw func(n int) int) (edited []step) {
	for _, s := range list {
		if draw(2) == 0 {
			edited = append(edited, step{kind: stepKinds})
		}
		s.body = insertSteps(s.body, draw)
		edited = append(edited, s)
	}
	return append(edited, step{kind: stepKinds})
}

// orderOf is who did what to what, in order, but for "extra".
func orderOf(r *sim.Report) (list []string) {
	for i := range r.Events {
		e := &r.Events[i]
		task, object := "world", "-"
		if e.Task >= 0 {
			task = r.TaskPaths[e.Task]
		}
		if e.Op != rt.OpProbe && e.Object >= 0 {
			object = r.ObjectPaths[e.Object]
		}
		if object != "main:extra.1" {
			list = append(list, fmt.Sprint(task, " ", e.Op, " ", object))
		}
	}
	return list
}
