package sim_test

// The end of a run that ends early: what is left of its tasks unwinds, deferred
// functions run, operations in them do nothing, and nothing stays behind.

import (
	"runtime"
	"testing"
	"time"

	"brigade/core/rt"
	"brigade/sim"
)

// unwound is a program that fails with a task in every state there is.
type unwound struct {
	deferred, recovered, started count
	after                        count // an operation returned to a task of a run that is over
	b                            box
}

func (u *unwound) main() {
	u.deferred, u.recovered, u.started = 0, 0, 0
	var held, busy rt.Mutex
	var rw rt.RWMutex
	never := rt.Cond{L: new(rt.Mutex)}
	var x rt.Int64
	var wg rt.WaitGroup
	wg.Add(1)
	held.Lock()
	for name, wait := range u.states(&held, &rw, &never, &wg) {
		rt.Go(name, func() {
			u.started.up()
			defer func() { u.deferred.up() }()
			defer u.useAll(&busy, &rw, &never, &x)
			defer rt.Recover(func(any) { u.recovered.up() })
			wait()
			u.after.up()
		})
	}
	rt.Sleep(time.Second)
	rt.Go("never started", func() { rt.Sleep(0) })
	sim.Failf("I01", "planted")
	u.after.up()
}

// states are all the ways to wait, each as the seed has it: in some order.
func (u *unwound) states(held *rt.Mutex, rw *rt.RWMutex, never *rt.Cond, wg *rt.WaitGroup) func(yield func(string, func()) bool) {
	return func(yield func(string, func()) bool) {
		_ = yield("lock", held.Lock) &&
			yield("reader", func() { rw.RLock(); defer rw.RUnlock(); held.Lock() }) &&
			yield("writer", func() { rw.Lock(); defer rw.Unlock(); held.Lock() }) &&
			yield("cond", func() {
				never.L.Lock()
				defer never.L.Unlock()
				never.Await(func() bool { return false })
			}) &&
			yield("join", wg.Wait) &&
			yield("sleep", func() { rt.Sleep(time.Hour) }) &&
			yield("call", func() { u.b.take(rt.OpRead, -1) }) &&
			yield("call with a timeout", func() { u.b.take(rt.OpRead, time.Hour) })
	}
}

// useAll does everything there is to do; none of it does anything, or waits.
func (u *unwound) useAll(mu *rt.Mutex, rw *rt.RWMutex, never *rt.Cond, x *rt.Int64) {
	mu.Lock()
	mu.Lock()
	mu.Unlock()
	rw.Lock()
	rw.RLock()
	rw.Unlock()
	never.Await(func() bool { return false })
	never.Signal()
	never.Broadcast()
	x.Add(1)
	rt.Sleep(time.Hour)
	rt.Go("late", func() { u.after.up() })
	rt.FreePages(rt.Pages(8))
	rt.Probe(rt.ProbeState, 1, 2, 3)
	u.b.take(rt.OpRead, -1)
	u.b.put(0)
	sim.Failf("I02", "a failure of what unwinds is none")
	if mu.TryLock() || rt.Rand() != 0 || sim.Choose("late", 5) != 0 || rt.Rechecked() {
		u.after.up()
	}
}

func TestUnwind(t *testing.T) {
	eachEngine(t, func(t *testing.T, e sim.Engine) {
		u := new(unwound)
		for seed := range uint64(50) {
			r := sim.Run(sim.Options{Seed: seed, Engine: e, World: &u.b}, u.main)
			want(t, r, sim.Property, "planted")
			if u.started != 8 || u.deferred != 8 || u.recovered != 0 || u.after != 0 {
				t.Fatalf("seed %d: started %d, deferred %d, recovered %d, went on %d", seed, u.started, u.deferred, u.recovered, u.after)
			}
		}
	})
}

// Failed runs leave nothing: neither goroutines nor memory.
func TestNothingIsLeftOfFailedRuns(t *testing.T) {
	eachEngine(t, func(t *testing.T, e sim.Engine) {
		u := new(unwound)
		fail := func(runs int) {
			for seed := range uint64(runs) {
				sim.Run(sim.Options{Seed: seed % 50, Engine: e, World: &u.b}, u.main)
			}
		}
		fail(100)
		goroutines, objects := runtime.NumGoroutine(), heapObjects()
		fail(1000)
		for range 1_000_000 { // goroutines that have passed the baton on need a moment to end
			if runtime.NumGoroutine() <= goroutines {
				break
			}
			runtime.Gosched()
		}
		if n := runtime.NumGoroutine(); n > goroutines {
			t.Errorf("%d goroutines, %d after 1,000 failed runs", goroutines, n)
		}
		if n := heapObjects(); n > objects+1000 {
			t.Errorf("%d objects on the heap, %d after 1,000 failed runs", objects, n)
		}
	})
}

func heapObjects() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapObjects
}

// A task that ends by Goexit, in a run or while it unwinds, takes no other along.
func TestGoexitWhileUnwinding(t *testing.T) {
	eachEngine(t, func(t *testing.T, e sim.Engine) {
		for range 20 {
			var deferred count
			r := sim.Run(sim.Options{Engine: e}, func() {
				for range 3 {
					rt.Go("sleeper", func() {
						defer func() { deferred.up() }()
						defer runtime.Goexit()
						rt.Sleep(time.Hour)
					})
				}
				rt.Sleep(time.Second)
				rt.Bug("planted")
			})
			want(t, r, sim.Assertion, "planted")
			if deferred != 6 { // the run and its repetition
				t.Errorf("%d deferred functions ran", deferred)
			}
		}
		wantHeld(t, "a later run", sim.Run(sim.Options{Engine: e}, counter(5, 5)))
	})
}

// A panic of a deferred function, while its task unwinds, is not the run's.
func TestPanicWhileUnwinding(t *testing.T) {
	eachEngine(t, func(t *testing.T, e sim.Engine) {
		r := sim.Run(sim.Options{Engine: e}, func() {
			rt.Go("sleeper", func() {
				defer func() { panic("late") }()
				rt.Sleep(time.Hour)
			})
			rt.Sleep(time.Second)
			rt.Bug("planted")
		})
		want(t, r, sim.Assertion, "planted")
	})
}
