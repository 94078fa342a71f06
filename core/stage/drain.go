package stage

// Draining. Loops notice it by themselves, once woken: those that accept take
// what is in the backlog and close the gate; homes dismiss what is idle and end
// when every gate is closed and every connection of theirs has finished; when the
// last home has gone, no connection is left anywhere, and writers and processors
// end too.

import (
	"brigade/core/rt"
	"brigade/core/sys"
)

// govern looks at the server's state, once a turn.
func (l *loop) govern() {
	if l.server.phase.Load() == serving {
		return
	}
	l.until = rt.Instant(l.server.until.Load())
	if !l.draining {
		l.draining = true
		l.shutGate()
		l.clear()
		l.famish(false)
		l.endChecks()
		l.slots.Each(func(c *Conn) {
			switch {
			case c.service != nil:
			case c.session != nil && !c.shut:
				l.leave(c)
				l.run(c, l.dismiss(c))
			case c.session == nil && (c.wait == waitIdle || c.wait == waitFirst):
				l.leave(c)
				c.forget()
				l.run(c, l.dismiss(c))
			}
		})
	}
	if l.now >= l.until {
		l.hurried = true
		l.slots.Each(func(c *Conn) {
			if c.service != nil {
				return // it ends with whom it works for
			}
			l.leave(c)
			c.forget()
			c.cut = true
			l.run(c, stepFinish)
		})
		l.famish(true)
		for c := l.line.first; c != nil; c = l.line.first {
			l.delist(c)
			c.forget()
			c.cut = true
			l.run(c, stepFinish)
		}
	}
}

// late reports whether a drain's deadline has passed. Loops keep that by
// themselves; processors, which nothing wakes, ask before each connection.
func (s *Server) late(now rt.Instant) bool {
	return s.phase.Load() != serving && now >= rt.Instant(s.until.Load())
}

// shutGate accepts what is in the backlog and closes the listening socket.
func (l *loop) shutGate() {
	if l.listener == sys.None {
		return
	}
	l.paused.Disarm() // there may be room by now
	for l.accept() {
		// What the kernel has accepted counts on an answer.
	}
	l.paused.Disarm()
	l.shutEye()
	l.server.turns.leave(l)
	l.deafen()
	if l.shard.gates.Add(-1) == 0 {
		for _, home := range l.shard.homes {
			home.poller.Wake()
		}
	}
}

// over reports whether nothing is left for l to do, ever.
func (l *loop) over() bool {
	if !l.draining {
		return false
	}
	switch {
	case l.roles&keeps != 0:
		return l.shard.gates.Load() == 0 && l.assigned.Load() == 0
	case l.roles&accepts != 0:
		return true
	}
	return l.shard.left.Load() == 0
}

// close ends the loop. The poller stays open until the server is released, since
// others may still wake it.
func (l *loop) close() {
	l.pool.Close()
	l.trim()
	if l.roles&keeps == 0 || l.shard.left.Add(-1) != 0 {
		return
	}
	l.shard.crew.Close()
	for _, w := range l.shard.writers {
		w.poller.Wake()
	}
}
