package cache

// The store: an index by key, an account of bytes that never exceeds its limit, and one
// lock. Under one key there may be several variants (RFC 9111 §4.1), and several fetches
// at a time: who came while one was asked for waits for its head, and whom that is not for
// fetches for itself and waits for nobody a second time, so that what cannot be shared is
// not fetched one after the other.

import "brigade/core/rt"

// Store is a cache. Any task may call its methods.
type Store struct {
	opt Options

	mu       rt.Mutex
	families map[string]*family // looked up, and never gone through
	newest   *Object            // of what is ranked
	oldest   *Object
	hand     *Object
	ranked   int
	used     int64 // bytes of what is stored, or was and is still read
	transit  int64 // bytes of what only passes through
	serial   uint64
	pins     *Pin
	count    Counts
}

// family is what there is under one key. It is in the index as long as there is anything.
type family struct {
	key    string
	asked  []*Object // that others may wait for
	stored []*Object // with a head, the newest last; marks among them
}

// Counts are what a store has done, and what it has.
type Counts struct {
	Hits      uint64 // requests answered with what was there, or growing
	Joined    uint64 // that waited for the head of another's fetch
	Shared    uint64 // of both: those that read what was still being fetched for another
	Led       uint64 // fetches for all
	Alone     uint64 // requests that were left to fetch for themselves
	Refused   uint64 // that had asked for what is stored only, and it was not
	Turned    uint64 // that waited for what turned out not to be for them
	Validated uint64 // stored answers that a 304 brought up to date
	Failed    uint64 // fetches that failed, or were given up
	Outgrown  uint64 // that turned out too long to be kept
	Evicted   uint64 // objects that had to make room
	Purged    uint64 // that were dropped since what they tell of was changed
	Objects   int    // stored now, marks among them
	Used      int64  // bytes that count towards the limit
	Transit   int64  // bytes that only pass through
	Limit     int64
}

// New makes a store.
func New(o Options) (*Store, error) {
	if err := o.Complete(); err != nil {
		return nil, err
	}
	s := &Store{opt: o, families: make(map[string]*family)}
	s.mu.Label("cache.mu")
	return s, nil
}

// Counts is a snapshot.
func (s *Store) Counts() Counts {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.count
	c.Objects, c.Used, c.Transit, c.Limit = s.ranked, s.used, s.transit, s.opt.Bytes
	return c
}

// Trust is what keys were made with (Options.Trust).
func (s *Store) Trust() bool { return s.opt.Trust }

// Close gives back all that is stored. Nobody reads or feeds any more.
func (s *Store) Close() {
	var t trash
	s.mu.Lock()
	for s.oldest != nil {
		s.unlist(s.oldest, &t)
	}
	s.mu.Unlock()
	t.clear()
}

// Purge drops what is stored under a key: what it tells of was changed (RFC 9111 §4.4).
// What is being fetched now is not stored either, and nobody else waits for it.
func (s *Store) Purge(key []byte) {
	var t trash
	s.mu.Lock()
	if f := s.families[string(key)]; f != nil {
		for len(f.stored) > 0 {
			s.count.Purged++
			s.unlist(f.stored[len(f.stored)-1], &t)
		}
		for _, o := range f.asked {
			o.barred = true
		}
		f.asked = nil
		s.reap(f)
	}
	s.mu.Unlock()
	t.clear()
}

// reap takes f out of the index if it has nothing.
func (s *Store) reap(f *family) {
	if len(f.asked)+len(f.stored) == 0 && s.families[f.key] == f {
		delete(s.families, f.key)
	}
}

// unask has nobody wait for o any more who does not yet.
func (s *Store) unask(o *Object) {
	f := o.family
	if f == nil {
		return
	}
	for i, other := range f.asked {
		if other == o {
			f.asked = append(f.asked[:i], f.asked[i+1:]...)
			break
		}
	}
	s.reap(f)
}

// publish has o, which has a head and is shared, be found, in the place of what it
// replaces.
func (s *Store) publish(o *Object, t *trash) {
	f := s.home(o)
	for i := len(f.stored) - 1; i >= 0; i-- {
		old := f.stored[i]
		if old.phase == alone || string(old.vary) == string(o.vary) && string(old.variant) == string(o.variant) {
			s.unlist(old, t)
			f = s.home(o)
		}
	}
	if len(f.stored) == variants {
		s.unlist(f.stored[0], t)
	}
	s.list(f, o)
}

// variants is how many there may be under one key.
const variants = 16

// home is o's family, in the index.
func (s *Store) home(o *Object) *family {
	if f := s.families[o.family.key]; f != nil {
		o.family = f
	} else {
		s.families[o.family.key] = o.family
	}
	return o.family
}

// list puts o in the index, which holds it from then on.
func (s *Store) list(f *family, o *Object) {
	f.stored = append(f.stored, o)
	o.family = f
	o.refs++
	s.rank(o)
}

// unlist takes o out of the index, if it is there.
func (s *Store) unlist(o *Object, t *trash) {
	if !o.ranked {
		return
	}
	f := o.family
	for i, other := range f.stored {
		if other == o {
			f.stored = append(f.stored[:i], f.stored[i+1:]...)
			break
		}
	}
	s.unrank(o)
	s.reap(f)
	o.drop(t)
}

// keepAlone marks that what o is asked for is not to be shared for a while. What failed
// at its origin is no sign of that.
func (s *Store) keepAlone(o *Object, t *trash) {
	if o.barred || o.meta.Status >= 500 || s.opt.Alone == 0 {
		return
	}
	s.serial++
	m := &Object{store: s, id: s.serial, family: o.family, phase: alone, until: o.came.Add(s.opt.Alone)}
	m.size = overhead + int64(len(o.family.key))
	if !s.makeRoom(m.size, t) {
		return
	}
	f := s.home(m)
	for i := len(f.stored) - 1; i >= 0; i-- {
		if f.stored[i].phase == alone {
			s.unlist(f.stored[i], t)
			f = s.home(m)
		}
	}
	s.used += m.size
	m.charged = true
	s.list(f, m)
}

// admits makes room for o, whose content has n bytes, as far as that is known, and counts
// what it takes. False: there is none.
func (s *Store) admits(o *Object, n int64, t *trash) bool {
	if !s.makeRoom(o.size+n, t) {
		return false
	}
	o.size += n
	s.used += o.size
	o.charged = true
	return true
}

// tell tells the judge.
func (s *Store) tell(o *Object, what uint64, reader uint32, n uint64) {
	if rt.Checking() {
		rt.Probe(rt.ProbeCache, o.id, uint64(reader)<<8|what, n)
	}
}

// What the judge is told of objects and their readers.
const (
	objectAsked  = rt.CacheAsked
	objectHead   = rt.CacheHead
	objectGrows  = rt.CacheGrows
	objectWhole  = rt.CacheWhole
	objectFailed = rt.CacheFailed
	objectGone   = rt.CacheGone
	readerJoins  = rt.CacheJoins
	readerReads  = rt.CacheReads
	readerEnds   = rt.CacheEnds
	readerBreaks = rt.CacheBreaks
	readerLeaves = rt.CacheLeaves
)
