package stage

// Streams. A request of a session is answered like one of HTTP/1.1, by the same
// handlers, on the same processors, in a Conn of its own without a descriptor: it has
// an http_conn, whose memory moves with it, and stands in the same line. So a stream
// is at home, in its loop's line, or away, and what is at home is framed by its
// session. The request is handled when all of its content is there, unless its handler
// streams (live.go).
//
// A file is read by a processor in pieces, as flow control has room for them: a
// stream that waits for its peer holds no processor, and no more of a file than that.

import (
	"bytes"
	"fmt"

	"brigade/core/accesslog"
	"brigade/core/bucket"
	"brigade/core/filter"
	"brigade/core/http1"
	"brigade/core/http2"
	"brigade/core/iobuf"
	"brigade/core/poll"
	"brigade/core/rt"
	"brigade/core/sys"
)

// place is where a stream's Conn is.
type place uint8

const (
	placeHome place = iota
	placeLine       // in its loop's line
	placeAway       // handed over: another task's, until it is back
)

// stream is what its home knows of a stream: nobody else touches it.
type stream struct {
	id      uint64        // its Conn's, wherever that is
	conn    *Conn         // its own
	parent  *Conn         // its session's
	http2   *http2.Stream // nil: it has ended, or was reset and is at home
	place   place
	begun   bool            // its request was handed to a handler
	wanted  bool            // its handler wants its content
	passes  bool            // its content goes where its answer is fetched from
	live    *live           // its handler streams; nil: it does not
	headed  bool            // its response's head was framed
	dead    bool            // it was reset while it was away
	content int64           // bytes of content that came
	sent    int64           // bytes that the kernel took
	since   rt.Instant      // when its head was whole
	early   flow            // what came of a tunnel's bytes before there was one
	trail   http1.Trailers  // behind content that goes where its answer is fetched from
	lasts   bool            // its connection has gone, and it has bytes for its far end yet
	lost    bool            // a drain's deadline has cut it, and that was noted
	parts   int             // of it that stand in the session's brigade
	entry   accesslog.Entry // what the log will have, once its http_conn is gone
}

// opens begins a request.
func (l *loop) opens(c *Conn, st *http2.Stream, large bool) {
	s := c.session
	h, err := l.pool.Get(iobuf.Freeing)
	if err != nil {
		s.http2.Cancel(st, http2.RefusedStream)
		s.http2.Release(st)
		return
	}
	r := l.record()
	sc := r.conn
	l.opened++
	*sc = Conn{
		id: rt.StreamBit | c.id>>48<<48 | uint64(l.number)<<40 | l.opened, fd: sys.None, peer: c.peer, home: l, owner: l.number,
		slot: poll.NoSlot, abroad: poll.NoSlot, http: h, stream: r,
	}
	r.id, r.parent, r.http2, st.Host, st.Name = sc.id, c, st, r, sc.id
	s.streams++
	c.forget()
	rt.Probe(rt.ProbeStreamOpen, sc.id, c.id, uint64(st.ID))
	var e *http1.Error
	if text := s.http2.Head(); large || len(text) > len(h.Room()) {
		e = http1.ErrHeadTooLarge
	} else {
		h.Filled(copy(h.Room(), text))
		more, wrong := h.Parse(&l.server.cfg.Limits)
		if e = wrong; more {
			rt.Bug("stream %d of connection %d: the head that its session made is not whole", st.ID, c.id)
		}
	}
	x := &h.X
	x.Request.Framed = true
	x.Peer = c.peer
	r.entry.Target = append(r.entry.Target[:0], x.Request.Target...) // for the log, and for whoever asks what was lost
	l.scope.Enter(h.Pool())
	l.began(sc)
	x.Filters(l.server.cfg.Filters, l.server.cfg.Input)
	switch {
	case e != nil:
		l.refuses(r, e)
	case x.Request.ContentLength > l.server.cfg.Content:
		l.refuses(r, http1.ErrContentTooLarge)
	case st.Way() == http2.Resource && l.server.streams(x):
		l.departs(r)
	case st.Way() == http2.Resource && l.server.passes(x) && l.proceeds(r):
	case l.server.receives(x):
		l.gather(r)
	case l.server.cfg.tunnels(&x.Request):
		l.run(sc, stepTunnel)
	case st.Received() || x.Request.ExpectContinue || st.Way() != http2.Resource:
		l.handles(r)
	}
	l.scope.Enter(c.http.Pool())
}

// refuses answers r with e.
func (l *loop) refuses(r *stream, e *http1.Error) {
	l.refuse(r.conn, e)
	l.respond(r)
}

