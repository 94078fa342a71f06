package stage

// A stream of HTTP/2 whose handler streams. Its session frames what has come down the
// beam, as windows allow, while the handler writes on; what the peer sends goes up, and
// the stream's window opens as the handler takes it in. The connection's opens at once,
// so that a handler that does not read holds nobody else's content up: a session keeps a
// window's worth for each of its streams at most.

import (
	"bytes"

	"brigade/core/bucket"
	"brigade/core/http1"
	"brigade/core/http2"
	"brigade/core/rt"
)

// departs begins r, whose handler streams.
func (l *loop) departs(r *stream) {
	c := r.parent
	v := l.quicken(r, c.http.Out.Allocator())
	c.session.lives = append(c.session.lives, r)
	v.fills(&v.in) // there is nothing yet, but its bell is rung from now on
	l.handles(r)
}

// streams reports whether r's response comes through a beam.
func (r *stream) streams() bool { return r.live != nil && !r.live.spared }

// out is what is to be framed of r's response.
func (r *stream) out() *bucket.Brigade {
	if r.streams() {
		return &r.live.in
	}
	return &r.conn.http.Out
}

// ends reports whether k is the end of r's response.
func (r *stream) ends(k *bucket.Bucket) bool {
	return k.Kind() == bucket.EndOfRequest || r.streams() && k.Kind() == bucket.EndOfStream
}

// upload is a piece of content of r, whose handler streams, or its end.
func (l *loop) upload(c *Conn, r *stream, b []byte) {
	s, st, v := c.session, r.http2, r.live
	s.http2.Took(len(b))
	if !v.reads {
		s.http2.Passed(st, len(b))
		return
	}
	v.clock.timer.Disarm() // there is some progress
	r.content += int64(len(b))
	switch {
	case r.content > l.server.cfg.Content:
		v.spoils(http1.ErrContentTooLarge)
		return
	case v.raw.Write(b) != nil:
		v.spoils(http1.ErrOverloaded)
		return
	case st.Received():
		v.all = true
		v.raw.Append(v.raw.Allocator().EndOfStream())
	}
	l.passes(c, r)
}

// passes has content go up, and gives its room back.
func (l *loop) passes(c *Conn, r *stream) {
	if n, _ := r.live.sends(); n > 0 {
		c.session.http2.Passed(r.http2, int(n))
	}
}

// seesTo looks after those of c's streams that were rung for.
func (l *loop) seesTo(c *Conn) {
	s := c.session
	for i := 0; i < len(s.lives); {
		r := s.lives[i]
		if r.live.rung {
			r.live.rung = false
			l.see(c, r)
		}
		if i < len(s.lives) && s.lives[i] == r {
			i++ // else it has ended
		}
	}
}

func (l *loop) see(c *Conn, r *stream) {
	switch {
	case r.live.over:
		l.release(r)
		return
	case r.place == placeHome && r.conn.broken:
		l.cancel(r, http2.InternalError)
		return
	case r.dead || r.live.spared:
		return
	}
	l.passes(c, r)
	if r.headed {
		l.offers(c, r)
		return
	}
	for moved := true; moved; { // until it waits, and is rung: something may come behind an interim response
		var ok bool
		if moved, ok = r.live.fills(&r.live.in); !ok {
			l.cancel(r, http2.InternalError)
			return
		}
		for r.interim() {
			l.informs(c, r)
		}
		if !r.live.in.Empty() {
			l.respond(r)
			return
		}
	}
}

// offers has r framed if there is something of its response, and takes its end from it
// if that is all there is: so a stream that has its turn, or waits for its window, has
// bytes to send, and any other one is rung for.
func (l *loop) offers(c *Conn, r *stream) {
	h2, in := &c.session.http2, &r.live.in
	for {
		k := in.Front()
		switch {
		case k == nil:
			moved, ok := r.live.fills(in)
			if !ok {
				l.cancel(r, http2.InternalError)
				return
			}
			if !moved || r.live.ended {
				h2.Withdraw(r.http2)
				return
			}
		case r.ends(k):
			l.tell(c, nil)
			h2.End(r.http2)
			l.tell(c, r)
			l.release(r)
			return
		case k.Len() == 0:
			in.Pop() // it was flushed
		default:
			h2.Offer(r.http2)
			return
		}
	}
}

// interim reports whether an interim response is next.
func (r *stream) interim() bool {
	k := r.live.in.Front()
	return k != nil && !k.Kind().Metadata() && bytes.HasPrefix(k.Memory(), []byte("HTTP/1.1 1"))
}

// informs frames the interim response that is next, which is a bucket of its own.
func (l *loop) informs(c *Conn, r *stream) {
	h2, k := &c.session.http2, r.live.in.Front()
	l.tell(c, nil)
	h2.Respond(r.http2, k.Memory(), false)
	r.live.in.Pop()
	l.tell(c, r)
}

// recalledAll ends what c's session has with handlers that stream. False: one has not
// returned, and is told to.
func (l *loop) recalledAll(c *Conn) bool {
	s := c.session
	l.seesTo(c)
	if len(s.lives) > 0 && !c.doomed {
		c.doomed = true
		if l.hurried || c.cut {
			l.lose(c)
		}
		for !c.http.Out.Empty() {
			c.http.Out.Pop()
		}
		s.parts.drop(l)
		l.allDead(c)
	}
	return len(s.lives) == 0
}

// times gives a stream whose handler streams a timer, if it waits for its peer.
func (l *loop) times(c *Conn, r *stream) {
	w, v, st := waitNone, r.live, r.http2
	switch {
	case st.Dead(), st.Sent():
	case c.session.http2.Starved(st) && c.http.Out.Empty():
		w = waitWindow
	case v.listens() && !st.Received():
		w = waitBody
	}
	t := &v.clock
	if t.wait != w || !t.timer.Armed() && w != waitNone {
		t.timer.Disarm()
		v.told = false
		if t.wait = w; w != waitNone {
			l.rings[w].Arm(&t.timer, t, l.now)
		}
	}
	if w != waitNone && r.place == placeHome && !v.told {
		v.told = true
		rt.Probe(rt.ProbeState, t.id, uint64(w), uint64(t.timer.Deadline()))
	}
}

// overtime is a stream whose peer has kept its handler waiting for too long.
func (l *loop) overtime(r *stream, w wait) {
	r.live.clock.wait = waitNone
	if w == waitBody {
		r.live.spoils(http1.ErrTimeout)
		return
	}
	l.cancel(r, http2.Cancel)
}

// parts leaves the beams of r, which has ended, if it and its session's memory are here.
// False: not yet.
func (l *loop) parts(r *stream) bool {
	s, v := r.parent.session, r.live
	v.over = true
	v.clock.timer.Disarm()
	if s.queued {
		v.rung = true
		return false
	}
	if r.place == placeAway || !v.leaves() {
		return false
	}
	for i, other := range s.lives {
		if other == r {
			s.lives = append(s.lives[:i], s.lives[i+1:]...)
			break
		}
	}
	r.live = nil
	return true
}
