package poll

// Timers: one first-in first-out ring for each distinct timeout value, so that
// arming, disarming and expiry are O(1): within a ring, whoever armed first is
// due first (the mechanism of httpd's and libevent's common timeouts).

import (
	"time"

	"brigade/core/rt"
)

// Ring holds the timers of one timeout value. T is what carries them.
type Ring[T any] struct {
	timeout time.Duration
	first   *Timer[T]
	last    *Timer[T]
	length  int
}

// Timer is one timer, a part of its owner. The zero value is not armed.
type Timer[T any] struct {
	owner    *T
	ring     *Ring[T]
	deadline rt.Instant
	next     *Timer[T]
	prev     *Timer[T]
}

// SetTimeout fixes the ring's value, before any timer is armed.
func (r *Ring[T]) SetTimeout(d time.Duration) { r.timeout = d }

// Arm sets t, which must not be armed, for r's timeout from now.
func (r *Ring[T]) Arm(t *Timer[T], owner *T, now rt.Instant) {
	r.ArmAt(t, owner, now.Add(r.timeout))
}

// ArmAt sets t for a deadline that r's timeout gave it before, when it was armed
// in r and disarmed for a while. Only what was armed since then comes after it, so
// the walk from the end is short.
func (r *Ring[T]) ArmAt(t *Timer[T], owner *T, deadline rt.Instant) {
	if t.ring != nil {
		rt.Bug("poll: a timer is armed twice; it is in one ring at most")
	}
	t.owner, t.ring, t.deadline = owner, r, deadline
	r.length++
	before := r.last
	for before != nil && before.deadline > deadline {
		before = before.prev
	}
	t.prev = before
	if before == nil {
		t.next, r.first = r.first, t
	} else {
		t.next, before.next = before.next, t
	}
	if t.next == nil {
		r.last = t
	} else {
		t.next.prev = t
	}
}

// Armed reports whether t is in a ring.
func (t *Timer[T]) Armed() bool { return t.ring != nil }

// In reports whether t is in r.
func (t *Timer[T]) In(r *Ring[T]) bool { return t.ring == r }

// Deadline is when t is due, while it is armed, and when it was, after Due.
func (t *Timer[T]) Deadline() rt.Instant { return t.deadline }

// Disarm takes t out of its ring, if it is in one.
func (t *Timer[T]) Disarm() {
	r := t.ring
	if r == nil {
		return
	}
	r.length--
	if t.prev == nil {
		r.first = t.next
	} else {
		t.prev.next = t.next
	}
	if t.next == nil {
		r.last = t.prev
	} else {
		t.next.prev = t.prev
	}
	*t = Timer[T]{}
}

// Due takes out the first timer that is due and returns its owner; nil: none is.
func (r *Ring[T]) Due(now rt.Instant) *T {
	t := r.first
	if t == nil || t.deadline > now {
		return nil
	}
	owner, deadline := t.owner, t.deadline
	t.Disarm()
	t.deadline = deadline // what it measured may go on, and is over
	return owner
}

// Next is when the first timer of r is due.
func (r *Ring[T]) Next() (rt.Instant, bool) {
	if r.first == nil {
		return 0, false
	}
	return r.first.deadline, true
}

// Len is how many timers are armed in r.
func (r *Ring[T]) Len() int { return r.length }

// Oldest is the owner of the timer armed first; nil: r is empty.
func (r *Ring[T]) Oldest() *T {
	if r.first == nil {
		return nil
	}
	return r.first.owner
}
