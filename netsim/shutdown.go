package netsim

// How a connection ends from this side: inet_shutdown and __tcp_close.

import (
	"brigade/core/sys"
	"brigade/sim"
)

func (n *Net) shutdown(s *socket, c *sim.Call) {
	how := uint8(c.Flags) + 1 // sys.How to the bits of sk_shutdown
	if c.Flags > uint32(sys.ShutBoth) {
		fail(c, sys.EINVAL)
		return
	}
	c.Release = &s.out.order
	switch s.phase {
	case phaseListening:
		if how&shutRead != 0 {
			n.stopListening(s)
		}
	case phaseSynSent: // tcp_disconnect
		s.phase, s.shut, s.err = phaseClosed, 0, sys.ECONNRESET
	case phaseClosed:
		s.shut |= how
		fail(c, sys.ENOTCONN)
	default:
		s.shut |= how
		s.shutByUs = s.shutByUs || how&shutRead != 0
		if how&shutWrite != 0 {
			n.queueFin(s)
		}
	}
	n.wake(s.file, 0)
}

// queueFin begins to close s's direction: FIN follows the last byte.
func (n *Net) queueFin(s *socket) {
	if !s.finQueued {
		s.finQueued = true
		s.cork.on = false
		n.push(s)
	}
}

// closeSocket ends s for its process. Unread bytes, or linger zero, reset the
// connection and destroy what was not sent; else what was accepted is still sent,
// and FIN after it.
func (n *Net) closeSocket(s *socket) {
	s.file = nil
	s.orphan = true
	if s.phase == phaseListening {
		n.stopListening(s)
		return
	}
	unread := s.unread()
	s.shut = shutBoth
	switch {
	case s.phase == phaseClosed:
	case s.phase == phaseSynSent:
		n.finish(s)
	case unread > 0:
		n.loseInFlight(s)
		n.reset(s, 0)
	case s.linger:
		if s.finQueued && s.finReceived && s.finSent { // CLOSING, LAST_ACK: nothing left to reset
			n.finish(s)
		} else {
			n.loseInFlight(s)
			n.reset(s, 0)
		}
	default:
		n.queueFin(s)
	}
	if s.peer != nil {
		n.drop(s.in())
	}
}
