package kernel

// Names and counts that outlive what they stood for.

import (
	"brigade/core/rt"
	"brigade/sim"
)

func lifetimeKernels() []Kernel {
	return []Kernel{
		{
			"refcount", "a reference is taken on an object whose count fell to nothing since it was looked at",
			sim.Assertion, func() { refcount(false) }, func() { refcount(true) },
		},
		{
			"descriptor-reuse", "a descriptor is closed and its number given out again between look-up and use",
			sim.Assertion, func() { descriptor(false) }, func() { descriptor(true) },
		},
		{
			"send-after-close", "a queue is closed between the check that it is open and the sending",
			sim.Assertion, func() { sendAfterClose(false) }, func() { sendAfterClose(true) },
		},
	}
}

func refcount(fixed bool) {
	var refs, freed rt.Int32
	refs.Store(1)
	release := func() {
		if refs.Add(-1) == 0 {
			freed.Store(1)
		}
	}
	acquire := func() bool {
		for {
			n := refs.Load()
			if n == 0 {
				return false
			}
			if !fixed {
				refs.Add(1)
				return true
			}
			if refs.CompareAndSwap(n, n+1) {
				return true
			}
		}
	}
	together(release, func() {
		if !acquire() {
			return
		}
		if freed.Load() != 0 {
			rt.Bug("used after it was freed")
		}
		release()
	})
}

// descriptor has a table of one place. The fixed one asks for the file itself,
// not for its number.
func descriptor(fixed bool) {
	var mu rt.Mutex
	table := "log" // what number 3 stands for; guarded by mu
	lookup := func() string {
		mu.Lock()
		defer mu.Unlock()
		return table
	}
	together(func() {
		file := lookup()
		if file != "log" {
			return
		}
		if !fixed {
			file = lookup()
		}
		if file != "log" && file != "" {
			rt.Bug("a line of the log went to %s", file)
		}
	}, func() {
		mu.Lock()
		table = ""
		mu.Unlock()
	}, func() {
		mu.Lock()
		if table == "" {
			table = "connection"
		}
		mu.Unlock()
	})
}

func sendAfterClose(fixed bool) {
	var mu rt.Mutex
	var open rt.Bool
	open.Store(true)
	section := func(f func()) {
		if fixed {
			mu.Lock()
			defer mu.Unlock()
		}
		f()
	}
	tasks := crowd(2, func(int) {
		for range 3 {
			section(func() {
				if open.Load() && !open.Load() {
					rt.Bug("sent on a closed queue")
				}
			})
		}
	})
	together(append(tasks, func() { section(func() { open.Store(false) }) })...)
}
