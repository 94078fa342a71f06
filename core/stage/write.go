package stage

import (
	"time"

	"brigade/core/accesslog"
	"brigade/core/bucket"
	"brigade/core/httpconn"
	"brigade/core/rt"
	"brigade/core/sys"
)

// write sends what is in memory until the brigade is empty, a file comes next, or
// the peer does not take more.
func (w *worker) write(c *Conn) step {
	s, blocked := w.writes(c)
	if blocked {
		return w.rest(c, waitWrite)
	}
	return s
}

// writes is write for who has something to do before c waits. blocked: it has to.
func (w *worker) writes(c *Conn) (s step, blocked bool) {
	h := c.http
	for !h.Out.Empty() {
		iov, file := h.Out.Iovec(w.iov, most)
		switch {
		case len(iov) == 0 && !file:
			w.sent(c, 0)
			continue
		case c.ready&sys.Out == 0:
			return stepNone, true
		case len(iov) == 0:
			return stepSend, false
		}
		n, e := w.kernel.Writev(c.fd, iov, file)
		switch e {
		case sys.OK:
			w.sent(c, int64(n))
			if h.Out.Empty() || n == length(iov) {
				continue
			}
		case sys.EINTR:
			continue
		case sys.EAGAIN:
		default:
			return stepFinish, false
		}
		c.ready &^= sys.Out
		return stepNone, true
	}
	if s := c.then; s != stepNone {
		c.then = stepNone
		return s, false
	}
	return stepRead, false
}

func length(iov [][]byte) (n int) {
	for _, b := range iov {
		n += len(b)
	}
	return n
}

// most is about how much one write takes: what a socket buffer holds is less.
const most = 4 << 20

// quantum is how much of a file is sent before others get their turn, and spell for how
// long: a slow disk gives little at a time.
const (
	quantum = 1 << 20
	spell   = 50 * time.Millisecond
)

// send sends from the file at the front of the brigade, which may block.
func (w *worker) send(c *Conn) step {
	if c.stream != nil {
		return w.load(c)
	}
	h := c.http
	until := rt.Now().Add(spell)
	for left := int64(quantum); left > 0; {
		k := h.Out.Front()
		if k.Kind() != bucket.File {
			return stepWrite
		}
		f, off := k.File()
		n, e := w.kernel.Sendfile(c.fd, f.FD, off, int(min(k.Len(), left)))
		switch {
		case e == sys.EINTR:
		case e == sys.EAGAIN:
			c.ready &^= sys.Out
			return stepWrite
		case e != sys.OK || n == 0:
			// The peer is gone, the disk failed, or the file shrank: what was promised
			// cannot be sent, and only a reset says so for certain.
			return stepFinish
		default:
			left -= int64(n)
			w.sent(c, int64(n))
		}
		now := rt.Now()
		switch {
		case h.Out.Empty():
			return stepWrite
		case w.server.late(now): // a slow disk does not hold a drain up
			return stepFinish
		case now > until:
			left = 0
		}
	}
	return w.cede(c, stepWrite)
}

// cede ends c's turn with this task, whatever that may do for it: others may stand in
// line at home, and c stands behind them for s.
func (w *worker) cede(c *Conn, s step) step {
	if w.loop != nil || w.roles&writes == 0 {
		return s // it is another's anyway
	}
	w.scope.Leave(nil)
	w.hand(c, s, c.home)
	return stepNone
}

// sent accounts for n bytes that the kernel took: I22, what is logged is what was
// accepted.
func (w *worker) sent(c *Conn, n int64) {
	h := c.http
	c.accepted += n
	w.count.bytes += uint64(n)
	if n > 0 {
		w.clocked()
	}
	for !h.Out.Empty() {
		k := h.Out.Front()
		if k.Kind() == bucket.EndOfRequest {
			w.answered(c, h, k)
		} else if size := k.Len(); size > 0 {
			m := min(n, size)
			h.Out.Consume(m)
			h.Pending().Sent += m
			if n -= m; m < size {
				return
			}
		}
		h.Out.Pop()
	}
}

// answered is the end of a request, whose bucket k is: its last byte left, or it was
// given up. The log has it, and its pool ends.
func (w *worker) answered(c *Conn, h *httpconn.Conn, k *bucket.Bucket) {
	r := k.Request().(*httpconn.Request)
	rt.Probe(rt.ProbeResponse, c.id, r.Sequence, uint64(r.Sent))
	w.log(c, r.Sequence, r.Begun, &accesslog.Entry{
		Peer: c.peer, Method: r.Method, Target: r.Target, Minor: r.Minor, Two: c.stream != nil,
		Status: r.Status, Bytes: r.Sent, Referer: r.Referer, UserAgent: r.UserAgent, Backend: r.Backend, Why: r.Why,
	})
	h.End(r)
}

// log has the access log take an entry, if there is one, of a request whose head was
// whole at since.
func (w *worker) log(c *Conn, sequence uint64, since rt.Instant, e *accesslog.Entry) {
	w.timed(e.Status, since)
	if log := w.server.cfg.Log; log != nil {
		e.Time = rt.Wall()
		logged := uint64(e.Bytes)
		if !log.Add(e) {
			w.count.dropped++
			logged = ^uint64(0)
		}
		rt.Probe(rt.ProbeLogged, c.id, sequence, logged)
	}
	if w.server.teller != nil {
		w.tell(e)
	}
}
