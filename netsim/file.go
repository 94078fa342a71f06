package netsim

// file: what a descriptor stands for. Kinds with a queue of waiters come first.

import (
	"brigade/core/rt"
	"brigade/core/sys"
	"brigade/sim"
)

type kind uint8

const (
	kindSocket kind = iota
	kindPoll
	kindCounter
	kindPipe // either end, of a fifo too
	kindNode // a regular file or directory
)

type file struct {
	kind    kind
	object  int32 // the scheduler's name for it
	writer  bool  // pipe: the write end; node: opened for appending
	watches *watch

	sock    *socket
	poll    *poll
	counter *counter
	pipe    *pipe
	early   int // pipe: a reader that was there before any writer; the writers there had been. -1: it was not
	node    *node
	pos     int64

	held   int32 // blocked calls that still use it, even after its close
	closed bool  // its descriptor is gone; it ends with the last such call
	draws  draws // of a node's file
}

func (n *Net) newFile(k kind, label string) *file {
	f := n.files.take()
	*f = file{kind: k, object: n.s.NewObject(label)}
	return f
}

// create makes a poller, an event counter or a pipe.
func (n *Net) create(p *Process, c *sim.Call) {
	if !p.table.room() {
		fail(c, sys.EMFILE)
		return
	}
	if n.short(c) {
		return
	}
	switch c.Op {
	case rt.OpPoller:
		f := n.newFile(kindPoll, "poller")
		f.poll = n.polls.take()
		*f.poll = poll{file: f}
		c.N = int64(n.take(p, f))
	case rt.OpEventFD:
		f := n.newFile(kindCounter, "eventfd")
		f.counter = n.counters.take()
		*f.counter = counter{}
		c.N = int64(n.take(p, f))
	case rt.OpPipe:
		q := n.newPipe(uint64(len(smallPipes)))
		reader, writer := n.openPipe(q, "pipe", false), n.openPipe(q, "pipe", true)
		c.N = int64(n.take(p, reader))
		if c.N2 = int64(n.take(p, writer)); c.N2 < 0 {
			p.table.release(int32(c.N))
			fail(c, sys.EMFILE)
		}
	}
}

// close ends f, unless a blocked call holds it: as on Linux it then lives on, watches
// and all, until that call returns. Its watches end first: nobody hears of its end.
func (n *Net) close(f *file, c *sim.Call) {
	if f.closed = true; f.held > 0 {
		return
	}
	for f.watches != nil {
		n.remove(f.watches)
	}
	switch f.kind {
	case kindSocket:
		c.Release = &f.sock.out.order
		n.closeSocket(f.sock)
	case kindPoll:
		for f.poll.first != nil {
			n.remove(f.poll.first)
		}
	case kindPipe:
		n.closePipe(f)
	}
}

// mask is f's readiness, as poll(2) sees it.
func (n *Net) mask(f *file) sys.Events {
	switch f.kind {
	case kindSocket:
		return f.sock.mask()
	case kindCounter:
		return f.counter.mask()
	case kindPipe:
		return f.pipe.mask(f)
	case kindPoll:
		if n.live(f.poll) {
			return sys.In
		}
	}
	return 0
}

func (n *Net) readable(f *file) bool {
	switch f.kind {
	case kindSocket:
		return f.sock.phase != phaseSynSent && f.sock.mask()&(sys.In|sys.Err|sys.Hup) != 0 || f.sock.err != 0
	case kindCounter:
		return f.counter.value > 0
	}
	return f.writer || f.pipe.size() > 0 || len(f.pipe.writers) == 0
}

func (n *Net) writable(f *file) bool {
	switch f.kind {
	case kindSocket:
		s := f.sock
		if s.phase == phaseEstablished && s.err == 0 && s.shut&shutWrite == 0 && s.free() == 0 {
			s.noSpace = true // whoever waits for room is woken by it (sk_stream_wait_memory)
			return false
		}
		return s.phase != phaseSynSent
	case kindCounter:
		return f.counter.mask()&sys.Out != 0
	}
	return !f.writer || f.pipe.mask(f) != 0
}
