package netsim

// socket: one end of a connection, or a listener, with the states of RFC 9293 as
// far as system calls show them, and the masks and errors of net/ipv4/tcp.c.
//
// The states between established and closed are the four marks of FIN: queued
// (FIN_WAIT1 has begun), sent, acknowledged (FIN_WAIT2) and received (CLOSE_WAIT).
// Both acknowledged and received is closed, or TIME_WAIT, which looks the same.

import (
	"net/netip"

	"brigade/core/sys"
	"brigade/sim"
)

type phase uint8

const (
	phaseClosed phase = iota
	phaseListening
	phaseSynSent
	phaseSynReceived // not in its listener's queue yet
	phaseEstablished
)

// The bits of sk_shutdown.
const (
	shutRead  = 1
	shutWrite = 2
	shutBoth  = 3
)

type socket struct {
	file   *file // nil: not accepted yet, or closed by its process
	object int32
	peer   *socket
	phase  phase
	local  netip.AddrPort
	remote netip.AddrPort

	out  flow // bytes from here to the peer
	wire wire // packets from here to the peer

	err       sys.Errno // SO_ERROR
	shut      uint8
	done      bool // FIN was received: reading ends with 0, not an error
	orphan    bool // closed by its process
	linger    bool // close resets
	noSpace   bool // a writer was told to wait: room is an edge
	disturbed bool // broken by a fault

	finQueued, finSent, finAcked, finReceived bool

	sendBuffer, recvBuffer int
	cork                   cork

	// Of a listener.
	listener  *socket   // whose child this is, until accepted
	queue     []*socket // made and not accepted
	backlog   int
	reusePort bool
	retry     retry // of a connecting socket: SYN again
	server    bool

	process, fd int32 // the last holder, for accounts
	draws       draws

	// Of faults.
	refused      int // calls refused in a row
	measured     bool
	tiny         int   // receive window; 0: as the buffer
	dribbles     int   // most bytes of a packet; 0: no limit
	tried        bool  // whether dribbles was drawn
	aimed, shuts uint8 // how often a deadline was met, and the window shut
	unacked      int   // bytes, as Linux had them when it was followed
	lateAck      bool  // an acknowledgement was not there at once
	unsure       bool  // whether data has come that it refuses with a reset
	resetLost    bool  // outside of the window, as Linux may have had it
	shutByUs     bool  // reading was, by this process
	struck       bool  // an aimed fault did
	stalled      bool  // no write gets in
	windowShut   bool  // nothing is taken
	stall        stall
	shutter      shutter
	nudge        nudge
	breaker      breaker
}

// flow is one direction's bytes. Positions count from the connection's begin:
// read ≤ arrived ≤ sent ≤ accepted, acked ≤ arrived. The ring holds those from
// read to accepted.
type flow struct {
	ring                                 []byte
	read, arrived, acked, sent, accepted uint64
	edge                                 uint64 // the sender may send up to here
	advertised                           uint64 // what the receiver told of its window last
	taken                                uint64 // bytes that reads returned
	stuck                                bool   // nothing is sent: of a kernel that follows
	order                                sim.Edge
}

// in is the flow towards s.
func (s *socket) in() *flow { return &s.peer.out }

// unread is how many bytes wait for s's reader.
func (s *socket) unread() int {
	if s.peer == nil {
		return 0
	}
	return int(s.in().arrived - s.in().read)
}

// queued is how much of s's send buffer is in use.
func (s *socket) queued() int { return int(s.out.accepted - s.out.acked) }

// free is how many bytes a write would accept.
func (s *socket) free() int {
	if s.stalled {
		return 0
	}
	return max(s.sendBuffer-s.queued(), 0)
}

// spacious is sk_stream_is_writeable: a third of the buffer is free.
func (s *socket) spacious() bool { return 2*s.free() >= s.queued() && s.free() > 0 }

// closeWait is: the peer has closed, we have not.
func (s *socket) closeWait() bool { return s.finReceived && !s.finQueued }

// mask is tcp_poll.
func (s *socket) mask() (m sys.Events) {
	if s.phase == phaseListening {
		if len(s.queue) > 0 {
			m = sys.In
		}
		return m
	}
	if s.shut == shutBoth || s.phase == phaseClosed {
		m |= sys.Hup
	}
	if s.shut&shutRead != 0 {
		m |= sys.In | sys.RdHup
	}
	if s.phase != phaseSynSent {
		if s.unread() > 0 {
			m |= sys.In
		}
		switch {
		case s.shut&shutWrite != 0, s.spacious():
			m |= sys.Out
		default:
			s.noSpace = true
		}
	}
	if s.err != 0 {
		m |= sys.Err
	}
	return m
}

// takeError is sock_error: SO_ERROR, cleared.
func (s *socket) takeError() sys.Errno {
	e := s.err
	s.err = 0
	return e
}

func (n *Net) newSocket(label string) *socket {
	s := n.sockets.take()
	ring, packets, queue := s.out.ring, s.wire.packets[:0], s.queue[:0]
	*s = socket{
		object: n.s.NewObject(label), sendBuffer: n.cfg.SendBuffer, recvBuffer: n.cfg.RecvBuffer,
		process: -1, fd: -1, queue: queue,
	}
	n.recycle(ring)
	s.wire.net, s.wire.from, s.wire.packets = n, s, packets
	s.cork.net, s.cork.socket = n, s
	s.retry.net, s.retry.socket = n, s
	return s
}

// attach gives s a descriptor of p; the caller knows that there is room.
func (n *Net) attach(p *Process, s *socket) int32 {
	f := n.files.take()
	*f = file{kind: kindSocket, object: s.object, sock: s}
	s.file = f
	fd := n.take(p, f)
	s.process, s.fd = p.id, fd
	return fd
}

func (n *Net) socketError(s *socket, c *sim.Call) {
	switch {
	case c.Flags == flagDisturbed:
		if s.disturbed {
			c.N = 1
		}
	case c.Flags == flagMisuse:
		c.N = int64(n.draw(fault(c.Args[0]), s.object, &s.draws, uint64(c.Args[1])))
	case c.Block && s.phase == phaseSynSent:
		c.Errno = uint32(sys.EINPROGRESS)
	default:
		c.Errno = uint32(s.takeError())
	}
}

// The least buffers, as SOCK_MIN_SNDBUF and SOCK_MIN_RCVBUF halved: Linux counts
// its own overhead, this kernel payload only.
const (
	minSendBuffer = 2304
	minRecvBuffer = 1152
	maxBuffer     = 212992
)

func (n *Net) setOption(s *socket, c *sim.Call) {
	value := int(c.Args[0])
	switch sys.Option(c.Flags) {
	case sys.NoDelay, sys.KeepAlive: // nothing here shows them
	case sys.LingerZero:
		s.linger = value != 0
	case sys.SendBuffer:
		s.sendBuffer = min(max(value, minSendBuffer), maxBuffer)
		if s.spacious() && s.phase != phaseListening { // sk_write_space, even if nobody waits for it
			s.noSpace = false
			n.wake(s.file, sys.Out)
		}
	case sys.RecvBuffer:
		s.recvBuffer = min(max(value, minRecvBuffer), maxBuffer)
	default:
		fail(c, sys.EINVAL)
	}
}
