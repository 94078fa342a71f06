package stage

// Asking: the request's head, and its content as it comes. A piece of content is taken in
// when the backend has taken all before it, passes the input filters, and is framed anew:
// so the client is slowed down by the backend, and no more than a piece is held. Content
// that is known to be small is held until an answer begins, so that the request can be
// sent again; what is more, or comes in chunks, can go to one backend only.
//
//	where it comes from                held meanwhile            the client is slowed down by
//	a connection: the input page       what is behind the head   its socket
//	a stream: DATA                     a window at most          its window, which opens as it is taken in
//	collected before, as an input      all of it                 nothing: it is here
//	filter may block (collect.go)
//
// A client that waits for 100 is asked by the backend: the expectation goes on, and so
// does its answer (RFC 9110 §10.1.1). Whoever does not wait is not made to.

import (
	"brigade/core/exchange"
	"brigade/core/http1"
	"brigade/core/http2"
	"brigade/core/sys"
)

// outgoing is what is sent of a request.
type outgoing struct {
	length int64 // bytes of the content; negative: it comes in chunks
	again  bool  // content is held, to be sent again
	bare   bool  // some of it is not there any more
	ended  bool  // all of it is ready to be sent, or has been
	head   int64 // bytes of the head that is sent; 0: it has not been made
	body   int64 // framed bytes of content that are ready, those sent included
	gone   int64 // of them, those that are not there any more
	asked  int64 // bytes of head and content that far took
	whole  bool  // that was all of it
	deaf   bool  // far takes no more of it
	reset  bool  // since it has reset the connection, so that its end is not the answer's
}

// unsent reports whether something is ready to be sent.
func (a *outgoing) unsent() bool { return !a.deaf && a.asked < a.head+a.body }

// near is what the client's end has to be ready for: more content, when all that came has
// been sent.
func (a *outgoing) near() sys.Events {
	if a.whole || a.deaf || a.ended || a.unsent() {
		return 0
	}
	return sys.In
}

// anew has the request be sent from its beginning.
func (a *outgoing) anew() {
	a.head, a.asked, a.whole, a.deaf, a.reset = 0, 0, false, false, false
}

// passes reports whether the content of x's request goes on as it comes.
func (s *Server) passes(x *exchange.Exchange) bool {
	return s.passer != nil && x.Request.HasContent() && s.passer.Passes(x)
}

// prepares looks what content c's request has.
func (l *loop) prepares(c *Conn) {
	f, x := c.fetch, &c.http.X
	if !x.Passing() {
		f.ended, f.again = true, true
		f.length, _ = x.Content().Bytes()
		f.body = f.length
		return
	}
	f.length = x.Request.ContentLength
	f.again = f.length >= 0 && f.length <= int64(l.server.cfg.Pages.In)
	if c.stream == nil {
		c.http.Settle(&l.server.cfg.Limits)
	}
}

// asks sends the request. A backend may answer before it has heard all of it.
func (l *loop) asks(c *Conn) step {
	f, b := c.fetch, c.fetch.far
	if s := l.lifts(c); s != stepFetch {
		return s
	}
	if f.whole || f.deaf || b.ready&sys.In != 0 {
		f.phase = fetchHear
		return stepFetch
	}
	w, far := waitAsk, sys.In|sys.RdHup
	switch {
	case f.unsent():
		far |= sys.Out
	case c.http.X.Holds():
		w = waitAnswer // it is for the backend to say
	default:
		w = waitBody
	}
	return l.awaitFar(c, w, far, f.outgoing.near())
}

// lifts sends what there is of the request, and takes in more of it, as long as both ends
// are ready. stepFetch: one of them is not, or all has been sent.
func (l *loop) lifts(c *Conn) step {
	f, b := c.fetch, c.fetch.far
	for !f.whole && !f.deaf {
		if !f.unsent() && !f.ended {
			if s := l.supplies(c); s != stepFetch {
				return s
			}
		}
		if f.head > 0 && !f.unsent() {
			f.whole = f.ended
			break
		}
		if b.ready&sys.Out == 0 {
			break
		}
		iov := l.request(c)
		n, e := l.kernel.Writev(b.fd, iov, false)
		switch e {
		case sys.OK:
			c.forget()
			l.lifted(c, int64(n))
			if n < length(iov) {
				b.ready &^= sys.Out
			}
		case sys.EINTR:
		case sys.EAGAIN:
			b.ready &^= sys.Out
		default:
			f.deaf = true // it may have said why before it went
			f.reset = e != sys.EPIPE
			b.ready |= sys.In
		}
	}
	return stepFetch
}

// request is what the backend has not taken of the request yet, or the first pieces of
// it.
func (l *loop) request(c *Conn) (iov [][]byte) {
	f, x := c.fetch, &c.http.X
	iov = l.iov[:0]
	skip := f.asked
	if f.head == 0 || skip < f.head {
		head := f.origin.Ask(l.sink[:0], x, c.peer, f.backend, f.length)
		f.head = int64(len(head))
		iov, skip = piece(iov, head, skip)
	} else {
		skip -= f.head
	}
	if skip -= f.gone; f.body == f.gone {
		return iov
	}
	b := x.Content()
	if x.Passing() {
		b, _, _ = x.Onward(f.length < 0) // nothing new has come
	}
	for k := b.Front(); k != nil && len(iov) < cap(iov); k = k.Next() {
		if !k.Kind().Metadata() {
			iov, skip = piece(iov, k.Memory(), skip)
		}
	}
	return iov
}

