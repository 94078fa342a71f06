package cache

// Who has to hear of a change. An owner that finds nothing to do says so in the same step
// in which it looked (waits), under the store's lock; whoever changes something takes that
// back and rings. It is rung once until it has heard, and looks again whenever it has: so
// what changes while a bell is on its way is not missed.

import "brigade/core/mem"

// Ear is where one listens.
type Ear struct {
	waker mem.Waker
	waits bool // it is to be rung at the next change
	rung  bool // it was, and has not heard
	next  *Ear // those to be rung by one task
}

// Listens says who is to be woken. It is called before the first use.
func (e *Ear) Listens(w mem.Waker) { e.waker = w }

// ring has e be rung, if it waits.
func (t *trash) ring(e *Ear) {
	if e.waits {
		e.waits = false
		t.must(e)
	}
}

// must has e be rung, unless it has not heard the last.
func (t *trash) must(e *Ear) {
	if e.rung || e.waker == nil {
		return
	}
	e.rung = true
	e.next, t.ears = t.ears, e
}
