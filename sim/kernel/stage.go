package kernel

// Two values that belong together and are written one after the other
// (reorder_N and twostage_N of SCTBench: Thomson, Donaldson and Betts, PPoPP
// 2014). One task must look between the writes of some and before the second
// write of all.

import (
	"fmt"

	"brigade/core/rt"
	"brigade/sim"
)

func reorderKernels() []Kernel {
	var list []Kernel
	for _, n := range []int{3, 5, 10} {
		list = append(list, Kernel{
			fmt.Sprintf("reorder-%d", n), fmt.Sprintf("%d tasks write a, then b; a checker, made last, sees a written and b not", n),
			sim.Assertion, func() { reorder(n, false) }, func() { reorder(n, true) },
		})
	}
	return list
}

func reorder(n int, fixed bool) {
	var a, b rt.Int64
	tasks := crowd(n, func(int) {
		if fixed {
			b.Store(-1)
			a.Store(1)
			return
		}
		a.Store(1)
		b.Store(-1)
	})
	together(append(tasks, func() {
		if a.Load() == 1 && b.Load() == 0 {
			rt.Bug("a is written and b is not")
		}
	})...)
}

func stageKernels() []Kernel {
	var list []Kernel
	for _, n := range []int{1, 20} {
		list = append(list, Kernel{
			fmt.Sprintf("two-stage-%d", n), fmt.Sprintf("%d tasks write two values, each under its own lock; a reader comes in between", n),
			sim.Assertion, func() { twoStage(n, false) }, func() { twoStage(n, true) },
		})
	}
	return list
}

func twoStage(n int, fixed bool) {
	var first, second rt.Mutex
	one, two := 0, 0 // guarded by first and second
	tasks := crowd(n, func(int) {
		first.Lock()
		one = 1
		v := one + 1
		if fixed {
			second.Lock()
			two = v
			second.Unlock()
		}
		first.Unlock()
		if !fixed {
			second.Lock()
			two = v
			second.Unlock()
		}
	})
	together(append(tasks, func() {
		first.Lock()
		v := one
		first.Unlock()
		if v == 0 {
			return
		}
		second.Lock()
		w := two
		second.Unlock()
		if w != v+1 {
			rt.Bug("stage one says %d, stage two %d", v, w)
		}
	})...)
}
