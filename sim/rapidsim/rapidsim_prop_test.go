package rapidsim_test

import (
	"flag"
	"testing"

	"pgregory.net/rapid"

	"brigade/core/rt"
	"brigade/sim"
	"brigade/sim/rapidsim"
)

// add lets n tasks add to one number, one after the other or not.
func add(n int, atomic bool) func() {
	return func() {
		var x rt.Int64
		var wg rt.WaitGroup
		for range n {
			wg.Go("adder", func() {
				if atomic {
					x.Add(1)
				} else {
					x.Store(x.Load() + 1)
				}
			})
		}
		wg.Wait()
		if got := x.Load(); got != int64(n) {
			rt.Bug("x is %d after %d additions", got, n)
		}
	}
}

func TestHolds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 6).Draw(t, "tasks")
		if r := rapidsim.Run(t, sim.Options{}, add(n, true)); r.Verdict != nil {
			t.Fatal(r.Verdict)
		}
	})
}

// recorder is a rapid.TB that takes a failure as what was asked for.
type recorder struct {
	*testing.T
	failed bool
}

func (r *recorder) Logf(string, ...any)   {}
func (r *recorder) Log(...any)            {}
func (r *recorder) Errorf(string, ...any) { r.failed = true }
func (r *recorder) Error(...any)          { r.failed = true }
func (r *recorder) Fail()                 { r.failed = true }
func (r *recorder) FailNow()              { r.failed = true }
func (r *recorder) Failed() bool          { return r.failed }

// smallest checks a property that does not hold, from a fixed seed, and ends with
// the smallest case that rapid comes to.
func smallest(t *testing.T, property func(*rapid.T)) {
	t.Helper()
	for name, value := range map[string]string{"rapid.seed": "1", "rapid.nofailfile": "true"} {
		old := flag.Lookup(name).Value.String()
		if err := flag.Set(name, value); err != nil {
			t.Fatal(err)
		}
		defer func() { _ = flag.Set(name, old) }() // it was that before
	}
	r := &recorder{T: t}
	rapid.Check(r, property)
	if !r.failed {
		t.Fatal("the property holds")
	}
}

// The lost update shrinks to two tasks and one departure: the input and the
// schedule together.
func TestShrinksBoth(t *testing.T) {
	tasks, departures := 0, 0
	smallest(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 6).Draw(t, "tasks")
		r := rapidsim.Run(t, sim.Options{}, add(n, false))
		if r.Verdict != nil {
			tasks, departures = n, len(r.Departures)
			t.Fatal("lost")
		}
	})
	if tasks != 2 || departures != 1 {
		t.Errorf("shrunk to %d tasks and %d departures, want 2 and 1", tasks, departures)
	}
}
