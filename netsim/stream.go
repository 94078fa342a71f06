package netsim

// Reading and writing, by tcp_recvmsg and tcp_sendmsg: what has arrived comes
// before any error, an error once, then the end.

import (
	"brigade/core/sys"
	"brigade/sim"
)

func (n *Net) read(f *file, c *sim.Call) {
	switch f.kind {
	case kindSocket:
		n.readSocket(f, c)
	case kindCounter:
		n.readCounter(f, c)
	case kindPipe:
		n.readPipe(f, c)
	case kindPoll:
		fail(c, sys.EINVAL)
	case kindNode:
		n.readNode(f, c)
	}
}

func (n *Net) write(f *file, c *sim.Call) {
	if f.kind != kindSocket && c.Flags&flagVector != 0 {
		fail(c, sys.ENOTSOCK)
		return
	}
	switch f.kind {
	case kindSocket:
		n.writeSocket(f.sock, c)
	case kindCounter:
		n.writeCounter(f, c)
	case kindPipe:
		n.writePipe(f, c)
	case kindPoll:
		fail(c, sys.EINVAL)
	case kindNode:
		n.writeNode(f, c)
	default:
		fail(c, sys.EBADF)
	}
}

func (n *Net) readSocket(f *file, c *sim.Call) {
	s := f.sock
	if s.phase == phaseListening || s.peer == nil {
		fail(c, sys.ENOTCONN)
		return
	}
	c.Acquire = &s.in().order
	size := min(s.unread(), len(c.Buf))
	if size > 0 {
		if n.refuses(f, c, sys.In) {
			return
		}
		size = n.shorten(s, faultShortRead, size)
		s.in().get(c.Buf[:size])
		c.N = int64(size)
		n.s.Progress()
		n.update(s)
		n.disturb(s)
		return
	}
	switch {
	case s.unread() > 0, s.done: // asked for nothing, or the end
	case s.err != 0:
		fail(c, s.takeError())
	case s.shut&shutRead != 0:
	case s.phase == phaseClosed:
		fail(c, sys.ENOTCONN)
	default:
		fail(c, sys.EAGAIN)
	}
}

// sendError is what keeps s from sending at all, or 0.
func (s *socket) sendError() sys.Errno {
	switch {
	case s.err != 0:
		return s.takeError()
	case s.phase == phaseSynSent:
		return sys.EAGAIN
	case s.phase != phaseEstablished || s.shut&shutWrite != 0:
		return sys.EPIPE
	}
	return 0
}

func (n *Net) writeSocket(s *socket, c *sim.Call) {
	if e := s.sendError(); e != 0 {
		fail(c, e)
		return
	}
	if len(c.Buf) == 0 {
		return
	}
	size := min(len(c.Buf), s.free())
	if k, led := n.ledWrite(s, len(c.Buf)); led {
		size = k
	}
	if size > 0 {
		if n.refuses(s.file, c, sys.Out) {
			return
		}
		if !c.Block && n.stalls(s) {
			fail(c, sys.EAGAIN)
			return
		}
		size = n.shorten(s, faultShortWrite, size)
	}
	if size < len(c.Buf) {
		s.noSpace = true
	}
	if size == 0 {
		fail(c, sys.EAGAIN)
		return
	}
	n.transmit(s, c.Buf[:size], c.Flags&flagMore != 0)
	c.N, c.Release = int64(size), &s.out.order
	n.disturb(s)
}

// transmit accepts p for sending.
func (n *Net) transmit(s *socket, p []byte, more bool) {
	if s.peer.orphan {
		n.drop(&s.out)
		s.out.accepted += uint64(len(p))
		s.out.read = s.out.accepted
	} else {
		n.put(&s.out, p)
	}
	n.s.Progress()
	s.cork.on = more
	if more && !s.cork.armed {
		s.cork.armed = true
		n.s.At(n.s.Clock().Add(corked), &s.cork)
	}
	n.push(s)
}

// sendfile is sendfile(2) from a regular file to a socket; other targets are not
// simulated and are EINVAL.
func (n *Net) sendfile(p *Process, out *file, c *sim.Call) {
	in := p.table.get(c.FD2)
	off, count := c.Args[0], c.Args[1]
	switch {
	case in == nil:
		fail(c, sys.EBADF)
		return
	case in.kind == kindSocket || in.kind == kindPipe:
		fail(c, sys.ESPIPE)
		return
	case in.kind == kindNode && in.writer:
		fail(c, sys.EBADF)
		return
	case off < 0 || count < 0 || in.kind != kindNode || in.node.kind != nodeFile || out.kind != kindSocket:
		fail(c, sys.EINVAL)
		return
	}
	content := in.node.content
	size := min(count, max(int64(len(content))-off, 0))
	if size == 0 || n.cutFile(in) {
		return
	}
	s := out.sock
	if e := n.diskFault(in); e != 0 {
		fail(c, e)
		return
	}
	if e := s.sendError(); e != 0 {
		fail(c, e)
		return
	}
	room := int64(s.free())
	if k, led := n.ledWrite(s, int(size)); led {
		room = int64(k)
	}
	if size > room {
		size, s.noSpace = room, true
	}
	if size == 0 || n.refuses(out, c, sys.Out) || n.stalls(s) {
		fail(c, sys.EAGAIN)
		return
	}
	size = int64(n.shorten(s, faultShortSendfile, int(size)))
	n.transmit(s, content[off:off+size], false)
	c.N, c.Release = size, &s.out.order
	n.disturb(s)
}
