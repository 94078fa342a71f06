package stage

// Connections to backends. Each is a Conn of the loop that made it, with a service in the
// place of a client: it has a slot of its own, works for one connection or stream at a
// time, and is kept for the next of the same loop when an answer has ended and both sides
// let it be open (RFC 9112 §9.3). A kept one is watched: when its backend closes it, or
// says what nobody has asked for, it is closed, so that no answer is taken for another's.
// The one used last is taken first, so that those which are too many grow old; where there
// is no room for another, the oldest goes.
//
// A loop that has kept none takes one over from another loop that has (core/spare): it
// ends the other's watch, in one step with taking it, and makes a Conn of its own for the
// descriptor. The other's Conn is left without one; its slot and timer are given up when
// the other learns of it. With poll(2), whose set of descriptors is its task's own memory,
// nothing is taken over.
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
	since   rt.Instant // when the last did
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
		if !l.kept.Claim(k.address, b) {
			l.bury() // it is another's by now
			return
		}
		b.timer.Disarm()
		if !l.retain(b) {
			l.retire(b)
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
	b.service.since = l.now
	if keep && l.retain(b) {
		return
	}
	l.retire(b)
}

// retain has b wait for another to serve. False: it cannot be kept.
func (l *loop) retain(b *Conn) bool {
	if l.draining || !l.sound(b) || !l.look(b.fd, &b.watched, sys.In|sys.RdHup, false, b.slot) {
		return false
	}
	b.wait = waitKept
	l.rings[waitKept].Arm(&b.timer, b, l.now)
	for !l.kept.Keep(b.service.address, b, l.server.cfg.Kept) {
		if old, ok := l.kept.Oldest(b.service.address); ok {
			l.retire(old) // what served last is worth more
		}
	}
	l.bury()
	return true
}

// takeKept is a kept connection to a backend, this loop's or another's; nil: there is none.
// repeats: what it is for may be sent again on another; else it has to be warm, and this
// loop's.
func (l *loop) takeKept(address netip.AddrPort, repeats bool) *Conn {
	for b, ok := l.kept.Take(address); ok; b, ok = l.kept.Take(address) {
		if !repeats {
			if l.now.Sub(b.service.since) > l.server.cfg.Warm {
				l.kept.Keep(address, b, l.server.cfg.Kept) // there is the room that it had
				return nil                                 // and the others are colder
			}
			b.ready |= sys.In // what no event has told yet a read does
		}
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
	if !repeats || !l.poller.Keeps() {
		return nil
	}
	return l.takeOver(address)
}

// takeOver is takeKept from other loops.
func (l *loop) takeOver(address netip.AddrPort) (b *Conn) {
	for _, sh := range l.server.shards {
		for _, o := range sh.homes {
			if o == l {
				continue
			}
			for o.kept.Steal(address, func(theirs *Conn) { b = l.replace(o, theirs) }) {
				l.count.takeovers++
				if l.sound(b) {
					return b
				}
				l.retire(b)
			}
		}
	}
	return nil
}

// replace is a Conn for the descriptor of o's, which is kept, and is o's no more.
func (l *loop) replace(o *loop, theirs *Conn) *Conn {
	_ = o.poller.Unwatch(theirs.fd) // it is watched there: it would not be kept
	b := l.backend(theirs.fd, theirs.service.address)
	b.service.uses = theirs.service.uses
	b.ready = sys.In | sys.Out // whatever it may be: nobody has told this loop
	return b
}

// bury gives up what is left of connections that others have taken over.
func (l *loop) bury() {
	l.husks = l.kept.Taken(l.husks[:0])
	for i, b := range l.husks {
		b.timer.Disarm()
		l.slots.Release(b.slot)
		b.slot, b.fd, b.owner = poll.NoSlot, sys.None, 0
		l.husks[i] = nil
	}
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

// tires is a kept connection that nobody has wanted for too long.
func (l *loop) tires(b *Conn) {
	if l.kept.Claim(b.service.address, b) {
		l.retire(b)
		return
	}
	l.bury()
}

// spare closes a kept connection, for want of what it has. False: there is none.
func (l *loop) spare() bool {
	b, ok := l.kept.Any()
	if ok {
		l.retire(b)
	}
	return ok
}

// clear closes all that are kept.
func (l *loop) clear() {
	for l.spare() {
		// One after the other.
	}
	l.bury()
}
