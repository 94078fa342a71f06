package stage

// Hearing what a backend answers: the head, which is parsed where it was read, and held
// only while it is not whole; interim answers, which go on to those who understand them;
// and the beginning of the response.

import (
	"brigade/core/http1"
	"brigade/core/rt"
	"brigade/core/sys"
)

// draw reads once from a backend's end. An error of EINTR or EAGAIN is to be tried again,
// when it is ready.
func (l *loop) draw(b *Conn, room []byte) (n int, e sys.Errno) {
	n, e = l.kernel.Read(b.fd, room)
	if e == sys.EAGAIN || e == sys.OK && n > 0 && n < len(room) && b.ready&sys.RdHup == 0 {
		b.ready &^= sys.In // as in receive
	}
	return n, e
}

// hears reads the head of the answer.
func (l *loop) hears(c *Conn) step {
	f, b, x := c.fetch, c.fetch.far, &c.http.X
	for b.ready&sys.In != 0 {
		held := copy(l.sink, x.Stowed())
		n, e := l.draw(b, l.sink[held:min(held+l.bite(c), len(l.sink))])
		switch {
		case e == sys.EAGAIN || e == sys.EINTR:
			continue
		case e != sys.OK:
			return l.hungUp(c, "it reset the connection: "+e.Error())
		case n == 0:
			return l.hungUp(c, "it closed the connection before it has answered")
		}
		f.heard = true
		if s, more := l.understands(c, l.sink[:held+n]); !more {
			return s
		}
	}
	l.economises(c)
	if !f.whole && !f.deaf {
		f.phase = fetchAsk
		return stepFetch
	}
	return l.awaitFar(c, waitAnswer, sys.In|sys.RdHup, 0)
}

// understands takes heads off text, all that was read and not understood. more: there is to
// be more of it.
func (l *loop) understands(c *Conn, text []byte) (s step, more bool) {
	f := c.fetch
	for {
		n, e := l.answer.Parse(text, f.scanned, l.chunk())
		switch status := l.answer.Status; {
		case e != nil:
			return l.lost(c, http1.ErrBadGateway, e.Error()), false
		case n == 0:
			return l.keepsPart(c, text)
		case status == 101:
			return l.lost(c, http1.ErrBadGateway, "it switches protocols, and was not asked to"), false
		case l.tooLate(c):
			f.heard = false
			return l.stale(c), false
		case status >= 200:
			return l.begins(c, text[n:]), false
		}
		if f.interim++; f.interim > fetchInterim {
			return l.lost(c, http1.ErrBadGateway, "it brings interim answers without end"), false
		}
		l.passInterim(c)
		text, f.scanned = text[n:], 0
	}
}

// keepsPart stows what is no whole head in the page that the response will be in.
func (l *loop) keepsPart(c *Conn, text []byte) (s step, more bool) {
	x := &c.http.X
	c.fetch.scanned = len(text)
	if !x.Stow(text) {
		return l.lost(c, http1.ErrBadGateway, "the head of its answer is too large"), false
	}
	if c.stream == nil && !c.http.Out.Empty() {
		s = l.ships(c) // interim answers do not wait for what is to come
		return s, s == stepFetch
	}
	return stepFetch, true
}

// passInterim passes an interim answer on. Clients of HTTP/1.0 know none, and 100 is for
// those who wait for it.
func (l *loop) passInterim(c *Conn) {
	a, x := &l.answer, &c.http.X
	if c.feed != nil {
		return // many may wait for what it brings, and some have heard the head already
	}
	size := ownLines
	for i := range a.Fields {
		size += len(a.Fields[i].Name) + len(a.Fields[i].Value) + 4
	}
	if x.Request.Minor == 0 || a.Status == 100 && !x.Holds() || size > x.Free()/2 {
		return
	}
	if a.Status == 100 {
		x.Asked()
	}
	text := func(dst []byte) []byte {
		dst = http1.AppendStatusLine(dst, a.Status)
		for i := range a.Fields {
			if f := &a.Fields[i]; !a.HopByHop(f.Name) {
				dst = http1.AppendField(dst, string(f.Name), f.Value)
			}
		}
		return http1.AppendEnd(dst)
	}
	r := c.stream
	if r == nil {
		x.Interim(text)
		return
	}
	l.tell(r.parent, nil)
	r.parent.session.http2.Respond(r.http2, text(nil), false)
	l.tell(r.parent, r)
	l.stir(r.parent)
}

// ownLines is more than the lines of a head take that are not fields of the backend's.
const ownLines = 512

// begins begins the response, whose head was parsed, and passes on the beginning of its
// content, which is rest.
func (l *loop) begins(c *Conn, rest []byte) step {
	f, x, a := c.fetch, &c.http.X, &l.answer
	if c.feed != nil {
		return l.bears(c, rest)
	}
	size := ownLines
	for i := range a.Fields {
		size += len(a.Fields[i].Name) + len(a.Fields[i].Value) + 4
	}
	x.Unstow() // it is in rest's place now
	if size > x.Free() {
		return l.lost(c, http1.ErrBadGateway, "the head of its answer is too large")
	}
	f.end, f.left = a.Ending(x.Request.Method == http1.HEAD), a.ContentLength
	f.keeps = a.Persistent() && f.end != http1.EndClose
	f.began, f.phase, f.again = true, fetchPass, false
	c.forget()
	if f.whole {
		x.Forgo()
	}
	l.purges(&x.Request, a.Status)
	l.forwarded(f)
	if !l.answers(c) {
		return l.mended(c)
	}
	l.keepsTrailers(c)
	if len(rest) == 0 && f.end == http1.EndLength && f.whole && !x.Filtering() && c.http.Out.Empty() {
		return stepFetch // the head leaves with what comes behind it, if no interim answer waits before it
	}
	return l.takesIn(c, rest)
}

// keepsTrailers has those of the answer whose head was parsed last go on, if its client
// takes any. Of those who read what a feed brings, each is asked by itself.
func (l *loop) keepsTrailers(c *Conn) {
	f, x := c.fetch, &c.http.X
	if f.end == http1.EndChunk && (c.feed != nil || x.TakesTrailers()) {
		x.Trailers().Begin(l.answer.Fields)
		f.chunks.Keep(x.Trailers())
	}
}

// answers has the origin write the response's head, and the filters look at it. False:
// there is another response in its place, or none.
func (l *loop) answers(c *Conn) (ok bool) {
	x := &c.http.X
	mark := x.Mark()
	defer rt.Recover(func(v any) { l.panicked(c, mark, v) })
	c.fetch.origin.Answer(x, &l.answer)
	if err := x.Open(); err != nil {
		l.server.complain(err.Error(), " (the answer to "+string(x.Request.Target)+")")
		l.mend(c, mark, http1.ErrInternal)
		return false
	}
	if x.Close {
		c.closing = true
	}
	return true
}
