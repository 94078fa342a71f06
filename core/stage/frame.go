package stage

// What a session sends: frames of what its streams have, in the order that package
// http2 gives them their turns, up to a bound, and all of it in one write. Content that
// is shared and immutable is not copied, if there is much of it.

import (
	"brigade/core/bucket"
	"brigade/core/http2"
)

// frame frames what c's streams have to say.
func (l *loop) frame(c *Conn) {
	s := c.session
	l.tell(c, nil)
	l.seesTo(c)
	for l.unsent(c) < outHigh {
		st := s.http2.Turn()
		if st == nil {
			break
		}
		if !l.piece(c, st.Host.(*stream)) {
			l.allDead(c)
			break
		}
	}
	l.tell(c, nil)
}

// piece frames what is at the front of r's response, or has it read. False: the
// session has failed.
func (l *loop) piece(c *Conn, r *stream) bool {
	if !r.streams() && r.conn.tunnel != nil {
		return l.downward(c, r)
	}
	s, b := c.session, r.out()
	k := b.Front()
	switch {
	case k == nil: // its filters have the rest
		s.http2.Withdraw(r.http2)
		r.conn.timer.Disarm()
		next := stepProcess
		if f := r.conn.fetch; f != nil && !f.pumping {
			next = stepFetch // or its backend has
		}
		l.run(r.conn, next)
		l.scope.Enter(c.http.Pool())
		return true
	case k.Kind() == bucket.File:
		r.conn.ration = min(s.http2.Room(r.http2), refill)
		s.http2.Withdraw(r.http2)
		r.conn.timer.Disarm()
		l.run(r.conn, stepSend)
		l.scope.Enter(c.http.Pool())
		return true
	case k.Kind() == bucket.Error:
		l.cancel(r, http2.InternalError)
		return true
	case k.Kind() != bucket.EndOfRequest && k.Len() == 0:
		b.Pop()
		return true
	}
	var data []byte
	if k.Kind() != bucket.EndOfRequest {
		data = k.Memory()
	}
	l.tell(c, nil) // what an earlier stream's end has left is not r's
	n := s.http2.Grant(r.http2, int64(len(data)))
	end := n == len(data) && r.last(k)
	trails := end && len(r.trailers()) > 0
	l.tell(c, nil) // such as the reset of a request that was answered early
	if !(trails && n == 0) && !s.http2.Data(r.http2, n, end && !trails) {
		return false
	}
	if r.live != nil {
		r.live.clock.timer.Disarm()
	}
	if r.place != placeAway {
		r.conn.timer.Disarm()
	}
	l.tell(c, r)
	if n > 0 {
		l.lay(c, data[:n], k.Kind() == bucket.Immortal && n >= shareFrom)
		s.parts.add(r, int64(n))
		b.Consume(int64(n))
	}
	switch {
	case trails:
		l.trails(c, r)
	case end:
		l.release(r)
	case r.streams():
		l.offers(c, r)
	}
	return true
}

// trailers are those that end r's response, whose last byte is here; empty: it has none.
func (r *stream) trailers() []byte {
	if r.streams() {
		return nil
	}
	return r.conn.http.X.Trailers().Lines()
}

// trails ends r's response with its trailers.
func (l *loop) trails(c *Conn, r *stream) {
	c.session.http2.Trail(r.http2, r.trailers())
	l.tell(c, r)
	l.release(r)
}

// last reports whether nothing of r's response follows k.
func (r *stream) last(k *bucket.Bucket) bool {
	for !r.ends(k) {
		if k = k.Next(); k == nil || k.Kind() == bucket.Error || !k.Kind().Metadata() && k.Len() != 0 {
			return false
		}
	}
	return true
}

// tell moves what the session has to say into its connection's brigade, on behalf of
// r; nil: on its own.
func (l *loop) tell(c *Conn, r *stream) {
	s := c.session
	b := s.http2.Out()
	if len(b) == 0 {
		return
	}
	if c.http == nil && !s.gone {
		h, err := l.pool.Lend()
		if err != nil {
			s.broken = true
		}
		c.http = h
	}
	if c.http != nil {
		l.lay(c, b, false)
		s.parts.add(r, int64(len(b)))
	}
	s.http2.Flush()
}

// lay adds bytes at the end of what c is to be sent, shared or copied: on the sheet while
// its session is run, else in its brigade.
func (l *loop) lay(c *Conn, b []byte, shared bool) {
	if l.sheet.of == c {
		l.sheet.add(b, shared)
		return
	}
	l.store(c, b, shared)
}
