// Package rt is the runtime as the core sees it: tasks, locks, condition
// variables, atomics, time, chance, pages and probes.
//
// It offers what sync, sync/atomic, time and go offer, under the same names and
// with useful zero values. In production each is Go's own behind one predicted
// branch. Under simulation the process has installed a Scheduler, and each
// operation is a scheduling point before it takes effect, uncontended locks and
// every atomic included: a missing point is a class of missed bugs.
//
//	rt.Go("logger", func() {
//		mu.Lock()
//		full.Await(func() bool { return len(lines) > 0 || closed })
//		mu.Unlock()
//	})
//
// Which task runs next, what is a race and what a lost wakeup is the business of
// package sim; sockets, files and pollers are core/sys.
package rt
