package stage

// Reaching a backend: one of the loop's kept connections, or a new one. A request that
// may not be sent twice goes on a new connection: a kept one may have been closed by its
// backend the moment before, and whether the request was seen then nobody knows (RFC 9112
// §9.3.1).

import (
	"brigade/core/http1"
	"brigade/core/rt"
	"brigade/core/sys"
)

// choose has c ask a backend.
func (l *loop) choose(c *Conn) step {
	f, x := c.fetch, &c.http.X
	i, ok := 0, f.tries < fetchTries
	if ok {
		i, ok = f.origin.Choose(x, f.tried)
	}
	if !ok {
		return l.giveUp(c)
	}
	f.tries++
	f.backend = i
	address := f.origin.Address(i)
	if !f.fresh && x.Request.Method.Idempotent() {
		if b := l.takeKept(address); b != nil {
			l.attach(c, b)
			f.phase = fetchAsk
			return stepFetch
		}
	}
	fd, e := l.kernel.Connect(address)
	switch e {
	case sys.OK, sys.EINPROGRESS:
	case sys.EMFILE, sys.ENFILE, sys.ENOBUFS, sys.ENOMEM:
		f.origin.Asked(x, i, true)
		f.failure = http1.ErrOverloaded
		if l.spare() {
			return stepFetch // a descriptor less: it may do now
		}
		return l.giveUp(c)
	default:
		f.origin.Asked(x, i, false)
		l.note(c, "it cannot be reached: "+e.Error())
		return l.another(c, http1.ErrBadGateway, false)
	}
	b := l.backend(fd, address)
	if e == sys.OK {
		b.ready = sys.Out
	}
	l.attach(c, b)
	// Without it small messages wait for acknowledgements; they get there all the same.
	_ = l.kernel.SetOption(fd, sys.NoDelay, 1)
	f.phase = fetchReach
	return stepFetch
}

// attach makes b the far end of c's fetch.
func (l *loop) attach(c *Conn, b *Conn) {
	c.fetch.far, b.service.client = b, c
	rt.Probe(rt.ProbeFetch, c.id, uint64(uint32(b.fd)), 0)
}

// reached looks whether the backend has been.
func (l *loop) reached(c *Conn) step {
	b := c.fetch.far
	switch e := l.connects(b.fd, &b.ready); e {
	case sys.OK:
		c.forget()
		c.fetch.phase = fetchAsk
	case sys.EINPROGRESS:
		return l.awaitFar(c, waitReach, sys.Out)
	case sys.ETIMEDOUT:
		return l.lost(c, http1.ErrGatewayTimeout, "it cannot be reached: "+e.Error())
	default:
		return l.lost(c, http1.ErrBadGateway, "it cannot be reached: "+e.Error())
	}
	return stepFetch
}

// asks sends the request. A backend may answer before it has heard all of it.
func (l *loop) asks(c *Conn) step {
	f, b := c.fetch, c.fetch.far
	for !f.whole {
		if b.ready&sys.Out == 0 {
			if b.ready&sys.In != 0 {
				break
			}
			return l.awaitFar(c, waitAsk, sys.In|sys.Out|sys.RdHup)
		}
		iov, total := l.request(c)
		n, e := l.kernel.Writev(b.fd, iov, false)
		switch e {
		case sys.OK:
		case sys.EINTR:
			continue
		case sys.EAGAIN:
			b.ready &^= sys.Out
			continue
		default:
			// It may have said why before it went.
			f.deaf, f.phase = true, fetchHear
			b.ready |= sys.In
			return stepFetch
		}
		c.forget()
		f.asked += int64(n)
		if f.whole = f.asked == total; !f.whole && n < length(iov) {
			b.ready &^= sys.Out
		}
	}
	f.phase = fetchHear
	return stepFetch
}

// request is what the backend has not taken of the request yet, or the first pieces of
// it, and how long all of it is.
func (l *loop) request(c *Conn) (iov [][]byte, total int64) {
	f, x := c.fetch, &c.http.X
	head := f.origin.Ask(l.sink[:0], x, c.peer, f.backend, f.length)
	iov, skip := piece(l.iov[:0], head, f.asked)
	for k := x.Content().Front(); k != nil && len(iov) < cap(iov); k = k.Next() {
		if !k.Kind().Metadata() {
			iov, skip = piece(iov, k.Memory(), skip)
		}
	}
	return iov, int64(len(head)) + f.length
}

// piece appends b without its first skip bytes; rest of them are behind b.
func piece(iov [][]byte, b []byte, skip int64) (_ [][]byte, rest int64) {
	if int64(len(b)) <= skip {
		return iov, skip - int64(len(b))
	}
	return append(iov, b[skip:]), 0
}
