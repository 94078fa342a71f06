package shrink_test

// Programs whose smallest failure is known.

import (
	"brigade/core/rt"
	"brigade/sim"
)

// lostUpdate needs one preemption, between a load and the store.
func lostUpdate() {
	var x rt.Int64
	x.Label("x")
	var noise rt.Int64
	var wg rt.WaitGroup
	for range 5 {
		wg.Go("adder", func() {
			for range 10 {
				noise.Add(1)
			}
			x.Store(x.Load() + 1)
			for range 10 {
				noise.Add(1)
			}
		})
	}
	wg.Wait()
	if n := x.Load(); n != 5 {
		rt.Bug("x is %d after five additions", n)
	}
}

// abba needs one preemption, between the first task's two locks.
func abba() {
	var a, b rt.Mutex
	a.Label("a")
	b.Label("b")
	var wg rt.WaitGroup
	both := func(p, q *rt.Mutex) func() {
		return func() {
			for range 3 {
				p.Lock()
				q.Lock()
				q.Unlock()
				p.Unlock()
			}
		}
	}
	wg.Go("ab", both(&a, &b))
	wg.Go("ba", both(&b, &a))
	wg.Wait()
}

// lostWakeup checks outside of the lock that it waits under: one preemption.
func lostWakeup() {
	var mu rt.Mutex
	c := rt.Cond{L: &mu}
	var ready rt.Bool
	var wg rt.WaitGroup
	wg.Go("waiter", func() {
		mu.Lock()
		c.Await(func() bool { return ready.Load() })
		mu.Unlock()
	})
	wg.Go("setter", func() {
		ready.Store(true)
		c.Signal() // without mu: may come between the waiter's look and its sleep
	})
	wg.Wait()
}

// philosophers deadlock when each has taken the left fork: n-1 preemptions.
func philosophers(n int) func() {
	return func() {
		forks := make([]rt.Mutex, n)
		for i := range forks {
			forks[i].Label("fork")
		}
		var wg rt.WaitGroup
		for i := range n {
			wg.Go("philosopher", func() {
				left, right := &forks[i], &forks[(i+1)%n]
				for range 2 {
					left.Lock()
					right.Lock()
					right.Unlock()
					left.Unlock()
				}
			})
		}
		wg.Wait()
	}
}

// orders fails only if "late" runs before "early", which is no preemption: main
// waits for both. Input and faults are there to distract.
func orders() {
	var x rt.Int32
	var wg rt.WaitGroup
	for range 3 + sim.Choose("distraction", 5) {
		wg.Go("other", func() { rt.Rand() })
	}
	wg.Go("early", func() { x.Store(1) })
	wg.Go("late", func() {
		if x.Load() == 0 {
			rt.Bug("late came first")
		}
	})
	wg.Wait()
}

// fourth fails for inputs from 4 on, whatever the schedule.
func fourth() {
	n := sim.Choose("n", 100)
	var wg rt.WaitGroup
	for range 3 {
		wg.Go("other", func() { sim.Choose("noise", 10) })
	}
	wg.Wait()
	if n >= 4 {
		sim.Failf("I99", "n is too large")
	}
}

// reorder3 is the bug of depth three in Burckhardt's benchmark: a checker sees
// one setter's first write and another's missing second.
func reorder(setters int) func() {
	return func() {
		var a, b rt.Int32
		var wg rt.WaitGroup
		for range setters {
			wg.Go("setter", func() {
				a.Store(1)
				b.Store(-1)
			})
		}
		wg.Go("checker", func() {
			x, y := a.Load(), b.Load()
			if !(x == 0 && y == 0 || x == 1 && y == -1) {
				rt.Bug("saw %d and %d", x, y)
			}
		})
		wg.Wait()
	}
}
