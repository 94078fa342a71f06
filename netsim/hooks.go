package netsim

// Hooks: what each fault does, at the places where the clean kernel asks.

import (
	"time"

	"brigade/core/rt"
	"brigade/core/sys"
	"brigade/sim"
)

// shorten cuts a transfer of n bytes: to one byte, all but one, or some part. What
// is left is as if it had come, or become possible, right afterwards: an edge
// follows. Linux never leaves bytes behind without one, which is why a short count
// may be taken for an empty socket (epoll(7), question 9).
func (n *Net) shorten(s *socket, x fault, size int) int {
	if size <= 1 {
		return size
	}
	cut := size
	forms := uint64(16)
	if x == faultShortRead {
		forms = 18
	}
	switch v := n.draw(x, s.object, &s.draws, forms); v {
	case 16: // at the end of a line
		cut = s.in().through(size, "\n")
	case 17: // at the end of a head
		cut = s.in().through(size, "\r\n\r\n")
	case 0:
	case 1, 2, 3:
		cut = 1
	case 4:
		cut = size - 1
	default:
		cut = max(1, size*int(v-4)/12)
	}
	if cut < size {
		key := sys.Out
		if x == faultShortRead {
			key = sys.In
		}
		n.nudge(s, key)
	}
	return cut
}

// refuses is EAGAIN for what was ready. An edge follows, or an edge-triggered
// poller would wait for ever; three in a row are enough.
func (n *Net) refuses(f *file, c *sim.Call, key sys.Events) bool {
	s := f.sock
	if c.Block || s.refused >= 3 || n.draw(faultAgain, s.object, &s.draws, 2) == 0 {
		s.refused = 0
		return false
	}
	s.refused++
	n.nudge(s, key)
	fail(c, sys.EAGAIN)
	return true
}

// nudge is an edge for s a little later.
func (n *Net) nudge(s *socket, key sys.Events) {
	s.nudge.net, s.nudge.socket = n, s
	s.nudge.key |= key
	n.s.At(n.s.Clock().Add(20*time.Microsecond), &s.nudge)
}

type nudge struct {
	net    *Net
	socket *socket
	key    sys.Events
}

// Fire wakes those that watch.
func (e *nudge) Fire() {
	if e.key != 0 {
		e.net.wake(e.socket.file, e.key)
		e.key = 0
	}
}

// disturb is a reset by the network after a call on s, at once or a little later.
func (n *Net) disturb(s *socket) {
	if s.phase != phaseEstablished {
		return
	}
	v := n.draw(faultReset, s.object, &s.draws, 8)
	if v == 0 {
		return
	}
	n.breakIn(s, v)
}

// breakIn is a reset now or, by v, later.
func (n *Net) breakIn(s *socket, v uint64) {
	s.breaker.net, s.breaker.socket = n, s
	if v == 1 {
		s.breaker.Fire()
		return
	}
	n.s.At(n.s.Clock().Add(10*time.Microsecond<<v), &s.breaker)
}

type breaker struct {
	net    *Net
	socket *socket
}

// Fire resets both ends.
func (b *breaker) Fire() {
	b.net.breakBoth(b.socket)
	b.net.settle()
}

// breakBoth is a reset that somebody between sends to both ends.
func (n *Net) breakBoth(s *socket) {
	s.disturbed, s.peer.disturbed = true, true
	if s.phase == phaseEstablished {
		n.send(s, packet{kind: packetReset}, 0)
		n.deliverReset(s)
	}
}

// loseInFlight is a reset by close that overtakes the data before it.
func (n *Net) loseInFlight(s *socket) {
	w := &s.wire
	if w.first == len(w.packets) || n.draw(faultLose, s.object, &s.draws, 2) == 0 {
		return
	}
	s.disturbed, s.peer.disturbed = true, true
	keep := w.packets[:w.first]
	for _, p := range w.packets[w.first:] {
		if p.kind != packetData && p.kind != packetFin {
			keep = append(keep, p)
		}
	}
	w.packets = keep
}

func (n *Net) jitter(s *socket) time.Duration {
	v := n.draw(faultJitter, s.object, &s.draws, 8)
	if v == 0 {
		return 0
	}
	return 10 * time.Microsecond << v
}

// window is how much s is ready to take beyond what was read: its buffer, or next
// to nothing for a while.
func (n *Net) window(s *socket) int {
	if s.windowShut {
		return 0
	}
	if !n.can(faultWindow) || s.peer == nil {
		return s.recvBuffer
	}
	if !s.measured {
		s.measured = true
		s.tiny = int(tinyWindows[n.draw(faultWindow, s.object, &s.draws, uint64(len(tinyWindows)))])
	}
	if s.tiny == 0 || s.in().read > uint64(s.tiny)*64 {
		return s.recvBuffer
	}
	return min(s.tiny, s.recvBuffer)
}

var tinyWindows = [...]uint16{0, 1, 3, 17, 100, 536, 1460}

