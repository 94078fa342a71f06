package invariants

// Sharing (I36). Of an object of a cache that many read while one feeds it: its content
// only grows, and is whole when as much has come as its head says; a reader reads what has
// come, in order, hears of the end when all has come and it has read all, and of a failure
// if there was one, never of the one for the other. An object is there as long as anybody
// reads it, and at the end of a run there is none.

import (
	"brigade/core/rt"
	"brigade/sim"
)

var shareChecker = Checker{
	Numbers: []string{"I36"}, Name: "share",
	Allows: "who reads what another fetches sees it grow, and hears of its end when that has come, or of its failure",
	World:  "none",
	Kinds:  []rt.Kind{rt.ProbeCache},
	make:   func() property { return new(share) },
}

type share struct {
	judge
	objects roster[shared]
	readers roster[sharer]
}

// shared is an object.
type shared struct {
	headed  bool
	whole   bool
	failed  bool
	length  int64 // of the content, by its head; -1: that does not say
	size    int64 // that has come
	readers int
}

// sharer is a reader.
type sharer struct {
	of   uint64 // the object
	at   int64
	told uint64 // of the end (1), or a failure (2)
}

// Begin implements property.
func (s *share) Begin(x *sim.Sim) {
	s.s = x
	s.objects.reset()
	s.readers.reset()
}

// Event implements property.
func (s *share) Event(e *sim.Event) {
	if kind(e) != rt.ProbeCache {
		return
	}
	what, reader := e.B&0xff, e.B>>8
	if what == rt.CacheAsked {
		if s.objects.add(e.A, -1) == nil || reader != 0 || e.C != 0 {
			s.fail("I36", "object %d is asked for, but there was one of that number", e.A)
		}
		return
	}
	o := s.objects.find(e.A)
	switch {
	case o == nil:
		s.fail("I36", "something is told of object %d, which nobody has asked for", e.A)
	case o.gone:
		s.fail("I36", "something is told of object %d, which is gone", e.A)
	case what >= rt.CacheJoins && what <= rt.CacheLeaves:
		s.reads(e, o, what, reader)
	case reader != 0:
		s.fail("I36", "object %d is told of for reader %d, which that does not concern", e.A, reader)
	default:
		s.feeds(e, o, what)
	}
}

// feeds is what becomes of an object.
func (s *share) feeds(e *sim.Event, o *member[shared], what uint64) {
	r := &o.R
	over := r.whole || r.failed
	switch n := int64(e.C); what {
	case rt.CacheHead:
		if r.headed || over {
			s.fail("I36", "object %d has a second head, or one after its end", o.id)
		}
		r.headed, r.length = true, n
	case rt.CacheGrows:
		if r.size += n; !r.headed || over || n <= 0 || r.length >= 0 && r.size > r.length {
			s.fail("I36", "object %d grows by %d bytes to %d of %d (head: %t, over: %t)", o.id, n, r.size, r.length, r.headed, over)
		}
	case rt.CacheWhole:
		if r.size == 0 && r.headed && !over && n == r.length {
			r.size = n // it is what was stored, and still holds
		}
		if !r.headed || over || n != r.size || r.length >= 0 && n != r.length {
			s.fail("I36", "object %d is said to be whole with %d bytes; %d of %d have come (head: %t, over: %t)", o.id, n, r.size, r.length, r.headed, over)
		}
		r.whole = true
	case rt.CacheFailed:
		if over || n>>1 != r.size || n&1 == 1 != r.headed {
			s.fail("I36", "object %d is said to fail after %d bytes (word %#x); %d have come", o.id, n>>1, n, r.size)
		}
		r.failed = true
	case rt.CacheGone:
		state := int64(0)
		if r.whole {
			state = 1
		} else if r.failed {
			state = 2
		}
		if r.readers > 0 || n>>2 != r.size || n&3 != state || !over {
			s.fail("I36", "object %d goes with %d readers and %d bytes (word %#x, whole: %t, failed: %t)", o.id, r.readers, r.size, n, r.whole, r.failed)
		}
		o.gone = true
	default:
		s.fail("I36", "what has become of object %d is number %d, which there is not", o.id, what)
	}
}

// reads is what becomes of a reader.
func (s *share) reads(e *sim.Event, o *member[shared], what, reader uint64) {
	n := int64(e.C)
	if what == rt.CacheJoins {
		m := s.readers.add(reader, -1)
		if m == nil || reader == 0 || n != 0 {
			s.fail("I36", "reader %d joins object %d, but there was one of that number", reader, o.id)
			return
		}
		m.R.of = o.id
		o.R.readers++
		return
	}
	m := s.readers.live(reader)
	if m == nil || m.R.of != o.id {
		s.fail("I36", "something is told of reader %d of object %d, which does not read that", reader, o.id)
		return
	}
	r := &m.R
	switch what {
	case rt.CacheReads:
		if r.at += n; n <= 0 || r.at > o.R.size || r.told == 2 {
			s.fail("I36", "reader %d reads %d bytes of object %d, to %d; %d have come", reader, n, o.id, r.at, o.R.size)
		}
	case rt.CacheEnds:
		if r.told != 0 || !o.R.whole || n != o.R.size || n < r.at {
			s.fail("I36", "reader %d is told that %d bytes of object %d are all; %d have come (whole: %t, told: %d)", reader, n, o.id, o.R.size, o.R.whole, r.told)
		}
		r.told = 1
	case rt.CacheBreaks:
		if r.told != 0 || !o.R.failed || n != r.at {
			s.fail("I36", "reader %d is told that object %d has failed after %d bytes, at %d (failed: %t, told: %d)", reader, o.id, n, r.at, o.R.failed, r.told)
		}
		r.told = 2
	case rt.CacheLeaves:
		if n>>2 != r.at || uint64(n&3) != r.told {
			s.fail("I36", "reader %d leaves object %d at %d (word %#x); it was at %d, and told: %d", reader, o.id, n>>2, n, r.at, r.told)
		}
		m.gone = true
		o.R.readers--
	}
}

// Quiet implements property.
func (s *share) Quiet() {}

// End implements property.
func (s *share) End() {
	for i := range s.objects.members {
		if m := &s.objects.members[i]; !m.gone {
			s.fail("I36", "object %d is there at the end of the run, with %d readers", m.id, m.R.readers)
			return
		}
	}
}