// piece appends b without its first skip bytes; rest of them are behind b.
func piece(iov [][]byte, b []byte, skip int64) (_ [][]byte, rest int64) {
	if int64(len(b)) <= skip {
		return iov, skip - int64(len(b))
	}
	return append(iov, b[max(skip, 0):]), 0
}

// lifted says that far took n bytes more. What cannot be sent again anyway is given up.
func (l *loop) lifted(c *Conn, n int64) {
	f, x := c.fetch, &c.http.X
	f.asked += n
	if !x.Passing() {
		return // it goes when a response begins
	}
	if spent := f.asked - f.head - f.gone; spent > 0 && !f.again {
		b, _, _ := x.Onward(f.length < 0)
		consume(b, spent)
		f.gone += spent
		f.bare = true
	}
}

// supplies takes in content that has come, or reads, once all that came before has been
// sent. stepFetch: there is some, or none comes now.
func (l *loop) supplies(c *Conn) step {
	f, x := c.fetch, &c.http.X
	for {
		more, s := l.takesUp(c)
		if s != stepFetch {
			return s
		}
		if x.Waiting() {
			if e := l.filterIn(c); e != nil {
				return l.spoiled(c, e)
			}
		}
		b, ended, err := x.Onward(f.length < 0)
		if err != nil {
			return l.spoiled(c, http1.ErrOverloaded)
		}
		n, _ := b.Bytes()
		f.body, f.ended = f.gone+n, ended
		if !more || ended || f.unsent() || f.head == 0 && f.body > 0 {
			return stepFetch
		}
	}
}

// takesUp takes in once what there is of the content. more: there may be more at once.
func (l *loop) takesUp(c *Conn) (more bool, s step) {
	if c.stream != nil {
		return false, l.takesUpData(c.stream)
	}
	h, x := c.http, &c.http.X
	if !h.Started() {
		if c.ready&sys.In == 0 || c.fetch.head == 0 {
			return false, stepFetch // the head goes first, with what came behind it
		}
		if s := l.receive(c); s != stepNone || !h.Started() {
			if s == stepNone {
				s = stepFetch
			}
			return c.ready&sys.In != 0, s
		}
	}
	c.forget()
	x.Asked()
	if e := h.Gather(); e != nil {
		return false, l.spoiled(c, e)
	}
	if h.Content.Whole() {
		h.Content.Forget()
	}
	return true, stepFetch
}

// takesUpData is takesUp for a stream.
func (l *loop) takesUpData(r *stream) step {
	x, d := &r.conn.http.X, &r.early
	if n := min(d.size(), l.chunk()); n > 0 {
		if x.Arrived(d.bytes()[:n]) != nil {
			return l.spoiled(r.conn, http1.ErrOverloaded)
		}
		r.conn.forget()
		x.Asked()
		if d.from += n; d.size() == 0 {
			l.drop(d)
		}
		if p := r.parent; r.http2 != nil {
			p.session.http2.Passed(r.http2, n)
			l.tell(p, nil) // which is no part of r's response
			l.stir(p)
		}
	}
	if d.ended && d.size() == 0 {
		d.ended = false // it is said once
		x.ContentTrailers().Take(&r.trail)
		x.Complete()
	}
	return stepFetch
}

// arrives is DATA for r, whose content goes on as it comes.
func (l *loop) arrives(r *stream, b []byte) {
	h2, c := &r.parent.session.http2, r.conn
	h2.Took(len(b))
	if r.headed && r.place == placeHome && c.fetch == nil {
		h2.Passed(r.http2, len(b)) // it is answered without
		return
	}
	switch r.content += int64(len(b)); {
	case r.content > l.server.cfg.Content:
		l.excessive(r, http1.ErrContentTooLarge)
		return
	case !l.gathers(&r.early, b):
		l.cancel(r, http2.Cancel)
		return
	}
	r.early.ended = r.early.ended || r.http2.Received()
	if r.place != placeHome {
		return // it is another task's, and looks when it is back
	}
	if f := c.fetch; f != nil && f.far != nil && (f.far.service.waits || !c.http.Out.Empty()) {
		l.run(c, stepFetch)
	}
}

// excessive is a stream of whose content more comes than may; e is the answer, if its
// fetch can still give one.
func (l *loop) excessive(r *stream, e *http1.Error) {
	switch {
	case r.place == placeHome && r.conn.fetch != nil:
		l.run(r.conn, l.spoiled(r.conn, e))
	case r.place == placeHome && r.headed: // it is answered without
	default:
		l.cancel(r, http2.Cancel)
	}
}

// spoiled is a fetch whose content does not come as it should; e is the answer, if there
// is none yet.
func (l *loop) spoiled(c *Conn, e *http1.Error) step {
	f := c.fetch
	if c.stream == nil {
		c.closing, c.http.X.Close = true, true
		c.http.Content.Forget()
	}
	if f.began {
		l.unfetch(c, true)
		c.ruin()
		return l.mended(c)
	}
	if f.far != nil {
		l.letGo(c, false, true)
	}
	f.failure = e
	return l.giveUp(c)
}
