package netsim

// wire: the packets of one direction of a connection, in order. Without latency a
// packet is delivered before the call that sent it returns, as by Linux's loopback;
// with it, when the clock gets there.

import (
	"time"

	"brigade/core/rt"
)

type packetKind uint8

const (
	packetData packetKind = iota
	packetAck             // acknowledges, and tells the window
	packetFin
	packetReset
	packetSyn
	packetSynAck
)

type packet struct {
	at     rt.Instant
	end    uint64 // data: the position after its last byte; acknowledgement: how far
	window uint64 // acknowledgement: up to where may be sent
	kind   packetKind
	fin    bool // acknowledgement: of FIN too
}

type wire struct {
	net      *Net
	from     *socket
	packets  []packet
	first    int
	free     rt.Instant // when the last packet has left the sender
	armed    bool
	enlisted bool // in net.due
	held     hold // the packets wait for what may follow
}

// send puts a packet on s's wire.
func (n *Net) send(s *socket, p packet, size int) {
	w := &s.wire
	now := n.s.Clock()
	delay := n.cfg.Latency + n.jitter(s)
	left := now
	if n.cfg.Bandwidth > 0 {
		w.free = max(w.free, now) + rt.Instant(int64(size)*int64(time.Second)/n.cfg.Bandwidth)
		left = w.free
	}
	p.at = left.Add(delay)
	if n.faults.any {
		n.retime(s, &p, size)
	}
	if last := len(w.packets) - 1; last >= w.first {
		p.at = max(p.at, w.packets[last].at)
	}
	w.packets = append(w.packets, p)
	if w.held != holdNone && w.held.endsWith(p.kind) && len(w.packets)-w.first > 1 {
		n.hurry(w)
		return
	}
	n.arm(w)
}

// arm sees to it that w's first packet is delivered in time.
func (n *Net) arm(w *wire) {
	at := w.packets[w.first].at
	switch {
	case w.armed || w.enlisted:
	case at <= n.s.Clock():
		w.enlisted = true
		n.due = append(n.due, w)
	default:
		w.armed = true
		n.s.At(at, w)
	}
}

// Fire delivers what has arrived.
func (w *wire) Fire() {
	w.armed = false
	if w.first < len(w.packets) {
		w.net.arm(w)
	}
	w.net.settle()
}

// settle delivers every packet that has arrived, and what those cause.
func (n *Net) settle() {
	for i := 0; i < len(n.due); i++ {
		w := n.due[i]
		now := n.s.Clock()
		for w.first < len(w.packets) && w.packets[w.first].at <= now {
			p := w.packets[w.first]
			w.first++
			n.deliver(w.from.peer, p)
		}
		w.enlisted = false
		if w.first == len(w.packets) {
			w.packets, w.first = w.packets[:0], 0
		} else {
			n.arm(w)
		}
	}
	n.due = n.due[:0]
}

// push sends what the window allows of s's send buffer, then FIN.
func (n *Net) push(s *socket) {
	if s.phase != phaseEstablished {
		return
	}
	f := &s.out
	if f.stuck {
		return
	}
	for f.sent < f.accepted && f.sent < f.edge {
		k := min(f.accepted-f.sent, f.edge-f.sent, uint64(n.cfg.Segment))
		if n.faults.any {
			k = n.portion(s, k)
		}
		if s.cork.on && k < uint64(n.cfg.Segment) && !s.finQueued {
			return
		}
		f.sent += k
		n.send(s, packet{kind: packetData, end: f.sent}, int(k))
	}
	if s.finQueued && !s.finSent && f.sent == f.accepted {
		s.finSent = true
		n.send(s, packet{kind: packetFin}, 0)
	}
}

// acknowledge tells the peer what s has got and how much more it may send.
func (n *Net) acknowledge(s *socket) {
	in := s.in()
	in.advertised = max(in.advertised, in.read+uint64(n.window(s)))
	n.send(s, packet{kind: packetAck, end: in.arrived, window: in.advertised, fin: s.finReceived}, 0)
}

// update tells the peer of a window that reading has opened, unless by too little
// to be worth it (RFC 9293 §3.8.6.2.2).
func (n *Net) update(s *socket) {
	in := s.in()
	if s.phase != phaseEstablished || s.finReceived {
		return
	}
	opened := int(in.read) + n.window(s) - int(in.advertised)
	if opened >= min(n.cfg.Segment, max(n.window(s)/2, 1)) {
		n.acknowledge(s)
	}
}

// cork is MSG_MORE: a partial packet waits for more, at most 200 ms.
type cork struct {
	net    *Net
	socket *socket
	on     bool
	armed  bool
}

const corked = 200 * time.Millisecond

// Fire sends what is held back.
func (k *cork) Fire() {
	k.armed = false
	if k.on {
		k.on = false
		k.net.push(k.socket)
		k.net.settle()
	}
}
