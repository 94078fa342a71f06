package dpor_test

// Small programs whose orders brute force can count, one for each kind of
// dependence.

import (
	"time"

	"brigade/core/rt"
	"brigade/sim"
)

type kernel struct {
	name    string
	program func()
	orders  int  // 0: not told
	draws   bool // draws may cost redundant executions
}

// tasks runs f(0) to f(n-1) as tasks.
func tasks(n int, f func(i int)) func() {
	return func() {
		for i := range n {
			rt.Go("task", func() { f(i) })
		}
	}
}

func kernels() []kernel {
	return []kernel{
		{name: "one counter 3x2", orders: 90, program: func() {
			var x rt.Int64
			tasks(3, func(int) { x.Add(1); x.Add(1) })()
		}},
		{name: "one counter and a group", orders: 6, program: func() {
			var x rt.Int64
			var wg rt.WaitGroup
			for range 2 {
				wg.Go("task", func() { x.Add(1); x.Add(1) })
			}
			wg.Wait()
		}},
		{name: "own counters 3x2", orders: 1, program: func() {
			var x [3]rt.Int64
			tasks(3, func(i int) { x[i].Add(1); x[i].Add(1) })()
		}},
		{name: "one writer, three readers", program: func() {
			var x rt.Int64
			tasks(4, func(i int) {
				if i == 0 {
					x.Store(1)
				} else {
					x.Load()
				}
			})()
		}, orders: 8},
		{name: "mutex", orders: 6, program: func() {
			var mu rt.Mutex
			tasks(3, func(int) { mu.Lock(); mu.Unlock() })()
		}},
		{name: "mutex twice", program: func() {
			var mu rt.Mutex
			tasks(2, func(int) {
				for range 2 {
					mu.Lock()
					mu.Unlock()
				}
			})()
		}, orders: 6},
		{name: "two mutexes", program: func() {
			var a, b rt.Mutex
			tasks(2, func(i int) {
				p, q := &a, &b
				if i == 1 {
					p, q = q, p
				}
				p.Lock()
				p.Unlock()
				q.Lock()
				q.Unlock()
			})()
		}},
		{name: "ABBA", program: func() {
			var a, b rt.Mutex
			tasks(2, func(i int) {
				p, q := &a, &b
				if i == 1 {
					p, q = q, p
				}
				p.Lock()
				q.Lock()
				q.Unlock()
				p.Unlock()
			})()
		}, orders: 3},
		{name: "reader-writer", program: func() {
			var mu rt.RWMutex
			tasks(3, func(i int) {
				if i == 0 {
					mu.Lock()
					mu.Unlock()
				} else {
					mu.RLock()
					mu.RUnlock()
				}
			})()
		}},
		{name: "trylock", program: func() {
			var mu rt.Mutex
			var x rt.Int64
			tasks(3, func(int) {
				if mu.TryLock() {
					x.Add(1)
					mu.Unlock()
				}
			})()
		}},
		{name: "trylock reading", program: func() {
			var mu rt.RWMutex
			tasks(3, func(i int) {
				if i == 0 {
					mu.Lock()
					mu.Unlock()
				} else if mu.TryRLock() {
					mu.RUnlock()
				}
			})()
		}},
		{name: "condition", program: condition},
		{name: "condition, two waiters", program: broadcast},
		{name: "lost wakeup", program: lostWakeup},
		{name: "compare and swap", program: func() {
			var x rt.Int64
			tasks(2, func(int) {
				for {
					v := x.Load()
					if x.CompareAndSwap(v, v+1) {
						return
					}
				}
			})()
		}},
		{name: "store buffer", program: func() {
			var x, y rt.Int64
			tasks(2, func(i int) {
				if i == 0 {
					x.Store(1)
					y.Load()
				} else {
					y.Store(1)
					x.Load()
				}
			})()
		}},
		{name: "last zero", program: lastZero},
		{name: "sleeps", program: sleeps},
		{name: "sleep with a lock", program: func() {
			var mu rt.Mutex
			tasks(2, func(int) {
				mu.Lock()
				rt.Sleep(time.Millisecond)
				mu.Unlock()
			})()
		}, orders: 2},
		{name: "choices", draws: true, program: func() {
			var x rt.Int64
			tasks(2, func(int) {
				if sim.Choose("way", 2) == 0 {
					x.Add(1)
				} else {
					x.Load()
				}
			})()
		}},
		{name: "choices between", draws: true, program: func() {
			var x, y rt.Int64
			tasks(2, func(int) {
				x.Add(1)
				if sim.Choose("way", 3) == 1 {
					y.Add(1)
				}
			})()
		}},
		{name: "spawn tree", orders: 24, program: func() {
			var x rt.Int64
			for range 2 {
				rt.Go("branch", func() {
					rt.Go("leaf", func() { x.Add(1) })
					x.Add(1)
				})
			}
		}},
		{name: "assertion", program: func() {
			var x rt.Int64
			tasks(2, func(int) {
				v := x.Load()
				x.Store(v + 1)
				if x.Load() != v+1 {
					rt.Bug("somebody else wrote %d", v)
				}
			})()
		}},
		{name: "once", program: func() {
			var once rt.Once
			var x rt.Int64
			tasks(2, func(int) { once.Do(func() { x.Add(1) }); x.Load() })()
		}},
		{name: "handed lock", program: func() {
			var mu rt.Mutex
			var x rt.Int64
			tasks(2, func(i int) {
				if i == 0 {
					mu.Lock()
					x.Store(1)
				} else if x.Load() == 1 {
					mu.Unlock()
				}
			})()
		}},
		{name: "two stages", program: func() {
			var a, b rt.Mutex
			tasks(2, func(int) {
				a.Lock()
				a.Unlock()
				b.Lock()
				b.Unlock()
			})()
		}},
	}
}

func condition() {
	var mu rt.Mutex
	var some rt.Cond
	some.L = &mu
	n := 0
	tasks(3, func(i int) {
		mu.Lock()
		if i == 0 {
			some.Await(func() bool { return n == 2 })
		} else {
			n++
			some.Signal()
		}
		mu.Unlock()
	})()
}

func broadcast() {
	var mu rt.Mutex
	var some rt.Cond
	some.L = &mu
	open := false
	tasks(3, func(i int) {
		mu.Lock()
		if i == 0 {
			open = true
			some.Broadcast()
		} else {
			some.Await(func() bool { return open })
		}
		mu.Unlock()
	})()
}

func lostWakeup() {
	var mu rt.Mutex
	var some rt.Cond
	some.L = &mu
	n := 0
	tasks(3, func(i int) {
		mu.Lock()
		if i == 0 {
			n = 2
			some.Signal()
		} else {
			some.Await(func() bool { return n > 0 })
			n--
		}
		mu.Unlock()
	})()
}

// lastZero is the array search of the paper on source sets: its orders depend on
// what was read.
func lastZero() {
	const n = 2
	var x [n + 1]rt.Int64
	tasks(n+1, func(i int) {
		if i == 0 {
			for k := n; k > 0 && x[k].Load() != 0; k-- {
				continue
			}
			return
		}
		x[i].Store(x[i-1].Load() + 1)
	})()
}

func sleeps() {
	var x rt.Int64
	tasks(3, func(i int) {
		rt.Sleep(time.Duration(i/2+1) * time.Millisecond)
		x.Add(1)
	})()
}
