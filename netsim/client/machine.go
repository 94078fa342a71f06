package client

// Where a client lives. A process of the simulated machine can wait in its calls;
// any other kernel, the real one too, is made to by polling around each call, so
// that the same clients talk to a server in either world.

import (
	"time"

	"brigade/core/rt"
	"brigade/core/sys"
)

// Machine is a kernel whose calls can wait. *netsim.Process is one, Waiting makes
// one of any other. Timeouts are as in netsim: 0 does not wait, a negative one
// waits for ever.
type Machine interface {
	sys.Kernel
	// ConnectWait waits until a Connect is done: its error, or EINPROGRESS when the
	// timeout passed.
	ConnectWait(fd sys.FD, timeout time.Duration) sys.Errno
	// ReadWait is Read that waits for bytes or the end; EAGAIN when the timeout passed.
	ReadWait(fd sys.FD, b []byte, timeout time.Duration) (int, sys.Errno)
	// WriteWait is Write that waits for room; EAGAIN when the timeout passed.
	WriteWait(fd sys.FD, b []byte, timeout time.Duration) (int, sys.Errno)
	// Disturbed reports whether a fault of the world broke fd's connection.
	Disturbed(fd sys.FD) bool
}

// Waiting makes a Machine of a kernel that nothing goes wrong on.
func Waiting(k sys.Kernel) Machine { return waiting{k} }

type waiting struct{ sys.Kernel }

// Disturbed is Machine's.
func (waiting) Disturbed(sys.FD) bool { return false }

// ConnectWait is Machine's.
func (m waiting) ConnectWait(fd sys.FD, timeout time.Duration) sys.Errno {
	if e := await(m, fd, sys.Out, timeout); e != 0 {
		if e == sys.EAGAIN {
			return sys.EINPROGRESS
		}
		return e
	}
	return m.SocketError(fd)
}

// ReadWait is Machine's.
func (m waiting) ReadWait(fd sys.FD, b []byte, timeout time.Duration) (int, sys.Errno) {
	return m.retry(fd, sys.In|sys.RdHup, timeout, func() (int, sys.Errno) { return m.Read(fd, b) })
}

// WriteWait is Machine's.
func (m waiting) WriteWait(fd sys.FD, b []byte, timeout time.Duration) (int, sys.Errno) {
	return m.retry(fd, sys.Out, timeout, func() (int, sys.Errno) { return m.Write(fd, b) })
}

// retry makes a call until it does not say EAGAIN, waiting for events between.
func (m waiting) retry(fd sys.FD, events sys.Events, timeout time.Duration, call func() (int, sys.Errno)) (int, sys.Errno) {
	deadline := rt.Now().Add(timeout)
	for {
		n, e := call()
		if e != sys.EAGAIN && e != sys.EINTR {
			return n, e
		}
		left := timeout
		if timeout >= 0 {
			if left = deadline.Sub(rt.Now()); left <= 0 {
				return 0, sys.EAGAIN
			}
		}
		if e := await(m, fd, events, left); e != 0 {
			return 0, e
		}
	}
}

// await waits until fd has one of the events, or has failed; EAGAIN when the
// timeout passed.
func await(k sys.Kernel, fd sys.FD, events sys.Events, timeout time.Duration) sys.Errno {
	p, e := k.Poller()
	if e != 0 {
		return e
	}
	defer k.Close(p)
	if e := k.PollAdd(p, fd, events, 0); e != 0 {
		return e
	}
	deadline := rt.Now().Add(timeout)
	var list [1]sys.Event
	for {
		n, e := k.PollWait(p, list[:], timeout)
		switch {
		case e != 0 && e != sys.EINTR:
			return e
		case n > 0:
			return 0
		case timeout < 0:
			continue
		}
		if timeout = deadline.Sub(rt.Now()); timeout <= 0 {
			return sys.EAGAIN
		}
	}
}
