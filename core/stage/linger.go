package stage

// The end of a connection. Closing a socket that has unread input resets it, and
// the reset destroys what the peer has not read yet (RFC 9112 §9.6): so unless
// there is nothing unread and the peer asked for the close, our direction is shut
// and the peer gets time to close its own.

import (
	"brigade/core/bucket"
	"brigade/core/http1"
	"brigade/core/httpconn"
	"brigade/core/poll"
	"brigade/core/rt"
	"brigade/core/sys"
)

// scratch is what lingering reads into at a time, and patience how often in one
// turn; nobody looks at it.
const (
	scratch  = 64 << 10
	patience = 64
)

// unanswered is logged as the status of a request whose connection ended before
// it was answered, as nginx has it.
const unanswered = 499

// linger shuts our direction and reads what comes until the peer closes.
func (l *loop) linger(c *Conn) step {
	if !c.shut {
		h := c.http
		polite := c.closing && h.X.Request.Close && !h.Started() && !h.Content.Pending()
		h.Content.Forget()
		l.pool.Put(h)
		c.http = nil
		if polite && c.ready&sys.In == 0 {
			return stepFinish
		}
		c.shut = true
		if l.kernel.Shutdown(c.fd, sys.ShutWrite) != sys.OK {
			return stepFinish
		}
	}
	for range patience {
		if c.ready&sys.In == 0 {
			return l.park(c, waitLinger)
		}
		n, e := l.kernel.Read(c.fd, l.sink)
		switch {
		case e == sys.EINTR:
		case e == sys.EAGAIN:
			c.ready &^= sys.In
		case e != sys.OK || n == 0:
			return stepFinish
		case n < len(l.sink) && c.ready&sys.RdHup == 0:
			c.ready &^= sys.In // as in receive
		}
	}
	// Whoever sends that much after the last response is not about to stop.
	return stepFinish
}

// finish closes c and forgets it. What was still to be sent is given up.
func (l *loop) finish(c *Conn) step {
	if c.stream != nil {
		return l.fail(c)
	}
	if c.feed != nil {
		return l.starves(c, http1.ErrOverloaded)
	}
	if c.live != nil && !l.recalled(c, c.live) || c.session != nil && !l.recalledAll(c) {
		return l.outstay(c)
	}
	c.timer.Disarm()
	l.unline(c)
	if (l.hurried || c.cut) && !c.doomed {
		l.lose(c) // else it was noted when it was doomed, if that was for this
	}
	away := c.session != nil && l.endSession(c)
	if c.tunnel != nil {
		l.dismantle(c, true)
	}
	if c.fetch != nil {
		l.unfetch(c, true)
	}
	if h := c.http; h != nil {
		if !h.Out.Empty() || h.X.Opened() || h.Current() != nil && h.X.Started() {
			// If it cannot be set, the close is gentler than it should be.
			_ = l.kernel.SetOption(c.fd, sys.LingerZero, 1)
			l.abandon(c, h)
		}
		if h.Current() != nil {
			// It was begun, and its connection failed before there was an answer: that,
			// too, is a request for the log (I23).
			if !h.X.Started() {
				h.X.Status = unanswered
			}
			h.X.Abandon()
			h.Record()
			l.abandon(c, h)
		}
		h.Content.Forget()
		l.pool.Put(h)
		c.http = nil
	}
	if c.slot != poll.NoSlot { // it was given up before it was adopted
		l.slots.Release(c.slot)
		c.slot = poll.NoSlot
	}
	l.kernel.Close(c.fd)
	rt.Probe(rt.ProbeConnClose, c.id, uint64(uint32(c.fd)), uint64(c.accepted))
	c.fd = sys.None
	c.owner = 0
	if !away { // else its last stream does it
		l.depart()
	}
	return stepNone
}

// depart counts a connection that is gone, with all that belonged to it.
func (l *loop) depart() {
	l.assigned.Add(-1)
	l.shard.ended()
}

// abandon drops all output that h has for c; the log says how far each response got.
func (l *loop) abandon(c *Conn, h *httpconn.Conn) {
	for !h.Out.Empty() {
		k := h.Out.Front()
		if k.Kind() == bucket.EndOfRequest {
			l.answered(c, h, k)
		}
		h.Out.Pop()
	}
}
