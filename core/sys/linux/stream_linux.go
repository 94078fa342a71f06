package linux

// Byte streams. A socket is read with recv and written with send, not with read and
// write: MSG_DONTWAIT makes the raw entry safe for any socket, MSG_NOSIGNAL spares the
// process a SIGPIPE for each peer that left, and the kernel's path is shorter.

import (
	"unsafe"

	"golang.org/x/sys/unix"

	"brigade/core/sys"
)

const (
	recvFlags = unix.MSG_DONTWAIT
	sendFlags = unix.MSG_DONTWAIT | unix.MSG_NOSIGNAL
)

// Read reads from a socket, pipe or event counter.
func (k *Kernel) Read(fd sys.FD, p []byte) (int, sys.Errno) {
	at, size := unsafe.SliceData(p), uintptr(len(p))
	if k.plain.has(fd) {
		return retry(unix.SYS_READ, fd, at, size)
	}
	for {
		n, _, e := unix.RawSyscall6(unix.SYS_RECVFROM, uintptr(fd), uintptr(unsafe.Pointer(at)), size, recvFlags, 0, 0)
		switch e {
		case 0:
			return int(n), sys.OK
		case unix.EINTR:
		case unix.ENOTSOCK:
			return retryBlocking(unix.SYS_READ, fd, at, size)
		default:
			return 0, sys.Errno(e)
		}
	}
}

// Write writes to a socket, pipe, event counter or file.
func (k *Kernel) Write(fd sys.FD, p []byte) (int, sys.Errno) {
	at, size := unsafe.SliceData(p), uintptr(len(p))
	if k.plain.has(fd) {
		return retry(unix.SYS_WRITE, fd, at, size)
	}
	n, e := send(fd, p, sendFlags)
	if e == sys.ENOTSOCK {
		return retryBlocking(unix.SYS_WRITE, fd, at, size)
	}
	return n, e
}

// Writev writes to a socket. More than sys.MaxIovec elements are EINVAL.
func (k *Kernel) Writev(fd sys.FD, iov [][]byte, more bool) (int, sys.Errno) {
	flags := uintptr(sendFlags)
	if more {
		flags |= unix.MSG_MORE
	}
	switch {
	case len(iov) == 1:
		return send(fd, iov[0], flags)
	case len(iov) <= few:
		// A table of its own, since the compiler clears a table at each call and
		// a response seldom has more than a head and a body.
		var table [few]unix.Iovec
		return sendmsg(fd, table[:], iov, flags)
	case len(iov) <= sys.MaxIovec:
		var table [sys.MaxIovec]unix.Iovec
		return sendmsg(fd, table[:], iov, flags)
	}
	return 0, sys.EINVAL
}

// few is the size of the table for common writes.
const few = 8

// sendmsg describes iov in table, which is at least as long, and sends it.
func sendmsg(fd sys.FD, table []unix.Iovec, iov [][]byte, flags uintptr) (int, sys.Errno) {
	table = table[:len(iov)]
	for i, p := range iov {
		table[i].Base = unsafe.SliceData(p)
		table[i].SetLen(len(p))
	}
	var m unix.Msghdr
	m.Iov = unsafe.SliceData(table)
	m.SetIovlen(len(table))
	for {
		n, _, e := unix.RawSyscall(unix.SYS_SENDMSG, uintptr(fd), uintptr(unsafe.Pointer(&m)), flags)
		if e == 0 {
			return int(n), sys.OK
		}
		if e != unix.EINTR {
			return 0, sys.Errno(e)
		}
	}
}

func send(fd sys.FD, p []byte, flags uintptr) (int, sys.Errno) {
	for {
		n, _, e := unix.RawSyscall6(unix.SYS_SENDTO, uintptr(fd), uintptr(unsafe.Pointer(unsafe.SliceData(p))), uintptr(len(p)), flags, 0, 0)
		if e == 0 {
			return int(n), sys.OK
		}
		if e != unix.EINTR {
			return 0, sys.Errno(e)
		}
	}
}

// retry is read or write on what never sleeps.
func retry(call uintptr, fd sys.FD, at *byte, size uintptr) (int, sys.Errno) {
	for {
		n, _, e := unix.RawSyscall(call, uintptr(fd), uintptr(unsafe.Pointer(at)), size)
		if e == 0 {
			return int(n), sys.OK
		}
		if e != unix.EINTR {
			return 0, sys.Errno(e)
		}
	}
}

// retryBlocking is read or write on what may sleep.
func retryBlocking(call uintptr, fd sys.FD, at *byte, size uintptr) (int, sys.Errno) {
	for {
		n, _, e := unix.Syscall(call, uintptr(fd), uintptr(unsafe.Pointer(at)), size)
		if e == 0 {
			return int(n), sys.OK
		}
		if e != unix.EINTR {
			return 0, sys.Errno(e)
		}
	}
}

// Sendfile sends from a file to a socket. It goes through the scheduler: the socket
// does not block, but a page of the file that is not in memory does.
func (k *Kernel) Sendfile(out, in sys.FD, off int64, count int) (int, sys.Errno) {
	for {
		n, err := unix.Sendfile(int(out), int(in), &off, count)
		if err == nil {
			return n, sys.OK
		}
		if e := errnoOf(err); e != sys.EINTR {
			return 0, e
		}
	}
}
