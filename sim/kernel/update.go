package kernel

// Updates that get lost and checks that are out of date: what is read is no
// longer so when it is acted on.

import (
	"brigade/core/rt"
	"brigade/sim"
)

func updateKernels() []Kernel {
	return []Kernel{
		{
			"lost-update", "two tasks load a number, then store one more; an addition is lost",
			sim.Assertion, func() { lostUpdate(false) }, func() { lostUpdate(true) },
		},
		{
			"check-then-act", "two tasks find a thing absent under the lock and make it under the lock again; it is made twice",
			sim.Assertion, func() { checkThenAct(false) }, func() { checkThenAct(true) },
		},
		{
			"wrong-lock", "one task adds under the data's lock, three under another",
			sim.Assertion, func() { wrongLock(false) }, func() { wrongLock(true) },
		},
		{
			"transfer-audit", "an auditor reads two accounts while money is between them",
			sim.Assertion, func() { transferAudit(false) }, func() { transferAudit(true) },
		},
	}
}

func lostUpdate(fixed bool) {
	var x rt.Int64
	together(crowd(2, func(int) {
		if fixed {
			x.Add(1)
			return
		}
		v := x.Load()
		x.Store(v + 1)
	})...)
	if n := x.Load(); n != 2 {
		rt.Bug("%d after two additions", n)
	}
}

func checkThenAct(fixed bool) {
	var mu rt.Mutex
	made := 0 // guarded by mu
	together(crowd(2, func(int) {
		mu.Lock()
		absent := made == 0
		mu.Unlock()
		if !absent {
			return
		}
		mu.Lock()
		if !fixed || made == 0 {
			made++
		}
		mu.Unlock()
	})...)
	if made != 1 {
		rt.Bug("made %d times", made)
	}
}

// wrongLock is wronglock_3 of SCTBench.
func wrongLock(fixed bool) {
	var data, other rt.Mutex
	var x rt.Int64
	tasks := []func(){func() {
		data.Lock()
		v := x.Load()
		x.Add(1)
		if n := x.Load(); n != v+1 {
			rt.Bug("%d, one added, is %d", v, n)
		}
		data.Unlock()
	}}
	tasks = append(tasks, crowd(3, func(int) {
		lock := &other
		if fixed {
			lock = &data
		}
		lock.Lock()
		x.Add(1)
		lock.Unlock()
	})...)
	together(tasks...)
}

func transferAudit(fixed bool) {
	var all rt.Mutex
	var from, to rt.Int64
	from.Store(100)
	section := func(f func()) {
		if fixed {
			all.Lock()
			defer all.Unlock()
		}
		f()
	}
	together(func() {
		for range 3 {
			section(func() {
				from.Add(-10)
				to.Add(10)
			})
		}
	}, func() {
		section(func() {
			if sum := from.Load() + to.Load(); sum != 100 {
				rt.Bug("the accounts hold %d, not 100", sum)
			}
		})
	})
}
