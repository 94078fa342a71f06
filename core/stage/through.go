package stage

// Tunnels in streams: CONNECT (RFC 9113 §8.5), and extended CONNECT (RFC 8441), which
// comes as the Upgrade that it stands for. Phases, backends, applications and timers are
// those of tunnel.go; what differs is the client's end, which is no descriptor:
//
//	what                        in a connection       in a stream
//	the client's bytes come     when they are read    in DATA; what the target does not take is held, a window at most
//	the client is slowed down   by its socket         by the stream's window, which opens as bytes are passed on
//	bytes go to the client      when they were read   as DATA, at the stream's turn; nothing is read before
//	an end is passed on         by shutdown           by END_STREAM
//	a reset is passed on        by a reset            by RST_STREAM
//
// The connection's window opens as DATA comes, so that a tunnel that stands still is in
// no other stream's way.

import (
	"bytes"

	"brigade/core/exchange"
	"brigade/core/http1"
	"brigade/core/http2"
	"brigade/core/poll"
	"brigade/core/rt"
	"brigade/core/sys"
)

// through performs the step tunnel for a stream: its far end may have become ready.
func (l *loop) through(c *Conn) step {
	r, t, p := c.stream, c.tunnel, c.stream.parent
	r.begun = true
	if t == nil {
		return l.dial(c)
	}
	if t.slot != poll.NoSlot {
		t.ready |= l.slots.Fetch(t.slot)
		l.unlook(t)
	}
	if t.far != sys.None && t.phase != dialling && l.failed(t.far, &t.ready) {
		l.cancel(r, http2.ConnectError)
		l.stir(p)
		return stepNone
	}
	switch t.phase {
	case dialling:
		return l.dialled(c)
	case asking:
		return l.ask(c)
	case appointed, moving, passing:
	}
	l.upward(r)
	if r.lasts {
		l.awaits(r)
	}
	if r.http2 != nil && t.ready&sys.In != 0 && !t.down.ended {
		p.session.http2.Offer(r.http2)
	}
	l.stir(p)
	return stepNone
}

// declines answers c's request, which cannot have a tunnel.
func (l *loop) declines(c *Conn, e *http1.Error) step {
	if c.stream == nil {
		return l.refuse(c, e)
	}
	p := c.stream.parent
	l.refuses(c.stream, e)
	l.stir(p)
	return stepNone
}

// unfold makes r's stream a tunnel; head, in HTTP/1.1's form, is the answer.
func (l *loop) unfold(r *stream, head []byte) {
	c, p := r.conn, r.parent
	h, t := c.http, c.tunnel
	r.headed = true
	l.tell(p, nil)
	p.session.http2.Respond(r.http2, head, false)
	l.tell(p, r)
	h.X.Status = 200
	h.X.Finish()
	h.Record()
	if !t.buffer && r.early.page != nil {
		t.class, t.buffer = h.Detach() // what came early is held on
	}
	l.strip(r)
	r.entry.Tunnel, r.entry.Status = true, 200
	t.phase = moving
	t.up, r.early = r.early, flow{}
	c.timer.Disarm() // it has answered
	t.received = int64(t.up.size())
	l.count.tunnels++
	l.tunnels.Add(1)
	rt.Probe(rt.ProbeTunnel, c.id, uint64(t.up.size()), uint64(t.down.size()))
	l.refund(t)
	p.session.http2.Offer(r.http2)
	l.upward(r)
	l.stir(p)
}

// appoint gives r's stream to the application that a handler has named.
func (l *loop) appoint(r *stream) {
	c := r.conn
	rt.Probe(rt.ProbeFar, c.id, ^uint64(0), 0)
	c.tunnel.name = "application " + exchange.NameOf(c.tunnel.app)
	text := c.http.Out.Front().Memory()
	_, fields, _ := bytes.Cut(text, []byte("\r\n"))
	l.unfold(r, append(http1.AppendStatusLine(nil, 200), fields...))
}

