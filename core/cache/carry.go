package cache

// Content that one task fetches for another, and nobody else: an object that is found by
// none, and has one reader, who has its head already. It is fed like any other, and like one
// that is not kept it holds no more than a window of its content.

// Carry begins such an object, of length bytes of content, or None. r reads it, and at most
// most bytes of it, and one page, are held.
func (s *Store) Carry(r *Reader, length int64, most int) *Object {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.serial++
	o := &Object{
		store: s, id: s.serial, phase: growing, text: []byte{}, length: length, refs: 1, fed: true, size: overhead,
		window: true, most: most, body: &body{refs: 1, transit: true},
	}
	s.tell(o, objectAsked, 0, 0)
	o.join(r)
	r.leads = true
	s.tell(o, objectHead, 0, uint64(length))
	return o
}

// bound is how much is held of o, which is not kept.
func (o *Object) bound() int {
	if o.most > 0 {
		return o.most
	}
	return window
}
