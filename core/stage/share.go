package stage

// Answers out of the cache: a fetch that reads an object (core/cache) in the place of a
// backend. What is stored, or growing, is passed on piece by piece like a backend's
// answer, at the pace of its own client; what is not there yet is waited for, and what
// nobody fetches is fetched by a feed (feed.go). Each response has its own conditions,
// filters, and Age.
//
//	phase   what happens                                      ends
//	find    the store is asked                                 look, choose (a fetch of its own), 504
//	look    the head of the object comes                       read; find, if that is not for this one
//	read    its content goes through to the client             it is whole
//
// What lasts is not copied: the pages of an object that is kept are held by a pin in the
// request's pool until the response has left, in whichever task that is.

import (
	"strconv"
	"time"

	"brigade/core/cache"
	"brigade/core/handoff"
	"brigade/core/http1"
)

// tap is what a fetch has that reads an object. It is its loop's.
type tap struct {
	chime  chime
	reader cache.Reader
	of     *Conn // who reads; nil: nobody any more, and a bell is on its way
	found  cache.Finding
	why    string // there was nothing to be used, as RFC 9211 has it
	waits  bool   // of is at home, and waits for the object
	pinned bool
	span   span // of its content, what the response has
	trails bool // and what trails it
}

// chime tells a loop that there is news of an object that one of its connections reads, or
// one of its feeds brings.
type chime struct {
	link handoff.Link[chime]
	home *loop
	tap  *tap
	feed *feed
}

// HandoffLink implements handoff.Linked.
func (b *chime) HandoffLink() *handoff.Link[chime] { return &b.link }

// Wake implements mem.Waker. Any task may call it.
func (b *chime) Wake() {
	l := b.home
	l.chimes.Push(b)
	l.Rouse()
}

// peal acts on the chimes that came.
func (l *loop) peal() {
	for b := l.chimes.Take(); b != nil; {
		next := l.chimes.Next(b)
		if b.tap != nil {
			l.tapped(b.tap)
		} else {
			l.fedOn(b.feed)
		}
		b = next
	}
}

// tapped is news of t's object.
func (l *loop) tapped(t *tap) {
	if t.reader.Heard(l.server.lane) || t.of == nil {
		if t.of == nil {
			l.taps = append(l.taps, t)
		}
		return
	}
	if !t.waits {
		return // it looks again when it has its turn
	}
	c := t.of
	t.waits = false
	if c.stream == nil {
		l.leave(c)
	}
	l.run(c, stepFetch)
}

// tap is an unused one, for c.
func (l *loop) tap(c *Conn) *tap {
	n := len(l.taps)
	if n == 0 {
		t := new(tap)
		t.chime = chime{home: l, tap: t}
		t.reader.Listens(&t.chime)
		l.taps = append(l.taps, t)
		n = 1
	}
	t := l.taps[n-1]
	l.taps = l.taps[:n-1]
	t.of, t.waits, t.pinned, t.span, t.trails = c, false, false, span{left: cache.None}, false
	return t
}

// untap ends c's reading.
func (l *loop) untap(f *fetch) {
	t := f.tap
	f.tap = nil
	t.reader.Leave()
	t.of, t.waits = nil, false
	if t.reader.Silent(l.server.lane) {
		l.taps = append(l.taps, t)
	}
}

// question makes the loop's query c's.
func (l *loop) question(c *Conn) *cache.Query {
	q, r := &l.query, &c.http.X.Request
	l.key = cache.AppendKey(l.key[:0], r, l.server.cache.Trust())
	q.Ask(r, l.key, l.now)
	q.Turned = c.fetch.turned
	return q
}

// finds asks the store for c.
func (l *loop) finds(c *Conn) step {
	f, q := c.fetch, l.question(c)
	t := l.tap(c)
	found, o := l.server.cache.Find(q, &t.reader)
	t.found, t.why = found, q.Why
	f.why = q.Why
	switch found {
	case cache.Alone, cache.Absent:
		t.of = nil
		l.taps = append(l.taps, t)
		f.phase = fetchChoose
		if found == cache.Absent {
			f.failure = http1.ErrGatewayTimeout
			return l.giveUp(c)
		}
	case cache.Lead:
		f.tap, f.phase = t, fetchLook
		l.feeds(c, o, q)
	case cache.Hit, cache.Joined:
		f.tap, f.phase = t, fetchLook
	}
	return stepFetch
}

// looks looks for the head of c's object.
func (l *loop) looks(c *Conn) step {
	f := c.fetch
	t := f.tap
	switch t.reader.Look(l.question(c)) {
	case cache.Ready, cache.Last:
		return l.begun(c)
	case cache.Waiting:
		return l.awaitObject(c)
	case cache.Broken:
		if f.failure = t.reader.Failure(); f.failure == nil {
			f.failure = http1.ErrBadGateway
		}
		return l.giveUp(c)
	case cache.Turned, cache.Ended:
		f.turned++
		l.untap(f)
		f.phase = fetchFind
	}
	return stepFetch
}

// awaitObject leaves c waiting for its object.
func (l *loop) awaitObject(c *Conn) step {
	c.fetch.tap.waits = true
	if c.stream != nil {
		l.expect(c, waitShared)
		return stepNone
	}
	return l.park(c, waitShared)
}

