package stage

// Connections to backends. Each is a Conn of the loop that made it, with a service in the
// place of a client: it has a slot of its own, works for one connection or stream at a
// time, and is kept for the next of the same loop when an answer has ended and both sides
// let it be open (RFC 9112 §9.3). A kept one is watched: when its backend closes it, or
// says what nobody has asked for, it is closed, so that no answer is taken for another's.
// The one used last is taken first, so that those which are too many grow old.
//
// Invariant: client's owner may be another task; what the loop has to know of it when an
// event comes is here.

import (
	"net/netip"

	"brigade/core/poll"
	"brigade/core/rt"
	"brigade/core/sys"
)

// service is what a Conn has that is the loop's end of a connection to a backend.
type service struct {
	address netip.AddrPort
	client  *Conn      // for whom it works; nil: it is kept, or a check's
	check   *check     // nil: it is none's
	waits   bool       // client is at home, and waits for it
	wants   sys.Events // for what
	uses    int        // answers that came over it
}

// rack is the kept connections to one backend, the one used last at the end.
type rack struct {
	address netip.AddrPort
	list    []*Conn
}

// backend makes the Conn of a connection to a backend.
func (l *loop) backend(fd sys.FD, address netip.AddrPort) *Conn {
	b := &Conn{fd: fd, home: l, owner: l.number, abroad: poll.NoSlot, service: &service{address: address}}
	b.slot = l.slots.Take(b)
	return b
}

// attends ends the client's waiting for b.
func (l *loop) attends(b *Conn) {
	if b.service.waits && !l.poller.Keeps() {
		_ = l.poller.Unwatch(b.fd) // it is out of a set of ours, which cannot fail
	}
	b.service.waits = false
	b.ready |= l.slots.Fetch(b.slot)
}

// signalled is an event of b's.
func (l *loop) signalled(b *Conn, e sys.Event) {
	k := b.service
	switch {
	case k.check != nil:
		l.goOnWith(k.check)
	case k.client == nil:
		if !l.sound(b) {
			l.unrack(b)
			l.retire(b)
		} else if !l.poller.Keeps() {
			_ = l.look(b.fd, &b.watched, sys.In|sys.RdHup, false, b.slot)
		}
	case k.waits && e.Events&(k.wants|sys.Err|sys.Hup) != 0:
		c := k.client
		rt.Probe(rt.ProbeEvent, c.id, e.Token, uint64(e.Events))
		if !c.lone() {
			l.leave(c)
		}
		l.run(c, stepFetch)
	}
}

// letGo ends b's work for c. keep: it may serve another. good: the backend has done its
// part.
func (l *loop) letGo(c *Conn, keep, good bool) {
	f := c.fetch
	b := f.far
	l.attends(b)
	f.far, b.service.client = nil, nil
	f.origin.Asked(&c.http.X, f.backend, good)
	rt.Probe(rt.ProbeFetch, c.id, ^uint64(0), 0)
	b.service.uses++
	if keep && l.retain(b) {
		return
	}
	l.retire(b)
}

// retain has b wait for another to serve. False: it cannot be kept.
func (l *loop) retain(b *Conn) bool {
	s := l.rack(b.service.address)
	if l.draining || len(s.list) >= l.server.cfg.Kept || !l.sound(b) || !l.look(b.fd, &b.watched, sys.In|sys.RdHup, false, b.slot) {
		return false
	}
	b.wait = waitKept
	l.rings[waitKept].Arm(&b.timer, b, l.now)
	s.list = append(s.list, b)
	return true
}

// rack is that of a backend.
func (l *loop) rack(address netip.AddrPort) *rack {
	for i := range l.racks {
		if l.racks[i].address == address {
			return &l.racks[i]
		}
	}
	l.racks = append(l.racks, rack{address: address})
	return &l.racks[len(l.racks)-1]
}

// takeKept is a kept connection to a backend; nil: there is none.
func (l *loop) takeKept(address netip.AddrPort) *Conn {
	s := l.rack(address)
	for len(s.list) > 0 {
		b := s.list[len(s.list)-1]
		s.list = s.list[:len(s.list)-1]
		b.wait = waitNone
		b.timer.Disarm()
		if !l.poller.Keeps() {
			_ = l.poller.Unwatch(b.fd)
		}
		if l.sound(b) {
			b.ready |= sys.Out
			return b
		}
		l.retire(b)
	}
	return nil
}

// sound reports whether nothing is known against b: it is open, and all is silent.
func (l *loop) sound(b *Conn) bool {
	b.ready |= l.slots.Fetch(b.slot)
	for b.ready&(sys.In|sys.RdHup|sys.Err|sys.Hup) != 0 {
		switch _, e := l.kernel.Read(b.fd, l.sink[:1]); e {
		case sys.EAGAIN:
			b.ready &^= sys.In | sys.RdHup | sys.Err | sys.Hup
		case sys.EINTR:
		default:
			return false
		}
	}
	return true
}

// unrack takes b, which is kept, from its rack.
func (l *loop) unrack(b *Conn) {
	s := l.rack(b.service.address)
	for i, k := range s.list {
		if k == b {
			s.list = append(s.list[:i], s.list[i+1:]...)
			break
		}
	}
}

// retire closes b, which works for nobody.
func (l *loop) retire(b *Conn) {
	b.timer.Disarm()
	if !l.poller.Keeps() {
		_ = l.poller.Unwatch(b.fd)
	}
	l.slots.Release(b.slot)
	l.kernel.Close(b.fd)
	b.slot, b.fd, b.owner = poll.NoSlot, sys.None, 0
}

// spare closes a kept connection, for want of what it has. False: there is none.
func (l *loop) spare() bool {
	for i := range l.racks {
		if s := &l.racks[i]; len(s.list) > 0 {
			b := s.list[0]
			l.unrack(b)
			l.retire(b)
			return true
		}
	}
	return false
}

// clear closes all that are kept.
func (l *loop) clear() {
	for l.spare() {
		// One after the other.
	}
}
