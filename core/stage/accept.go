package stage

// Accepting. Who accepts is one of Pane's open questions (2002); here are the
// answers, as modes:
//
//	reuseport  every acceptor has a socket of its own at the address (SO_REUSEPORT)
//	exclusive  all watch one socket, and one of them is woken (EPOLLEXCLUSIVE)
//	listener   a task of its own in each shard; among shards they take turns (turn.go)
//
// An acceptor that must not or cannot take more connections pauses. It goes on when
// a connection has ended, whoever ended it, or after the Retry time.

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"brigade/core/poll"
	"brigade/core/rt"
	"brigade/core/sys"
)

// Accept says who accepts, and from which socket.
type Accept uint8

// The modes.
const (
	AcceptUsual     Accept = iota // the topology's: listener if staged, else reuseport
	AcceptReusePort               // each home has a socket of its own
	AcceptExclusive               // homes share one
	AcceptListener                // a task in each shard accepts for its homes
	accepting
)

var acceptNames = [accepting]string{"usual", "reuseport", "exclusive", "listener"}

// String is the mode's name on the command line.
func (a Accept) String() string {
	if a < accepting {
		return acceptNames[a]
	}
	return fmt.Sprintf("accept mode %d", uint8(a))
}

// ParseAccept is String's inverse.
func ParseAccept(s string) (Accept, error) {
	if i := slices.Index(acceptNames[:], s); i >= 0 {
		return Accept(i), nil
	}
	return AcceptUsual, fmt.Errorf("accept mode %q is not known; there are %s", s, strings.Join(acceptNames[:], ", "))
}

// burst is how many connections a loop accepts in one go before it looks at the
// others again.
const burst = 64

// accept takes connections out of the backlog until there is none or no more may be
// taken. more: there may be others, of which the poller, level-triggered, will tell.
func (l *loop) accept() (more bool) {
	for i := range burst {
		if l.listener == sys.None || l.paused.Armed() {
			return false
		}
		if !l.book() {
			if i > 0 {
				return true // whether anybody waits is not known: none goes for nobody
			}
			l.pause(true)
			return false
		}
		fd, peer, e := l.kernel.Accept(l.listener)
		if e == sys.OK {
			l.admit(fd, peer)
			continue
		}
		l.shard.frees(l)
		switch e {
		case sys.EINTR, sys.ECONNABORTED, sys.EPROTO:
			// That one is gone; the next may not be.
		case sys.EAGAIN:
			return false
		default:
			// EMFILE, ENFILE, ENOBUFS, ENOMEM: it stays in the backlog. Trying at once
			// would spin; others may give something back meanwhile.
			l.pause(false)
			return false
		}
	}
	return true
}

// book takes a place for a connection, of which the shard has a number. Where there is none
// nothing is taken, not even for a moment: others would see fewer than there are.
func (l *loop) book() bool {
	for {
		n := l.shard.open.Load()
		if n >= int64(l.server.cfg.Connections) {
			return false
		}
		if l.shard.open.CompareAndSwap(n, n+1) {
			return true
		}
	}
}

func (l *loop) full() bool { return l.shard.open.Load() >= int64(l.server.cfg.Connections) }

// admit makes a connection and sends it home.
func (l *loop) admit(fd sys.FD, peer netip.AddrPort) {
	home := l
	if l.roles&keeps == 0 {
		homes := l.shard.homes
		home = homes[l.serial%uint64(len(homes))]
	}
	c := &Conn{
		id: uint64(l.shard.index)<<48 | (l.serial*l.stride + l.first), fd: fd, peer: peer, home: home,
		owner: l.number, slot: poll.NoSlot, abroad: poll.NoSlot,
		ready: sys.In | sys.Out, // nothing is known: a call will tell
	}
	l.serial++
	home.assigned.Add(1)
	l.count.accepted++
	rt.Probe(rt.ProbeConnOpen, c.id, uint64(uint32(fd)), 0)
	l.run(c, stepAdopt)
}

// pause stops accepting until a connection ends, and asks for the end of one that
// is idle, the oldest.
func (l *loop) pause(atLimit bool) {
	if l.paused.Armed() || !l.shutEye() {
		return
	}
	l.gate.Arm(&l.paused, l, l.now)
	l.shard.pausing.Store(true)
	l.shard.press(l)
	l.server.turns.leave(l)
	if atLimit && !l.full() {
		l.goOn() // one has ended since, and may have seen nobody pause
	}
}

// goOn accepts again after a pause, if it may.
func (l *loop) goOn() {
	l.paused.Disarm()
	if l.listener == sys.None || !l.server.turns.enter(l) {
		return
	}
	if !l.openEye() {
		l.gate.Arm(&l.paused, l, l.now)
	}
}

// openEye makes the poller watch the listening socket.
func (l *loop) openEye() bool {
	if l.watching {
		return true
	}
	events := sys.In
	if l.server.cfg.Accept == AcceptExclusive && l.poller.Keeps() {
		events |= sys.Exclusive
	}
	l.watching = l.poller.Watch(l.listener, events, gateToken) == sys.OK
	return l.watching
}

// shutEye makes it watch no more.
func (l *loop) shutEye() bool {
	if l.watching && l.poller.Unwatch(l.listener) == sys.OK {
		l.watching = false
	}
	return !l.watching
}

// adopt takes a new connection in. Its first read is tried before it is
// registered: most clients send at once.
func (l *loop) adopt(c *Conn) step {
	if c.slot != poll.NoSlot {
		rt.Bug("connection %d is adopted twice; its loop has it already", c.id)
	}
	c.slot = l.slots.Take(c)
	c.began, c.due = waitHeader, l.now.Add(l.server.cfg.Header)
	if l.buffers.Pressed() && !l.draining {
		c.ready &^= sys.In // others wait for a buffer: it needs none before there is a byte
		return l.park(c, waitFirst)
	}
	return stepRead
}
