package kernel

// Kernels that no strategy was tuned on: they were written when the portfolio's
// shares had been set, to see whether those hold for more than what they were set
// by. Locks first; what is handed over and given up is in late.go.

import (
	"brigade/core/rt"
	"brigade/sim"
)

func unseenKernels() []Kernel {
	return []Kernel{
		{
			"semaphore", "two of three tasks see the last permit and both take it",
			sim.Assertion, func() { semaphore(false) }, func() { semaphore(true) },
		},
		{
			"ticket-lock", "two tasks draw the same ticket",
			sim.Assertion, func() { ticketLock(false) }, func() { ticketLock(true) },
		},
		{
			"seqlock", "a writer counts after it has written only, and a reader finds the count unchanged in the midst",
			sim.Assertion, func() { seqlock(false) }, func() { seqlock(true) },
		},
		{
			"first-reader", "a second reader does not wait for the first, who waits for the writer",
			sim.Assertion, func() { firstReader(false) }, func() { firstReader(true) },
		},
		{
			"dekker", "each looks at the other's flag before it raises its own",
			sim.Assertion, func() { dekker(false) }, func() { dekker(true) },
		},
		{
			"once-early", "what is done once is marked done before it is done",
			sim.Assertion, func() { onceEarly(false) }, func() { onceEarly(true) },
		},
		{
			"steal", "the owner of a deque takes its last item without asking, and a thief takes it too",
			sim.Assertion, func() { steal(false) }, func() { steal(true) },
		},
		{
			"timer-cancel", "a timer that has seen itself not cancelled fires after what it uses is gone",
			sim.Assertion, func() { timerCancel(false) }, func() { timerCancel(true) },
		},
		{
			"withdrawn", "an offer is withdrawn when it has been taken",
			sim.Assertion, func() { withdrawn(false) }, func() { withdrawn(true) },
		},
		{
			"lazy-close", "a connection is opened on demand when the pool has been closed",
			sim.Assertion, func() { lazyClose(false) }, func() { lazyClose(true) },
		},
		{
			"hazard", "a reader announces the node it uses, and does not look whether it is still there",
			sim.Assertion, func() { hazard(false) }, func() { hazard(true) },
		},
	}
}

// inside counts who is in a section that one may be in at a time.
type inside struct{ n rt.Int32 }

func (i *inside) enter() {
	if n := i.n.Add(1); n != 1 {
		rt.Bug("%d are inside", n)
	}
}

func (i *inside) leave() { i.n.Add(-1) }

func semaphore(fixed bool) {
	var permits rt.Int32
	permits.Store(1)
	var in inside
	together(crowd(3, func(int) {
		for range 2 {
			n := permits.Load()
			if n == 0 || fixed && !permits.CompareAndSwap(n, n-1) {
				continue
			}
			if !fixed {
				permits.Add(-1)
			}
			in.enter()
			in.leave()
			permits.Add(1)
		}
	})...)
}

func ticketLock(fixed bool) {
	var next, serving rt.Int32
	var in inside
	together(crowd(3, func(int) {
		mine := int32(0)
		if fixed {
			mine = next.Add(1) - 1
		} else {
			mine = next.Load()
			next.Store(mine + 1)
		}
		for serving.Load() < mine {
			rt.Sleep(0)
		}
		in.enter()
		in.leave()
		serving.Add(1)
	})...)
}

func seqlock(fixed bool) {
	var count, a, b rt.Int64
	together(func() {
		for v := int64(1); v <= 3; v++ {
			if fixed {
				count.Add(1)
			}
			a.Store(v)
			b.Store(v)
			count.Add(1)
		}
	}, func() {
		for range 3 {
			seen := count.Load()
			if fixed && seen%2 == 1 {
				continue
			}
			x, y := a.Load(), b.Load()
			if count.Load() == seen && x != y {
				rt.Bug("the count is as it was, the values are %d and %d", x, y)
			}
		}
	})
}

// firstReader has the first of several readers take the lock for all. The fixed
// one lets readers in one at a time.
func firstReader(fixed bool) {
	var door, lock rt.Mutex
	var readers rt.Int32
	var writing rt.Bool
	together(append(crowd(2, func(int) {
		if fixed {
			door.Lock()
		}
		if readers.Add(1) == 1 {
			lock.Lock()
		}
		if fixed {
			door.Unlock()
		}
		if writing.Load() {
			rt.Bug("read while it was written")
		}
		if fixed {
			door.Lock()
		}
		if readers.Add(-1) == 0 {
			lock.Unlock()
		}
		if fixed {
			door.Unlock()
		}
	}), func() {
		lock.Lock()
		writing.Store(true)
		writing.Store(false)
		lock.Unlock()
	})...)
}

func dekker(fixed bool) {
	var wants [2]rt.Bool
	var in inside
	together(crowd(2, func(i int) {
		if fixed {
			wants[i].Store(true)
		}
		if wants[1-i].Load() {
			wants[i].Store(false)
			return
		}
		wants[i].Store(true)
		in.enter()
		in.leave()
		wants[i].Store(false)
	})...)
}

func onceEarly(fixed bool) {
	var mu rt.Mutex
	done := false // guarded by mu
	var ready rt.Bool
	together(crowd(3, func(int) {
		mu.Lock()
		mine := !done
		done = true
		if mine && fixed {
			ready.Store(true)
		}
		mu.Unlock()
		if mine && !fixed {
			ready.Store(true)
		}
		if !ready.Load() {
			rt.Bug("it counts as done and is not")
		}
	})...)
}
