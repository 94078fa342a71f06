package stage

// Waiting for a processor. A loop lets go of a connection only when there is room
// for it at a processor or in the fixed number of places before them (core/handoff
// Crew); until then it stands in the loop's line, first come first served, with its
// timer running. It is busy, so it may not be shed (FIELD.md: reserve, then
// dispatch; httpd's event MPM).
//
// The line is served once a turn: one reservation for all that has come together.

import (
	"brigade/core/handoff"
	"brigade/core/http1"
	"brigade/core/poll"
	"brigade/core/rt"
)

// line is the connections that wait for a processor, oldest first, linked by their
// places: a connection stands in it while it is with its loop, and in a handoff's
// list only once it has been let go.
type line struct {
	first, last *Conn
	length      int
}

// enlist has c wait for a processor to perform s.
func (l *loop) enlist(c *Conn, s step) {
	c.timer.Disarm()
	c.step = s
	c.wait = waitNone
	if c.stream != nil {
		c.stream.place = placeLine
	}
	q := &l.line
	c.before, c.behind = q.last, nil
	if q.last == nil {
		q.first = c
	} else {
		q.last.behind = c
	}
	q.last = c
	q.length++
}

// delist takes c out of the line: its time for room runs no more, and a stream is home.
func (l *loop) delist(c *Conn) {
	if c.before == nil && l.line.first != c {
		rt.Bug("connection %d leaves its loop's line and is not in it; who was enlisted leaves once", c.id)
	}
	c.timer.Disarm()
	c.wait = waitNone
	if c.stream != nil {
		c.stream.place = placeHome
	}
	q := &l.line
	if c.before == nil {
		q.first = c.behind
	} else {
		c.before.behind = c.behind
	}
	if c.behind == nil {
		q.last = c.before
	} else {
		c.behind.before = c.before
	}
	c.before, c.behind = nil, nil
	q.length--
}

// dispatch hands as many of the line to processors as there is room for. Those that
// remain wait, and the loop is roused when it is its turn again.
func (l *loop) dispatch() {
	if l.line.length == 0 {
		if l.claim.Granted() || l.claiming {
			l.claiming = false
			l.shard.crew.Yield(&l.claim)
		}
		return
	}
	got := l.shard.crew.Reserve(&l.claim, l.line.length)
	for range got {
		c := l.line.first
		l.delist(c)
		if c.stream != nil {
			c.stream.place = placeAway
		}
		c.let()
		l.count.handoffs++
		rt.Probe(rt.ProbeOwner, c.id, uint64(c.step), 0)
		l.shard.crew.Give(c, handoff.Common)
	}
	l.claiming = l.line.length > 0
	for c := l.line.last; c != nil && c.wait != waitRoom; c = c.before {
		l.stand(c)
	}
}

// stand is the wait of a connection in the line. What its last timer measured goes
// on when it is back.
func (l *loop) stand(c *Conn) {
	l.rings[waitRoom].Arm(&c.timer, c, l.now)
	c.wait = waitRoom
	rt.Probe(rt.ProbeState, c.id, uint64(waitRoom), uint64(c.timer.Deadline()))
}

// unserved is a connection for which there was no processor in time. One whose
// request is known is told so, if that can be done here.
func (l *loop) unserved(c *Conn) {
	l.delist(c)
	if c.home == l && c.slot != poll.NoSlot {
		c.ready |= l.slots.Fetch(c.slot) // its place has latched what came meanwhile
	}
	l.shard.press(l)
	if c.step == stepProcess && !c.http.X.Started() && l.roles&(reads|writes) != 0 {
		l.run(c, l.refuse(c, http1.ErrOverloaded))
		return
	}
	l.run(c, stepFinish)
}
