package stage

// Passing the content of an answer on: a piece is read when all that came before has gone
// to the client, taken out of the backend's framing, passed through the response's
// filters, and framed anew.

import (
	"brigade/core/filter"
	"brigade/core/http1"
	"brigade/core/sys"
)

// passesOn reads pieces of the content, until there is something for the client, or
// nothing from the backend.
func (l *loop) passesOn(c *Conn) step {
	f, b := c.fetch, c.fetch.far
	if s := l.lifts(c); s != stepFetch {
		return s
	}
	for b.ready&sys.In != 0 {
		if f.rounds++; f.rounds > fetchRounds && c.stream == nil {
			f.rounds = 0 // it stands behind those that have come to the loop meanwhile
			l.economises(c)
			l.pass(c, stepFetch)
			return stepNone
		}
		room := l.bite(c)
		if d := c.feed; d != nil {
			if room = min(room, d.object.Room()); room == 0 {
				l.economises(c)
				return l.awaitReaders(c)
			}
		}
		n, e := l.draw(b, l.sink[:room])
		switch {
		case e == sys.EAGAIN || e == sys.EINTR:
			continue
		case e != sys.OK:
			return l.breaks(c, "it reset the connection: "+e.Error())
		case n == 0 && f.end == http1.EndClose && !f.reset:
			return l.fetched(c)
		case n == 0:
			return l.breaks(c, "it closed the connection in the middle of its answer")
		}
		c.forget()
		if s := l.takesIn(c, l.sink[:n]); s != stepFetch || !c.http.Out.Empty() || f.far != b {
			return s
		}
	}
	f.rounds = 0
	l.economises(c)
	far := sys.In | sys.RdHup
	if f.unsent() {
		far |= sys.Out
	}
	return l.awaitFar(c, waitMore, far, f.outgoing.near())
}

// takesIn has the content in b go on. stepFetch: it has gone, or nothing came of it yet.
func (l *loop) takesIn(c *Conn, b []byte) step {
	c.fetch.came += int64(len(b))
	if l.heavy(c, len(b)) {
		if s, ok := l.carries(c, b); ok {
			return s
		}
	}
	done, why := l.pour(c, b)
	return l.took(c, done, why)
}

// took is what follows when content has been taken in.
func (l *loop) took(c *Conn, done bool, why string) step {
	switch {
	case why != "":
		return l.breaks(c, why)
	case done:
		return l.fetched(c)
	case c.feed != nil:
		return stepFetch
	}
	return l.onward(c)
}

// onward has what has come of c's response go to the client, through its filters.
// stepFetch: nothing came of it yet.
func (l *loop) onward(c *Conn) step {
	x := &c.http.X
	if x.Filtering() {
		s := l.refine(c)
		if s == stepFetch && c.fetch.failed {
			return l.breaks(c, "a filter failed")
		}
		return s
	}
	x.Ship()
	if c.http.Out.Empty() {
		return stepFetch
	}
	return l.ships(c)
}

// lendFrom is from how many bytes on a piece goes to the client from where it was read.
const lendFrom = 2 << 10

// pour takes content out of the backend's framing. done: that was all of it. why: it
// cannot go on.
func (l *loop) pour(c *Conn, b []byte) (done bool, why string) {
	f := c.fetch
	var err error
	switch f.end {
	case http1.EndNone:
		done = true
	case http1.EndLength:
		k := min(f.left, int64(len(b)))
		if k >= lendFrom && !c.lone() && c.http.X.Lends() {
			c.http.X.Lend(b[:k])
		} else {
			err = c.content(b[:k])
		}
		f.left -= k
		b = b[k:]
		done = f.left == 0
	case http1.EndClose:
		err, b = c.content(b), nil
	case http1.EndChunk:
		for !done && len(b) > 0 && err == nil {
			data, n, end, e := f.chunks.Next(b)
			if e != nil {
				return false, "its chunks are none: " + e.Error()
			}
			err, b, done = c.content(data), b[n:], end
		}
	}
	if err != nil {
		return false, err.Error()
	}
	f.keeps = f.keeps && len(b) == 0 // what else it says was not asked for
	return done, ""
}

// refine passes what has come through the response's filters, where they may be called.
func (w *worker) refine(c *Conn) step {
	h, f := c.http, c.fetch
	if h.X.MayBlock() && w.roles&blocks == 0 {
		if !h.Out.Empty() {
			return w.gives(c, stepProcess)
		}
		w.pass(c, stepProcess)
		return stepNone
	}
	p, ok := w.filtered(c)
	f.pumping, f.failed = ok && p != filter.Passed, !ok
	switch {
	case !ok:
		return stepFetch // the loop has the backend's end
	case !h.Out.Empty() && f.pumping:
		return w.gives(c, stepProcess)
	case !h.Out.Empty():
		return w.gives(c, stepFetch)
	case p != filter.Paused:
		return stepFetch
	case c.stream != nil:
		return stepStream // as when a response of ours pauses
	}
	return w.rest(c, waitPace)
}

// fetched is the end of an answer: all of it has come. If the request's content has not,
// the backend does without the rest.
func (l *loop) fetched(c *Conn) step {
	l.letGo(c, c.fetch.keeps && c.fetch.whole, true)
	return l.allCame(c)
}

// allCame ends the response of c, or the object that it feeds: all of it is there.
func (l *loop) allCame(c *Conn) step {
	h := c.http
	if t := c.fetch.tap; t != nil && t.trails {
		h.X.Trailers().Add(t.reader.Trailers())
	}
	l.disengage(c)
	if c.feed != nil {
		if lines := h.X.Trailers().Lines(); len(lines) > 0 {
			c.feed.object.Trail(lines)
		}
		c.feed.object.End()
		return l.unfeed(c)
	}
	h.X.Finish()
	switch {
	case h.X.Pumping() && c.stream != nil:
		return l.filters(c)
	case h.X.Pumping():
		return l.pump(c)
	case c.stream != nil:
		h.Record()
		return stepStream
	case h.Out.Volatile() > 0:
		return l.repays(c)
	}
	return l.recorded(c)
}

// repays has the end of a response go to the client while what was lent for it is there.
func (l *loop) repays(c *Conn) step {
	c.http.Record()
	s, blocked := l.writes(c)
	switch {
	case !blocked:
		return s
	case c.http.X.Keep() != nil:
		return stepFinish
	}
	return l.park(c, waitWrite)
}
