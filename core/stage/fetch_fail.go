package stage

// What fails. A request is sent again, to another backend or on a new connection, only if
// nothing can have come of it twice: no backend was reached; or its method is idempotent
// (RFC 9110 §9.2.2), the backend hung up without a byte of an answer, and all that it got
// is still there to be sent. A kept
// connection that turns out closed is nobody's fault. Who does not answer in time, or not
// in HTTP, is not asked again: the next would be kept as long.
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

// hungUp is a backend that ends the connection and has not answered.
func (l *loop) hungUp(c *Conn, why string) step {
	f := c.fetch
	if f.heard || f.bare || !c.http.X.Request.Method.Idempotent() {
		return l.lost(c, http1.ErrBadGateway, why)
	}
	stale := f.far.service.uses > 0
	if !stale {
		l.note(c, why)
	}
	l.letGo(c, false, stale)
	return l.another(c, http1.ErrBadGateway, stale)
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
	if reached {
		f.failure = e
		return l.giveUp(c)
	}
	return l.another(c, e, false)
}

// another has another backend be asked. stale: the same one, on a new connection.
func (l *loop) another(c *Conn, e *http1.Error, stale bool) step {
	f := c.fetch
	if stale {
		f.fresh = true
		f.tries--
	} else {
		f.tried |= 1 << f.backend
	}
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