// inflow is DATA for r, which is a tunnel or is about to be one.
func (l *loop) inflow(r *stream, b []byte) {
	h2 := &r.parent.session.http2
	h2.Took(len(b))
	if !r.entry.Tunnel {
		if r.headed {
			h2.Passed(r.http2, len(b)) // it was refused
			return
		}
		r.early.ended = r.early.ended || r.http2.Received()
		if !l.gathers(&r.early, b) {
			l.cancel(r, http2.InternalError)
		}
		return
	}
	c := r.conn
	t := c.tunnel
	f := &t.up
	t.received += int64(len(b))
	f.ended = f.ended || r.http2.Received()
	if len(b) > 0 && t.app == nil && f.size() == 0 {
		n, ok := l.put(c, &t.up, b)
		if !ok {
			l.cancel(r, http2.ConnectError)
			return
		}
		h2.Passed(r.http2, n)
		b = b[n:]
	}
	if len(b) > 0 && !l.afford(t) || !l.gathers(f, b) {
		l.cancel(r, http2.InternalError)
		return
	}
	l.upward(r)
}

// gathers holds b, behind what is held; there is never more than a stream's window. False:
// there is no memory.
func (l *loop) gathers(f *flow, b []byte) bool {
	if len(b) == 0 || f.page != nil && len(f.page)-f.to >= len(b) {
		return l.hold(f, b)
	}
	was := *f
	f.page, f.from, f.to = nil, 0, 0
	size := was.size() + len(b)
	more := l.page(max(size, min(2*size, http2.Window)))
	if more == nil {
		*f = was
		return false
	}
	f.page, f.to = more, copy(more, was.bytes())
	if was.page != nil {
		rt.FreePages(was.page)
	} else {
		l.held.Add(1)
	}
	return l.hold(f, b)
}

// upward moves what r's client has said on to the far end.
func (l *loop) upward(r *stream) {
	c := r.conn
	t, h2 := c.tunnel, &r.parent.session.http2
	if t.app != nil {
		h2.Offer(r.http2) // at its turn it is asked
		return
	}
	if t.up.size() > 0 {
		n, ok := l.put(c, &t.up, t.up.bytes())
		if !ok {
			l.cancel(r, http2.ConnectError)
			return
		}
		l.passedOn(r, n)
	}
	if t.up.ended && !t.up.shut && t.up.size() == 0 {
		t.up.shut, t.moved = true, true
		if l.kernel.Shutdown(t.far, sys.ShutWrite) != sys.OK {
			l.cancel(r, http2.ConnectError)
			return
		}
	}
	r.eased()
	l.completes(r)
}

// passedOn says that n of the bytes held for r's far end are there.
func (l *loop) passedOn(r *stream, n int) {
	f := &r.conn.tunnel.up
	f.from += n
	r.conn.tunnel.relieved = r.conn.tunnel.relieved || n > 0
	if f.size() == 0 {
		l.drop(f)
		l.refund(r.conn.tunnel)
	}
	if r.http2 != nil {
		r.parent.session.http2.Passed(r.http2, n)
	}
}

// completes ends a tunnel of which both ends have said all.
func (l *loop) completes(r *stream) {
	if t := r.conn.tunnel; t.down.shut && (t.up.shut || t.app != nil) {
		l.release(r)
	}
}

// downward is r's turn: DATA of what the far end says, or an application does. False: the
// session has failed.
func (l *loop) downward(c *Conn, r *stream) bool {
	t, h2 := r.conn.tunnel, &c.session.http2
	room := h2.Grant(r.http2, int64(l.chunk()))
	var b []byte
	if t.down.size() > 0 { // behind the answer's head
		b = t.down.bytes()[:min(room, t.down.size())]
	} else {
		var ok bool
		if b, ok = l.fresh(r, room); !ok {
			return true // it was reset
		}
	}
	if len(b) == 0 && !t.down.ended {
		if t.app != nil || t.ready&sys.In == 0 {
			h2.Withdraw(r.http2)
		}
		return true
	}
	t.moved = true
	t.relieved = t.relieved || t.up.size() == 0 // its window was what it waited for
	end := t.down.ended && t.down.size() <= len(b)
	if !h2.Data(r.http2, len(b), end) {
		return false
	}
	l.tell(c, r)
	if len(b) > 0 {
		l.lay(c, b, false)
		c.session.parts.add(r, int64(len(b)))
		if t.down.size() > 0 {
			if t.down.from += len(b); t.down.size() == 0 {
				l.drop(&t.down)
				l.refund(t)
			}
		}
	}
	r.eased()
	if end {
		t.down.shut = true
		l.completes(r)
	}
	return true
}

