package cache

// Readers: each at its own pace, from the first byte on.

import (
	"time"

	"brigade/core/http1"
	"brigade/core/mem"
	"brigade/core/rt"
)

// State is what a reader finds.
type State uint8

// The states.
const (
	Ready   State = iota // there is something
	Waiting              // not yet; the reader is rung
	Last                 // there is something, and that is all
	Ended                // there is no more
	Broken               // no more will come: it is a part
	Turned               // what there is is not for this one
)

// What a reader was told of the end.
const (
	heardEnd     = 1
	heardFailure = 2
)

// Reader reads one object. It is its task's, between Find and Leave.
type Reader struct {
	Ear
	object *Object
	id     uint32
	leads  bool // it asked for the object
	hit    bool // the object is for it: it was there, or its head has come and was looked at

	nth   int    // page
	off   int    // in it
	at    int64  // bytes read
	took  int    // of what Next gave, and not said yet
	heard uint64 // what it was told of the end, for the judge

	after  *Reader
	before *Reader
}

// join makes r a reader of o.
func (o *Object) join(r *Reader) {
	o.refs++
	o.readers++
	s := o.store
	s.serial++
	ear := r.Ear
	*r = Reader{Ear: ear, object: o, id: uint32(s.serial), after: o.first}
	if o.first != nil {
		o.first.before = r
	}
	o.first = r
	s.tell(o, readerJoins, r.id, 0)
}

// Leave ends r's reading, whatever it has come to. It may be done twice.
func (r *Reader) Leave() {
	o := r.object
	if o == nil {
		return
	}
	var t trash
	o.store.mu.Lock()
	r.leave(&t)
	o.store.mu.Unlock()
	t.clear()
}

func (r *Reader) leave(t *trash) {
	o := r.object
	switch {
	case r.before != nil:
		r.before.after = r.after
	default:
		o.first = r.after
	}
	if r.after != nil {
		r.after.before = r.before
	}
	r.object, r.after, r.before, r.waits = nil, nil, nil, false
	o.readers--
	o.store.tell(o, readerLeaves, r.id, uint64(r.at)<<2|r.heard)
	if o.fed {
		o.passed(t)
		if !o.wanted() {
			t.must(&o.feed)
		}
	}
	o.drop(t)
}

// Heard says that r was woken: it looks again. True: it reads no more, and was all that
// was on its way to it.
func (r *Reader) Heard(s *Store) (over bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r.rung = false
	return r.object == nil
}

// Silent reports whether r reads nothing, and no bell is on its way to it: so it can be
// used again.
func (r *Reader) Silent(s *Store) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return r.object == nil && !r.rung
}

// Look looks for the head. Ready: Head has it. Broken: it will not come, and Failure says
// what is answered. Turned: r reads nothing any more.
func (r *Reader) Look(q *Query) State {
	var t trash
	o := r.object
	o.store.mu.Lock()
	state := r.look(q, &t)
	o.store.mu.Unlock()
	t.clear()
	return state
}

func (r *Reader) look(q *Query, t *trash) State {
	o := r.object
	switch o.phase {
	case asked:
		r.waits = true
		return Waiting
	case failed:
		if o.text == nil {
			return Broken
		}
		return r.turned(t) // it has seen nothing of it
	case void:
		return r.turned(t)
	case growing, whole, alone:
	}
	if !r.leads && !r.hit {
		if !o.shared || !o.answers(q) {
			return r.turned(t)
		}
		r.hit = true
		o.store.count.Shared++
	}
	return Ready
}

func (r *Reader) turned(t *trash) State {
	r.object.store.count.Turned++
	r.leave(t)
	return Turned
}

// Failure is what is answered for a head that has not come.
func (r *Reader) Failure() *http1.Error {
	s := r.object.store
	s.mu.Lock()
	defer s.mu.Unlock()
	return r.object.err
}

// Head is the head of r's object, which has one: it does not change any more, and is there
// until r leaves.
func (r *Reader) Head() (text []byte, meta *Meta) { return r.object.text, &r.object.meta }

