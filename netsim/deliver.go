package netsim

// deliver: what a packet does to the socket it arrives at, by the order of checks
// and wakes of net/ipv4/tcp_input.c. Wakes matter: each is an edge to those that
// watch edge-triggered.

import (
	"brigade/core/rt"
	"brigade/core/sys"
)

func (n *Net) deliver(s *socket, p packet) {
	if s == nil {
		return
	}
	if s.phase == phaseClosed {
		if p.kind == packetSynAck { // the connecting socket was closed meanwhile
			n.send(s, packet{kind: packetReset}, 0)
		}
		if p.kind != packetSyn {
			return
		}
	}
	switch p.kind {
	case packetSyn:
		n.deliverSyn(s)
	case packetSynAck:
		s.phase = phaseEstablished
		n.acknowledge(s)
		n.wake(s.file, 0)
	case packetReset:
		if !n.losesReset(s) {
			n.deliverReset(s)
		}
	case packetData:
		n.deliverData(s, p)
	case packetFin:
		n.deliverFin(s)
	case packetAck:
		n.deliverAck(s, p)
	}
}

func (n *Net) deliverData(s *socket, p packet) {
	if s.finQueued && s.shut&shutRead != 0 { // nobody will ever read it
		if n.leads && s.unread() > s.recvBuffer/2 { // if it comes at all
			s.unsure = true
			n.takeBack(s, s.in().arrived)
			n.follow(extraResetLost)
			return
		}
		n.reset(s, sys.ECONNRESET)
		return
	}
	in := s.in()
	n.s.Emit(rt.OpDeliver, s.object, p.end-in.arrived, p.end, 0)
	in.arrived = p.end
	n.s.Progress()
	if n.faults.any {
		n.shutSometimes(s)
	}
	n.acknowledge(s)
	n.wake(s.file, sys.In)
	if len(n.faults.profile.events) > 0 {
		n.arrived(s)
	}
}

func (n *Net) deliverFin(s *socket) {
	s.finReceived, s.done = true, true
	s.shut |= shutRead
	n.s.Progress()
	n.acknowledge(s)
	if s.finAcked {
		n.finish(s) // TIME_WAIT
	}
	n.wake(s.file, 0)
}

func (n *Net) deliverAck(s *socket, p packet) {
	if s.phase == phaseSynReceived {
		n.establish(s)
		if s.phase != phaseEstablished {
			return
		}
	}
	f := &s.out
	if p.end > f.acked {
		f.acked = p.end
		n.s.Progress()
		if n.faults.any && s.server && f.acked == f.accepted {
			if v := n.draw(faultLateReset, s.object, &s.draws, 6); v != 0 {
				n.breakIn(s, v+1)
			}
		}
	}
	f.edge = max(f.edge, p.window)
	if s.noSpace && s.spacious() {
		s.noSpace = false
		n.wake(s.file, sys.Out)
	}
	n.push(s)
	if p.fin && s.finSent && !s.finAcked {
		s.finAcked = true
		if s.finReceived {
			n.finish(s)
		}
		n.wake(s.file, 0)
	}
}

// deliverReset is tcp_reset. What has arrived stays readable; what was to be sent
// is gone.
func (n *Net) deliverReset(s *socket) {
	switch {
	case s.phase == phaseSynSent:
		n.end(s, sys.ECONNREFUSED)
	case s.closeWait():
		n.end(s, sys.EPIPE)
	default:
		n.end(s, sys.ECONNRESET)
	}
}

// reset ends s and tells the peer.
func (n *Net) reset(s *socket, e sys.Errno) {
	n.send(s, packet{kind: packetReset}, 0)
	n.end(s, e)
}

// end closes s with an error that its process will see.
func (n *Net) end(s *socket, e sys.Errno) {
	n.s.Progress()
	n.finish(s)
	if s.orphan {
		return
	}
	s.err = e
	n.wake(s.file, 0)
	n.wake(s.file, sys.Err)
}

// finish closes s.
func (n *Net) finish(s *socket) { s.phase, s.shut = phaseClosed, shutBoth }
