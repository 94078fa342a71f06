package cache

// Trailers (RFC 9110 §6.5): whole lines behind content that came in chunks. They are stored
// apart from the head and never become a part of it (RFC 9111 §3.1), since who reads a head
// acts on it before they are there. They belong to the body: a 304, which brings the head up
// to date, leaves them as they came. Of each response they are the reader's to ask for, or
// to leave.
//
// Invariant: they count in the bytes of their object, and are there before it is whole.

// Trail adds trailers behind the content, before it ends. What has no room for them is not
// kept; those who read it get them all the same.
func (o *Object) Trail(lines []byte) {
	var t trash
	s, b, n := o.store, o.body, int64(len(lines))
	s.mu.Lock()
	if o.shared && (b.size+n > s.opt.Longest || !s.makeRoom(n, &t)) {
		o.outgrows(&t)
	}
	b.trail = append(b.trail, lines...)
	b.count(s, n)
	s.mu.Unlock()
	t.clear()
}

// Trailers are those of r's object, which has ended.
func (r *Reader) Trailers() []byte {
	o := r.object
	o.store.mu.Lock()
	defer o.store.mu.Unlock()
	return o.body.trail
}

// Trails reports whether r's object, which has a head, has trailers, or may have yet.
func (r *Reader) Trails() bool {
	o := r.object
	o.store.mu.Lock()
	defer o.store.mu.Unlock()
	return o.trails && o.phase == growing || len(o.body.trail) > 0
}
