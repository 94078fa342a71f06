package stage

// Shedding. When connections, descriptors, memory or processors run short, the
// connection that has been idle longest is asked to go, one for each time that the
// shortage shows: a server that ends all idle connections at once (httpd did, when it
// ran out of idle workers) only makes its clients come back together. One that does
// anything is never shed (the table at timeout says which may be).

import "brigade/core/rt"

// press has an idle connection of the shard end: one of l's own, or of another home's,
// which are asked in turn.
func (sh *shard) press(l *loop) {
	if l.roles&keeps != 0 && l.shed() {
		return
	}
	for range sh.homes {
		home := sh.homes[l.presses%len(sh.homes)]
		l.presses++
		if home != l {
			home.pressed.Store(true)
			home.Rouse()
			return
		}
	}
}

// shed has the connection end that has been idle longest. False: none is.
func (l *loop) shed() bool {
	c := l.rings[waitIdle].Oldest()
	if c == nil {
		return false
	}
	l.count.shed++
	rt.Probe(rt.ProbeShed, c.id, 0, 0)
	l.leave(c)
	c.forget()
	l.run(c, l.dismiss(c))
	return true
}

// ended says that a connection has: whoever waits for that may accept again.
func (sh *shard) ended() { sh.frees(nil) }

// frees gives a place back: a connection's, or one that by took for a connection which was
// not there. Somebody may have paused meanwhile for want of it.
func (sh *shard) frees(by *loop) {
	sh.open.Add(-1)
	if !sh.pausing.Load() || !sh.pausing.CompareAndSwap(true, false) {
		return
	}
	for _, l := range sh.listeners {
		if l == by {
			continue
		}
		l.admits.Store(true)
		l.Rouse()
	}
}

// heed acts on what other tasks have asked the loop for. Each is looked at again
// between the announcement of a sleep and the sleep (news).
func (l *loop) heed() {
	if l.pressed.Load() && l.pressed.Swap(false) {
		l.shed()
	}
	if l.admits.Load() && l.admits.Swap(false) && l.paused.Armed() {
		l.goOn()
	}
	l.supply()
	l.alternate()
}

// missed looks, after a sleep that nobody has ended, whether somebody should have.
func (l *loop) missed() {
	switch {
	case !rt.Rechecked():
	case l.pressed.Load():
		l.pressed.LostWakeup()
	case l.admits.Load():
		l.admits.LostWakeup()
	default:
		l.claim.Missed()
	}
}

// news reports whether there is something for the loop besides its inbox.
func (l *loop) news() bool {
	switch {
	case l.claim.Granted(), l.pressed.Load(), l.admits.Load(), l.buffers.News(), !l.bells.Empty(), !l.chimes.Empty():
		return true
	}
	return l.listener >= 0 && !l.watching && !l.paused.Armed() && l.server.turns.mine(l)
}
