package stage

// Moving a tunnel's bytes until nothing can be moved, or others should have their
// turn; and waiting then, for what and for how long:
//
//	flow    bytes are held for an end that does not take them   write timeout
//	half    one end has said all, and nothing moves             half timeout
//	tunnel  nothing moves, and nothing is held                  tunnel timeout
//
// Each begins anew when something has moved; flow only when some of what was held has,
// so that an end which takes nothing is not kept by what it sends.

import (
	"brigade/core/poll"
	"brigade/core/rt"
	"brigade/core/sys"
)

// rounds is how often a tunnel is pumped before others have their turn.
const rounds = 16

// relay moves what can be moved, both ways.
func (l *loop) relay(c *Conn) step {
	t := c.tunnel
	for range rounds {
		before := t.moved
		t.moved = false
		ok := false
		switch {
		case t.app != nil:
			ok = l.serve(c)
		case t.phase == passing:
			ok = l.finishFlow(c, &t.up) && l.ignore(c) && l.carry(c, &t.down)
		default:
			ok = l.carry(c, &t.up) && l.carry(c, &t.down)
		}
		moved := t.moved
		t.moved = before || moved
		switch {
		case !ok:
			return stepFinish
		case t.down.shut && (t.up.shut || t.app != nil):
			return l.part(c)
		case !moved:
			return l.settle(c)
		}
	}
	l.unline(c)
	t.short = false
	l.refund(t)
	// It stands behind those that have come to the loop meanwhile.
	l.pass(c, stepTunnel)
	return stepNone
}

// ignore reads what the client of a refused upgrade sends, which is for nobody.
func (l *loop) ignore(c *Conn) bool {
	if c.tunnel.drained || c.ready&sys.In == 0 {
		return true
	}
	n, e := l.kernel.Read(c.fd, l.sink)
	switch {
	case e == sys.EAGAIN:
		c.ready &^= sys.In
	case e == sys.EINTR:
		c.tunnel.moved = true
	case e != sys.OK:
		return false
	case n == 0:
		c.tunnel.drained = true
	default:
		if n < len(l.sink) && c.ready&sys.RdHup == 0 {
			c.ready &^= sys.In // it is empty
		}
		c.tunnel.moved = true
	}
	return true
}

// serve has the application take what came and say what it has to.
func (l *loop) serve(c *Conn) bool {
	t := c.tunnel
	if t.down.size() > 0 && !l.relieve(c, &t.down) {
		return false
	}
	if t.down.size() > 0 || t.down.ended {
		return l.finishFlow(c, &t.down)
	}
	in, ok := l.heard(c)
	switch {
	case !ok:
		return false
	case !l.provide(c): // for what it leaves, and for what the client does not take
		return true
	}
	out := l.sink[len(l.sink)/2:][:l.chunk()]
	taken, given, done, ok := l.consult(c, in, out)
	if !ok {
		return false
	}
	t.moved = t.moved || taken > 0 || given > 0
	switch {
	case t.up.size() > 0:
		if t.up.from += taken; t.up.size() == 0 {
			l.drop(&t.up)
		}
	case !l.hold(&t.up, in[taken:]):
		return false
	}
	if taken == 0 && given == 0 && t.up.size() == l.chunk() {
		return false // it waits for more than it will ever get at once
	}
	// Who has heard all and has nothing to say to it will not say more.
	t.down.ended = done || t.up.ended && taken == 0 && given == 0
	n, ok := l.put(c, &t.down, out[:given])
	return ok && l.hold(&t.down, out[n:given]) && l.finishFlow(c, &t.down)
}

// heard is what has come for the application and was not taken: what it left is
// held, and the new stands behind that.
func (l *loop) heard(c *Conn) (in []byte, ok bool) {
	f := &c.tunnel.up
	b, ok := l.get(c, f, l.chunk()-f.size())
	c.tunnel.received += int64(len(b))
	if !ok || f.size() == 0 {
		return b, ok
	}
	f.from, f.to = 0, copy(f.page, f.page[f.from:f.to])
	ok = l.hold(f, b)
	return f.bytes(), ok
}

