package cache

// Bodies: content in pages of the page source, so that a guarded run sees whoever reads on
// when the last hold is gone. Pages are filled in order. Where the length is known there
// is no room left over; else a page is as long as all that came before it, up to a bound.

import "brigade/core/rt"

// page is one page, of which n bytes are content.
type page struct {
	bytes []byte
	n     int
}

// body is some content. Its pages' bytes are its feed's to write, beyond n.
type body struct {
	refs    int
	first   int // number of the first page there is: those before are gone
	pages   []page
	size    int64  // bytes of content, in all
	begins  int64  // where the first page begins
	counted int64  // bytes of pages
	transit bool   // it counts as in transit, not as stored
	trail   []byte // the trailers behind it: whole lines, there when all of it is
}

// The sizes of pages.
const (
	largestPage  = 64 << 10
	smallestPage = 2 << 10
	windowPage   = 16 << 10
)

// next is how long the page is that follows, when left bytes are to come, or None.
func (b *body) next(left int64) int {
	switch {
	case left > 0:
		return int(min(left, largestPage))
	case b.transit:
		return windowPage
	}
	return int(min(max(b.size, smallestPage), largestPage))
}

// room is how much fits into the last page.
func (b *body) room() int {
	if len(b.pages) == 0 {
		return 0
	}
	p := &b.pages[len(b.pages)-1]
	return len(p.bytes) - p.n
}

// count moves n bytes of pages into the account that b has, or out of it.
func (b *body) count(s *Store, n int64) {
	b.counted += n
	if b.transit {
		s.transit += n
	} else {
		s.used += n
	}
}

// moves has b count as in transit.
func (b *body) moves(s *Store) {
	n := b.counted
	b.count(s, -n)
	b.transit = true
	b.count(s, n)
}

// trim drops the pages before position at.
func (b *body) trim(s *Store, at int64, t *trash) {
	for len(b.pages) > 0 {
		p := b.pages[0]
		if p.n < len(p.bytes) || b.begins+int64(p.n) > at {
			return
		}
		b.begins += int64(p.n)
		b.count(s, -int64(len(p.bytes)))
		t.pages = append(t.pages, p.bytes)
		b.pages[0] = page{}
		b.pages = b.pages[1:]
		b.first++
	}
}

// drop gives one hold up.
func (b *body) drop(s *Store, t *trash) {
	if b.refs--; b.refs > 0 {
		return
	}
	b.count(s, -b.counted)
	for _, p := range b.pages {
		t.pages = append(t.pages, p.bytes)
	}
	b.pages, b.trail = nil, nil
}

// trash is what a section of the lock leaves behind: pages to give back, and those who
// have to be rung. It is seen to when the lock is not held any more.
type trash struct {
	pages [][]byte
	ears  *Ear
}

// clear does that.
func (t *trash) clear() {
	for _, p := range t.pages {
		rt.FreePages(p)
	}
	for e := t.ears; e != nil; {
		next := e.next // it may be rung again as soon as it has been
		e.next = nil
		e.waker.Wake()
		e = next
	}
}
