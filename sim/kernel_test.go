package sim_test

import (
	"testing"

	"brigade/core/rt"
	"brigade/sim"
)

func counter(tasks, ops int) func() {
	return func() {
		var x rt.Int64
		var wg rt.WaitGroup
		for range tasks {
			wg.Go("adder", func() {
				for range ops {
					x.Add(1)
				}
			})
		}
		wg.Wait()
	}
}

func lostUpdate() {
	x := 0
	var mu rt.Mutex
	var wg rt.WaitGroup
	for range 2 {
		wg.Go("adder", func() {
			mu.Lock()
			v := x
			mu.Unlock()
			mu.Lock()
			x = v + 1
			mu.Unlock()
		})
	}
	wg.Wait()
	if x != 2 {
		rt.Bug("x is %d after two additions", x)
	}
}

func abba() {
	var a, b rt.Mutex
	var wg rt.WaitGroup
	lock := func(p, q *rt.Mutex) func() {
		return func() {
			p.Lock()
			q.Lock()
			q.Unlock()
			p.Unlock()
		}
	}
	wg.Go("ab", lock(&a, &b))
	wg.Go("ba", lock(&b, &a))
	wg.Wait()
}

func TestKernelsFail(t *testing.T) {
	for _, k := range []struct {
		name string
		f    func()
		want sim.VerdictKind
	}{{"lost update", lostUpdate, sim.Assertion}, {"ABBA", abba, sim.Deadlock}} {
		for _, e := range []sim.Engine{sim.Coroutines, sim.Baton} {
			r := sim.Explore(sim.Options{Seed: 1, Engine: e, Runs: 100}, k.f)
			if r.Failure == nil || r.Failure.Verdict.Kind != k.want {
				t.Fatalf("%s: %+v", k.name, r)
			}
			t.Log(r.Runs, r.Failure.Verdict, r.Failure.Departures)
		}
	}
}
