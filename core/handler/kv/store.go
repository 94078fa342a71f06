package kv

// The store: a map under one lock, and a number for each change. An entry is immutable;
// its tag is made of that number and of one that was drawn when the store was made, so no
// tag names two values, neither after a DELETE nor after a restart: a swap that rests on
// one succeeds only if nobody has changed the value meanwhile (no ABA).
//
// Invariant: size is what all entries weigh, and at most limit. Those that were replaced
// and are still being sent are not counted: there are as many as connections at most.

import (
	"strconv"

	"brigade/core/http1"
	"brigade/core/rt"
)

// overhead is what an entry weighs beside its key and its value.
const overhead = 128

// entry is a value. Nothing of it changes.
type entry struct {
	value []byte
	tag   []byte // the entity tag, strong, with its quotes
}

// store is a map from keys to entries.
type store struct {
	limit int64
	seed  uint64

	mu      rt.Mutex
	entries map[string]*entry // guarded by mu, as is what follows
	size    int64
	changes uint64
}

func (s *store) init(limit int64) {
	s.limit, s.seed = limit, rt.Rand()
	s.entries = make(map[string]*entry)
	s.mu.Label("kv")
}

// get is the entry at key; nil: there is none.
func (s *store) get(key []byte) *entry {
	s.mu.Lock()
	e := s.entries[string(key)]
	s.mu.Unlock()
	return e
}

// judge is the outcome of r's preconditions for e, which may be none.
func judge(r *http1.Request, e *entry, now int64) http1.Condition {
	if e == nil {
		return r.EvaluateAbsent()
	}
	return r.Evaluate(e.tag, http1.NoDate, now)
}

// put stores value at key, if r's preconditions are true of what is there. created: there
// was nothing. An error is the answer, and nothing has changed.
func (s *store) put(key []byte, value []byte, r *http1.Request, now int64) (e *entry, created bool, refused *http1.Error) {
	e = &entry{value: value}
	s.mu.Lock()
	defer s.mu.Unlock()
	old := s.entries[string(key)]
	if judge(r, old, now) == http1.PreconditionFailed {
		return nil, false, http1.ErrPrecondition
	}
	size := s.size + weight(key, e) - weight(key, old)
	if size > s.limit {
		return nil, false, errFull
	}
	s.changes++
	e.tag = appendTag(nil, s.seed, s.changes)
	s.size, s.entries[string(key)] = size, e
	return e, old == nil, nil
}

// remove takes away what is at key, under the same condition.
func (s *store) remove(key []byte, r *http1.Request, now int64) *http1.Error {
	s.mu.Lock()
	defer s.mu.Unlock()
	old := s.entries[string(key)]
	switch {
	case old == nil: // conditions are for what could be done without them (RFC 9110 §13.2.1)
		return http1.ErrNotFound
	case judge(r, old, now) == http1.PreconditionFailed:
		return http1.ErrPrecondition
	}
	s.size -= weight(key, old)
	delete(s.entries, string(key))
	return nil
}

// weight is what e counts for at key.
func weight(key []byte, e *entry) int64 {
	if e == nil {
		return 0
	}
	return int64(len(key)+len(e.value)) + overhead
}

// appendTag appends the entity tag of a store's n-th change.
func appendTag(dst []byte, seed, n uint64) []byte {
	dst = strconv.AppendUint(append(dst, '"'), seed, 36)
	return append(strconv.AppendUint(append(dst, '-'), n, 36), '"')
}
