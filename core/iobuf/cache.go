package iobuf

// Caches. Each task keeps a few units at hand, so that the usual request takes no lock.
// They are a number that whoever runs short may take (sweep): a unit in a cache starves
// nobody, however long its task sleeps.
//
// That needs an order. Who keeps a unit adds it first and looks for pressure then; who
// waits adds to the pressure first and sweeps then. Operations on both are sequentially
// consistent, so one of the two sees the other (Dekker).

import "brigade/core/rt"

// keep is how many units of a class a cache holds at most.
const keep = 4

// Cache is one task's hold on the budget, and the line in which it waits. Join it
// before use. Its methods are its task's to call.
type Cache struct {
	budget *Budget
	rouse  Rouser
	kept   [classes]rt.Int32
	news   rt.Bool // one of its waiters has a reservation, and its task may not know
	called bool    // in this turn its task was told of one
}

// Join gives k a part in b, before the tasks of b start. r wakes k's task; nil: nobody
// waits in it. name is what k is called in reports.
func (b *Budget) Join(k *Cache, name string, r Rouser) {
	k.budget, k.rouse = b, r
	k.news.Label(name + ".news")
	for c := range k.kept {
		k.kept[c].Label(name + "." + Class(c).String())
	}
	b.caches = append(b.caches, k)
}

// draw takes a unit that k keeps, unless somebody waits for one.
func (k *Cache) draw(c Class) bool {
	if k.budget.pressure.Load() != 0 {
		return false
	}
	return k.less(c)
}

// less takes a unit that k keeps.
func (k *Cache) less(c Class) bool {
	for n := k.kept[c].Load(); n > 0; n = k.kept[c].Load() {
		if k.kept[c].CompareAndSwap(n, n-1) {
			return true
		}
	}
	return false
}

// Put gives a unit back, which was taken for c.
func (k *Cache) Put(c Class) {
	tell(0, rt.BufferBack, c)
	if k.kept[c].Add(1) <= keep && k.budget.pressure.Load() == 0 {
		return
	}
	if k.less(c) {
		k.budget.release(c)
	}
	// Else whoever runs short has swept it up, and serves the line.
}

// Take takes a unit for c, if there is one that nobody waits for.
func (k *Cache) Take(c Class) bool {
	if k.draw(c) {
		tell(0, rt.BufferOut, c)
		return true
	}
	b := k.budget
	b.mu.Lock()
	if b.lines[c].first == nil && !b.room(c) {
		b.sweep()
	}
	ok := b.lines[c].first == nil && (b.room(c) || c == Freeing && b.overtake())
	if ok {
		b.held[c]++
		tell(0, rt.BufferOut, c)
	} else {
		b.counts[c].refused++
		if c == Freeing {
			tell(0, rt.BufferRefused, c)
		}
	}
	b.settle()
	return ok
}

// overtake has the side that frees take what is reserved for one that fills, and has
// not been taken yet.
func (b *Budget) overtake() bool {
	if b.overtaken >= bypass || !b.revoke() {
		return false
	}
	b.overtaken++
	return b.room(Freeing)
}

// Want takes a unit for w: what is reserved for it, or what is free and nobody else's
// turn. False: it stands in line, and k's task is roused when Next returns it.
func (k *Cache) Want(w *Waiter, c Class) bool {
	b := k.budget
	if w.cache == nil && k.draw(c) {
		tell(0, rt.BufferOut, c)
		return true
	}
	if w.cache != nil && (w.cache != k || w.class != c) {
		rt.Bug("buffers: %d wants a unit in one task, and waits for one in another, or of the side %v; it withdraws first", w.ID, w.class)
	}
	b.mu.Lock()
	fresh := w.cache == nil
	if fresh && b.lines[c].first == nil && b.room(c) {
		b.held[c]++
		tell(0, rt.BufferOut, c)
		b.mu.Unlock()
		return true
	}
	if fresh {
		k.join(w, c)
	}
	for w.state == waits {
		other := b.grant()
		switch {
		case other == nil && c == Freeing && b.overtaken < bypass && b.revoke():
		case other == nil:
			if fresh {
				b.counts[c].refused++
			}
			b.mu.Unlock()
			return false
		case other != k:
			b.mu.Unlock()
			other.rouse.Rouse()
			b.mu.Lock()
		}
	}
	b.reserved[c].remove(w)
	w.cache, w.state = nil, out
	b.counts[c].taken++
	if c == Filling {
		b.overtaken = 0
	}
	tell(w.ID, rt.BufferTaken, c)
	b.settle() // more than one unit may have been swept up
	return true
}

// join puts w at the end of its line, with mu held. What caches keep is in stock then:
// the first who waits sweeps it up, and until nobody does they keep nothing.
func (k *Cache) join(w *Waiter, c Class) {
	b := k.budget
	w.cache, w.class, w.state = k, c, waits
	b.lines[c].push(w)
	if b.pressure.Add(1) == 1 {
		b.sweep()
	}
	tell(w.ID, rt.BufferJoins, c)
}

// Withdraw takes w out of line. What is reserved for it passes on.
func (k *Cache) Withdraw(w *Waiter) {
	if w.cache == nil {
		return
	}
	if w.cache != k {
		rt.Bug("buffers: %d is withdrawn in a task in which it does not wait; the line is left where it was joined", w.ID)
	}
	b := k.budget
	b.mu.Lock()
	if w.state == reserved {
		b.reserved[w.class].remove(w)
		b.held[w.class]--
		b.counts[w.class].passed++
		tell(w.ID, rt.BufferPassed, w.class)
	} else {
		b.lines[w.class].remove(w)
		b.pressure.Add(-1)
		b.counts[w.class].left++
		tell(w.ID, rt.BufferLeaves, w.class)
	}
	w.cache, w.state = nil, out
	b.settle()
}

// Pressed reports whether others wait for a unit, or too many are out.
func (k *Cache) Pressed() bool { return k.budget.pressure.Load() != 0 }

// News reports whether Next may return one: a task looks before it sleeps.
func (k *Cache) News() bool { return k.news.Load() }

// Next is a waiter for which a unit is reserved, and of which k's task has not been
// told; nil: there is none. The task runs it now, or withdraws it.
func (k *Cache) Next() *Waiter {
	if !k.news.Load() {
		return nil
	}
	b := k.budget
	b.mu.Lock()
	defer b.mu.Unlock()
	for c := range b.reserved {
		for w := b.reserved[c].first; w != nil; w = w.behind {
			if w.cache == k && !w.told {
				w.told, k.called = true, true
				return w
			}
		}
	}
	k.news.Store(false)
	return nil
}

// EndTurn passes on what Next told k's task of and nobody has taken; who did not stands
// at the end of its line.
func (k *Cache) EndTurn() {
	if !k.called {
		return
	}
	k.called = false
	b := k.budget
	b.mu.Lock()
	for c := range b.reserved {
		for w := b.reserved[c].first; w != nil; {
			next := w.behind
			if w.cache == k && w.told {
				b.reserved[c].remove(w)
				b.held[c]--
				w.state = waits
				b.lines[c].push(w)
				b.pressure.Add(1)
				b.counts[c].passed++
				tell(w.ID, rt.BufferPassed, Class(c))
				tell(w.ID, rt.BufferJoins, Class(c))
			}
			w = next
		}
	}
	b.settle()
}

// Awake looks, after a sleep that nobody has ended, whether somebody should have.
func (k *Cache) Awake() {
	if rt.Rechecked() && k.news.Load() {
		k.news.LostWakeup()
	}
}
