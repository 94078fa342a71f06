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
	if c.http == nil {
		if c.http = w.loop.pool.Get(); c.http == nil {
			return stepFinish
		}
	}
	h := c.http
	for {
		if h.Content.Pending() {
			w.discard(c)
		}
		ready := h.Started() && !h.Content.Pending() && !c.closing
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
		case w.loop.slots.Ready(c.slot, sys.In) == 0:
			return w.await(c)
		}
		if s := w.receive(c); s != stepNone {
			return s
		}
	}
}

// receive reads once. stepNone: look at what there is now.
func (w *worker) receive(c *Conn) step {
	l, h := w.loop, c.http
	room := h.Room()
	if len(room) == 0 {
		rt.Bug("connection %d: its input page is full of a head that is within its limits", c.id)
	}
	n, e := w.kernel.Read(c.fd, room)
	switch e {
	case sys.OK:
	case sys.EAGAIN:
		l.slots.Exhausted(c.slot, sys.In)
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
	if n < len(room) && l.slots.Ready(c.slot, sys.RdHup) == 0 {
		// Less than there was room for: the socket is empty, and the next byte is a
		// new edge (epoll(7), question 9).
		l.slots.Exhausted(c.slot, sys.In)
	}
	h.Filled(n)
	return stepNone
}

// await parks c until there is more to read.
func (w *worker) await(c *Conn) step {
	l, h := w.loop, c.http
	switch {
	case h.Content.Pending():
		return l.park(c, waitBody)
	case h.Started():
		return l.park(c, waitHeader)
	}
	switch ends := c.dismissed || l.draining; {
	case ends && c.requests == 0:
		return stepFinish
	case ends:
		// The last response may still be on its way to a slow peer, and another
		// request of that peer's would reset it.
		return stepLinger
	}
	l.pool.Put(h)
	c.http = nil
	if c.requests == 0 {
		return l.park(c, waitFirst)
	}
	return l.park(c, waitIdle)
}

// began counts a request, whatever becomes of it.
func (w *worker) began(c *Conn) {
	c.requests++
	c.unrecorded = true
	c.dismissed = false
	c.timer.Disarm()
	w.count.requests++
	rt.Probe(rt.ProbeRequest, c.id, c.requests, uint64(c.http.Head()))
}

// begin is a request whose head is there.
func (w *worker) begin(c *Conn) step {
	w.began(c)
	h := c.http
	x := &h.X
	c.closing = !x.Request.Persistent() || w.loop.draining
	if !h.Expect(w.server.cfg.Content) {
		return w.refuse(c, http1.ErrContentTooLarge)
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
	c.record()
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
