package stage

// Bodies that another loop fetches. When much is left of an answer (Config.HandOver), the
// loop that has asked for it hands the rest over to the next one, in the middle of the
// stream, as Grydeland proposed it for Varnish (2011): the connection to the backend, what
// was read ahead of it, and how far its framing has been taken apart, in an http_conn of the
// giver's stock, which the receiver returns to its own shard's when the request ends.
//
//	giver      asks, parses the head, begins the response, hands over, then reads what comes
//	receiver   reads the backend, takes the framing off, ends the connection or keeps it
//
// Between the two there is an object that nobody else sees (cache.Carry): the receiver feeds
// it, as it would one of the cache (feed.go), and the giver reads it (share.go). Each side
// ends by itself: a client that hangs up leaves the object, and the receiver learns of it
// from the bell; a backend that fails fails the object, and its reader hears that.
//
// Invariants: the backend's descriptor is the giver's until it has let go of the feed, and
// the receiver's from when it has taken it, whatever becomes of the client; a receiver does
// not end before what it was given has, since it is counted there (assigned) before the
// server's phase is looked at.

import (
	"net/netip"

	"brigade/core/cache"
	"brigade/core/http1"
	"brigade/core/httpconn"
	"brigade/core/iobuf"
	"brigade/core/poll"
	"brigade/core/rt"
	"brigade/core/sys"
)

// cargo is what a feed has that was handed over, until its receiver takes it.
type cargo struct {
	fd      sys.FD // the backend's
	address netip.AddrPort
	uses    int
	state   fetch
}

// heavy reports whether what is left of c's answer, of which so much was read and not looked
// at, is another loop's to fetch.
func (l *loop) heavy(c *Conn, read int) bool {
	f, least := c.fetch, l.server.cfg.HandOver
	switch {
	case least == 0 || c.feed != nil || !f.whole || l.draining || len(l.server.keepers) == 1 || f.end == http1.EndNone:
		return false
	case f.end == http1.EndLength:
		return f.left-int64(read) >= least
	}
	return f.came >= least
}

// carries hands what is left of c's answer over, of which b was read. False: there is nobody
// to hand it to, or no buffer; nothing has changed.
func (l *loop) carries(c *Conn, b []byte) (s step, ok bool) {
	h := l.packs(c)
	if h == nil {
		return stepNone, false
	}
	room := h.Room()
	to := l.receiver()
	if to == nil {
		l.pool.Put(h)
		return stepNone, false
	}
	here := max(len(b)-len(room), 0) // bytes that go to the client from here, since they do not fit
	if done, why := l.pour(c, b[:here]); done || why != "" {
		to.spared()
		l.pool.Put(h)
		return l.took(c, done, why), true
	}
	h.Filled(copy(room, b[here:]))
	l.sends(c, h, to)
	return l.onward(c), true
}

// packs is an http_conn of l's stock with what c has asked for in it; nil: there is none.
func (l *loop) packs(c *Conn) *httpconn.Conn {
	h, err := l.pool.Get(iobuf.Freeing)
	if err != nil {
		return nil
	}
	r := &c.http.X.Request
	l.told = append(append(append(l.told[:0], r.MethodName...), ' '), r.Target...)
	l.told = append(l.told, " HTTP/1.0\r\n\r\n"...)
	if room := h.Room(); len(l.told) < len(room) {
		h.Filled(copy(room, l.told))
		if more, e := h.Parse(&l.server.cfg.Limits); !more && e == nil {
			return h
		}
		h.Skip(int64(h.Buffered()))
	}
	l.pool.Put(h)
	return nil
}

// receiver is the loop that is given something next, counted there; nil: the server drains.
func (l *loop) receiver() *loop {
	homes := l.server.keepers
	l.gave++
	to := homes[(l.place+1+l.gave%(len(homes)-1))%len(homes)]
	to.assigned.Add(1)
	if l.server.phase.Load() == serving {
		return to // which sees that something is to come, should it look whether it is over
	}
	to.spared()
	return nil
}

// spared says that l, which was counted on, is given nothing: it may be over.
func (l *loop) spared() {
	l.assigned.Add(-1)
	l.poller.Wake()
}

// sends has to take over c's backend, with h, and c read what comes of it.
func (l *loop) sends(c *Conn, h *httpconn.Conn, to *loop) {
	f, x := c.fetch, &c.http.X
	b, t := f.far, l.tap(c)
	d := &feed{origin: f.origin, began: l.now, giver: c.id}
	g := &cargo{fd: b.fd, address: b.service.address, uses: b.service.uses}
	g.state = fetch{
		phase: fetchPass, origin: f.origin, backend: f.backend, heard: true, began: true, outgoing: outgoing{whole: true, ended: true},
		end: f.end, left: f.left, chunks: f.chunks, keeps: f.keeps,
	}
	if f.chunks.Keeps() {
		*h.X.Trailers(), *x.Trailers() = *x.Trailers(), *h.X.Trailers()
		g.state.chunks.Keep(h.X.Trailers())
	}
	length := cache.None
	if f.end == http1.EndLength {
		length = f.left
	}
	d.cargo, d.chime = g, chime{home: to, feed: d}
	d.object = l.server.lane.Carry(&t.reader, length, l.server.cfg.Pages.In+l.server.cfg.Pages.Out)
	d.object.Feeds(&d.chime)
	l.opened++
	l.fed++
	d.conn = Conn{
		id: rt.StreamBit | c.id>>48<<48 | uint64(l.number)<<40 | l.opened, fd: sys.None, peer: c.peer, home: to, owner: l.number,
		slot: poll.NoSlot, abroad: poll.NoSlot, http: h, feed: d,
	}
	rt.Probe(rt.ProbeStreamOpen, d.conn.id, 0, 0)
	l.detaches(c, d.conn.id)
	f.tap, f.phase, f.near = t, fetchRead, 0
	t.found, t.trails = cache.Lead, f.chunks.Keeps()
	f.whose, f.blame = f.origin.Address(f.backend), "the fetch of the body, which another loop had taken over, has failed"
	l.economises(c)
	l.count.handedOver++
	l.hand(&d.conn, stepFetch, to)
}

// detaches ends c's hold on its backend, whose descriptor goes to feed to.
func (l *loop) detaches(c *Conn, to uint64) {
	b := c.fetch.far
	l.attends(b)
	if l.poller.Keeps() {
		_ = l.poller.Unwatch(b.fd) // it may not be watched, and must not be here any more
	}
	l.slots.Release(b.slot)
	rt.Probe(rt.ProbeFetch, c.id, ^uint64(0), to)
	c.fetch.far, b.service.client = nil, nil
	b.slot, b.fd, b.owner = poll.NoSlot, sys.None, 0
}

// unpacks takes in what c, a feed, was handed over with.
func (l *loop) unpacks(c *Conn) {
	d, f := c.feed, l.blank()
	g := d.cargo
	d.cargo = nil
	*f = g.state
	c.fetch = f
	b := l.backend(g.fd, g.address)
	b.service.uses = g.uses
	b.ready = sys.In | sys.Out // whatever it may be: nobody has told this loop
	l.attach(c, b)
	l.feedings = append(l.feedings, d)
	l.face(c)
}

// goesAhead feeds what was read ahead of c, which has been handed over.
func (l *loop) goesAhead(c *Conn) step {
	l.unpacks(c)
	if c.feed.object.GiveUp(false) {
		return l.unfeed(c)
	}
	rest := c.http.Unparsed()
	c.http.Skip(int64(len(rest)))
	return l.takesIn(c, rest)
}
