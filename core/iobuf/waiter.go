package iobuf

// Waiters. One belongs to whoever wants a unit, and to the task in which that waits;
// where it stands is the budget's knowledge. Who stops wanting, is destroyed, or goes to
// another task withdraws it first: what nobody wants any more is in no line.

import "errors"

// ErrRefused says that no unit is free.
var ErrRefused = errors.New("every I/O buffer is in use")

// Waiter is a place in line. Its zero value, with ID and Of, stands in none.
type Waiter struct {
	ID uint64 // to the judge
	Of any    // whose it is, for its task

	class          Class
	cache          *Cache // of its task, while it waits or has a reservation
	state          state  // guarded by the budget's mu
	told           bool   // guarded by the budget's mu: its task knows of the reservation
	before, behind *Waiter
}

type state uint8

const (
	out state = iota
	waits
	reserved
)

// Waits reports whether w stands in line, or has a reservation. Its task calls it.
func (w *Waiter) Waits() bool { return w.cache != nil }

// line is waiters in order. Guarded by the budget's mu.
type line struct {
	first, last *Waiter
	length      int
}

// push adds w at the end.
func (l *line) push(w *Waiter) {
	w.before, w.behind = l.last, nil
	if l.last == nil {
		l.first = w
	} else {
		l.last.behind = w
	}
	l.last = w
	l.length++
}

// unshift adds w at the front.
func (l *line) unshift(w *Waiter) {
	w.before, w.behind = nil, l.first
	if l.first == nil {
		l.last = w
	} else {
		l.first.before = w
	}
	l.first = w
	l.length++
}

// remove takes w, which is in l, out of it.
func (l *line) remove(w *Waiter) {
	if w.before == nil {
		l.first = w.behind
	} else {
		w.before.behind = w.behind
	}
	if w.behind == nil {
		l.last = w.before
	} else {
		w.behind.before = w.before
	}
	w.before, w.behind = nil, nil
	l.length--
}
