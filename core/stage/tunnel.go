package stage

// Long-lived connections (Rivera's question to Pane, 2002): CONNECT, Upgrade to a
// fixed backend, and Upgrade to a handler that takes over. The home loop moves the
// bytes, in every topology, so a tunnel holds no processor; and it reads into one
// buffer that all of the loop's tunnels have in common, so one holds memory only
// while its other end does not take what was read.
//
//	phase      what happens                              ends
//	appointed  a handler's 101 leaves                    it has left: moving
//	dialling   the backend is connected to               CONNECT: 200, moving; Upgrade: asking
//	asking     the request goes there, its answer comes  101: moving; another: passing
//	moving     bytes go both ways                        both have said all, or one fails
//	passing    an answer that is no 101 goes through     it has: linger
//
// Nothing of the client's goes to a backend before that has agreed to switch: bytes
// that follow a refused Upgrade would be a request that nobody here has looked at.

import (
	"brigade/core/accesslog"
	"brigade/core/exchange"
	"brigade/core/iobuf"
	"brigade/core/poll"
	"brigade/core/rt"
	"brigade/core/sys"
)

type phase uint8

const (
	appointed phase = iota
	dialling
	asking
	moving
	passing
)

// tunnel is what a connection has in the place of an http_conn. It belongs to the
// connection's owner, which from dialling on is its home.
type tunnel struct {
	phase   phase
	app     exchange.Application // nil: the other end is a descriptor
	name    string               // app's
	far     sys.FD               // None: it is app
	slot    poll.Slot            // far's
	watched bool                 // far is registered with the poller
	ready   sys.Events           // what far may be ready for

	up, down flow   // to the far end, and to the client
	key      string // of a stream: what a WebSocket backend has to prove that it understood
	scanned  int    // bytes of the answer's head that hold no end of it
	buffer   bool   // it has one of the budget, for what it holds or is about to read
	short    bool   // it stands in line for one
	class    iobuf.Class
	drained  bool // the client's end was read, where nothing of it is wanted

	moved    bool // something has, since the connection waited last
	relieved bool // of what was held, too

	entry    accesslog.Entry // what the log will have
	sequence uint64
	sent     int64 // bytes of the answer, the head included, that the kernel took
	received int64 // bytes from the client that went to the other end
}

// tunnel performs the step of that name.
func (l *loop) tunnel(c *Conn) step {
	if c.stream != nil {
		return l.through(c)
	}
	t := c.tunnel
	if t == nil {
		return l.dial(c)
	}
	t.short = false // it asks again if it still needs one
	if t.slot != poll.NoSlot {
		t.ready |= l.slots.Fetch(t.slot)
	}
	if l.failed(c.fd, &c.ready) || t.far != sys.None && t.phase != dialling && l.failed(t.far, &t.ready) {
		return stepFinish // an end that is reset ends the other
	}
	switch t.phase {
	case appointed:
		return l.occupy(c)
	case dialling:
		return l.dialled(c)
	case asking:
		return l.ask(c)
	case moving, passing:
	}
	return l.relay(c)
}

// failed reports whether an end has failed, if an event says so.
func (l *loop) failed(fd sys.FD, ready *sys.Events) bool {
	if *ready&sys.Err == 0 {
		return false
	}
	*ready &^= sys.Err
	return l.kernel.SocketError(fd) != sys.OK
}

// occupy gives the connection to the application that a handler has named.
func (l *loop) occupy(c *Conn) step {
	rt.Probe(rt.ProbeFar, c.id, ^uint64(0), 0)
	c.tunnel.sent = c.http.Pending().Sent
	c.tunnel.name = "application " + exchange.NameOf(c.tunnel.app)
	return l.open(c, 101)
}

// open ends what HTTP has to say on c: the answer is status, and what the client has
// sent behind its request's head goes to the other end.
func (l *loop) open(c *Conn, status int) step {
	t, h := c.tunnel, c.http
	if t.phase != passing {
		t.phase = moving
		if !l.hold(&t.up, h.Unparsed()) {
			return stepFinish
		}
		t.received = int64(t.up.size())
	}
	h.X.Status = status
	h.X.Finish()
	h.Record()
	r := h.Pending()
	t.sequence, t.entry = r.Sequence, accesslog.Entry{Peer: c.peer, Minor: r.Minor, Status: status, Tunnel: true}
	t.entry.Target = append(t.entry.Target, r.Target...) // for whoever asks what was lost, too
	if l.server.cfg.Log != nil {
		e := &t.entry
		e.Method = append(e.Method, r.Method...)
		e.Referer, e.UserAgent = append(e.Referer, r.Referer...), append(e.UserAgent, r.UserAgent...)
	}
	h.End(r)
	h.Out.Pop()
	h.Content.Forget()
	if !t.buffer && t.up.page != nil {
		t.class, t.buffer = h.Detach() // what was read behind the head is held in another page
	}
	l.pool.Put(h)
	c.http = nil
	l.scope.Leave(nil)
	l.count.tunnels++
	l.tunnels.Add(1)
	rt.Probe(rt.ProbeTunnel, c.id, uint64(t.up.size()), uint64(t.down.size()))
	return l.relay(c)
}

// part ends a tunnel of which all has been said. The client gets time to close, as
// behind any last response.
func (l *loop) part(c *Conn) step {
	ended := c.tunnel.up.ended && c.tunnel.phase == moving
	l.dismantle(c, false)
	if ended {
		return stepFinish
	}
	c.shut = true
	return stepLinger
}

// dismantle gives back all that a tunnel has, and writes its log entry. cut: not all
// was said, and both ends are to know.
func (l *loop) dismantle(c *Conn, cut bool) {
	t := c.tunnel
	c.tunnel = nil
	if t.far != sys.None {
		if cut && t.phase >= moving {
			// If it cannot be set, the close is gentler than it should be.
			_ = l.kernel.SetOption(t.far, sys.LingerZero, 1)
		}
		if !l.poller.Keeps() {
			_ = l.poller.Unwatch(t.far)
		}
		l.slots.Release(t.slot)
		l.kernel.Close(t.far)
	}
	l.drop(&t.up)
	l.drop(&t.down)
	l.unline(c)
	l.refund(t)
	if t.app != nil {
		t.app.End()
	}
	if c.http != nil {
		return // it was not open yet, and its request is still to be answered
	}
	if cut {
		_ = l.kernel.SetOption(c.fd, sys.LingerZero, 1)
	}
	l.tunnels.Add(-1)
	l.count.received += uint64(t.received)
	l.settled(c, t)
}

// settled is the end of the request that became a tunnel.
func (l *loop) settled(c *Conn, t *tunnel) {
	rt.Probe(rt.ProbeResponse, c.id, t.sequence, uint64(t.sent))
	t.entry.Bytes, t.entry.Received = t.sent, t.received
	l.log(c, t.sequence, 0, &t.entry)
}