// record is an unused record of a stream, with its Conn.
func (l *loop) record() *stream {
	n := len(l.records)
	if n == 0 {
		return &stream{conn: new(Conn)}
	}
	r := l.records[n-1]
	l.records = l.records[:n-1]
	return r
}

// handles has a handler answer r, whose content has come.
func (l *loop) handles(r *stream) {
	r.begun = true
	r.conn.timer.Disarm()
	l.run(r.conn, stepProcess)
}

// answer is the step process of a stream: the handler runs where it may, and then the
// filters of its response.
func (w *worker) answer(c *Conn) step {
	w.face(c)
	h := c.http
	x := &h.X
	switch {
	case x.Lives():
		return w.answers(c)
	case c.fetch != nil:
		return w.refine(c)
	case x.Pumping():
		return w.filters(c)
	}
	if x.Waiting() {
		if x.InputMayBlock() && w.roles&blocks == 0 {
			w.pass(c, stepProcess)
			return stepNone
		}
		if s := w.admit(c); s != stepNone {
			return stepStream // it was refused
		}
	}
	switch {
	case w.roles&processes != 0:
		if !w.inline(c) {
			w.pass(c, stepProcess)
			return stepNone
		}
	case c.home.roles&processes != 0:
		w.handle(c)
	case !w.inline(c):
		w.handle(c)
		w.local.Learn(x.Note)
		x.Note = nil
	}
	if c.broken {
		x.Decline()
		x.Abandon()
		h.Record()
		return stepStream
	}
	if x.Fetched() {
		return stepFetch
	}
	if x.Switched() {
		c.tunnel = &tunnel{phase: appointed, app: x.TakeOver(), far: sys.None, slot: poll.NoSlot}
		return stepStream
	}
	x.Finish()
	if x.Pumping() {
		return w.filters(c)
	}
	h.Record()
	return stepStream
}

// filters passes a piece of a stream's response through its filters.
func (w *worker) filters(c *Conn) step {
	h := c.http
	if h.X.MayBlock() && w.roles&blocks == 0 {
		if !h.Out.Empty() {
			return stepStream // what is there goes first
		}
		w.pass(c, stepProcess)
		return stepNone
	}
	p, ok := w.filtered(c)
	switch {
	case !ok:
		c.ruin()
		h.X.Abandon()
		h.Record()
	case p == filter.Passed:
		h.Record()
	}
	return stepStream
}

// load is the step send of a stream: a piece of a file is read, which may block.
func (w *worker) load(c *Conn) step {
	left := c.ration
	for k := c.http.Out.Front(); k != nil && left > 0; k = k.Next() {
		if k.Kind() == bucket.File {
			if _, err := k.Read(); err != nil {
				c.ruin()
				break
			}
		}
		left -= max(k.Len(), 0)
	}
	return stepStream
}

// arrived is a stream that is at home: with a response, or with more of it.
func (l *loop) arrived(c *Conn) {
	r := c.stream
	p := r.parent
	r.place = placeHome
	if p.session == nil {
		l.goesOn(p)
		return
	}
	switch {
	case r.dead || p.session.gone:
		l.release(r)
	case r.live != nil:
		r.live.rung = true
	case c.broken:
		l.cancel(r, http2.InternalError)
	case c.tunnel != nil:
		l.appoint(r)
	case c.http.Out.Empty():
		l.expect(c, waitPace) // a filter pauses
	case r.headed:
		p.session.http2.Offer(r.http2)
	default:
		l.respond(r)
	}
	if !p.session.gone {
		l.stir(p)
	}
}

// respond frames the head of r's response, and offers the rest.
func (l *loop) respond(r *stream) {
	r.begun, r.headed = true, true
	h2 := &r.parent.session.http2
	out := r.out()
	front := out.Front()
	var text []byte
	if front.Kind() == bucket.Heap {
		text = front.Memory()
	}
	end := bytes.Index(text, []byte("\r\n\r\n"))
	if end < 0 {
		l.server.complain("the head of a response is not of one piece, on ", fmt.Sprintf("stream %d", r.http2.ID))
		l.cancel(r, http2.InternalError)
		return
	}
	end += len("\r\n\r\n")
	if r.http2.Way() != http2.Resource && text[9] == '2' {
		l.cancel(r, http2.ConnectError) // its client would take that for a tunnel
		return
	}
	l.tell(r.parent, nil)
	whole := end == len(text) && r.last(front)
	trails := whole && len(r.trailers()) > 0
	h2.Respond(r.http2, text[:end], whole && !trails)
	out.Consume(int64(end))
	l.tell(r.parent, r)
	switch {
	case trails:
		l.trails(r.parent, r)
		return
	case whole:
		l.release(r)
		return
	}
	if r.streams() {
		l.offers(r.parent, r)
		return
	}
	h2.Offer(r.http2)
}

