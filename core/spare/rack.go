// Package spare keeps what serves nobody just now, such as connections to backends, for
// the next who needs one: its owner first, and, if that has more than another who has
// none, that one.
//
//	rack.Keep(key, item, most)   // the owner has it to spare
//	rack.Take(key)               // and takes the one that it kept last
//	rack.Claim(item)             // or this one, of which it has news
//	rack.Steal(key, part)        // another task takes one over
//
// What was taken over is told to the owner when it asks next (Taken): it may have a
// place for it still, which only the owner can give up.
package spare

import "brigade/core/rt"

// Rack is what one owner keeps, by key. Init it before use.
type Rack[K, T comparable] struct {
	number rt.Int32 // of all that is kept; only the owner makes it more
	news   rt.Bool  // the owner was not told of all that was taken

	mu    rt.Mutex
	lists []list[K, T] // guarded by mu
	taken []T          // guarded by mu: by others, of which the owner was not told yet
}

// list is what is kept of one key, the last at the end: what is too much grows old.
type list[K, T comparable] struct {
	key   K
	items []T
}

// Init names r in reports.
func (r *Rack[K, T]) Init(name string) {
	r.number.Label(name + ".number")
	r.news.Label(name + ".news")
	r.mu.Label(name + ".mu")
}

// of is the list of a key, with mu held.
func (r *Rack[K, T]) of(key K) *list[K, T] {
	for i := range r.lists {
		if r.lists[i].key == key {
			return &r.lists[i]
		}
	}
	r.lists = append(r.lists, list[K, T]{key: key})
	return &r.lists[len(r.lists)-1]
}

// Keep keeps item. False: there are most of its key. It is the owner's to call.
func (r *Rack[K, T]) Keep(key K, item T, most int) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	s := r.of(key)
	if len(s.items) >= most {
		return false
	}
	s.items = append(s.items, item)
	r.number.Add(1)
	return true
}

// Take is the item of key that was kept last. False: there is none. It is the owner's to
// call.
func (r *Rack[K, T]) Take(key K) (item T, ok bool) {
	if r.number.Load() == 0 {
		return item, false // others make it less, and only the owner more
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	s := r.of(key)
	if len(s.items) == 0 {
		return item, false
	}
	return r.remove(s, len(s.items)-1), true
}

// Oldest is the item of key that was kept first. False: there is none. It is the owner's
// to call.
func (r *Rack[K, T]) Oldest(key K) (item T, ok bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	s := r.of(key)
	if len(s.items) == 0 {
		return item, false
	}
	return r.remove(s, 0), true
}

// Any is the oldest item of some key. It is the owner's to call.
func (r *Rack[K, T]) Any() (item T, ok bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for i := range r.lists {
		if s := &r.lists[i]; len(s.items) > 0 {
			return r.remove(s, 0), true
		}
	}
	return item, false
}

// Claim takes item. False: another has taken it over. It is the owner's to call.
func (r *Rack[K, T]) Claim(key K, item T) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	s := r.of(key)
	for i, x := range s.items {
		if x == item {
			r.remove(s, i)
			return true
		}
	}
	return false
}

// Steal takes over the item of key that was kept last, and calls part with it before
// the owner can learn of that: what the two have together is parted there. False: there
// is none. It is anybody's to call but the owner's.
func (r *Rack[K, T]) Steal(key K, part func(item T)) bool {
	if r.number.Load() == 0 {
		return false
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	s := r.of(key)
	if len(s.items) == 0 {
		return false
	}
	item := r.remove(s, len(s.items)-1)
	r.taken = append(r.taken, item)
	r.news.Store(true)
	part(item)
	return true
}

// remove takes the i-th out of s, with mu held.
func (r *Rack[K, T]) remove(s *list[K, T], i int) T {
	item := s.items[i]
	s.items = append(s.items[:i], s.items[i+1:]...)
	r.number.Add(-1)
	return item
}

// Taken appends what others have taken over since it was asked last. It is the owner's to
// call.
func (r *Rack[K, T]) Taken(to []T) []T {
	if !r.news.Load() {
		return to
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	to = append(to, r.taken...)
	clear(r.taken)
	r.taken = r.taken[:0]
	r.news.Store(false)
	return to
}
