package stage

// A connection of HTTP/1 whose request's handler streams. Its home carries, in every
// topology, as it does for sessions and tunnels: one task has the socket's both
// directions, and what a handler reads and writes at once needs no handoff between a
// reader and a writer. The request's head goes with the handler, copied; what was read
// behind it stays with the connection.

import (
	"brigade/core/http1"
	"brigade/core/poll"
	"brigade/core/rt"
	"brigade/core/sys"
)

// accompany is the step live.
func (l *loop) accompany(c *Conn) step {
	if c.live == nil {
		if s := l.detach(c); s != stepLive {
			return s
		}
	}
	r := c.live
	for range sessionRun {
		moved, ok := l.ferry(c, r)
		switch {
		case !ok:
			return stepFinish
		case !moved:
			return l.waits(c, r)
		}
	}
	l.requeue(c, stepLive) // others have their turn
	return stepNone
}

// detach begins the request whose head was parsed, and has its handler called.
func (l *loop) detach(c *Conn) step {
	h := c.http
	if !h.Out.Empty() {
		c.then = stepLive // earlier answers come first
		return stepWrite
	}
	n, err := l.pool.Lend() // c's buffer stands for it: who holds one waits for no other
	if err != nil {
		l.began(c)
		return l.refuse(c, http1.ErrOverloaded)
	}
	n.Filled(copy(n.Room(), h.Text()))
	if more, e := n.Parse(&l.server.cfg.Limits); more || e != nil {
		rt.Bug("connection %d: a head of %d bytes reads otherwise when it is read again (%v)", c.id, h.Head(), e)
	}
	r := l.record()
	sc := r.conn
	l.opened++
	*sc = Conn{
		id: rt.StreamBit | c.id>>48<<48 | uint64(l.number)<<40 | l.opened, fd: sys.None, peer: c.peer, home: l, owner: l.number,
		slot: poll.NoSlot, abroad: poll.NoSlot, http: n, stream: r,
	}
	r.parent, c.live = c, r
	c.requests++
	c.dismissed = false
	c.forget()
	l.count.requests++
	rt.Probe(rt.ProbeStreamOpen, sc.id, c.id, 0)
	rt.Probe(rt.ProbeRequest, c.id, c.requests, uint64(h.Head()))
	l.scope.Enter(n.Pool())
	n.Begin(c.requests)
	n.Current().Begun = l.stamp
	n.X.Peer = c.peer
	n.X.Filters(l.server.cfg.Filters, l.server.cfg.Input)
	c.closing = !n.X.Request.Persistent() || l.draining
	n.X.Close = c.closing
	h.Expect(l.server.cfg.Content) // Server.streams has looked at its length
	v := l.quicken(r, h.Out.Allocator())
	v.raw = h.X.Raw()
	v.holds = v.holds && !h.Started()
	v.Expects = v.holds
	l.run(sc, stepProcess)
	l.scope.Enter(h.Pool())
	return stepLive
}

// ferry moves once what can be moved between c's socket and its handler. False: c is to
// end.
func (l *loop) ferry(c *Conn, r *stream) (moved, ok bool) {
	v := r.live
	if r.place == placeHome && r.conn.broken || l.failed(c.fd, &c.ready) {
		return false, false
	}
	came, ok := v.fills(&c.http.Out)
	if !ok {
		return false, false
	}
	left, ok := l.puts(c, r)
	if !ok {
		return false, false
	}
	took, ok := l.feed(c, r)
	return came || left || took, ok
}

// puts writes once. False: the peer takes no more, ever.
func (l *loop) puts(c *Conn, r *stream) (moved, ok bool) {
	out := &c.http.Out
	for k := out.Front(); k != nil && k.Len() == 0; k = out.Front() {
		out.Pop() // it was flushed, or has ended
	}
	if out.Empty() || c.ready&sys.Out == 0 {
		return false, true
	}
	iov, _ := out.Iovec(l.iov, most)
	n, e := l.kernel.Writev(c.fd, iov, false)
	switch e {
	case sys.OK:
		if n < length(iov) {
			c.ready &^= sys.Out
		}
		if c.began == waitWrite {
			c.forget()
		}
		c.accepted += int64(n)
		l.count.bytes += uint64(n)
		l.clocked()
		r.sent += int64(n)
		consume(out, int64(n))
	case sys.EINTR:
	case sys.EAGAIN:
		c.ready &^= sys.Out
	default:
		return false, false
	}
	return true, true
}

