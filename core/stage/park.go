package stage

// Waiting. Invariants (I13, I16): a connection that waits is parked in one loop's
// slots and in exactly one of its rings; one that is with another task is in none.
//
// A home loop registers a descriptor once, edge-triggered in both directions, and
// keeps the slot until the connection ends; the slot latches what becomes ready
// while the connection runs or is away. A writer registers it one-shot for the
// time it waits there.

import (
	"brigade/core/http1"
	"brigade/core/poll"
	"brigade/core/rt"
	"brigade/core/sys"
)

// park leaves c waiting in l, unless what it waits for has come by now. A timer
// that measures this wait already runs on.
func (l *loop) park(c *Conn, w wait) step {
	if !l.register(c, w) {
		return stepFinish
	}
	return l.abide(c, w)
}

// abide sets the timer of w, for which c is watched.
func (l *loop) abide(c *Conn, w wait) step {
	switch ring := &l.rings[w.ring()]; {
	case c.timer.In(ring):
	case c.began == w.ring():
		c.timer.Disarm()
		ring.ArmAt(&c.timer, c, c.due)
	default:
		c.timer.Disarm()
		ring.Arm(&c.timer, c, l.now)
	}
	c.began = waitNone
	c.wait = w
	rt.Probe(rt.ProbeState, c.id, uint64(w), uint64(c.timer.Deadline()))
	return stepNone
}

// bed leaves c waiting at home for what it came home for, unless that is the case
// by now: an event may have come while it was away.
func (l *loop) bed(c *Conn) step {
	w := c.wait
	c.wait = waitNone
	switch {
	case l.draining && (w == waitIdle || w == waitFirst):
		return l.dismiss(c)
	case w == waitBuffer:
		return l.supplied(c, w)
	case c.ready&c.needs(w) != 0:
		return c.next(w)
	}
	return l.park(c, w)
}

// register makes the poller watch c's descriptor, if it does not yet.
func (l *loop) register(c *Conn, w wait) bool {
	if c.home != l {
		return l.lodge(c)
	}
	if !l.poller.Keeps() {
		// A client whose answer is fetched is watched for nothing, too: poll(2) tells of
		// its reset unasked.
		if e := c.needs(w); (e != 0 || c.next(w) == stepFetch) && l.poller.Watch(c.fd, e|sys.OneShot, c.slot.Token()) != sys.OK {
			return false
		}
	} else if !c.watched {
		events := sys.In | sys.Out | sys.RdHup | sys.Edge
		if l.poller.Watch(c.fd, events, c.slot.Token()) != sys.OK {
			return false
		}
		c.watched = true
	}
	l.slots.Park(c.slot)
	return true
}

// lodge watches c, in a loop that is not its home, for writing, once. Arming it
// reports what is the case already.
func (l *loop) lodge(c *Conn) bool {
	c.abroad = l.slots.Take(c)
	events := sys.Out | sys.Edge | sys.OneShot
	var e sys.Errno
	if c.lodged {
		e = l.poller.Rewatch(c.fd, events, c.abroad.Token())
	} else {
		e = l.poller.Watch(c.fd, events, c.abroad.Token())
	}
	if e != sys.OK {
		l.slots.Release(c.abroad)
		c.abroad = poll.NoSlot
		return false
	}
	c.lodged = true
	l.slots.Park(c.abroad)
	return true
}

// leave ends c's wait; its timer runs on, for what the wait was a part of.
func (l *loop) leave(c *Conn) {
	if c.stream != nil {
		return // it waits with its session
	}
	c.began, c.due = c.wait.ring(), c.timer.Deadline()
	watched := c.wait.needs() != 0 || c.next(c.wait) == stepFetch
	c.wait = waitNone
	if !l.poller.Keeps() && watched {
		_ = l.poller.Unwatch(c.fd) // it is out of a set of ours, which cannot fail
	}
	if c.home == l {
		l.slots.Unpark(c.slot)
		if t := c.tunnel; t != nil && t.far != sys.None {
			l.slots.Unpark(t.slot)
			if !l.poller.Keeps() {
				_ = l.poller.Unwatch(t.far)
			}
		}
		return
	}
	l.slots.Release(c.abroad)
	c.abroad = poll.NoSlot
}

