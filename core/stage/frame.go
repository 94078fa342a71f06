package stage

// What a session sends: frames of what its streams have, in the order that package
// http2 gives them their turns, up to a bound, and all of it in one write. Content that
// is shared and immutable is not copied.

import (
	"brigade/core/bucket"
	"brigade/core/http2"
	"brigade/core/sys"
)

// frame puts frames into c's brigade. False: c is to be closed.
func (l *loop) frame(c *Conn) bool {
	s := c.session
	l.tell(c, nil)
	for {
		if n, _ := c.http.Out.Bytes(); n >= outHigh {
			break
		}
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
	return !s.broken
}

// piece frames what is at the front of r's response, or has it read. False: the
// session has failed.
func (l *loop) piece(c *Conn, r *stream) bool {
	s, b := c.session, &r.conn.http.Out
	k := b.Front()
	switch {
	case k == nil: // its filters have the rest
		s.http2.Withdraw(r.http2)
		r.conn.timer.Disarm()
		l.run(r.conn, stepProcess)
		l.scope.Enter(c.http.Pool())
		return true
	case k.Kind() == bucket.File:
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
	n := s.http2.Grant(r.http2, int64(len(data)))
	end := n == len(data) && last(k)
	if !s.http2.Data(r.http2, n, end) {
		return false
	}
	r.conn.timer.Disarm()
	l.tell(c, r)
	if n > 0 {
		l.lay(c, data[:n], k.Kind() == bucket.Immortal && n >= shareFrom)
		s.parts.add(r, int64(n))
		b.Consume(int64(n))
	}
	if end {
		l.release(r)
	}
	return true
}

// last reports whether nothing of a response follows k.
func last(k *bucket.Bucket) bool {
	for k.Kind() != bucket.EndOfRequest {
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
	if c.http != nil {
		l.lay(c, b, false)
		s.parts.add(r, int64(len(b)))
	}
	s.http2.Flush()
}

// lay adds bytes at the end of c's brigade, shared or copied.
func (l *loop) lay(c *Conn, b []byte, shared bool) {
	out := &c.http.Out
	if shared {
		out.Append(out.Allocator().Immortal(b))
		return
	}
	if out.Write(b) != nil {
		c.session.broken = true
	}
}

// flush writes until c's brigade is empty or its peer takes no more. False: c is to be
// closed.
func (l *loop) flush(c *Conn) bool {
	h := c.http
	for !h.Out.Empty() {
		iov, _ := h.Out.Iovec(l.iov, most)
		n, e := l.kernel.Writev(c.fd, iov, false)
		switch e {
		case sys.OK:
			l.left(c, int64(n))
			if n == length(iov) {
				continue
			}
		case sys.EINTR:
			continue
		case sys.EAGAIN:
		default:
			return false
		}
		c.ready &^= sys.Out
		return true
	}
	return true
}

// left accounts for n bytes that the kernel took.
func (l *loop) left(c *Conn, n int64) {
	c.accepted += n
	l.count.bytes += uint64(n)
	if c.began == waitWrite {
		c.forget() // what it waited for has come; other waits go on
	}
	consume(&c.http.Out, n)
	c.session.parts.sent(l, n)
}