// cancel resets r.
func (l *loop) cancel(r *stream, code http2.Code) {
	if code == http2.InternalError && (r.place != placeHome || !r.conn.broken) {
		rt.Probe(rt.ProbeRuin, r.id, 0, 0)
	}
	if r.http2 != nil {
		r.parent.session.http2.Cancel(r.http2, code)
	}
	l.dead(r)
}

// dead is a stream that was reset: what it has is given up, as soon as it is here.
func (l *loop) dead(r *stream) {
	switch r.place {
	case placeAway:
		r.dead = true
		if r.live != nil {
			r.live.clock.timer.Disarm()
			r.live.aborts()
		}
		return
	case placeLine:
		l.delist(r.conn)
	case placeHome:
	}
	l.release(r)
}

// allDead is that for all streams of c.
func (l *loop) allDead(c *Conn) {
	h2 := &c.session.http2
	for i := 0; i < len(h2.Streams()); {
		n := len(h2.Streams())
		l.dead(h2.Streams()[i].Host.(*stream))
		if len(h2.Streams()) == n {
			i++ // it is away
		}
	}
}

// release ends r as far as HTTP/2 is concerned.
func (l *loop) release(r *stream) {
	r.lasts = false
	if r.live != nil && !l.parts(r) {
		return // as soon as it is home
	}
	r.conn.timer.Disarm() // what is left of it has to leave, and waits for nothing else
	if r.conn.fetch != nil {
		l.unfetch(r.conn, true)
	}
	if r.http2 != nil {
		r.parent.session.http2.Release(r.http2)
		r.http2 = nil
	}
	l.ends(r)
}

// ends forgets r, if it has ended, is at home, and all that was framed of it has
// left or never will. What it has besides its record goes as soon as it has ended.
func (l *loop) ends(r *stream) {
	if r.http2 != nil || r.place == placeAway || r.lasts {
		return
	}
	sc, c := r.conn, r.parent
	if sc.tunnel != nil {
		l.sever(r)
	}
	l.drop(&r.early)
	if sc.http != nil {
		l.strip(r)
	}
	if r.parts > 0 {
		return
	}
	sc.timer.Disarm()
	l.noted(r)
	l.count.streamsEnded++
	rt.Probe(rt.ProbeStreamClose, sc.id, c.id, uint64(r.sent))
	r.entry.Tunnel = false
	*r = stream{conn: sc, entry: r.entry} // whose memory serves again
	*sc = Conn{}
	l.records = append(l.records, r)
	if c.session.streams--; c.session.streams == 0 && c.session.gone {
		l.depart()
	}
}

// fail is a stream that cannot go on: its server ends, or what it waits for.
func (l *loop) fail(c *Conn) step {
	r := c.stream
	r.place = placeHome
	if c.cut && r.entry.Tunnel {
		l.loseTunnel(r) // its session may find out later
	}
	if r.parent.session == nil {
		c.broken = true
		l.goesOn(r.parent)
		return stepNone
	}
	if r.dead || r.parent.session.gone {
		l.release(r)
		return stepNone
	}
	parent := r.parent
	l.cancel(r, http2.InternalError)
	l.stir(parent)
	return stepNone
}

// late is a stream whose wait has lasted too long.
func (l *loop) late(r *stream, w wait) {
	c, parent := r.conn, r.parent
	if r.streams() && w != waitRoom {
		l.overtime(r, w)
		l.stir(parent)
		return
	}
	c.wait = waitNone
	if w == waitRoom {
		l.shard.press(l)
	}
	switch {
	case c.tunnel != nil:
		l.overdue(r, w)
	case w == waitPace:
		l.run(c, stepProcess)
	case c.fetch != nil && c.next(w) == stepFetch:
		l.run(c, l.tardy(c, w))
	case w == waitRoom && !r.headed && !c.http.X.Started(), w == waitBody:
		if w == waitRoom {
			l.delist(c)
			if parent.session == nil {
				l.unattended(r)
				return
			}
			if r.live != nil {
				r.live.spared = true
			}
		}
		e := http1.ErrOverloaded
		if w == waitBody {
			e = http1.ErrTimeout
		}
		l.refuses(r, e)
	default:
		l.cancel(r, http2.Cancel)
	}
	l.stir(parent)
}
