package stage

import (
	"brigade/core/accesslog"
	"brigade/core/bucket"
	"brigade/core/rt"
	"brigade/core/sys"
)

// write sends what is in memory until the brigade is empty, a file comes next, or
// the peer does not take more.
func (w *worker) write(c *Conn) step {
	h := c.http
	for !h.Out.Empty() {
		iov, file := h.Out.Iovec(w.iov)
		switch {
		case len(iov) == 0 && !file:
			w.sent(c, 0)
			continue
		case c.ready&sys.Out == 0:
			return w.rest(c, waitWrite)
		case len(iov) == 0:
			return stepSend
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
			return stepFinish
		}
		c.ready &^= sys.Out
		return w.rest(c, waitWrite)
	}
	if s := c.then; s != stepNone {
		c.then = stepNone
		return s
	}
	return stepRead
}

func length(iov [][]byte) (n int) {
	for _, b := range iov {
		n += len(b)
	}
	return n
}

// quantum is how much of a file is sent before others get their turn.
const quantum = 1 << 20

// send sends from the file at the front of the brigade, which may block.
func (w *worker) send(c *Conn) step {
	h := c.http
	for left := int64(quantum); left > 0; {
		k := h.Out.Front()
		if k.Kind != bucket.File {
			break
		}
		n, e := w.kernel.Sendfile(c.fd, k.FD, k.Off, int(min(k.Len, left)))
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
		if h.Out.Empty() {
			break
		}
	}
	return stepWrite
}

// sent accounts for n bytes that the kernel took: I22, what is logged is what was
// accepted.
func (w *worker) sent(c *Conn, n int64) {
	h := c.http
	c.accepted += n
	w.count.bytes += uint64(n)
	for !h.Out.Empty() {
		k := h.Out.Front()
		if k.Kind == bucket.EndOfRequest {
			h.Out.Pop()
			w.answered(c)
			continue
		}
		m := min(n, k.Len)
		h.Out.Consume(m)
		h.Pending().Sent += m
		n -= m
		if k.Len > 0 {
			return
		}
		w.drop(k)
		h.Out.Pop()
	}
}

// drop lets go of what a bucket holds.
func (w *worker) drop(k *bucket.Bucket) {
	if k.Kind == bucket.File && k.Owned {
		w.kernel.Close(k.FD)
	}
}

// record begins the log record of the current request.
func (c *Conn) record() {
	c.http.Record(c.requests)
	c.unrecorded = false
}

// answered is the end of a request: its last byte left, or it was given up.
func (w *worker) answered(c *Conn) {
	h := c.http
	r := h.Pending()
	rt.Probe(rt.ProbeResponse, c.id, r.Sequence, uint64(r.Sent))
	if log := w.server.cfg.Log; log != nil {
		ok := log.Add(&accesslog.Entry{
			Peer: c.peer, Time: rt.Wall(), Method: r.Method, Target: r.Target, Minor: r.Minor,
			Status: r.Status, Bytes: r.Sent, Referer: r.Referer, UserAgent: r.UserAgent,
		})
		logged := uint64(r.Sent)
		if !ok {
			w.count.dropped++
			logged = ^uint64(0)
		}
		rt.Probe(rt.ProbeLogged, c.id, r.Sequence, logged)
	}
	h.Answered()
}
