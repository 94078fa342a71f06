package netsim

// The task's side of calls that move bytes, and of polling.

import (
	"time"

	"brigade/core/rt"
	"brigade/core/sys"
)

// Flags of a write.
const (
	flagMore   = 1 << iota // MSG_MORE
	flagVector             // Writev: sockets only
)

// Read is sys.Kernel's.
func (p *Process) Read(fd sys.FD, b []byte) (int, sys.Errno) { return p.ReadWait(fd, b, 0) }

// ReadWait is Read that waits for something to read, at most timeout; negative:
// for ever. EAGAIN when it passed.
//
//go:norace
func (p *Process) ReadWait(fd sys.FD, b []byte, timeout time.Duration) (int, sys.Errno) {
	c := p.begin(rt.OpRead, fd)
	room(c, min(len(b), maxCall))
	c.Block, c.Timeout = timeout != 0, timeout
	n, e := p.count(c)
	stageIn(c, b, n)
	return n, e
}

// maxCall is the most bytes one call moves: Linux's is 2 GiB, but more than the
// largest socket buffers never moves.
const maxCall = 1 << 20

// Write is sys.Kernel's.
func (p *Process) Write(fd sys.FD, b []byte) (int, sys.Errno) { return p.WriteWait(fd, b, 0) }

// WriteWait is Write that waits for room, at most timeout; negative: for ever. It
// may write less than all. EAGAIN when the timeout passed.
//
//go:norace
func (p *Process) WriteWait(fd sys.FD, b []byte, timeout time.Duration) (int, sys.Errno) {
	c := p.begin(rt.OpWrite, fd)
	b = b[:min(len(b), maxCall)]
	room(c, len(b))
	stageOut(c, 0, b)
	c.Block, c.Timeout = timeout != 0, timeout
	return p.count(c)
}

// Writev is sys.Kernel's.
//
//go:norace
func (p *Process) Writev(fd sys.FD, iov [][]byte, more bool) (int, sys.Errno) {
	if len(iov) > sys.MaxIovec {
		return 0, sys.EINVAL
	}
	c := p.begin(rt.OpWrite, fd)
	size := 0
	for _, b := range iov {
		size += len(b)
	}
	room(c, min(size, maxCall))
	at := 0
	for _, b := range iov {
		k := min(len(b), maxCall-at)
		stageOut(c, at, b[:k])
		at += k
	}
	c.Flags = flagVector
	if more {
		c.Flags |= flagMore
	}
	return p.count(c)
}

// Sendfile is sys.Kernel's.
//
//go:norace
func (p *Process) Sendfile(out, in sys.FD, off int64, count int) (int, sys.Errno) {
	c := p.begin(rt.OpSendfile, out)
	c.FD2 = int32(in)
	c.Args[0], c.Args[1] = off, int64(count)
	return p.count(c)
}

// Pread is sys.Kernel's.
//
//go:norace
func (p *Process) Pread(fd sys.FD, b []byte, off int64) (int, sys.Errno) {
	c := p.begin(rt.OpPread, fd)
	room(c, min(len(b), maxCall))
	c.Args[0] = off
	n, e := p.count(c)
	stageIn(c, b, n)
	return n, e
}

// Poll is sys.Kernel's.
//
//go:norace
func (p *Process) Poll(fds []sys.PollFD, timeout time.Duration) (int, sys.Errno) {
	c := p.begin(rt.OpPoll, -1)
	if cap(c.Words) < len(fds) {
		c.Words = make([]uint64, len(fds), 2*len(fds))
	}
	c.Words = c.Words[:len(fds)]
	for i := range fds {
		c.Words[i] = uint64(uint32(fds[i].FD)) | uint64(fds[i].Events)<<pollEventsShift
	}
	c.Block, c.Timeout = timeout != 0, milliseconds(timeout)
	n, e := p.count(c)
	for i := range fds {
		fds[i].Revents = 0
		if e == 0 {
			fds[i].Revents = uint16(c.Words[i])
		}
	}
	return n, e
}

// Self is sys.Signals'.
//
//go:norace
func (p *Process) Self() sys.Thread {
	c := p.begin(rt.OpSignalTask, -1)
	c.Flags = signalSelf
	if !p.do(c) {
		return -1
	}
	return sys.Thread(c.N)
}

// Signal is sys.Signals'.
//
//go:norace
func (p *Process) Signal(t sys.Thread) sys.Errno {
	c := p.begin(rt.OpSignalTask, -1)
	c.Flags, c.Args[0] = signalOther, int64(t)
	return p.simple(c)
}

// Poller is sys.Kernel's.
//
//go:norace
func (p *Process) Poller() (sys.FD, sys.Errno) { return p.descriptor(p.begin(rt.OpPoller, -1)) }

// EventFD is sys.Kernel's.
//
//go:norace
func (p *Process) EventFD() (sys.FD, sys.Errno) { return p.descriptor(p.begin(rt.OpEventFD, -1)) }

// Pipe is sys.Kernel's.
//
//go:norace
func (p *Process) Pipe() (r, w sys.FD, e sys.Errno) {
	c := p.begin(rt.OpPipe, -1)
	r, e = p.descriptor(c)
	if e != 0 {
		return sys.None, sys.None, e
	}
	return r, sys.FD(c.N2), 0
}

// PollAdd is sys.Kernel's.
//
//go:norace
func (p *Process) PollAdd(poller, fd sys.FD, events sys.Events, token uint64) sys.Errno {
	return p.control(rt.OpPollAdd, poller, fd, events, token)
}

// PollModify is sys.Kernel's.
//
//go:norace
func (p *Process) PollModify(poller, fd sys.FD, events sys.Events, token uint64) sys.Errno {
	return p.control(rt.OpPollModify, poller, fd, events, token)
}

// PollDelete is sys.Kernel's.
//
//go:norace
func (p *Process) PollDelete(poller, fd sys.FD) sys.Errno {
	return p.control(rt.OpPollDelete, poller, fd, 0, 0)
}

//go:norace
func (p *Process) control(op rt.Op, poller, fd sys.FD, events sys.Events, token uint64) sys.Errno {
	c := p.begin(op, poller)
	c.FD2, c.Flags, c.Args[0] = int32(fd), uint32(events), int64(token)
	return p.simple(c)
}

// PollWait is sys.Kernel's.
//
//go:norace
func (p *Process) PollWait(poller sys.FD, events []sys.Event, timeout time.Duration) (int, sys.Errno) {
	c := p.begin(rt.OpPollWait, poller)
	words := 2 * len(events)
	if cap(c.Words) < words {
		c.Words = make([]uint64, words)
	}
	c.Words = c.Words[:words]
	c.Block, c.Timeout = timeout != 0, milliseconds(timeout)
	n, e := p.count(c)
	for i := range n {
		events[i] = sys.Event{Events: sys.Events(c.Words[2*i]), Token: c.Words[2*i+1]}
	}
	return n, e
}

// milliseconds is a poller's timeout as epoll_wait(2) and poll(2) count it: in whole
// milliseconds, rounded up as core/sys/linux does. With a finer one a loop that reads a
// coarse clock would turn a million times before its deadline came.
func milliseconds(timeout time.Duration) time.Duration {
	if part := timeout % time.Millisecond; part > 0 {
		return timeout - part + time.Millisecond
	}
	return timeout
}
