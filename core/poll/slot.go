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
	parked     bool // the occupant waits here; otherwise it may be another task's
	ready      sys.Events
}

// Slot names a place in the table: its index and the occupant's generation.
type Slot uint64

// NoSlot is no place.
const NoSlot = ^Slot(0)

func (s Slot) index() uint32      { return uint32(s) }
func (s Slot) generation() uint32 { return uint32(s >> 32) }

// Token is what to register with the poller.
func (s Slot) Token() uint64 { return uint64(s) }

// Take finds a place for occupant. Nothing is known of its readiness yet, so
// everything counts as ready until a call says otherwise.
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
	s.occupant, s.ready = occupant, sys.In|sys.Out
	t.used++
	return Slot(s.generation)<<32 | Slot(i)
}

// Release empties the place: later events for it reach nobody.
func (t *Slots[T]) Release(p Slot) {
	s := &t.list[p.index()]
	s.occupant, s.ready, s.parked = nil, 0, false
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
	s.ready |= e.Events
	if !s.parked {
		return nil
	}
	return s.occupant
}

// Ready reports which of want may be possible, as far as is known.
func (t *Slots[T]) Ready(p Slot, want sys.Events) sys.Events { return t.list[p.index()].ready & want }

// Possible notes that what is possible again, as far as is known.
func (t *Slots[T]) Possible(p Slot, what sys.Events) { t.list[p.index()].ready |= what }

// Exhausted notes that what is not possible any more: the next event will tell.
func (t *Slots[T]) Exhausted(p Slot, what sys.Events) { t.list[p.index()].ready &^= what }

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