// fresh is what the other end says, room bytes at most. False: r was reset.
func (l *loop) fresh(r *stream, room int) (b []byte, ok bool) {
	c := r.conn
	t := c.tunnel
	if t.app == nil {
		if b, ok = l.get(c, &t.down, room); !ok {
			l.cancel(r, http2.ConnectError)
		}
		return b, ok
	}
	for {
		in, out := t.up.bytes(), l.sink[:room]
		taken, given, done, ok := l.consult(c, in, out)
		if !ok || taken == 0 && given == 0 && len(in) >= http2.Window {
			l.cancel(r, http2.InternalError) // it waits for more than it will ever get at once
			return nil, false
		}
		t.down.ended = done || t.up.ended && taken == 0 && given == 0
		if taken > 0 {
			t.moved = true
			l.passedOn(r, taken)
		}
		if taken == 0 || given > 0 || t.down.ended {
			return out[:given], true
		} // it may have something to say to the rest
	}
}

// eased ends what r's timer measures, if something has moved that it waits for.
func (r *stream) eased() {
	c := r.conn
	if t := c.tunnel; t.relieved || t.moved && c.wait != waitFlow && c.wait != waitDial {
		c.timer.Disarm()
	}
}

// unlook ends the watch on t's far end, where it is for one event.
func (l *loop) unlook(t *tunnel) {
	if !l.poller.Keeps() && t.watched {
		_ = l.poller.Unwatch(t.far) // it is out of a set of ours, which cannot fail
		t.watched = false
	}
}

// awaits has the poller watch the far end of r's tunnel, and sets the timer of what it
// waits for; what has moved since then begins it anew.
func (l *loop) awaits(r *stream) {
	c := r.conn
	t := c.tunnel
	w := waitTunnel
	switch {
	case t.phase < moving:
		w = waitDial
	case t.app == nil && t.up.size() > 0 || r.http2 != nil && r.parent.session.http2.Starved(r.http2):
		w = waitFlow
	case t.up.ended || t.down.ended:
		w = waitHalf
	}
	r.eased()
	t.moved, t.relieved = false, false
	l.expect(c, w)
	if t.far == sys.None {
		return
	}
	events := sys.In
	switch {
	case t.phase == dialling:
		events = sys.Out
	case t.phase == moving && (t.down.ended || t.ready&sys.In != 0):
		events = 0
	}
	if t.up.size() > 0 {
		events |= sys.Out
	}
	l.unlook(t)
	if !l.look(t.far, &t.watched, events, t.up.shut, t.slot) {
		p := r.parent
		l.cancel(r, http2.InternalError)
		l.stir(p)
		return
	}
	if !l.poller.Keeps() {
		t.watched = events != 0 || !t.up.shut
	}
}

// outlast has the tunnels of c's session live on, though their connection ends, whose
// client has heard all and has said all, and what it said is not all passed on: nothing
// tells it of that, and it may go.
func (l *loop) outlast(c *Conn) {
	if l.hurried || c.cut {
		return
	}
	h2 := &c.session.http2
	for i := len(h2.Streams()) - 1; i >= 0; i-- {
		r := h2.Streams()[i].Host.(*stream)
		if r.place != placeHome || !r.entry.Tunnel {
			continue
		}
		if t := r.conn.tunnel; t.far != sys.None && t.up.ended && t.down.shut && t.up.size() > 0 {
			h2.Release(r.http2)
			r.http2, r.lasts = nil, true
			l.awaits(r)
		}
	}
}

// sever gives back what the tunnel of r has. Its far end is cut unless all was said.
func (l *loop) sever(r *stream) {
	c := r.conn
	t := c.tunnel
	c.tunnel = nil
	if t.far != sys.None {
		if t.phase == moving && (!t.up.shut || !t.down.shut) {
			// If it cannot be set, the close is gentler than it should be.
			_ = l.kernel.SetOption(t.far, sys.LingerZero, 1)
		}
		l.unlook(t)
		l.slots.Release(t.slot)
		l.kernel.Close(t.far)
	}
	l.drop(&t.up)
	l.drop(&t.down)
	l.refund(t)
	if t.app != nil {
		t.app.End()
	}
	if t.phase == moving {
		l.tunnels.Add(-1)
		l.count.received += uint64(t.received)
		r.entry.Received = t.received
	}
}

// overdue is a stream's tunnel whose wait has lasted too long.
func (l *loop) overdue(r *stream, w wait) {
	if w == waitDial {
		l.unreached(r.conn, http1.ErrGatewayTimeout)
		return
	}
	l.cancel(r, http2.Cancel)
}
