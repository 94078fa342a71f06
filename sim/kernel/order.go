package kernel

// Bugs that need one particular order of many, or that somebody stands still for
// long.

import (
	"brigade/core/rt"
	"brigade/sim"
)

func orderKernels() []Kernel {
	return []Kernel{
		{
			"order-chain", "five tasks come in exactly the reverse of the order in which they were made",
			sim.Assertion, orderChain, nil,
		},
		{
			"long-window", "a task stands still between two looks while another does 200 steps",
			sim.Assertion, func() { longWindow(false) }, func() { longWindow(true) },
		},
	}
}

func orderChain() {
	var link rt.Int32
	const n = 5
	together(crowd(n, func(i int) {
		k := int32(n - 1 - i)
		if link.CompareAndSwap(k, k+1) && k == n-1 {
			rt.Bug("all %d links were joined in order", n)
		}
	})...)
}

func longWindow(fixed bool) {
	var work, done rt.Int64
	together(func() {
		for range 200 {
			work.Add(1)
		}
		done.Store(1)
	}, func() {
		var begun, finished bool
		if fixed {
			finished = done.Load() == 1
			begun = work.Load() > 0
		} else {
			begun = work.Load() > 0
			finished = done.Load() == 1
		}
		if finished && !begun {
			rt.Bug("the work is done and was never begun")
		}
	})
}
