package stage

// Feeds: fetches for objects of the cache, each by a Conn of its own without a descriptor,
// in the loop of whoever asked first. A feed asks backends as any fetch does; what comes
// it gives to the object, at once if that is kept, else as its slowest reader takes it.
// It is nobody's client: who reads may leave, and it goes on for the others; when nobody
// wants it any more it ends. No processor works for it and none waits for it, so that
// readers, however many, cannot take what it needs: its buffer is one of the side that
// frees.

import (
	"brigade/core/cache"
	"brigade/core/exchange"
	"brigade/core/http1"
	"brigade/core/httpconn"
	"brigade/core/iobuf"
	"brigade/core/mem"
	"brigade/core/poll"
	"brigade/core/rt"
	"brigade/core/sys"
)

// feed is one. It is its loop's.
type feed struct {
	chime  chime
	conn   Conn
	object *cache.Object
	query  cache.Query // what is asked for
	origin exchange.Origin
	began  rt.Instant
	cargo  *cargo // it was handed over, and has not been taken in; nil: it was not
	giver  uint64 // whose answer's body it is, if it was handed over
}

// lone reports whether c has no descriptor of its own.
func (c *Conn) lone() bool { return c.stream != nil || c.feed != nil }

// feeds begins the feed of o, which c has asked for by q. If there is no memory for it,
// those who wait for o are told to do without.
func (l *loop) feeds(c *Conn, o *cache.Object, q *cache.Query) {
	d := &feed{object: o, origin: c.fetch.origin, began: l.now}
	d.chime = chime{home: l, feed: d}
	o.Feeds(&d.chime)
	h := l.orders(c, o)
	if h == nil {
		o.Void()
		o.Leave()
		return
	}
	l.opened++
	l.fed++
	d.conn = Conn{
		id: rt.StreamBit | c.id>>48<<48 | uint64(l.number)<<40 | l.opened, fd: sys.None, peer: c.peer, home: l, owner: l.number,
		slot: poll.NoSlot, abroad: poll.NoSlot, http: h, feed: d,
	}
	d.query = cache.Query{Request: &h.X.Request, Wish: q.Wish}
	l.feedings = append(l.feedings, d)
	l.assigned.Add(1)
	rt.Probe(rt.ProbeStreamOpen, d.conn.id, 0, 0)
	l.run(&d.conn, stepFetch)
	l.enter(c, stepFetch)
}

// orders is an http_conn with the request for o in it; nil: there is none, or it does not
// fit.
func (l *loop) orders(c *Conn, o *cache.Object) *httpconn.Conn {
	h, err := l.pool.Get(iobuf.Freeing)
	if err != nil {
		return nil
	}
	r := &c.http.X.Request
	l.told = o.AppendRequest(l.told[:0], r)
	if room := h.Room(); len(l.told) <= len(room) {
		h.Filled(copy(room, l.told))
		if more, e := h.Parse(&l.server.cfg.Limits); !more && e == nil {
			h.X.Request.Framed = r.Framed
			return h
		}
		h.Skip(int64(h.Buffered()))
	}
	l.pool.Put(h)
	return nil
}

// fedOn is news of d's object: there is room, or nobody wants it.
func (l *loop) fedOn(d *feed) {
	if d.object.Heard() {
		return
	}
	c := &d.conn
	if c.owner != l.number {
		return // it stands in the loop's inbox, and looks then
	}
	switch {
	case d.object.GiveUp(false):
		l.unfeed(c)
	case c.wait == waitReaders:
		c.timer.Disarm()
		c.wait = waitNone
		l.run(c, stepFetch)
	}
}

// awaitReaders leaves a feed waiting until its readers have taken more.
func (l *loop) awaitReaders(c *Conn) step {
	l.expect(c, waitReaders)
	return stepNone
}

// bears takes in the head of what a feed is answered, and the beginning of its content.
func (l *loop) bears(c *Conn, rest []byte) step {
	f, d, a := c.fetch, c.feed, &l.answer
	d.query.Now = l.now
	n := cache.News{Answer: a, Query: &d.query, Delay: l.now.Sub(d.began), Now: l.wall, Old: &l.older}
	f.end, f.left = a.Ending(false), a.ContentLength
	f.keeps = f.whole && a.Persistent() && f.end != http1.EndClose
	if a.Status == 304 {
		l.letGo(c, f.keeps && len(rest) == 0, true)
		d.object.Validated(&n)
		return l.unfeed(c)
	}
	length := a.ContentLength
	if f.end == http1.EndNone {
		length = 0
	}
	f.began, f.phase = true, fetchPass
	c.forget()
	l.keepsTrailers(c)
	d.object.Head(&n, length)
	c.http.X.Unstow()
	return l.takesIn(c, rest)
}

// content adds b to what c is answered with: its response, or the object that it feeds.
func (c *Conn) content(b []byte) error {
	switch d := c.feed; {
	case d == nil:
		return c.http.X.Bytes(b)
	case !d.object.Grow(b):
		return mem.ErrRefused
	}
	return nil
}

// starves ends a feed that has failed; e is what those hear who have heard nothing.
func (l *loop) starves(c *Conn, e *http1.Error) step {
	if e == nil {
		e = http1.ErrBadGateway
	}
	c.feed.object.Fail(e)
	return l.unfeed(c)
}

// unfeed forgets a feed, whose object knows how it has ended.
func (l *loop) unfeed(c *Conn) step {
	d := c.feed
	if d.cargo != nil {
		l.unpacks(c)
	}
	if c.fetch != nil {
		l.unfetch(c, true)
	}
	c.timer.Disarm()
	h := c.http
	l.scope.Enter(h.Pool())
	h.Skip(int64(h.Buffered()))
	l.scope.Leave(nil)
	l.pool.Put(h)
	c.http = nil
	d.object.Leave()
	for i, other := range l.feedings {
		if other == d {
			l.feedings = append(l.feedings[:i], l.feedings[i+1:]...)
			break
		}
	}
	rt.Probe(rt.ProbeStreamClose, c.id, 0, 0)
	l.assigned.Add(-1)
	c.owner = 0
	return stepNone
}

// famish ends the feeds of a loop that drains: those that nobody reads, or all.
func (l *loop) famish(all bool) {
	for i := len(l.feedings) - 1; i >= 0; i-- {
		if i >= len(l.feedings) {
			continue // the end of one has ended another's
		}
		switch c := &l.feedings[i].conn; {
		case c.owner != l.number: // it comes back by itself
		case all:
			l.starves(c, http1.ErrOverloaded)
		case l.feedings[i].object.GiveUp(true):
			l.unfeed(c)
		}
	}
}
