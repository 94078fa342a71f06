package handoff

// Queue: many givers, many takers that wait on a condition variable, in order of
// arrival (Pane's processors, 2002).

import "brigade/core/rt"

// Queue is a first-in first-out queue. Init it before use.
type Queue[T any, P Linked[T]] struct {
	mu     rt.Mutex
	some   rt.Cond // an item came, or the queue closed
	first  *T
	last   *T
	length int
	idle   int // takers waiting
	closed bool
}

// Init makes q ready and names it.
func (q *Queue[T, P]) Init(name string) {
	q.some.L = &q.mu
	q.mu.Label(name + ".mu")
	q.some.Label(name + ".some")
}

// Push gives item to the takers. Pushing onto a closed queue is a bug of the
// caller's: whoever closes it has seen to it that nobody pushes any more.
func (q *Queue[T, P]) Push(item P) {
	q.mu.Lock()
	if q.closed {
		q.mu.Unlock()
		rt.Bug("handoff: an item was pushed onto a closed queue; items may come until Close only")
	}
	if q.last == nil {
		q.first = item
	} else {
		P(q.last).HandoffLink().next = item
	}
	q.last = item
	q.length++
	q.some.Signal()
	q.mu.Unlock()
}

// Pop takes the oldest item, waiting for one; nil: the queue is closed and empty.
func (q *Queue[T, P]) Pop() P {
	q.mu.Lock()
	q.idle++
	q.some.Await(func() bool { return q.first != nil || q.closed })
	q.idle--
	item := P(q.first)
	if item != nil {
		link := item.HandoffLink()
		q.first = link.next
		if q.first == nil {
			q.last = nil
		}
		link.next = nil
		q.length--
	}
	q.mu.Unlock()
	return item
}

// Close lets takers go once the queue is empty.
func (q *Queue[T, P]) Close() {
	q.mu.Lock()
	q.closed = true
	q.some.Broadcast()
	q.mu.Unlock()
}

// Depth is how many items wait, and how many takers.
func (q *Queue[T, P]) Depth() (items, takers int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.length, q.idle
}
