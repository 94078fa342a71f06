package cache

// What becomes of a request.

import (
	"brigade/core/http1"
	"brigade/core/rt"
)

// Query is a request, as a store looks at it.
type Query struct {
	Key     []byte
	Request *http1.Request
	Wish    Wish
	Now     rt.Instant
	Turned  int // how often it waited in vain

	Why     string // why there was nothing to use, in RFC 9211's words
	scratch []byte
}

// Ask makes q the question of r, whose key is key.
func (q *Query) Ask(r *http1.Request, key []byte, now rt.Instant) {
	q.Key, q.Request, q.Now, q.Why = key, r, now, ""
	q.Wish.Read(r)
}

// Finding is what there is for a request.
type Finding uint8

// The findings.
const (
	Alone  Finding = iota // nothing: it fetches for itself
	Absent                // nothing, and it wants nothing else: 504
	Hit                   // a head, and content: the reader has it
	Joined                // another's fetch: the reader waits for its head
	Lead                  // an object to be fetched, which the reader reads
)

// mostTurned is how often one request waits in vain before it does without.
const mostTurned = 2

// Find looks for what q asks, and has r read it, which reads nothing yet. With Lead the
// caller is to feed the object.
func (s *Store) Find(q *Query, r *Reader) (found Finding, o *Object) {
	var t trash
	s.mu.Lock()
	found, o = s.find(q, r, &t)
	switch found {
	case Alone:
		s.count.Alone++
	case Absent:
		s.count.Refused++
	case Hit:
		s.count.Hits++
	case Joined:
		s.count.Joined++
	case Lead:
		s.count.Led++
	}
	s.mu.Unlock()
	t.clear()
	return found, o
}

func (s *Store) find(q *Query, r *Reader, t *trash) (Finding, *Object) {
	if !q.Wish.Asks() || len(q.Key) == 0 || q.Turned >= mostTurned {
		q.Why = "bypass"
		return Alone, nil
	}
	f := s.families[string(q.Key)]
	o := s.match(f, q, t)
	f = s.families[string(q.Key)] // what was too old has gone
	switch {
	case o == nil:
	case o.phase == alone || !Admits(&o.meta, &q.Wish):
		q.Why = "bypass"
		return s.without(q), nil
	default:
		if UseFor(&o.meta, &q.Wish, o.age(q.Now)) != Validate {
			o.visited = true
			o.join(r)
			r.hit = true
			if o.phase == growing {
				s.count.Shared++
			}
			return Hit, o
		}
		q.Why = "stale"
	}
	if s.without(q) == Absent || !q.Wish.Leads() {
		return s.without(q), nil
	}
	if f != nil && q.Turned == 0 && !q.Wish.Has(NoCache) && (o == nil || !o.meta.Has(NoCache)) {
		if n := len(f.asked); n > 0 {
			f.asked[n-1].join(r)
			return Joined, f.asked[n-1]
		}
	}
	return Lead, s.begin(f, q, r, o)
}

// without is what becomes of q if nothing is there for it.
func (s *Store) without(q *Query) Finding {
	if q.Wish.Has(OnlyIfCached) {
		return Absent
	}
	return Alone
}

// match is what is stored for q; nil: nothing is. Marks that have ended go.
func (s *Store) match(f *family, q *Query, t *trash) (mark *Object) {
	q.Why = "uri-miss"
	if f == nil {
		return nil
	}
	for i := len(f.stored) - 1; i >= 0; i-- {
		o := f.stored[i]
		switch {
		case o.phase == alone && o.until <= q.Now:
			s.unlist(o, t)
		case o.phase == alone:
			mark = o
		case o.fits(q):
			return o
		default:
			q.Why = "vary-miss"
		}
	}
	return mark
}

// begin makes an object that is to be fetched, for q, whose reader is r. old is what is
// stored, and has to be validated.
func (s *Store) begin(f *family, q *Query, r *Reader, old *Object) *Object {
	if f == nil {
		f = &family{key: string(q.Key)}
		s.families[f.key] = f
	}
	s.serial++
	o := &Object{store: s, id: s.serial, family: f, length: None, refs: 1, fed: true}
	o.size = overhead + int64(len(f.key))
	f.asked = append(f.asked, o)
	if old != nil && old.phase == whole && old.meta.Validates() {
		o.old = old
		old.refs++
	}
	s.tell(o, objectAsked, 0, 0)
	o.join(r)
	r.leads = true
	return o
}
