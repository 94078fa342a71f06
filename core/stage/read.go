package stage

import (
	"brigade/core/exchange"
	"brigade/core/http1"
	"brigade/core/rt"
	"brigade/core/sys"
)

// read gets the next request's head out of what is buffered or, when no response
// is waiting to be written, off the socket.
func (w *worker) read(c *Conn) step {
	if c.http != nil && c.http.Content.Wanted() {
		return w.collect(c)
	}
	if c.http == nil {
		if s, ok := w.equip(c); !ok {
			return s
		}
	}
	h := c.http
	for {
		if h.Content.Pending() {
			w.discard(c)
		}
		ready := h.Started() && !h.Content.Pending() && !c.closing
		if ready && c.requests == 0 {
			switch yes, unsure := w.speaks(c); {
			case yes:
				return stepSession
			case unsure:
				ready = false
			}
		}
		if ready && (h.Out.Empty() || h.X.Free() >= exchange.Room) {
			more, e := h.Parse(&w.server.cfg.Limits)
			if e != nil {
				w.began(c)
				return w.refuse(c, e)
			}
			if !more {
				return w.begin(c)
			}
		}
		switch {
		case !h.Out.Empty():
			return stepWrite
		case c.closing:
			return stepLinger
		case c.ready&sys.In == 0:
			return w.await(c)
		}
		if s := w.receive(c); s != stepNone {
			return s
		}
	}
}

// receive reads once. stepNone: look at what there is now.
func (w *worker) receive(c *Conn) step {
	h := c.http
	room := h.Room()
	if len(room) == 0 {
		rt.Bug("connection %d: its input page is full of a head that is within its limits", c.id)
	}
	n, e := w.kernel.Read(c.fd, room)
	switch e {
	case sys.OK:
	case sys.EAGAIN:
		c.ready &^= sys.In
		return stepNone
	case sys.EINTR:
		return stepNone
	default:
		return stepFinish
	}
	if n == 0 {
		// The peer has said all. An unfinished head is no request (RFC 9112 §8).
		return stepFinish
	}
	w.count.heard += uint64(n)
	w.clocked()
	if n < len(room) && c.ready&sys.RdHup == 0 {
		// Less than there was room for: the socket is empty, and the next byte is a
		// new edge (epoll(7), question 9).
		c.ready &^= sys.In
	}
	h.Filled(n)
	return stepNone
}

// await leaves c waiting until there is more to read.
func (w *worker) await(c *Conn) step {
	h := c.http
	switch {
	case h.Content.Pending():
		return w.rest(c, waitBody)
	case h.Started():
		return w.rest(c, waitHeader)
	}
	switch ends := c.dismissed || w.draining; {
	case ends && c.requests == 0:
		return stepFinish
	case ends:
		// The last response may still be on its way to a slow peer, and another
		// request of that peer's would reset it.
		return stepLinger
	}
	w.pool.Put(h)
	c.http = nil
	if c.requests == 0 {
		return w.rest(c, waitFirst)
	}
	return w.rest(c, waitIdle)
}

// began counts a request, whatever becomes of it.
func (w *worker) began(c *Conn) {
	c.requests++
	c.http.Begin(c.requests)
	c.http.Current().Begun = w.stamp
	c.http.X.Filters(w.server.cfg.Filters, w.server.cfg.Input)
	c.dismissed = false
	c.forget()
	w.count.requests++
	rt.Probe(rt.ProbeRequest, c.id, c.requests, uint64(c.http.Head()))
}

// begin is a request whose head is there.
func (w *worker) begin(c *Conn) step {
	if w.loop == nil && w.overran() {
		c.cut = true
		return stepFinish
	}
	c.http.X.Peer = c.peer
	if w.server.streams(&c.http.X) && !w.server.cfg.tunnels(&c.http.X.Request) {
		return stepLive
	}
	w.began(c)
	h := c.http
	x := &h.X
	c.closing = !x.Request.Persistent() || w.draining
	if !h.Expect(w.server.cfg.Content) {
		return w.refuse(c, http1.ErrContentTooLarge)
	}
	if w.server.cfg.tunnels(&x.Request) {
		if !h.Out.Empty() {
			c.then = stepTunnel // earlier answers come first
			return stepWrite
		}
		return stepTunnel
	}
	if w.server.passes(x) {
		if s, ok := w.passesOnward(c); ok {
			return s
		}
	}
	if w.server.receives(x) {
		x.Close = c.closing
		return w.want(c)
	}
	if x.Request.ExpectContinue {
		// The answer comes without the content being asked for; whether it is sent
		// all the same cannot be known (RFC 9110 §10.1.1).
		c.closing = true
	}
	x.Close = c.closing
	return stepProcess
}

// refuse answers a request that cannot be served, and nothing after it.
func (w *worker) refuse(c *Conn, e *http1.Error) step {
	h := c.http
	c.closing = true
	h.Content.Forget()
	w.face(c)
	h.X.Close = true
	h.X.Refuse(e, "")
	h.X.Finish()
	h.Record()
	return stepWrite
}

// face gives the exchange the time.
func (w *worker) face(c *Conn) {
	x := &c.http.X
	x.Date, x.Now, x.Clock = w.date, w.wall, w.now
}

// discard skips content nobody asked for.
func (w *worker) discard(c *Conn) {
	if _, e := c.http.Discard(); e != nil {
		// The response to this request is on its way: there is none to say so in.
		c.closing = true
		c.http.Content.Forget()
	}
}
