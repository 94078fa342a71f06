package rt

// Condition variables with a predicate. A task that parks tells what it waits
// for, so that a scheduler with nothing left to run can ask each parked task
// once more: one whose predicate turns out true was not woken when it should
// have been, which is a lost wakeup by definition.

import "sync"

// Cond is a condition variable over the state that L guards. L must be set
// before first use.
type Cond struct {
	L    *Mutex
	real sync.Cond
	obj  Object
}

// Label names c in reports.
func (c *Cond) Label(name string) { label(&c.obj, name) }

// Await returns when pred holds, with L held, as it must be at the call. pred
// reads only what L guards.
func (c *Cond) Await(pred func() bool) {
	if world != nil {
		c.simulate(pred)
		return
	}
	if c.real.L == nil {
		c.real.L = &c.L.mu
	}
	for !pred() {
		c.real.Wait()
	}
}

func (c *Cond) simulate(pred func() bool) {
	forced := false
	for !pred() {
		if !world.Point(OpWait, &c.obj, 0) {
			return
		}
		c.L.mu.Unlock()
		var ok bool
		if forced, ok = world.Park(&c.obj, &c.L.obj); !ok {
			return
		}
		c.L.mu.Lock()
	}
	if forced {
		world.LostWakeup(&c.obj)
	}
}

// Signal wakes one task that awaits c, if there is one.
func (c *Cond) Signal() {
	if world != nil {
		world.Point(OpSignal, &c.obj, 0)
		return
	}
	c.real.Signal()
}

// Broadcast wakes all tasks that await c.
func (c *Cond) Broadcast() {
	if world != nil {
		world.Point(OpBroadcast, &c.obj, 0)
		return
	}
	c.real.Broadcast()
}

// WaitGroup is sync.WaitGroup.
type WaitGroup struct {
	wg  sync.WaitGroup
	obj Object
}

// Label names w in reports.
func (w *WaitGroup) Label(name string) { label(&w.obj, name) }

// Add adds delta to the counter, which must not become negative.
func (w *WaitGroup) Add(delta int) {
	if world != nil && !world.Point(OpCount, &w.obj, uint64(delta)) {
		return
	}
	w.wg.Add(delta)
}

// Done takes one from the counter.
func (w *WaitGroup) Done() { w.Add(-1) }

// Go starts f as a task and counts it until it returns.
func (w *WaitGroup) Go(name string, f func()) {
	w.Add(1)
	Go(name, func() {
		defer w.Done()
		f()
	})
}

// Wait returns when the counter is zero.
func (w *WaitGroup) Wait() {
	if world != nil && !world.Point(OpJoin, &w.obj, 0) {
		return
	}
	w.wg.Wait()
}
