package stage

import (
	"net/netip"

	"brigade/core/poll"
	"brigade/core/rt"
	"brigade/core/sys"
)

// burst is how many connections a loop accepts in one go before it looks at the
// others again.
const burst = 64

// accept takes connections out of the backlog until there is none or the shard is
// at its limit. more: there may be others, of which the poller, level-triggered,
// will tell.
func (l *loop) accept() (more bool) {
	for range burst {
		if l.listener == sys.None || l.paused.Armed() {
			return false
		}
		if l.shard.open.Load() >= int64(l.server.cfg.Connections) {
			l.pause()
			return false
		}
		fd, peer, e := l.kernel.Accept(l.listener)
		switch e {
		case sys.OK:
			l.admit(fd, peer)
		case sys.EINTR, sys.ECONNABORTED, sys.EPROTO:
			// That one is gone; the next may not be.
		case sys.EAGAIN:
			return false
		default:
			// EMFILE, ENFILE, ENOBUFS, ENOMEM: it stays in the backlog. Trying at once
			// would spin; others may give something back meanwhile.
			l.pause()
			return false
		}
	}
	return true
}

// admit makes a connection and sends it home.
func (l *loop) admit(fd sys.FD, peer netip.AddrPort) {
	sh := l.shard
	home := sh.homes[sh.next%len(sh.homes)]
	sh.next++
	sh.serial++
	c := &Conn{
		id: uint64(sh.index)<<48 | sh.serial, fd: fd, peer: peer, home: home,
		owner: l.number, slot: poll.NoSlot, abroad: poll.NoSlot,
		ready: sys.In | sys.Out, // nothing is known: a call will tell
	}
	sh.open.Add(1)
	home.assigned.Add(1)
	l.count.accepted++
	rt.Probe(rt.ProbeConnOpen, c.id, uint64(uint32(fd)), 0)
	l.run(c, stepAdopt)
}

// pause stops accepting for the Retry time.
func (l *loop) pause() {
	if l.paused.Armed() || l.kernel.PollDelete(l.poller.FD(), l.listener) != sys.OK {
		return
	}
	l.gate.Arm(&l.paused, l, l.now)
}

// reopen accepts again after a pause.
func (l *loop) reopen() {
	if l.listener == sys.None {
		return
	}
	if l.kernel.PollAdd(l.poller.FD(), l.listener, sys.In, gateToken) != sys.OK {
		l.gate.Arm(&l.paused, l, l.now)
	}
}

// adopt takes a new connection in. Its first read is tried before it is
// registered: most clients send at once.
func (l *loop) adopt(c *Conn) step {
	if c.slot != poll.NoSlot {
		rt.Bug("connection %d is adopted twice; its loop has it already", c.id)
	}
	c.slot = l.slots.Take(c)
	c.began, c.due = waitHeader, l.now.Add(l.server.cfg.Header)
	return stepRead
}
