package stage

// What a drain's deadline cost. A connection that is cut then, with a request begun
// and not answered whole, or as a tunnel, is told of: whose it was, what it wanted,
// and how much of it had passed; so is a session, of its streams together, and a tunnel
// in a stream by itself. Where a handler has not returned its connection is still with
// it, and only their number is known; of a stream, that it was begun.

import (
	"net/netip"
)

// Lost is one connection that was cut, or a tunnel in a stream of one.
type Lost struct {
	Peer     netip.AddrPort
	Requests int    // begun and not answered whole
	Target   string // of the oldest of them
	Status   int    // of its answer; 0: there was none yet
	Sent     int64  // bytes of their answers that the kernel took
	Queued   int64  // bytes that it had not taken
	Tunnel   bool
	Received int64 // of a tunnel: bytes from its client
}

// told is how many are told of; the others are counted.
const told = 100

// lose notes that c is cut, if anything is lost by that.
func (l *loop) lose(c *Conn) {
	x := Lost{Peer: c.peer}
	switch t := c.tunnel; {
	case c.session != nil:
		l.loseStreams(c)
		return
	case c.live != nil:
		h := c.live.conn.http
		x.Requests, x.Status, x.Sent = 1, h.X.Status, c.live.sent
		_, target := h.InFlight()
		x.Target = string(target)
	case c.http != nil:
		var target []byte
		if x.Requests, target = c.http.InFlight(); x.Requests == 0 {
			return
		}
		x.Target = string(target)
		r := c.http.Pending()
		x.Status, x.Sent = r.Status, r.Sent
		x.Queued, _ = c.http.Out.Bytes()
	case t != nil:
		x.Tunnel, x.Requests, x.Target, x.Status = true, 1, string(t.entry.Target), t.entry.Status
		x.Sent, x.Queued, x.Received = t.sent, int64(t.down.size()), t.received
	default:
		return // nothing was asked, or a part of a question
	}
	l.server.lose(x)
}

// loseStreams notes what is lost of c's session.
func (l *loop) loseStreams(c *Conn) {
	s := c.session
	x := Lost{Peer: c.peer}
	note := func(r *stream) {
		switch {
		case r.lost:
			return
		case r.place == placeHome && r.entry.Tunnel:
			l.loseTunnel(r)
			return
		}
		r.lost = true
		if x.Requests++; x.Requests == 1 {
			x.Target, x.Status = r.asks()
		}
		x.Sent += r.sent
	}
	for i := s.parts.first; i < len(s.parts.list); i++ { // what was framed before the others
		if q := s.parts.list[i]; q.of != nil {
			x.Queued += q.n
			note(q.of)
		}
	}
	for _, st := range s.http2.Streams() {
		note(st.Host.(*stream))
	}
	if x.Requests > 0 {
		l.server.lose(x)
	}
}

// loseTunnel notes that r, a tunnel, is cut.
func (l *loop) loseTunnel(r *stream) {
	if r.lost {
		return
	}
	r.lost = true
	x := Lost{Peer: r.conn.peer, Tunnel: true, Requests: 1, Target: string(r.entry.Target), Status: r.entry.Status, Sent: r.sent}
	if t := r.conn.tunnel; t != nil {
		x.Queued, x.Received = int64(t.down.size()), t.received
	}
	l.server.lose(x)
}

// asks is what r wants, and the status of what it has got so far; 0 of what is with
// others.
func (r *stream) asks() (target string, status int) {
	switch {
	case r.place == placeAway:
	case r.conn.http == nil:
		status = r.entry.Status
	case r.headed:
		status = r.conn.http.X.Status
	}
	return string(r.entry.Target), status
}

// lose notes one.
func (s *Server) lose(x Lost) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.losses++; len(s.lost) < told {
		s.lost = append(s.lost, x)
	}
}

// Lost is what has been cut so far, the first hundred by name, and how many in all.
// Any task may call it.
func (s *Server) Lost() (list []Lost, all int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Lost(nil), s.lost...), s.losses
}

// Load is what a server has in hand.
type Load struct {
	Connections int // open
	Tunnels     int // of those
	Held        int // pages that tunnels hold
	Working     int // processors that are at work
}

// Load counts what there is now. Any task may call it.
func (s *Server) Load() (x Load) {
	for _, sh := range s.shards {
		x.Connections += int(sh.open.Load())
		for _, l := range sh.homes {
			x.Tunnels += int(l.tunnels.Load())
			x.Held += int(l.held.Load())
		}
		_, working := sh.crew.Load()
		x.Working += working
	}
	return x
}
