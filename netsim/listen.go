package netsim

// Listeners: addresses, the handshake, the accept queue, SO_REUSEPORT.

import (
	"net/netip"
	"time"

	"brigade/core/sys"
	"brigade/sim"
	"brigade/sim/schedule"
)

const (
	firstEphemeral = 32768
	lastEphemeral  = 60999
	maxBacklog     = 4096 // net.core.somaxconn
)

func (n *Net) listen(p *Process, c *sim.Call) {
	addr := plainAddress(c.Addr)
	switch {
	case !addr.Addr().IsValid():
		fail(c, sys.EINVAL)
		return
	case !p.table.room():
		fail(c, sys.EMFILE)
		return
	case !addr.Addr().IsLoopback() && !addr.Addr().IsUnspecified():
		fail(c, sys.EADDRNOTAVAIL)
		return
	}
	reuse := c.Flags != 0
	if addr.Port() == 0 {
		addr = netip.AddrPortFrom(addr.Addr(), n.ephemeral())
	}
	for _, l := range n.listeners {
		if conflict(l.local, addr) && !(reuse && l.reusePort) {
			fail(c, sys.EADDRINUSE)
			return
		}
	}
	s := n.newSocket("listener")
	s.phase, s.local, s.reusePort = phaseListening, addr, reuse
	s.backlog = int(c.Args[0])
	if s.backlog <= 0 || s.backlog > maxBacklog {
		s.backlog = maxBacklog
	}
	n.listeners = append(n.listeners, s)
	c.N = int64(n.attach(p, s))
}

// plainAddress tells an IPv4 address mapped into IPv6 as what it is.
func plainAddress(a netip.AddrPort) netip.AddrPort {
	return netip.AddrPortFrom(a.Addr().Unmap(), a.Port())
}

func conflict(a, b netip.AddrPort) bool {
	return a.Port() == b.Port() && a.Addr().Is4() == b.Addr().Is4() &&
		(a.Addr() == b.Addr() || a.Addr().IsUnspecified() || b.Addr().IsUnspecified())
}

// ephemeral is the next free local port.
func (n *Net) ephemeral() uint16 {
	for {
		if n.port++; n.port > lastEphemeral || n.port < firstEphemeral {
			n.port = firstEphemeral
		}
		taken := false
		for _, l := range n.listeners {
			taken = taken || l.local.Port() == n.port
		}
		if !taken {
			return n.port
		}
	}
}

func (n *Net) connect(p *Process, c *sim.Call) {
	addr := plainAddress(c.Addr)
	switch {
	case !addr.Addr().IsValid():
		fail(c, sys.EINVAL)
		return
	case !p.table.room():
		fail(c, sys.EMFILE)
		return
	}
	if addr.Addr().IsUnspecified() { // Linux takes it for this machine
		addr = netip.AddrPortFrom(loopbackOf(addr.Addr()), addr.Port())
	}
	s, peer := n.newSocket("conn"), n.newSocket("peer")
	s.peer, peer.peer = peer, s
	peer.server = true
	s.phase, s.remote = phaseSynSent, addr
	s.local = netip.AddrPortFrom(loopbackOf(addr.Addr()), n.ephemeral())
	peer.local, peer.remote = s.remote, s.local
	n.connections = append(n.connections, s)
	c.N, c.Errno = int64(n.attach(p, s)), uint32(sys.EINPROGRESS)
	n.send(s, packet{kind: packetSyn}, 0)
}

func loopbackOf(a netip.Addr) netip.Addr {
	if a.Is4() {
		return netip.AddrFrom4([4]byte{127, 0, 0, 1})
	}
	return netip.IPv6Loopback()
}

// deliverSyn is a SYN at the address of s, a socket that is not there yet.
func (n *Net) deliverSyn(s *socket) {
	if s.peer.phase != phaseSynSent {
		return
	}
	l := n.listenerFor(s)
	switch {
	case l == nil:
		n.send(s, packet{kind: packetReset}, 0)
		return
	case len(l.queue) > l.backlog, n.draw(faultBacklog, s.object, &s.draws, 2) != 0: // dropped; the client tries again
		s.peer.retry.start()
		return
	}
	s.phase, s.listener = phaseSynReceived, l
	s.sendBuffer, s.recvBuffer = l.sendBuffer, l.recvBuffer
	client := s.peer
	client.out.advertised = uint64(n.window(s))
	client.out.edge = client.out.advertised
	n.send(s, packet{kind: packetSynAck}, 0)
}

// listenerFor finds who listens at s's address, exact before wildcard; of a
// SO_REUSEPORT group, by a hash of the client's port, as Linux does.
func (n *Net) listenerFor(s *socket) *socket {
	for _, exact := range []bool{true, false} {
		group := 0
		for _, l := range n.listeners {
			if l.hears(s.local, exact) {
				group++
			}
		}
		if group == 0 {
			continue
		}
		pick := n.member(s, group)
		for _, l := range n.listeners {
			if l.hears(s.local, exact) {
				if pick == 0 {
					return l
				}
				pick--
			}
		}
	}
	return nil
}

func (s *socket) hears(a netip.AddrPort, exact bool) bool {
	if exact {
		return s.local == a
	}
	return s.local.Port() == a.Port() && s.local.Addr().IsUnspecified() && s.local.Addr().Is4() == a.Addr().Is4()
}

// hashPort is the member of a group that the client's port means.
func hashPort(s *socket) int { return int(schedule.Finish(uint64(s.remote.Port())) >> 33) }

// establish puts s into its listener's queue: the handshake is over.
func (n *Net) establish(s *socket) {
	l := s.listener
	if l.phase != phaseListening {
		n.reset(s, sys.ECONNRESET)
		return
	}
	s.phase = phaseEstablished
	l.queue = append(l.queue, s)
	n.s.Progress()
	n.wake(l.file, sys.In)
	n.disturb(s)
}

func (n *Net) accept(p *Process, l *socket, c *sim.Call) {
	if l.phase != phaseListening {
		fail(c, sys.EINVAL)
		return
	}
	if e := n.acceptFault(l, c); e != 0 {
		fail(c, e)
		return
	}
	if len(l.queue) == 0 {
		fail(c, sys.EAGAIN)
		return
	}
	s := l.queue[0]
	copy(l.queue, l.queue[1:])
	l.queue = l.queue[:len(l.queue)-1]
	s.listener = nil
	c.N, c.Addr = int64(n.attach(p, s)), s.remote
	n.s.Progress()
}

// stopListening ends l: those in its queue are reset.
func (n *Net) stopListening(l *socket) {
	l.phase = phaseClosed
	for i, other := range n.listeners {
		if other == l {
			n.listeners = append(n.listeners[:i], n.listeners[i+1:]...)
			break
		}
	}
	for _, s := range l.queue {
		s.orphan = true
		if s.phase == phaseEstablished {
			n.reset(s, 0)
		}
	}
	l.queue = l.queue[:0]
}

// retry is a SYN that was dropped: again after 1 s, 2 s, 4 s, six times, as
// tcp_syn_retries has it.
type retry struct {
	net    *Net
	socket *socket
	tries  int
}

func (r *retry) start() {
	r.net.s.At(r.net.s.Clock().Add(time.Second<<r.tries), r)
	r.tries++
}

// Fire tries again.
func (r *retry) Fire() {
	n, s := r.net, r.socket
	switch {
	case s.phase != phaseSynSent:
		return
	case r.tries > 6:
		n.end(s, sys.ETIMEDOUT)
	default:
		n.send(s, packet{kind: packetSyn}, 0)
	}
	n.settle()
}
