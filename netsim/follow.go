package netsim

// Following: netsim is a relation, so to ask whether an answer of Linux's is in it the
// kernel has to be led. Before a call its process is told what Linux said (Follow); where
// several answers are possible in that state the kernel takes that one and goes on from
// there, and where not it gives its own, which then differs. Only the extra answers of the
// table below are followed: each is a thing that Linux counts and netsim does not.

import (
	"brigade/core/sys"
	"brigade/sim"
)

// Answer is what Linux said to one call.
type Answer struct {
	N      int // the result of a call that counts
	Errno  sys.Errno
	Events []sys.Event // of PollWait
	Polled []uint16    // of Poll: what each descriptor was ready for
	Ends   []Arrived   // before the call
}

// Arrived is how far the peer's bytes had come to a connection's end, as SIOCINQ and
// poll(2) tell.
type Arrived struct {
	FD      sys.FD // netsim's number
	Unread  int
	Unacked int // of its own bytes, those not acknowledged (SIOCOUTQ)
	Ready   sys.Events
}

// Extra is one kind of answer that netsim allows beside the one it gives by itself when
// nothing is in flight.
type Extra struct {
	Name      string // in counts
	Answer    string // what may be said
	Condition string // what Linux counts, and netsim does not
}

type extra int

const (
	extraTaken extra = iota
	extraFull
	extraArrived
	extraWaits
	extraOut
	extraEdge
	extraNoEdge
	extraFin
	extraResetLost
	extraCount
)

var extraTable = [extraCount]Extra{
	extraTaken:     {"taken", "a write or sendfile takes any number of bytes, from 1 to all", "a send buffer is counted in truesize (sk_wmem_queued), with each packet's overhead and what its last page has left"},
	extraFull:      {"full", "EAGAIN from a write or sendfile while bytes of earlier ones are not read yet", "the same count has reached sk_sndbuf, and acknowledgements free whole packets only"},
	extraArrived:   {"arrived", "a read returns bytes beyond netsim's receive buffer", "a receive buffer is counted in truesize (sk_rmem_alloc), against a window that was advertised earlier"},
	extraWaits:     {"waits", "a read returns less than was sent, or EAGAIN, while the sender has more than one buffer's worth under way", "the window is shut or too small to be worth a packet (RFC 9293 §3.8.6.2.2), so the rest is still with the sender"},
	extraEdge:      {"edge", "an edge-triggered watch reports once more what it reported before", "an acknowledgement that was delayed comes with later data, and it is a wakeup: of space, or that FIN is acknowledged"},
	extraOut:       {"out", "a descriptor with bytes under way is or is not ready for writing", "sk_stream_is_writeable: a third of sk_sndbuf is free, in truesize"},
	extraFin:       {"fin", "the end of a stream shows, or does not yet, while bytes before it are unread", "FIN has its place behind the last byte, and the receiver's window, counted in truesize, has or has not let that in"},
	extraResetLost: {"reset-lost", "a connection that the peer has reset goes on as if nothing were", "a reset is dropped whose sequence number lies outside of the receiver's window (RFC 5961 §3.2), as it does behind bytes that a full buffer has not let in"},
	extraNoEdge:    {"no-edge", "one reports nothing yet", "the same wakeup is still to come"},
}

// Extras is the table of answers that are followed.
func Extras() []Extra { return append([]Extra(nil), extraTable[:]...) }

// Follow tells what Linux answered to the call that p makes next. It is called by the
// task that will make it, as Adjust.
//
//go:norace
func (p *Process) Follow(a *Answer) { p.net.leader = a }

// Followed counts, for each of Extras, how often it was followed since the machine was
// made.
func (n *Net) Followed() []int { return append([]int(nil), n.followed[:]...) }

// led is what is to be followed now; nil: nothing is.
func (n *Net) led() *Answer { return n.leader }

func (n *Net) follow(x extra) { n.followed[x]++ }

// loaded reports whether bytes of s's are under way that its peer has not read: whatever
// depends on how buffers are counted is open.
func (s *socket) loaded() bool {
	return s.phase != phaseListening && s.peer != nil && (s.out.accepted > s.out.read+loose || s.unacked > loose)
}

// loose is how many bytes under way leave no doubt about either buffer.
const loose = 512

// ledWrite is how many of size bytes s takes, as Linux did; false: netsim knows.
func (n *Net) ledWrite(s *socket, size int) (int, bool) {
	a := n.led()
	if a == nil {
		return 0, false
	}
	own := min(size, s.free())
	switch {
	case a.Errno == sys.EAGAIN && own > 0 && s.loaded():
		n.follow(extraFull)
		return 0, true
	case a.Errno == 0 && a.N > 0 && a.N <= size && a.N != own && (s.loaded() || size > loose):
		n.follow(extraTaken)
		return a.N, true
	}
	return 0, false
}