// acceptFault is an error of accept though a connection is there, three times in
// a row at most.
func (n *Net) acceptFault(l *socket, c *sim.Call) sys.Errno {
	if c.Block || len(l.queue) == 0 || l.refused >= 3 {
		l.refused = 0
		return 0
	}
	v := n.draw(faultAccept, l.object, &l.draws, 6)
	if v == 0 {
		l.refused = 0
		return 0
	}
	l.refused++
	switch v {
	case 1: // the connection is gone
		s := l.queue[0]
		copy(l.queue, l.queue[1:])
		l.queue = l.queue[:len(l.queue)-1]
		s.orphan, s.listener = true, nil
		s.disturbed, s.peer.disturbed = true, true
		if s.phase == phaseEstablished {
			n.reset(s, 0)
		}
		return sys.ECONNABORTED
	case 2:
		return sys.EMFILE
	case 3:
		return sys.ENFILE
	case 4:
		return sys.ENOBUFS
	}
	n.nudge(l, sys.In)
	return sys.EAGAIN
}

// What a blocked wait ends with though nothing is ready.
const (
	interruptNone = iota
	interruptSignal
	interruptNothing
)

// interrupts begins a wait that something will disturb: now, or by a signal later.
func (n *Net) interrupts(p *poll) bool {
	switch {
	case n.draw(faultInterrupt, p.file.object, &p.draws, 2) != 0:
		p.interrupted = interruptSignal
	case n.draw(faultWake, p.file.object, &p.draws, 2) != 0:
		p.interrupted = interruptNothing
	default:
		if v := n.draw(faultSignal, p.file.object, &p.draws, 8); v != 0 {
			p.signal.net, p.signal.poll = n, p
			n.s.At(n.s.Clock().Add(50*time.Microsecond<<v), &p.signal)
		}
		return false
	}
	return true
}

type signal struct {
	net  *Net
	poll *poll
}

// Fire interrupts a task that sleeps in a wait, if one does.
func (g *signal) Fire() {
	if p := g.poll; p.waiters > 0 {
		p.interrupted = interruptSignal
		p.waiters--
		g.net.s.Notify(p.file.object)
	}
}

// batch limits how many events a wait returns, or turns the ready list.
func (n *Net) batch(p *poll, room int) int {
	if p.head == p.tail {
		return room
	}
	v := n.draw(faultBatch, p.file.object, &p.draws, 6)
	if v == 1 || v == 2 {
		return min(room, int(v))
	}
	for ; v > 2; v-- {
		w := p.head
		w.unlink()
		w.append()
	}
	return room
}

// member chooses among the listeners of a group.
func (n *Net) member(s *socket, group int) int {
	if group == 1 {
		return 0
	}
	return (hashPort(s) + int(n.draw(faultSkew, s.object, &s.draws, uint64(group)))) % group
}

// slowDisk makes c wait if it goes to the disk and the disk takes time.
func (n *Net) slowDisk(p *Process, c *sim.Call) bool {
	if !n.onDisk(p, c) {
		return false
	}
	d := n.cfg.DiskLatency
	if v := n.draw(faultSlowDisk, -1, &n.faults.common, 8); v != 0 {
		d += 100 * time.Microsecond << v
	}
	stall := faultLateDisk
	if c.Op == rt.OpWrite {
		stall = faultLogStall
	}
	if v := n.draw(stall, -1, &n.faults.common, 3); v != 0 {
		d += 2 * time.Second * time.Duration(v)
		n.s.Excuse(n.s.Clock().Add(d))
	}
	if d == 0 {
		return false
	}
	if n.disk < 0 {
		n.disk = n.s.NewObject("disk")
	}
	c.Object, c.Block, c.Timeout = n.disk, true, d
	return true
}

func (n *Net) onDisk(p *Process, c *sim.Call) bool {
	if n.cfg.DiskLatency == 0 && !n.can(faultSlowDisk) && !n.can(faultLateDisk) && !n.can(faultLogStall) {
		return false
	}
	switch c.Op {
	case rt.OpOpen:
		return c.Flags < treeWrite
	case rt.OpPread, rt.OpSendfile:
		return true
	case rt.OpWrite:
		f := p.table.get(c.FD)
		return f != nil && f.kind == kindNode
	}
	return false
}

// diskFault is an error of reading f.
func (n *Net) diskFault(f *file) sys.Errno {
	if n.draw(faultDisk, f.object, &f.draws, 2) != 0 {
		return sys.EIO
	}
	return 0
}

// openFault is an error of opening a file.
func (n *Net) openFault() sys.Errno {
	return [...]sys.Errno{0, sys.EIO, sys.EMFILE, sys.ENFILE}[n.draw(faultDisk, -1, &n.faults.common, 4)]
}

// logFault is an error of appending size bytes, or how many are written.
func (n *Net) logFault(f *file, size int) (int, sys.Errno) {
	switch n.draw(faultLog, f.object, &f.draws, 4) {
	case 1:
		return 0, sys.ENOSPC
	case 2:
		return 0, sys.EIO
	case 3:
		return max(size/2, min(size, 1)), 0
	}
	return size, 0
}