// begun begins the response out of c's object, whose head is there.
func (l *loop) begun(c *Conn) step {
	f, x, a := c.fetch, &c.http.X, &l.answer
	text, m := f.tap.reader.Head()
	if _, e := a.Parse(text, 0, len(text)); e != nil || len(text)+ownLines > x.Free() {
		f.failure = http1.ErrBadGateway
		return l.giveUp(c)
	}
	a.ContentLength = f.tap.reader.Length()
	l.ages(f.tap, a, m)
	if m.Status == 200 {
		switch x.Request.Evaluate(m.ETag, m.Modified, x.Now) {
		case http1.NotModified:
			a.Status, a.ContentLength = 304, cache.None
		case http1.Proceed:
			l.cuts(f.tap, &x.Request, a)
		case http1.IgnoreRange, http1.PreconditionFailed: // the second needs a condition that is not for a cache
		}
	}
	if a.Status == m.Status {
		l.trailsOn(f.tap, &x.Request, a)
	}
	f.began, f.phase = true, fetchRead
	c.forget()
	x.Forgo()
	if !l.answers(c) {
		return l.mended(c)
	}
	return stepFetch
}

// trailsOn has the trailers of t's object end the response to r, which is all of it, if its
// client takes them. One of HTTP/1.1 gets chunks then, be the length known or not: there is
// no place behind anything else.
func (l *loop) trailsOn(t *tap, r *http1.Request, a *http1.Answer) {
	t.trails = (r.Framed || r.TakesTrailers) && r.Method != http1.HEAD && t.reader.Trails()
	a.Chunked = t.trails
	if t.trails && !r.Framed {
		a.ContentLength = cache.None
	}
}

// ages adds the fields that say where a response was, and for how long. What has just come
// from its origin has no Age, unless it came with one (RFC 9111 §5.1): that would say that
// the origin was not asked.
func (l *loop) ages(t *tap, a *http1.Answer, m *cache.Meta) {
	age, life, status := t.reader.Age(l.now)
	b := l.told[:0]
	if t.found == cache.Hit || m.Age > 0 {
		b = strconv.AppendInt(b, int64(age/time.Second), 10)
	}
	n := len(b)
	b = append(b, "brigade"...)
	switch t.found {
	case cache.Hit:
		b = append(b, "; hit"...)
	case cache.Joined, cache.Lead, cache.Alone, cache.Absent:
		b = append(append(b, "; fwd="...), t.why...)
		if status == 304 {
			b = append(b, "; fwd-status=304"...)
		}
		if t.found == cache.Joined {
			b = append(b, "; collapsed"...)
		}
	}
	if status != 0 {
		b = strconv.AppendInt(append(b, "; ttl="...), int64((life-age)/time.Second), 10)
	}
	l.told = b
	if n > 0 {
		a.Add([]byte("Age"), b[:n])
	}
	a.Add([]byte("Cache-Status"), b[n:])
}

// forwarded adds the field that says why an answer that c fetches for itself was not
// found.
func (l *loop) forwarded(f *fetch) {
	if f.why != "" {
		l.told = append(append(l.told[:0], "brigade; fwd="...), f.why...)
		l.answer.Add([]byte("Cache-Status"), l.told)
	}
}

// copyBelow is how long a piece is at least that is not copied behind its head.
const copyBelow = 4 << 10

// readsOn passes on what there is of c's object.
func (l *loop) readsOn(c *Conn) step {
	f, x := c.fetch, &c.http.X
	if x.Bodyless() {
		return l.allCame(c)
	}
	if f.rounds++; f.rounds > fetchRounds && c.stream == nil {
		f.rounds = 0 // as in passesOn
		l.pass(c, stepFetch)
		return stepNone
	}
	t := f.tap
	for {
		if t.span.left == 0 {
			return l.allCame(c)
		}
		b, steady, state := t.reader.Next(window * l.server.cfg.Pages.Out)
		switch state {
		case cache.Waiting:
			f.rounds = 0
			if !x.Filtering() {
				x.Ship()
			}
			if !c.http.Out.Empty() {
				return l.ships(c) // what there is does not wait for what is to come
			}
			return l.awaitObject(c)
		case cache.Ended:
			return l.allCame(c)
		case cache.Broken, cache.Turned:
			return l.breaks(c, "the fetch that it shares has failed")
		case cache.Ready, cache.Last:
		}
		c.forget()
		if b = t.span.of(b); len(b) == 0 && state != cache.Last {
			continue
		}
		if err := l.lends(c, b, steady); err != nil {
			return l.breaks(c, err.Error())
		}
		if state == cache.Last {
			return l.allCame(c)
		}
		if s := l.onward(c); s != stepFetch {
			return s
		}
	}
}

// lends adds a piece of c's object to its response.
func (l *loop) lends(c *Conn, b []byte, steady bool) error {
	x, t := &c.http.X, c.fetch.tap
	if !steady || len(b) < copyBelow {
		return x.Bytes(b)
	}
	if !t.pinned {
		t.pinned = true
		t.reader.Pin(x.Pool())
	}
	x.Own(b)
	return nil
}

// tired is a connection that has waited for its object for too long.
func (l *loop) tired(c *Conn) step {
	f := c.fetch
	f.tap.waits = false
	c.forget()
	if f.began {
		return l.breaks(c, "nothing more of what it shares came in time")
	}
	f.failure = http1.ErrGatewayTimeout
	return l.giveUp(c)
}

// purges drops what the cache has of what a request that was answered may have changed
// (RFC 9111 §4.4).
func (l *loop) purges(r *http1.Request, status int) {
	if s := l.server.cache; s != nil && !r.Method.Safe() && status >= 200 && status < 400 {
		l.key = cache.AppendKey(l.key[:0], r, s.Trust())
		s.Purge(l.key)
	}
}