// lead brings the ends of p's connections to where Linux's were.
func (n *Net) lead(p *Process) {
	for _, e := range n.leader.Ends {
		f := p.table.get(int32(e.FD))
		if f == nil || f.kind != kindSocket || f.sock.peer == nil || f.sock.phase == phaseSynSent {
			continue
		}
		s := f.sock
		s.unacked = e.Unacked
		s.lateAck = s.lateAck || e.Unacked > 0
		if s.unsure && e.Ready&sys.Err != 0 {
			s.unsure = false
			n.reset(s, sys.ECONNRESET)
		}
		unheard := s.phase == phaseEstablished && s.peer.finQueued && s.out.accepted > s.out.arrived
		if (s.resetLost || unheard) && e.Ready&sys.Hup != 0 && e.Ready&sys.Err != 0 {
			s.resetLost = false
			n.deliverReset(s)
		}
		in := s.in()
		want := in.read + uint64(e.Unread)
		switch {
		case want > in.accepted: // that is none of netsim's: the answer will tell
		case want > in.arrived:
			n.follow(extraArrived)
			n.letIn(s, want)
		case want < in.arrived && s.phase == phaseEstablished:
			n.follow(extraWaits)
			n.takeBack(s, want)
		}
		switch came := e.Ready&sys.RdHup != 0; {
		case s.phase != phaseEstablished || !s.peer.finQueued || s.shutByUs:
		case came && !s.finReceived && want == in.accepted:
			n.follow(extraFin)
			n.letIn(s, in.accepted)
		case !came && s.finReceived:
			n.follow(extraFin)
			n.takeBack(s, want)
		}
	}
	n.settle()
}

// losesReset reports whether a reset does not get to s, as long as Linux does not say that
// it has.
func (n *Net) losesReset(s *socket) bool {
	if !n.leads || s.phase != phaseEstablished || s.in().accepted == s.in().arrived {
		return false
	}
	n.follow(extraResetLost)
	s.resetLost = true
	return true
}

// takeBack undoes the arrival of what came to s after a position, FIN too: it is still
// with the sender.
func (n *Net) takeBack(s *socket, at uint64) {
	in, peer := s.in(), s.peer
	in.arrived, in.sent, in.acked, in.edge, in.advertised = at, at, min(in.acked, at), at, at
	in.stuck = true // until Linux is seen to have sent it again
	if s.finReceived {
		s.finReceived, s.done = false, false
		s.shut &^= shutRead
		peer.finSent, peer.finAcked = false, false
	}
}

// letIn makes the bytes towards s up to a position arrive, whatever its window was.
func (n *Net) letIn(s *socket, upTo uint64) {
	in := s.in()
	in.edge, in.stuck = max(in.edge, upTo), false
	n.push(s.peer)
	n.settle()
	if in.arrived < upTo { // the connection is broken: nothing moves by itself
		in.sent, in.arrived = max(in.sent, upTo), upTo
	}
}

// ledMask is f's readiness, with what Linux said of writing where that is open.
func (n *Net) ledMask(f *file, said sys.Events) sys.Events {
	m := n.mask(f)
	if f.kind != kindSocket || (m^said)&sys.Out == 0 || !f.sock.loaded() {
		return m
	}
	n.follow(extraOut)
	f.sock.noSpace = said&sys.Out == 0
	return m ^ sys.Out
}

// ledWait is wait where Linux's answer is to be followed. It reports false where that is
// none that netsim allows, having changed nothing.
func (n *Net) ledWait(p *poll, c *sim.Call) bool {
	a := n.led()
	if a == nil || a.Errno != 0 {
		return false
	}
	for w := p.first; w != nil; w = w.next { // what must be told, is
		said, told := a.of(w.token)
		is := n.mask(w.file) & w.events
		open := w.file.kind == kindSocket && w.file.sock.mayWait()
		switch {
		case told && is&^sys.Out != said&^sys.Out, told && is != said && !open:
			return false
		case told && !w.linked && w.events&sys.Edge != 0 && !(w.file.kind == kindSocket && w.file.sock.lateAck):
			return false
		case !told && w.linked && is != 0 && len(a.Events) < len(c.Words)/2 && !(open && (w.events&sys.Edge != 0 || is == sys.Out)):
			return false
		}
	}
	for i, e := range a.Events {
		w := p.watch(e.Token)
		if w == nil {
			return false
		}
		n.ledMask(w.file, e.Events)
		if !w.linked && w.events&sys.Edge != 0 {
			n.follow(extraEdge)
			w.file.sock.lateAck = false
		}
		w.unlink()
		c.Words[2*i], c.Words[2*i+1] = uint64(e.Events), e.Token
		switch {
		case w.events&sys.OneShot != 0:
			w.events &= modes
		case w.events&sys.Edge == 0:
			w.append()
		}
	}
	for w := p.first; w != nil; w = w.next {
		if _, told := a.of(w.token); !told && w.linked && n.mask(w.file)&w.events != 0 && len(a.Events) < len(c.Words)/2 {
			n.follow(extraNoEdge)
		}
	}
	c.N = int64(len(a.Events))
	return true
}

// mayWait reports whether s's readiness, or the moment of its wakeups, is open.
func (s *socket) mayWait() bool {
	return s.loaded() || s.peer != nil && s.peer.loaded()
}

func (a *Answer) of(token uint64) (sys.Events, bool) {
	for _, e := range a.Events {
		if e.Token == token {
			return e.Events, true
		}
	}
	return 0, false
}

func (p *poll) watch(token uint64) *watch {
	for w := p.first; w != nil; w = w.next {
		if w.token == token {
			return w
		}
	}
	return nil
}
