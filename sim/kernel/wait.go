package kernel

// Waiting for what has happened already.

import (
	"brigade/core/rt"
	"brigade/sim"
)

func waitKernels() []Kernel {
	return []Kernel{
		{
			"lost-wakeup", "a flag is set and signalled without the lock under which it is waited for",
			sim.LostWakeup, func() { lostWakeup(false) }, func() { lostWakeup(true) },
		},
		{
			"bounded-buffer", "producers and consumers of a one-place buffer wait on one condition, and a signal wakes the wrong kind",
			sim.LostWakeup, func() { boundedBuffer(false) }, func() { boundedBuffer(true) },
		},
		{
			"event-count", "a waiter finds the queue empty, reads the event count after that, and does not look again",
			sim.Deadlock, func() { eventCount(false) }, func() { eventCount(true) },
		},
		{
			"barrier-reuse", "a barrier for three is used twice, and a fast task enters the second round before a slow one has left the first",
			sim.Deadlock, func() { barrier(false) }, func() { barrier(true) },
		},
	}
}

func lostWakeup(fixed bool) {
	var mu rt.Mutex
	set := rt.Cond{L: &mu}
	var flag rt.Bool
	together(func() {
		mu.Lock()
		set.Await(flag.Load)
		mu.Unlock()
	}, func() {
		if fixed {
			mu.Lock()
			defer mu.Unlock()
		}
		flag.Store(true)
		set.Signal()
	})
}

func boundedBuffer(fixed bool) {
	var mu rt.Mutex
	changed := rt.Cond{L: &mu}
	full := false // guarded by mu
	wake := changed.Signal
	if fixed {
		wake = changed.Broadcast
	}
	move := func(to bool) func() {
		return func() {
			for range 2 {
				mu.Lock()
				changed.Await(func() bool { return full != to })
				full = to
				wake()
				mu.Unlock()
			}
		}
	}
	together(move(true), move(true), move(false), move(false))
}

func eventCount(fixed bool) {
	var mu rt.Mutex
	moved := rt.Cond{L: &mu}
	count := 0 // guarded by mu
	var queued rt.Int32
	epoch := func() int {
		mu.Lock()
		defer mu.Unlock()
		return count
	}
	together(func() {
		if queued.Load() > 0 {
			return
		}
		seen := epoch()
		if fixed && queued.Load() > 0 {
			return
		}
		mu.Lock()
		moved.Await(func() bool { return count != seen })
		mu.Unlock()
	}, func() {
		queued.Add(1)
		mu.Lock()
		count++
		moved.Broadcast()
		mu.Unlock()
	})
}

// barrier counts up to three and wakes; the last to arrive begins the next round.
// The fixed one tells rounds apart.
func barrier(fixed bool) {
	var mu rt.Mutex
	moved := rt.Cond{L: &mu}
	here, round := 0, 0 // guarded by mu
	await := func() {
		mu.Lock()
		defer mu.Unlock()
		mine := round
		here++
		if here == 3 {
			round++
			if fixed {
				here = 0
			}
			moved.Broadcast()
		}
		if fixed {
			moved.Await(func() bool { return round != mine })
			return
		}
		moved.Await(func() bool { return here >= 3 || here == 0 })
		if round > mine {
			here = 0
		}
	}
	together(crowd(3, func(int) {
		await()
		await()
	})...)
}
