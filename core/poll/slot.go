package poll

// Slots. Invariant (I14): an event reaches only the occupant that armed it, also
// within one batch: the token carries the slot's generation, which changes when
// the occupant leaves.

import "brigade/core/sys"

// Slots is a loop's table of descriptors. T is what occupies a slot.
type Slots[T any] struct {
	list []slot[T]
	free []uint32
	used int
}

type slot[T any] struct {
	occupant   *T
	generation uint32
	parked     bool       // the occupant waits here; otherwise it may be another task's
	latched    sys.Events // what events said since Fetch
}

// Slot names a place in the table: its index and the occupant's generation.
type Slot uint64

// NoSlot is no place.
const NoSlot = ^Slot(0)

func (s Slot) index() uint32      { return uint32(s) }
func (s Slot) generation() uint32 { return uint32(s >> 32) }

// Token is what to register with the poller.
func (s Slot) Token() uint64 { return uint64(s) }

// Take finds a place for occupant.
func (t *Slots[T]) Take(occupant *T) Slot {
	var i uint32
	if n := len(t.free); n > 0 {
		i = t.free[n-1]
		t.free = t.free[:n-1]
	} else {
		i = uint32(len(t.list))
		t.list = append(t.list, slot[T]{})
	}
	s := &t.list[i]
	s.occupant = occupant
	t.used++
	return Slot(s.generation)<<32 | Slot(i)
}

// Release empties the place: later events for it reach nobody.
func (t *Slots[T]) Release(p Slot) {
	s := &t.list[p.index()]
	s.occupant, s.latched, s.parked = nil, 0, false
	// The waker's token is all ones: no generation may come to that.
	s.generation = (s.generation + 1) & 0x7fffffff
	t.free = append(t.free, p.index())
	t.used--
}

// Park says that the occupant waits in its place from now on.
func (t *Slots[T]) Park(p Slot) { t.list[p.index()].parked = true }

// Unpark says that it does not any more.
func (t *Slots[T]) Unpark(p Slot) { t.list[p.index()].parked = false }

// Latch notes what an event says and returns the occupant it is for, if that one
// waits; nil: it has left, or is away, and will look when it is back.
func (t *Slots[T]) Latch(e sys.Event) *T {
	p := Slot(e.Token)
	if int(p.index()) >= len(t.list) {
		return nil
	}
	s := &t.list[p.index()]
	if s.occupant == nil || s.generation != p.generation() {
		return nil
	}
	if e.Events&(sys.Hup|sys.Err) != 0 {
		e.Events |= sys.In | sys.Out
	}
	s.latched |= e.Events
	if !s.parked {
		return nil
	}
	return s.occupant
}

// Fetch takes what events have said of the occupant's descriptor since the last
// time. What a call has found out meanwhile may be newer: then the next call
// finds it out again, and nothing is missed.
func (t *Slots[T]) Fetch(p Slot) sys.Events {
	s := &t.list[p.index()]
	e := s.latched
	s.latched = 0
	return e
}

// Len is how many places are taken.
func (t *Slots[T]) Len() int { return t.used }

// Each calls f for every occupant that waits, in order of place. f may release it.
func (t *Slots[T]) Each(f func(*T)) {
	for i := range t.list {
		if t.list[i].parked {
			f(t.list[i].occupant)
		}
	}
}
