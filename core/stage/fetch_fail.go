package stage

// What fails. A request is sent again only if nothing can have come of it twice, and all
// that was sent of it is still there: no backend was reached, or its method is idempotent
// (RFC 9110 §9.2.2) and the backend has not said a byte of an answer.
//
//	what happened                                   is asked next
//	no backend was reached                          another
//	a kept connection was closed, or says 408       the same, on a new connection
//	a new one was closed                            another
//	nothing of an answer in time                    another, once
//	a byte of an answer, then the end; no HTTP      nobody
//
// A kept connection that turns out closed is nobody's fault, and one on which 408 comes was
// about to be: its backend tired of waiting for a request, and has taken none (RFC 9110
// §15.5.9). A second backend that does not answer in time is the request's own fault, more
// likely than not, and a third would be kept as long.
//
// The client hears the status. What went wrong, and where, is for the operator alone: it
// stands in the access log's line, and among the server's notes.

import (
	"strings"

	"brigade/core/http1"
	"brigade/core/httpconn"
)

// note tells the operator what is wrong with the backend that c asks.
func (l *loop) note(c *Conn, why string) {
	f := c.fetch
	if f.tap != nil {
		return // it asks none: who does has noted it
	}
	f.whose, f.blame = f.origin.Address(f.backend), why
	var b strings.Builder
	b.WriteString("backend ")
	b.WriteString(f.whose.String())
	b.WriteString(", asked for ")
	b.Write(c.http.X.Request.Target)
	b.WriteString(": ")
	l.server.complain(b.String(), why)
}

// repeats reports whether c's request may be sent once more, though a backend that has
// said nothing has it.
func (c *Conn) repeats() bool { return !c.fetch.bare && c.http.X.Request.Method.Idempotent() }

// hungUp is a backend that ends the connection and has not answered.
func (l *loop) hungUp(c *Conn, why string) step {
	switch {
	case c.fetch.heard || !c.repeats():
		return l.lost(c, http1.ErrBadGateway, why)
	case c.fetch.far.service.uses > 0:
		return l.stale(c)
	}
	return l.leaves(c, http1.ErrBadGateway, why)
}

// stale is a kept connection that has come to its end before c's request was taken: that
// goes on a new one.
func (l *loop) stale(c *Conn) step {
	l.letGo(c, false, true)
	c.fetch.fresh = true
	c.fetch.tries--
	return l.another(c, http1.ErrBadGateway)
}

// leaves is a backend that has failed, and the next to be asked is another; e is what the
// client gets if there is none.
func (l *loop) leaves(c *Conn, e *http1.Error, why string) step {
	f := c.fetch
	l.note(c, why)
	l.letGo(c, false, false)
	f.tried |= 1 << f.backend
	return l.another(c, e)
}

// tooLate reports whether c's request came after its backend had tired of waiting for one,
// as the answer says whose head was parsed, and may be sent once more.
func (l *loop) tooLate(c *Conn) bool {
	f := c.fetch
	return l.answer.Status == 408 && f.far.service.uses > 0 && f.interim == 0 && c.repeats()
}

// lost is a fetch whose backend cannot be asked any further; e is what the client gets if
// nobody else can be.
func (l *loop) lost(c *Conn, e *http1.Error, why string) step {
	f := c.fetch
	if f.began {
		return l.breaks(c, why)
	}
	l.note(c, why)
	reached := f.phase != fetchReach
	l.letGo(c, false, e == http1.ErrOverloaded)
	f.tried |= 1 << f.backend
	if reached {
		f.failure = e
		return l.giveUp(c)
	}
	return l.another(c, e)
}

// another has a backend be chosen once more, for a request that is sent from its
// beginning.
func (l *loop) another(c *Conn, e *http1.Error) step {
	f := c.fetch
	l.economises(c)
	c.http.X.Unstow()
	f.phase, f.failure, f.scanned = fetchChoose, e, 0
	f.anew()
	c.forget()
	return stepFetch
}

// blames has the log say which backend has failed, and why.
func (f *fetch) blames(r *httpconn.Request) {
	if r != nil { // else it is a feed's
		r.Backend, r.Why = f.whose, f.blame
	}
}

// giveUp answers for the backends, of which none can.
func (l *loop) giveUp(c *Conn) step {
	e := c.fetch.failure
	if e == nil {
		e = http1.ErrOverloaded // there was none to ask
	}
	c.fetch.blames(c.http.Current())
	l.disengage(c)
	if c.feed != nil {
		return l.starves(c, e)
	}
	l.face(c)
	c.http.X.Refuse(e, "")
	return l.mended(c)
}

// mended is a response that stands in the place of a backend's, whole, unless c is broken.
func (l *loop) mended(c *Conn) step {
	h := c.http
	if c.fetch != nil {
		l.unfetch(c, true)
	}
	if c.broken {
		h.X.Abandon()
	} else {
		if h.X.Close {
			c.closing = true
		}
		h.X.Finish()
	}
	switch {
	case c.stream != nil:
		h.Record()
		return stepStream
	case c.broken:
		h.Record()
		return stepFinish
	}
	return l.recorded(c)
}

// breaks ends a response in the middle.
func (l *loop) breaks(c *Conn, why string) step {
	l.note(c, why)
	c.fetch.blames(c.http.Current())
	l.unfetch(c, c.fetch.failed)
	if c.feed != nil {
		return l.starves(c, nil)
	}
	c.ruin()
	return l.mended(c)
}
