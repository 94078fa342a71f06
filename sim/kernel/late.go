package kernel

// What comes too late: an item taken twice, a cancel, a withdrawal, a close.

import (
	"time"

	"brigade/core/rt"
)

// steal is the last item of the deque of Chase and Lev (SPAA 2005).
func steal(fixed bool) {
	var top, bottom, taken rt.Int32
	bottom.Store(2)
	take := func() {
		if taken.Add(1) > 2 {
			rt.Bug("two items were taken three times")
		}
	}
	together(func() {
		for range 2 {
			b := bottom.Add(-1)
			switch t := top.Load(); {
			case t > b:
				bottom.Store(t)
			case t < b || !fixed:
				take()
			default:
				if top.CompareAndSwap(t, t+1) {
					take()
				}
				bottom.Store(t + 1)
			}
		}
	}, func() {
		for range 2 {
			if t := top.Load(); t < bottom.Load() && top.CompareAndSwap(t, t+1) {
				take()
			}
		}
	})
}

func timerCancel(fixed bool) {
	var mu rt.Mutex
	var cancelled, gone rt.Bool
	section := func(f func()) {
		if fixed {
			mu.Lock()
			defer mu.Unlock()
		}
		f()
	}
	together(func() {
		rt.Sleep(time.Millisecond)
		section(func() {
			if !cancelled.Load() && gone.Load() {
				rt.Bug("the timer fired when what it uses was gone")
			}
		})
	}, func() {
		rt.Sleep(time.Millisecond)
		section(func() {
			cancelled.Store(true)
			gone.Store(true)
		})
	})
}

func withdrawn(fixed bool) {
	var slot rt.Int32
	var taken rt.Bool
	together(func() {
		slot.Store(1)
		if fixed {
			if slot.CompareAndSwap(1, 0) && taken.Load() {
				rt.Bug("an offer was taken and withdrawn")
			}
			return
		}
		if slot.Load() == 1 {
			slot.Store(0)
			if taken.Load() {
				rt.Bug("an offer was taken and withdrawn")
			}
		}
	}, func() {
		for range 4 {
			if slot.CompareAndSwap(1, 0) {
				taken.Store(true)
			}
		}
	})
}

func lazyClose(fixed bool) {
	var mu rt.Mutex
	var closed, open rt.Bool
	section := func(f func()) {
		if fixed {
			mu.Lock()
			defer mu.Unlock()
		}
		f()
	}
	tasks := crowd(2, func(int) {
		section(func() {
			if !closed.Load() && !open.Load() {
				open.Store(true)
			}
		})
	})
	together(append(tasks, func() {
		section(func() {
			closed.Store(true)
			if open.Load() {
				open.Store(false)
			}
		})
	})...)
	if open.Load() {
		rt.Bug("a connection is open in a closed pool")
	}
}

// hazard is Michael's hazard pointer (PODC 2002): node 1 is replaced by node 2 and
// freed unless somebody announced that they use it.
func hazard(fixed bool) {
	var head, announced rt.Int32
	var freed [3]rt.Bool
	head.Store(1)
	together(func() {
		for range 3 {
			p := head.Load()
			announced.Store(p)
			if fixed && head.Load() != p {
				continue
			}
			if freed[p].Load() {
				rt.Bug("node %d was used when it had been freed", p)
			}
			announced.Store(0)
		}
	}, func() {
		head.Store(2)
		if announced.Load() != 1 {
			freed[1].Store(true)
		}
	})
}
