package iobuf_test

// Tasks that hold a unit and need another to give it back never block each other as
// long as one is kept for the side that frees; without, they do (HAProxy 3.0, 2024).
// And whoever fills is served though others free all the time. Odds: of 300 schedules
// without a reserve more than one deadlocks.

import (
	"testing"

	"brigade/core/iobuf"
	"brigade/core/rt"
	"brigade/sim"
)

// task is one that sleeps until it is roused.
type task struct {
	cache  iobuf.Cache
	waiter iobuf.Waiter
	second iobuf.Waiter
	mu     rt.Mutex
	some   rt.Cond
	roused bool
}

func newTask(b *iobuf.Budget) *task {
	x := new(task)
	x.some.L = &x.mu
	b.Join(&x.cache, "task", x)
	return x
}

// Rouse implements iobuf.Rouser.
func (x *task) Rouse() {
	x.mu.Lock()
	x.roused = true
	x.some.Signal()
	x.mu.Unlock()
}

// gets waits for a unit.
func (x *task) gets(w *iobuf.Waiter, c iobuf.Class) {
	for !x.cache.Want(w, c) {
		for x.cache.Next() != w {
			x.mu.Lock()
			x.some.Await(func() bool { return x.roused })
			x.roused = false
			x.mu.Unlock()
		}
	}
}

// serve has n tasks each fill one unit, and need another to empty it.
func serve(n, limit, reserve int) {
	var b iobuf.Budget
	b.Init(limit, reserve)
	var all rt.WaitGroup
	tasks := make([]*task, n)
	for i := range tasks {
		tasks[i] = newTask(&b)
	}
	for _, x := range tasks {
		all.Go("task", func() {
			for range 2 {
				x.gets(&x.waiter, filling)
				x.gets(&x.second, freeing)
				x.cache.Put(freeing)
				x.cache.Put(filling)
				x.cache.EndTurn()
			}
		})
	}
	all.Wait()
	s := b.Stats()
	for c, k := range s.Classes {
		if k.Used+k.Reserved+k.Waiting != 0 || k.Granted != k.Taken+k.Revoked+k.Passed {
			rt.Bug("everybody has left, and of the side %v it is %+v", iobuf.Class(c), k)
		}
	}
}

func TestReserveOpensTheCircle(t *testing.T) {
	sim.Test(t, func() { serve(3, 1+sim.Choose("limit", 2), 1) })
	without := sim.Explore(sim.Options{Seed: 1, Runs: 300}, func() { serve(2, 2, 0) })
	if without.Failure == nil || without.Failure.Verdict.Kind != sim.Deadlock {
		t.Errorf("without a reserve: %+v", without.Failure)
	}
}

// A limit that goes up and down loses nobody.
func TestResizeLosesNobody(t *testing.T) {
	sim.Test(t, func() {
		var b iobuf.Budget
		b.Init(0, 1)
		var all rt.WaitGroup
		tasks := []*task{newTask(&b), newTask(&b), newTask(&b)}
		for _, x := range tasks {
			all.Go("task", func() {
				x.gets(&x.waiter, filling)
				x.cache.Put(filling)
			})
		}
		all.Go("operator", func() {
			b.Resize(2)
			b.Resize(0)
			b.Resize(1)
		})
		all.Wait()
	})
}

// Of those who free all the time no more than a few go before one that fills.
func TestNobodyStarves(t *testing.T) {
	var b iobuf.Budget
	var k iobuf.Cache
	b.Init(1, 1)
	b.Join(&k, "task", silent{})
	var fill iobuf.Waiter
	var frees [2]iobuf.Waiter
	k.Take(freeing)
	k.Take(freeing)
	k.Want(&fill, filling)
	passed := 0
	for ; passed <= 2*bypass; passed++ {
		w := &frees[passed%2]
		if k.Want(w, freeing) {
			t.Fatalf("nothing is free, and it is given out: %+v", b.Stats())
		}
		k.Put(freeing)
		if !k.Want(w, freeing) {
			break
		}
	}
	if passed != bypass || !k.Want(&fill, filling) {
		t.Errorf("%d of the side that frees went before one that fills, want %d: %+v", passed, bypass, b.Stats())
	}
}
