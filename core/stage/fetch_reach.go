package stage

// Reaching a backend: one of the loop's kept connections, or a new one. A kept one may have
// been closed by its backend the moment before, and whether the request was seen then
// nobody knows (RFC 9112 §9.3.1). So one that may not be sent twice, or cannot be, goes on
// a kept connection only if that is warm: it served the moment before (Config.Warm), which
// is less than backends wait for the next request, and a read finds it open and silent.
// What is left to go wrong is a backend that ends within the time in which the request
// reaches it, as it may on a new connection.

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
	if !f.fresh {
		if b := l.takeKept(address, f.again && x.Request.Method.Idempotent()); b != nil {
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
		f.tried |= 1 << i
		return l.another(c, http1.ErrBadGateway)
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
	giver := uint64(0)
	if c.feed != nil {
		giver = c.feed.giver
	}
	rt.Probe(rt.ProbeFetch, c.id, uint64(uint32(b.fd)), giver)
}

// reached looks whether the backend has been.
func (l *loop) reached(c *Conn) step {
	b := c.fetch.far
	switch e := l.connects(b.fd, &b.ready); e {
	case sys.OK:
		c.forget()
		c.fetch.phase = fetchAsk
	case sys.EINPROGRESS:
		return l.awaitFar(c, waitReach, sys.Out, 0)
	case sys.ETIMEDOUT:
		return l.lost(c, http1.ErrGatewayTimeout, "it cannot be reached: "+e.Error())
	default:
		return l.lost(c, http1.ErrBadGateway, "it cannot be reached: "+e.Error())
	}
	return stepFetch
}
