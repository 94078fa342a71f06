package kernel

// Locks taken in circles.

import (
	"fmt"

	"brigade/core/rt"
	"brigade/sim"
)

func lockKernels() []Kernel {
	return []Kernel{
		{
			"abba", "two tasks take two locks in opposite orders",
			sim.Deadlock, func() { abba(false) }, func() { abba(true) },
		},
		{
			"rw-upgrade", "two readers wait to become the only one without ceasing to read",
			sim.Deadlock, func() { upgrade(false) }, func() { upgrade(true) },
		},
	}
}

func abba(fixed bool) {
	var a, b rt.Mutex
	both := func(p, q *rt.Mutex) func() {
		return func() {
			p.Lock()
			q.Lock()
			q.Unlock()
			p.Unlock()
		}
	}
	if fixed {
		together(both(&a, &b), both(&a, &b))
		return
	}
	together(both(&a, &b), both(&b, &a))
}

// upgrade has a lock that readers may upgrade: they wait for the other readers to
// leave. Two of them wait for each other. The fixed one lets go first.
func upgrade(fixed bool) {
	var mu rt.Mutex
	idle := rt.Cond{L: &mu}
	readers, writing := 0, false // guarded by mu
	together(crowd(2, func(int) {
		mu.Lock()
		idle.Await(func() bool { return !writing })
		readers++
		mu.Unlock()

		mu.Lock()
		if fixed {
			readers--
			idle.Broadcast()
			idle.Await(func() bool { return readers == 0 && !writing })
			readers++
		} else {
			idle.Await(func() bool { return readers == 1 })
		}
		writing = true
		mu.Unlock()

		mu.Lock()
		readers--
		writing = false
		idle.Broadcast()
		mu.Unlock()
	})...)
}

func philosopherKernels() []Kernel {
	var list []Kernel
	for _, n := range []int{3, 5, 7} {
		list = append(list, Kernel{
			fmt.Sprintf("philosophers-%d", n), fmt.Sprintf("%d philosophers each take the left fork, then the right", n),
			sim.Deadlock, func() { philosophers(n, false) }, func() { philosophers(n, true) },
		})
	}
	return list
}

func philosophers(n int, fixed bool) {
	forks := make([]rt.Mutex, n)
	together(crowd(n, func(i int) {
		left, right := &forks[i], &forks[(i+1)%n]
		if fixed && i == n-1 {
			left, right = right, left
		}
		left.Lock()
		right.Lock()
		right.Unlock()
		left.Unlock()
	})...)
}
