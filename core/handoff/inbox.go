package handoff

// Inbox: many givers, one taker that sleeps in a poller. Items are pushed onto a
// lock-free stack (Treiber 1986) that the taker empties whole, which is why the
// ABA problem cannot arise: nobody ever pops one.
//
// Wakeups are Pane's hybrid (2002): the taker raises a flag before it sleeps and
// looks once more after raising it; a giver looks at the flag after pushing. Both
// orders are sequentially consistent, so at least one of the two sees the other,
// and the system call is made only for a taker that really sleeps.

import "brigade/core/rt"

// Inbox is a queue of items for one task. The zero value is empty and awake.
type Inbox[T any, P Linked[T]] struct {
	head     rt.Pointer[T]
	sleeping rt.Bool
}

// Label names the inbox in reports.
func (q *Inbox[T, P]) Label(name string) {
	q.head.Label(name + ".head")
	q.sleeping.Label(name + ".sleeping")
}

// Push gives item to the taker. True: the taker sleeps, and the caller has to
// wake it; it is true for one caller per sleep.
func (q *Inbox[T, P]) Push(item P) (wake bool) {
	link := item.HandoffLink()
	for {
		head := q.head.Load()
		link.next = head
		if q.head.CompareAndSwap(head, (*T)(item)) {
			break
		}
	}
	return q.Rouse()
}

// Rouse is for news that is not an item, and that the taker looks for after it has
// announced its sleep. True: the taker sleeps, and the caller has to wake it.
func (q *Inbox[T, P]) Rouse() (wake bool) {
	return q.sleeping.Load() && q.sleeping.CompareAndSwap(true, false)
}

// Sleep announces that the taker is about to sleep. False: there is an item, and
// it must not.
func (q *Inbox[T, P]) Sleep() bool {
	q.sleeping.Store(true)
	if q.head.Load() == nil {
		return true
	}
	q.sleeping.Store(false)
	return false
}

// Awake takes the announcement back. The taker calls it after each sleep.
func (q *Inbox[T, P]) Awake() {
	q.sleeping.Store(false)
	q.Missed()
}

// Missed looks, after a sleep that the checks have ended, for an item that should have.
func (q *Inbox[T, P]) Missed() {
	if rt.Rechecked() && q.head.Load() != nil {
		q.head.LostWakeup()
	}
}

// Empty reports whether nothing was pushed since Take.
func (q *Inbox[T, P]) Empty() bool { return q.head.Load() == nil }

// Take empties the inbox and returns its items in the order they came, linked;
// nil: there was none. The caller marks each as taken.
func (q *Inbox[T, P]) Take() P {
	if q.head.Load() == nil {
		return nil
	}
	var first *T
	for item := q.head.Swap(nil); item != nil; {
		link := P(item).HandoffLink()
		next := link.next
		link.next = first
		first, item = item, next
	}
	return first
}

// Next unlinks item and returns the one after it.
func (q *Inbox[T, P]) Next(item P) P {
	link := item.HandoffLink()
	next := link.next
	link.next = nil
	return next
}