// Length is how long the content is; None: nobody knows yet.
func (r *Reader) Length() int64 {
	o := r.object
	o.store.mu.Lock()
	defer o.store.mu.Unlock()
	return o.length
}

// Age is how old r's object is at now, for how long it is fresh in all, and whether it is
// kept (status 200), was brought up to date by a 304, or neither: 0.
func (r *Reader) Age(now rt.Instant) (age, life time.Duration, status int) {
	o := r.object
	o.store.mu.Lock()
	defer o.store.mu.Unlock()
	switch {
	case o.renewed:
		status = 304
	case o.shared:
		status = 200
	}
	return o.age(now), Lifetime(&o.meta), status
}

// Next is a piece of what follows, most bytes at most, the last piece being done with.
// steady: its bytes are there as long as r's object is held; else they are until Next is
// called again. Ready: there is one. Last: and it is the
// last. Waiting: r is rung when there is.
func (r *Reader) Next(most int) (piece []byte, steady bool, state State) {
	var t trash
	o := r.object
	o.store.mu.Lock()
	piece, steady, state = r.next(most, &t)
	o.store.mu.Unlock()
	t.clear()
	return piece, steady, state
}

func (r *Reader) next(most int, t *trash) (piece []byte, steady bool, state State) {
	o, b := r.object, r.object.body
	s := o.store
	r.read(t)
	if b != nil && r.at < b.size {
		if r.nth < b.first {
			rt.Bug("cache: a reader is at byte %d of object %d, and what is kept begins at %d; nothing goes before the slowest has read it", r.at, o.id, b.begins)
		}
		p := &b.pages[r.nth-b.first]
		piece = p.bytes[r.off:min(p.n, r.off+most)]
		r.took, state = len(piece), Ready
		if o.phase == whole && r.at+int64(len(piece)) == b.size {
			r.heard = heardEnd
			s.tell(o, readerEnds, r.id, uint64(b.size))
			state = Last
		}
		return piece, !o.window && !b.transit && o.length != None, state
	}
	switch o.phase {
	case whole:
		if r.heard == 0 {
			r.heard = heardEnd
			s.tell(o, readerEnds, r.id, uint64(r.at))
		}
		return nil, false, Ended
	case failed, void:
		if r.heard == 0 {
			r.heard = heardFailure
			s.tell(o, readerBreaks, r.id, uint64(r.at))
		}
		return nil, false, Broken
	case asked, growing, alone:
	}
	r.waits = true
	return nil, false, Waiting
}

// read counts the piece that r has been given last.
func (r *Reader) read(t *trash) {
	if r.took == 0 {
		return
	}
	o := r.object
	b := o.body
	n := r.took
	r.at += int64(n)
	if r.off += n; r.off == len(b.pages[r.nth-b.first].bytes) {
		r.nth, r.off = r.nth+1, 0
	}
	r.took = 0
	o.store.tell(o, readerReads, r.id, uint64(n))
	if o.fed {
		o.passed(t)
	}
}

// Pin holds an object for as long as a pool lives: pieces that are steady are, until then.
type Pin struct {
	cleanup mem.Cleanup
	object  *Object
	next    *Pin // unused ones
}

// Pin has r's object be held until pool ends, whichever task that does.
func (r *Reader) Pin(pool *mem.Pool) {
	o := r.object
	s := o.store
	s.mu.Lock()
	p := s.pins
	if p != nil {
		s.pins = p.next
	} else {
		p = new(Pin)
	}
	p.object, p.next = o, nil
	o.refs++
	s.mu.Unlock()
	pool.Register(&p.cleanup, p)
}

// Clean implements mem.Cleaner.
func (p *Pin) Clean() {
	var t trash
	o := p.object
	s := o.store
	s.mu.Lock()
	p.object = nil
	p.next, s.pins = s.pins, p
	o.drop(&t)
	s.mu.Unlock()
	t.clear()
}
