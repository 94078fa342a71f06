package cache

// Objects: one answer of an origin, from when it is asked for until nobody has it any more.
//
//	phase    what is there                              readers
//	asked    nothing; the origin is being asked         wait for the head
//	growing  the head, and the content so far           read what is there, then wait
//	whole    all of it                                  read it, and end
//	failed   what came before its feed failed           end with an error
//	void     nothing that is for them: it was asked     look again, or fetch for themselves
//	         for in vain
//	alone    nothing; a mark in the store that what is  are not let in
//	         asked for here was not to be shared
//
// An object that is shared is found by others, and kept whole. One that is not has the
// reader who asked for it, and those who were reading when it turned out too long: it
// holds no more than a window of its content, from where the slowest of them is.
//
// It lives as long as the store, a reader, its feed, a pin or a successor that may take
// its body over holds it (refs); bodies are counted apart, since an object that was
// validated and its successor have one.

import (
	"time"

	"brigade/core/http1"
	"brigade/core/rt"
)

type phase uint8

const (
	asked phase = iota
	growing
	whole
	failed
	void
	alone
)

// Object is such an answer. All of it is guarded by its store's lock, but for what is
// fixed when it is no longer asked for.
type Object struct {
	store  *Store
	id     uint64
	family *family // nil: it is not found any more
	phase  phase
	shared bool // others may read it, and it is kept whole
	barred bool // it is not to be stored: what it was made from has changed since
	refs   int

	text    []byte // the head; fixed with what follows it
	meta    Meta
	vary    []byte
	variant []byte
	initial time.Duration // its age when it came
	came    rt.Instant
	length  int64 // of the content; None: not known yet

	body   *body
	old    *Object // what is validated; nil: nothing is
	err    *http1.Error
	until  rt.Instant // of alone: when that ends
	size   int64      // what it counts for beside its body
	window bool       // of its content only what somebody still has to read is kept
	most   int        // of that; 0: as usual
	trails bool       // trailers may come behind the content

	feed    Ear
	fed     bool // there is a feed
	first   *Reader
	readers int

	visited bool    // since the hand passed
	newer   *Object // in the order of eviction
	older   *Object
	ranked  bool
	charged bool // size counts towards the limit
	renewed bool // its head came with a 304
}

// overhead is about what an object takes beside its texts and its body: itself, its key
// in the index, and its links.
const overhead = 768

// age is how old o is at now.
func (o *Object) age(now rt.Instant) time.Duration { return o.initial + now.Sub(o.came) }

// answers reports whether o, which has a head, is for r and w at now.
func (o *Object) answers(q *Query) bool {
	return Admits(&o.meta, &q.Wish) && o.fits(q) && UseFor(&o.meta, &q.Wish, o.age(q.Now)) != Validate
}

// fits reports whether q is a request of o's variant.
func (o *Object) fits(q *Query) bool {
	if len(o.vary) == 0 {
		return true
	}
	q.scratch = AppendVariant(q.scratch[:0], o.vary, q.Request)
	return string(q.scratch) == string(o.variant)
}

// state is how much has come of o, and in bit 0 whether its head has: for the judge.
func (o *Object) state() (word uint64) {
	if o.body != nil {
		word = uint64(o.body.size) << 1
	}
	if o.text != nil {
		word |= 1
	}
	return word
}

// ending is how o has ended, for the judge.
func (o *Object) ending() uint64 {
	switch o.phase {
	case whole:
		return heardEnd
	case failed, void:
		return heardFailure
	case asked, growing, alone:
	}
	return 0
}

// drop gives one hold on o up.
func (o *Object) drop(t *trash) {
	if o.refs--; o.refs > 0 {
		return
	}
	if o.refs < 0 {
		rt.Bug("cache: object %d is let go of more often than it was held", o.id)
	}
	s := o.store
	if o.charged {
		s.used -= o.size
	}
	if o.phase != alone {
		s.tell(o, objectGone, 0, o.state()&^1<<1|o.ending())
	}
	if o.body != nil {
		o.body.drop(s, t)
		o.body = nil
	}
	if old := o.old; old != nil {
		o.old = nil
		old.drop(t)
	}
}