// consult calls the application, and answers for it if it panics or cannot count.
func (l *loop) consult(c *Conn, in, out []byte) (taken, given int, done, ok bool) {
	defer rt.Recover(func(v any) {
		ok = false
		l.server.complain("an application panicked: ", v)
	})
	app := c.tunnel.app
	taken, given, done = app.Step(in, c.tunnel.up.ended, out)
	l.called(c.tunnel.name, c.tunnel.entry.Target)
	if taken < 0 || taken > len(in) || given < 0 || given > len(out) {
		l.server.complain("an application says that it took and gave more than there is: ", [4]int{taken, len(in), given, len(out)})
		return 0, 0, true, false
	}
	return taken, given, done, true
}

// settle leaves a tunnel waiting, for as long as what it waits for may take.
func (l *loop) settle(c *Conn) step {
	if c.stream != nil {
		l.stir(c.stream.parent) // with its session it waits
		return stepNone
	}
	t := c.tunnel
	w := waitTunnel
	l.refund(t)
	if !t.short {
		l.unline(c)
	}
	switch {
	case t.phase < moving:
		w = waitDial
	case t.short:
		w = waitPage
	case t.down.size() > 0 || t.app == nil && t.up.size() > 0:
		w = waitFlow
	case t.up.ended || t.down.ended:
		w = waitHalf
	}
	if t.relieved || t.moved && w != waitFlow && w != waitDial {
		c.forget()
	}
	t.moved, t.relieved = false, false
	if !l.attend(c) {
		return stepFinish
	}
	return l.abide(c, w)
}

// attend has the poller watch both ends.
func (l *loop) attend(c *Conn) bool {
	t := c.tunnel
	near, far := t.wants()
	if !l.look(c.fd, &c.watched, near, t.down.shut, c.slot) {
		return false
	}
	return t.far == sys.None || l.look(t.far, &t.watched, far, t.up.shut, t.slot)
}

// look has the poller watch one end, which has been told of the other's end if shut. A
// poller that keeps watches is told once; another each time.
//
// An end that nothing is wanted of is watched there, too: poll(2) tells of its reset
// unasked, and of nothing else as long as our direction is open. When that is shut, the
// peer's end is told unasked as well, and for good: such an end would end every wait at
// once, so it is left to the timer.
func (l *loop) look(fd sys.FD, watched *bool, events sys.Events, shut bool, s poll.Slot) bool {
	switch {
	case !l.poller.Keeps():
		if (events != 0 || !shut) && l.poller.Watch(fd, events|sys.OneShot, s.Token()) != sys.OK {
			return false
		}
	case !*watched:
		if l.poller.Watch(fd, sys.In|sys.Out|sys.RdHup|sys.Edge, s.Token()) != sys.OK {
			return false
		}
		*watched = true
	}
	l.slots.Park(s)
	return true
}

// wants is what each end has to be ready for, for something to move.
func (t *tunnel) wants() (near, far sys.Events) {
	switch t.phase {
	case dialling:
		return 0, sys.Out
	case asking:
		far = sys.In
	case passing:
		if far = sys.In; !t.drained {
			near = sys.In
		}
	case appointed, moving:
		// An application hears nothing while it is not heard.
		if !t.up.ended && (t.up.size() == 0 || t.app != nil) && (t.app == nil || t.down.size() == 0 && !t.down.ended) {
			near = sys.In
		}
		far = sys.In
	}
	if t.down.ended || t.down.size() > 0 && t.phase >= moving {
		far &^= sys.In
	}
	if t.short {
		near, far = near&^sys.In, far&^sys.In
	}
	if t.down.size() > 0 && t.phase >= moving {
		near |= sys.Out
	}
	if t.up.size() > 0 {
		far |= sys.Out
	}
	return near, far
}
