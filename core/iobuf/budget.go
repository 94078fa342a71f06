package iobuf

// The budget. Units of two classes come out of it. The side that fills (reading a
// request) has limit units; the side that frees (what a request in hand needs to be
// answered and gone: a session's streams, bytes stuck in a tunnel) has those and a
// reserve beside them, which nobody else can take: so who holds a unit and needs
// another to give it back finds one, and no circle of waiters closes (HAProxy 3.0,
// 2024: emergency buffers, and critical before others).
//
// Invariants, all under mu: a class's line is empty, or there is no room for it; a
// waiter is in one line, or has one reservation, or neither; what is held is in use,
// in a cache, or reserved.

import "brigade/core/rt"

// Class is a side that units are for.
type Class uint8

// The classes. The first goes before the second.
const (
	Freeing Class = iota // what is held already needs it, to be given back
	Filling              // something new begins
	classes
)

var classNames = [classes]string{"freeing", "filling"}

// String is the class's name in counters.
func (c Class) String() string { return classNames[c] }

// bypass is how many of the side that frees may go before the first of the side that
// fills, where both could have the unit: so neither starves.
const bypass = 8

// Reserve is the usual number of units kept for the side that frees.
const Reserve = 4

// Budget is a process's units. Init it before use.
type Budget struct {
	pressure rt.Int32 // who waits, and one more while more is held than there may be: caches keep nothing then
	_        [60]byte // read all the time, written when units run out

	mu        rt.Mutex
	limit     int
	reserve   int
	held      [classes]int
	lines     [classes]line // of those that wait
	reserved  [classes]line // of those whose turn has come
	overtaken int           // those that fill, by the side that frees, since one of them took a unit
	over      bool          // more is held than there may be
	caches    []*Cache
	counts    [classes]counts
}

// counts are what happened, by class. Guarded by the budget's mu.
type counts struct {
	refused, granted, taken, revoked, passed, left uint64
}

// Rouser wakes a task that may sleep. It is called with no lock held, and allocates
// nothing.
type Rouser interface{ Rouse() }

// Init makes b have limit units, 0 or more, and reserve beside them.
func (b *Budget) Init(limit, reserve int) {
	b.limit, b.reserve = limit, reserve
	b.mu.Label("buffers.mu")
	b.pressure.Label("buffers.pressure")
}

// Tell tells the judge how many units there are. Resize does, too.
func (b *Budget) Tell() {
	rt.Probe(rt.ProbeLimit, rt.LimitBuffers, uint64(b.limit), uint64(b.reserve))
}

// Resize makes the limit another, 0 or more, and gives what is new to those who wait.
// If more is held by then, what comes back is gone until it is not; reservations that
// nobody has taken yet are. Any task may call it.
func (b *Budget) Resize(limit int) {
	b.mu.Lock()
	b.limit = limit
	b.Tell()
	b.weigh()
	if b.over {
		b.sweep()
	}
	for b.weigh(); b.over && b.revoke(); b.weigh() {
	}
	b.settle()
}

// tell tells the judge what happened to a unit for c, or to who waits for one.
func tell(who, what uint64, c Class) { rt.Probe(rt.ProbeBuffer, who, what, uint64(c)) }

// room reports whether there is a unit for c.
func (b *Budget) room(c Class) bool {
	if b.held[Freeing]+b.held[Filling] >= b.limit+b.reserve {
		return false
	}
	return c == Freeing || b.held[Filling] < b.limit
}

// weigh notes whether more is held than there may be.
func (b *Budget) weigh() {
	over := b.held[Freeing]+b.held[Filling] > b.limit+b.reserve || b.held[Filling] > b.limit
	if over == b.over {
		return
	}
	if b.over = over; over {
		b.pressure.Add(1)
	} else {
		b.pressure.Add(-1)
	}
}

// release takes a unit back, and makes it the reservation of whoever is first.
func (b *Budget) release(c Class) {
	b.mu.Lock()
	if b.held[c] == 0 {
		b.mu.Unlock()
		rt.Bug("buffers: a unit of the side %v comes back, and none is out; each comes back once, as what it was taken for", c)
	}
	b.held[c]--
	b.settle()
}

// settle serves the lines, lets go of mu, and wakes whom it has served.
func (b *Budget) settle() {
	if b.over {
		b.weigh()
	}
	for {
		k := b.grant()
		b.mu.Unlock()
		if k == nil {
			return
		}
		k.rouse.Rouse()
		b.mu.Lock()
	}
}

// grant makes a free unit the reservation of whoever is first, and returns the cache of
// the task to be woken; nil: nobody waits who may have one.
func (b *Budget) grant() *Cache {
	w := b.first()
	if w == nil {
		return nil
	}
	c := w.class
	b.lines[c].remove(w)
	b.pressure.Add(-1)
	b.held[c]++
	b.reserved[c].push(w)
	w.state, w.told = reserved, false
	b.counts[c].granted++
	tell(w.ID, rt.BufferGranted, c)
	w.cache.news.Store(true)
	return w.cache
}

// first is the waiter whose turn it is; nil: there is none, or no room.
func (b *Budget) first() *Waiter {
	frees, fills := b.lines[Freeing].first, b.lines[Filling].first
	if !b.room(Filling) {
		fills = nil
	}
	switch {
	case frees == nil || !b.room(Freeing) || fills != nil && b.overtaken >= bypass:
		return fills
	case fills != nil:
		b.overtaken++
	}
	return frees
}

// revoke takes back the youngest reservation of the side that fills, which nobody has
// taken yet; who had it is the first in line again. False: there is none.
func (b *Budget) revoke() bool {
	w := b.reserved[Filling].last
	if w == nil {
		return false
	}
	b.reserved[Filling].remove(w)
	b.held[Filling]--
	w.state = waits
	b.lines[Filling].unshift(w)
	if b.pressure.Add(1) == 1 {
		b.sweep() // as in join: a cache may have kept some since it was swept last
	}
	b.counts[Filling].revoked++
	tell(w.ID, rt.BufferRevoked, Filling)
	return true
}

// sweep takes what caches keep back into stock.
func (b *Budget) sweep() {
	for _, k := range b.caches {
		for c := range k.kept {
			if k.kept[c].Load() != 0 {
				b.held[c] -= int(k.kept[c].Swap(0))
			}
		}
	}
}