// feed takes content in, once, as far as the handler has room. False: it cannot come.
func (l *loop) feed(c *Conn, r *stream) (moved, ok bool) {
	h, v := c.http, r.live
	if v.listens() {
		if moved, ok = l.takes(c); !ok || !moved && !h.Started() {
			return false, ok
		}
		before := h.Buffered()
		if e := h.Gather(); e != nil {
			v.spoils(e)
			h.Content.Forget()
			c.closing = true
			return true, true
		}
		moved = moved || h.Buffered() < before // a chunk's head makes room, too: more may be there
		v.all = h.Content.Whole()
	}
	_, sent := v.sends()
	return moved || sent, true
}

// takes reads once, if nothing is buffered. False: there is nothing more to come.
func (l *loop) takes(c *Conn) (moved, ok bool) {
	switch {
	case c.http.Started() || c.ready&sys.In == 0:
		return false, true
	case l.receive(c) != stepNone:
		return false, false
	}
	if c.began == waitBody && c.http.Started() {
		c.forget()
	}
	return true, true
}

// waits leaves c waiting for its socket or its handler, or goes on when all was sent.
func (l *loop) waits(c *Conn, r *stream) step {
	v := r.live
	switch {
	case !c.http.Out.Empty():
		return l.park(c, waitWrite)
	case v.ended && r.place == placeHome && v.leaves():
		return l.reunite(c, r)
	case v.listens() && !v.ended:
		return l.park(c, waitBody)
	}
	return l.park(c, waitHandler)
}

// reunite ends c's request, whose handler's exchange is home and whose beams are left.
func (l *loop) reunite(c *Conn, r *stream) step {
	sc := r.conn
	h := sc.http
	if h.X.Close {
		c.closing = true
	}
	outer := l.scope.Enter(h.Pool())
	if h.Current() != nil {
		if !h.X.Opened() {
			h.X.Status = unanswered
		}
		h.X.Abandon()
		h.Record()
	}
	h.Pending().Sent = r.sent
	l.abandon(c, h)
	h.Skip(int64(h.Buffered()))
	l.scope.Leave(outer)
	l.pool.Put(h)
	l.count.streamsEnded++
	rt.Probe(rt.ProbeStreamClose, sc.id, c.id, 0)
	*r = stream{conn: sc}
	*sc = Conn{}
	l.records = append(l.records, r)
	c.live = nil
	if c.http.Content.Whole() {
		c.http.Content.Forget()
	}
	return stepRead // what is left of the content goes by
}

// recalled ends what c has with its handler. False: the handler has not returned, and is
// told to.
func (l *loop) recalled(c *Conn, r *stream) bool {
	v, out := r.live, &c.http.Out
	if r.place == placeLine {
		l.delist(r.conn)
	}
	c.doomed = true
	if !v.ended || !out.Empty() {
		c.broken = true
		out.Destroy()
	}
	if r.place != placeHome {
		v.deafen()
		v.aborts()
		return false
	}
	if !v.leaves() {
		return false
	}
	if c.broken {
		// If it cannot be set, the close is gentler than it should be.
		_ = l.kernel.SetOption(c.fd, sys.LingerZero, 1)
	}
	if l.hurried || c.cut {
		l.lose(c)
	}
	l.reunite(c, r)
	return true
}

// outstay leaves c, which is to end, until its handler has returned.
func (l *loop) outstay(c *Conn) step {
	c.forget()
	l.slots.Park(c.slot)
	return l.abide(c, waitHandler)
}

// goesOn has c, if it waits, look at what its handler and its socket have.
func (l *loop) goesOn(c *Conn) {
	if c.wait == waitNone {
		return // it stands in the loop's inbox
	}
	l.leave(c)
	if c.doomed {
		l.run(c, stepFinish)
		return
	}
	l.run(c, stepLive)
}

// belated is c, whose wait has lasted too long.
func (l *loop) belated(c *Conn, w wait) step {
	switch {
	case c.doomed:
		return stepFinish
	case w == waitHandler: // which has no time to keep to
		c.forget()
	case w == waitBody:
		c.live.live.spoils(http1.ErrTimeout)
		c.http.Content.Forget()
		c.closing = true
	default:
		return stepFinish
	}
	return stepLive
}

// unattended answers for the handler of r, for which there was no processor in time.
func (l *loop) unattended(r *stream) {
	c, v := r.parent, r.live
	v.spared, v.ended = true, true
	l.refuse(r.conn, http1.ErrOverloaded)
	if c.http.Out.Write(r.conn.http.Out.Front().Memory()) != nil {
		r.conn.broken = true
	}
	l.goesOn(c)
}
