package stage

// Flows: bytes that go one way through a tunnel. They are read into the loop's one
// buffer and written from there; what the target does not take is held, in a page of
// its own, and until it has left nothing more is read: so the source is slowed down
// by its own socket (back-pressure), and no flow holds more than one page.
//
// The end of a source is passed on as the end of our direction to the target, once all
// that came before it has left; the other flow goes on.

import (
	"brigade/core/rt"
	"brigade/core/sys"
)

// flow is one direction.
type flow struct {
	page     []byte // where bytes are held; nil: none are
	from, to int    // those
	ended    bool   // the source has said all
	shut     bool   // and the target has been told
}

func (f *flow) size() int { return f.to - f.from }

// bytes are those held.
func (f *flow) bytes() []byte {
	return f.page[f.from:f.to]
}

// chunk is how much is read at a time, and held of a flow.
func (l *loop) chunk() int { return min(l.server.cfg.Pages.In, len(l.sink)/2) }

// hold holds b, behind what is held; false: there is no memory.
func (l *loop) hold(f *flow, b []byte) bool {
	if len(b) == 0 {
		return true
	}
	if f.page == nil {
		if f.page = l.page(len(b)); f.page == nil {
			return false
		}
		l.held.Add(1)
	}
	if room := f.page[f.to:]; len(room) < len(b) {
		rt.Bug("a flow is to hold %d bytes more, and has room for %d; nothing is read while bytes are held", len(b), len(room))
	}
	f.to += copy(f.page[f.to:], b)
	return true
}

// drop lets go of what is held.
func (l *loop) drop(f *flow) {
	if f.page == nil {
		return
	}
	if len(l.spares) < spares {
		l.spares = append(l.spares, f.page)
	} else {
		rt.FreePages(f.page)
	}
	f.page, f.from, f.to = nil, 0, 0
	l.held.Add(-1)
}

// spares is how many pages a loop keeps for flows to come.
const spares = 4

// page is one for a flow, of least bytes or more; nil: there is no memory.
func (l *loop) page(least int) []byte {
	if n := len(l.spares); n > 0 && len(l.spares[n-1]) >= least {
		p := l.spares[n-1]
		l.spares = l.spares[:n-1]
		return p
	}
	return rt.Pages(max(l.server.cfg.Pages.In+margin, least))
}

// margin is by how much a head that goes to a backend may be longer than what came.
const margin = 512

// trim gives back the pages that a loop keeps.
func (l *loop) trim() {
	for _, p := range l.spares {
		rt.FreePages(p)
	}
	l.spares = nil
}

// target is where a flow of c goes.
func (c *Conn) target(f *flow) (sys.FD, *sys.Events) {
	if t := c.tunnel; f == &t.up {
		return t.far, &t.ready
	}
	return c.fd, &c.ready
}

// source is where it comes from.
func (c *Conn) source(f *flow) (sys.FD, *sys.Events) {
	if t := c.tunnel; f == &t.down {
		return t.far, &t.ready
	}
	return c.fd, &c.ready
}

// put writes b to where f goes; n: bytes that were taken. False: that end has failed.
func (l *loop) put(c *Conn, f *flow, b []byte) (n int, ok bool) {
	fd, ready := c.target(f)
	for n < len(b) && *ready&sys.Out != 0 {
		k, e := l.kernel.Write(fd, b[n:])
		switch {
		case e == sys.EINTR:
			continue
		case e == sys.EAGAIN:
			*ready &^= sys.Out
		case e != sys.OK:
			return n, false
		case n+k < len(b):
			*ready &^= sys.Out // it is full; the next room is a new edge
		}
		if e == sys.OK {
			n += k
		}
	}
	t := c.tunnel
	if f == &t.down {
		c.accepted += int64(n)
		l.count.bytes += uint64(n)
		t.sent += int64(n)
	}
	t.moved = t.moved || n > 0
	return n, true
}

// relieve writes what f holds. False: the target has failed.
func (l *loop) relieve(c *Conn, f *flow) bool {
	n, ok := l.put(c, f, f.bytes())
	if f.from += n; n > 0 {
		c.tunnel.relieved = true
	}
	if f.size() == 0 {
		l.drop(f)
	}
	return ok
}

// get reads from where f comes from into the loop's buffer, at most limit bytes. False:
// that end has failed.
func (l *loop) get(c *Conn, f *flow, limit int) (b []byte, ok bool) {
	fd, ready := c.source(f)
	if f.ended || limit == 0 || *ready&sys.In == 0 {
		return nil, true
	}
	if c.stream == nil && !l.provide(c) { // a stream's far end is read from at its turn, into the sheet
		return nil, true
	}
	b = l.sink[:limit]
	n, e := l.kernel.Read(fd, b)
	switch {
	case e == sys.EAGAIN:
		*ready &^= sys.In
		return nil, true
	case e == sys.EINTR:
		c.tunnel.moved = true // it is to be tried again
		return nil, true
	case e != sys.OK:
		return nil, false
	case n == 0:
		f.ended = true
	case n < len(b) && *ready&sys.RdHup == 0:
		*ready &^= sys.In // as in receive
	}
	c.tunnel.moved = true
	if f == &c.tunnel.up {
		l.count.heard += uint64(n)
	}
	return b[:n], true
}

// carry moves what f has, once. False: an end has failed.
func (l *loop) carry(c *Conn, f *flow) bool {
	if f.size() > 0 {
		if !l.relieve(c, f) {
			return false
		}
		if f.size() > 0 {
			return true
		}
	}
	b, ok := l.get(c, f, l.chunk())
	if !ok {
		return false
	}
	if len(b) > 0 {
		if f == &c.tunnel.up {
			c.tunnel.received += int64(len(b))
		}
		n, ok := l.put(c, f, b)
		if !ok || !l.hold(f, b[n:]) {
			return false
		}
	}
	return l.finishFlow(c, f)
}

// finishFlow tells the target of f that its source has said all, when all of that has left.
func (l *loop) finishFlow(c *Conn, f *flow) bool {
	if !f.ended || f.shut || f.size() > 0 {
		return true
	}
	f.shut = true
	c.tunnel.moved = true
	fd, _ := c.target(f)
	return l.kernel.Shutdown(fd, sys.ShutWrite) == sys.OK
}
