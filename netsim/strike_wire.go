package netsim

// What faults do to packets: when they arrive, what they arrive with, how much is in
// one. None overtakes another of its connection.

import (
	"time"

	"brigade/core/rt"
	"brigade/core/sys"
)

// hold says what ends the wait of packets that are held back.
type hold uint8

const (
	holdNone hold = iota
	holdFin       // FIN
	holdData      // more data, or FIN
)

const (
	finWait  = 5 * time.Millisecond
	nagle    = 40 * time.Millisecond // the longest delay of an acknowledgement
	grid     = rt.Instant(10 * time.Millisecond)
	burst    = rt.Instant(100 * time.Millisecond)
	farAhead = 6 * time.Second
	fewTimes = 2 // so often do faults that take seconds strike one connection's end
)

func (h hold) endsWith(k packetKind) bool {
	return k == packetFin || k == packetReset || h == holdData && k == packetData
}

// retime is what faults make of p's time of arrival.
func (n *Net) retime(s *socket, p *packet, size int) {
	switch p.kind {
	case packetSyn:
		if n.draw(faultBurst, s.object, &s.draws, 2) != 0 {
			p.at = ceil(p.at, burst)
		}
		return
	case packetData:
	default:
		return
	}
	if s.dribbles > 0 && size > 0 && s.out.sent < dribbled {
		w := &s.wire
		w.free = max(w.free, n.s.Clock()).Add(gap)
		p.at = max(p.at, w.free)
	}
	if v := n.draw(faultCoalesce, s.object, &s.draws, 6); v != 0 {
		p.at = p.at.Add(20 * time.Microsecond << v)
	}
	if n.draw(faultTie, s.object, &s.draws, 2) != 0 {
		p.at = ceil(p.at, grid)
	}
	if s.aimed >= fewTimes {
	} else if v := n.draw(faultDeadline, s.object, &s.draws, 4); v != 0 {
		if due, set := n.s.Due(); set && due > p.at && due.Sub(p.at) < farAhead {
			s.aimed++
			p.at = due + rt.Instant(v) - 2 // just before, at, just after
		}
	}
	s.wire.hold(n, s, p)
}

// hold holds p back for what may follow.
func (w *wire) hold(n *Net, s *socket, p *packet) {
	switch {
	case w.held != holdNone && w.first < len(w.packets):
	case n.draw(faultFinRides, s.object, &s.draws, 2) != 0:
		w.held, p.at = holdFin, p.at.Add(finWait)
	case n.draw(faultGlue, s.object, &s.draws, 2) != 0:
		w.held, p.at = holdData, p.at.Add(nagle)
	default:
		w.held = holdNone
	}
}

// hurry ends the wait of what is held back on w.
func (n *Net) hurry(w *wire) {
	w.held = holdNone
	at := n.s.Clock().Add(n.cfg.Latency)
	for i := w.first; i < len(w.packets); i++ {
		p := &w.packets[i]
		p.at = min(p.at, at)
	}
	if w.enlisted {
		return
	}
	if at <= n.s.Clock() {
		w.enlisted = true
		n.due = append(n.due, w)
		return
	}
	n.s.At(at, w) // beside the one that is set, which will find nothing
}

func ceil(at, step rt.Instant) rt.Instant { return (at + step - 1) / step * step }

// portion is how much of k bytes goes into the next packet.
func (n *Net) portion(s *socket, k uint64) uint64 {
	if !s.tried {
		s.tried = true
		s.dribbles = int(portions[n.draw(faultDribble, s.object, &s.draws, uint64(len(portions)))])
	}
	if s.dribbles > 0 && s.out.sent < dribbled {
		k = min(k, uint64(s.dribbles))
	}
	if len(n.faults.profile.events) > 0 {
		k = n.next(s, k)
	}
	return k
}

// A dribbling direction sends its first bytes in portions, with a gap before each.
var portions = [...]uint16{0, 1, 7, 40}

const (
	dribbled = 400
	gap      = 5 * time.Millisecond
)

// shutSometimes shuts s's window for a while.
func (n *Net) shutSometimes(s *socket) {
	if s.shuts >= fewTimes {
		return
	}
	if v := n.draw(faultZeroWindow, s.object, &s.draws, 8); v != 0 {
		s.shuts++
		n.shutWindow(s, 20*time.Millisecond<<v)
	}
}

// longShut is longer than any server waits.
const longShut = time.Minute

func (n *Net) shutWindow(s *socket, d time.Duration) {
	s.windowShut = true
	s.shutter = shutter{n, s}
	n.s.At(n.s.Clock().Add(d), &s.shutter)
}

type shutter struct {
	net    *Net
	socket *socket
}

// Fire opens the window.
func (h *shutter) Fire() {
	n, s := h.net, h.socket
	s.windowShut = false
	if s.phase == phaseEstablished {
		n.acknowledge(s)
		n.settle()
	}
}

// stalls reports whether s takes no bytes, which begins now if it is drawn, and ends
// with an edge.
func (n *Net) stalls(s *socket) bool {
	v := n.draw(faultStall, s.object, &s.draws, 8)
	if v == 0 {
		return false
	}
	s.stalled, s.noSpace = true, true
	s.stall = stall{n, s}
	n.s.At(n.s.Clock().Add(5*time.Millisecond<<v), &s.stall)
	return true
}

type stall struct {
	net    *Net
	socket *socket
}

// Fire lets writes in again.
func (t *stall) Fire() {
	s := t.socket
	s.stalled = false
	if s.noSpace && s.spacious() {
		s.noSpace = false
		t.net.wake(s.file, sys.Out)
	}
}