// resume runs c on after an event.
func (l *loop) resume(c *Conn) {
	c.must(l.number)
	if c.stream != nil {
		l.run(c, stepTunnel) // its far end has become ready
		return
	}
	place := c.slot
	if c.home != l {
		place = c.abroad
	}
	c.ready |= l.slots.Fetch(place)
	w := c.wait
	if w.then() == stepTunnel {
		l.leave(c)
		l.run(c, stepTunnel)
		return
	}
	if c.next(w) == stepFetch {
		l.regards(c, w)
		return
	}
	if c.ready&c.needs(w) == 0 && !(c.live != nil && c.ready&sys.Err != 0) {
		if !l.poller.Keeps() {
			_ = l.register(c, w) // as before
		}
		return // that is not what it waits for
	}
	l.leave(c)
	if w == waitWrite && c.session == nil {
		c.forget() // there is room again: that wait is over
	}
	l.run(c, c.next(w))
}

// regards is an event of c's, whose answer is fetched: its client may be gone, have more
// content, or take more of the response.
func (l *loop) regards(c *Conn, w wait) {
	if c.ready&(c.needs(w)|sys.Err) == 0 {
		if !l.poller.Keeps() {
			_ = l.register(c, w) // as before
		}
		return
	}
	l.leave(c)
	if w == waitWrite && c.ready&sys.Out != 0 {
		c.forget()
	}
	l.run(c, stepFetch)
}

// expire acts on the timers that are due.
func (l *loop) expire() {
	for w := range l.rings {
		for {
			c := l.rings[w].Due(l.now)
			if c == nil {
				break
			}
			l.expired(c, c.wait)
		}
	}
	for k := l.rounds.Due(l.now); k != nil; k = l.rounds.Due(l.now) {
		l.rung(k)
	}
	if l.gate.Due(l.now) != nil {
		l.goOn()
	}
}

// expired is a connection whose wait has lasted too long.
func (l *loop) expired(c *Conn, w wait) {
	c.must(l.number)
	switch {
	case c.stream != nil:
		l.late(c.stream, w)
		return
	case w == waitKept:
		l.tires(c)
		return
	case w == waitRoom:
		l.unserved(c)
		return
	case w == waitReaders: // each of them has a timer of its own
		c.wait = waitNone
		l.run(c, stepFetch)
		return
	case c.feed != nil:
		c.wait = waitNone
		l.run(c, l.tardy(c, w))
		return
	}
	l.leave(c)
	if c.session != nil && w != waitLinger {
		l.run(c, l.lapsed(c, w))
		return
	}
	if c.live != nil {
		l.run(c, l.belated(c, w))
		return
	}
	switch w {
	case waitHeader:
		l.began(c)
		l.run(c, l.refuse(c, http1.ErrTimeout))
	case waitIdle, waitFirst:
		l.run(c, l.dismiss(c))
	case waitPace:
		c.forget() // it measures nothing that goes on
		l.run(c, stepProcess)
	case waitBody:
		if c.fetch != nil {
			l.run(c, l.tardy(c, w))
			return
		}
		if c.http.Content.Wanted() {
			l.run(c, l.refuse(c, http1.ErrTimeout))
			return
		}
		l.run(c, stepFinish)
	case waitWrite, waitLinger, waitFlow, waitBuffer, waitPage:
		l.run(c, stepFinish)
	case waitDial:
		l.run(c, l.unreached(c, http1.ErrGatewayTimeout))
	case waitTunnel, waitHalf:
		l.dismantle(c, false) // it held nothing
		l.run(c, stepFinish)
	case waitReach, waitAsk, waitAnswer, waitMore, waitShared:
		l.run(c, l.tardy(c, w))
	case waitNone, waitRoom, waitWindow, waitStreams, waitHandler, waitKept, waitReaders, waits:
	}
}

// dismiss closes a connection between requests, unless a request has arrived in
// the meantime: that one is answered (F18).
func (l *loop) dismiss(c *Conn) step {
	c.dismissed = true
	c.ready |= sys.In
	if c.session != nil {
		return stepSession
	}
	return stepRead
}
