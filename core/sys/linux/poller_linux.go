package linux

// Pollers are epoll(7) instances, wakers eventfd(2) counters and pipes.
//
// A wait with a timeout is one call, through the scheduler, even where events are likely
// to be there already. To look first without the scheduler and to sleep only if nothing is
// there gained nothing: 1.00 of the requests per second and 1.00 of the processor time per
// request (median of 25 alternating rounds: two loops, 64 connections, both processors
// busy), and costs a loop that has less to do a second call at each wakeup.
//
// Time is in whole milliseconds, rounded up: rounded down, a loop whose timer is due in
// less than one would spin until it is. epoll_pwait2(2) counts nanoseconds, but no
// timer of a server needs them, and a wait that ends up to 1 ms late lets timers that are
// close together expire together.

import (
	"math"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"brigade/core/sys"
)

// Poller makes an epoll instance.
func (k *Kernel) Poller() (sys.FD, sys.Errno) {
	fd, _, e := unix.RawSyscall(unix.SYS_EPOLL_CREATE1, unix.EPOLL_CLOEXEC, 0, 0)
	if e != 0 {
		return sys.None, sys.Errno(e)
	}
	return sys.FD(fd), sys.OK
}

// PollAdd makes p watch fd.
func (k *Kernel) PollAdd(p, fd sys.FD, events sys.Events, token uint64) sys.Errno {
	return control(p, unix.EPOLL_CTL_ADD, fd, events, token)
}

// PollModify changes what p watches on fd, and arms a one-shot watch again.
func (k *Kernel) PollModify(p, fd sys.FD, events sys.Events, token uint64) sys.Errno {
	return control(p, unix.EPOLL_CTL_MOD, fd, events, token)
}

// PollDelete makes p forget fd.
func (k *Kernel) PollDelete(p, fd sys.FD) sys.Errno {
	return control(p, unix.EPOLL_CTL_DEL, fd, 0, 0)
}

// control splits the token over the two words that package unix knows epoll_data by.
func control(p sys.FD, op uintptr, fd sys.FD, events sys.Events, token uint64) sys.Errno {
	ev := unix.EpollEvent{Events: uint32(events), Fd: int32(token), Pad: int32(token >> 32)}
	_, _, e := unix.RawSyscall6(unix.SYS_EPOLL_CTL, uintptr(p), op, uintptr(fd), uintptr(unsafe.Pointer(&ev)), 0, 0)
	return sys.Errno(e)
}

// PollWait waits for events on p: at most timeout, rounded up to a millisecond. A
// timeout of more than 24 days ends after 24 days with no events.
func (k *Kernel) PollWait(p sys.FD, events []sys.Event, timeout time.Duration) (int, sys.Errno) {
	at := unsafe.Pointer(unsafe.SliceData(events))
	var n uintptr
	var e unix.Errno
	if timeout == 0 {
		n, _, e = unix.RawSyscall6(unix.SYS_EPOLL_PWAIT, uintptr(p), uintptr(at), uintptr(len(events)), 0, 0, 0)
	} else {
		n, _, e = unix.Syscall6(unix.SYS_EPOLL_PWAIT, uintptr(p), uintptr(at), uintptr(len(events)), uintptr(milliseconds(timeout)), 0, 0)
	}
	if e != 0 {
		return 0, sys.Errno(e)
	}
	unpack(events[:n])
	return int(n), sys.OK
}

// Poll is poll(2), by ppoll(2), whose timeout is in nanoseconds. sys.PollFD is laid
// out as struct pollfd, so the kernel reads and fills the caller's slice.
func (k *Kernel) Poll(fds []sys.PollFD, timeout time.Duration) (int, sys.Errno) {
	const _ = uint(unsafe.Sizeof(unix.PollFd{})) - uint(unsafe.Sizeof(sys.PollFD{})) // does not compile if ours is longer
	at := unsafe.Pointer(unsafe.SliceData(fds))
	var limit *unix.Timespec
	if timeout >= 0 {
		t := unix.NsecToTimespec(int64(timeout))
		limit = &t
	}
	var n uintptr
	var e unix.Errno
	if timeout == 0 {
		n, _, e = unix.RawSyscall6(unix.SYS_PPOLL, uintptr(at), uintptr(len(fds)), uintptr(unsafe.Pointer(limit)), 0, 0, 0)
	} else {
		n, _, e = unix.Syscall6(unix.SYS_PPOLL, uintptr(at), uintptr(len(fds)), uintptr(unsafe.Pointer(limit)), 0, 0, 0)
	}
	if e != 0 {
		return 0, sys.Errno(e)
	}
	return int(n), sys.OK
}

// unpack turns the kernel's events, which lie packed at the front of the slice's memory,
// into ours, in place. Ours are as long (arm64) or longer (amd64, 12 bytes against 16), so
// from last to first no event is overwritten before it is read.
func unpack(events []sys.Event) {
	const (
		theirs = unsafe.Sizeof(unix.EpollEvent{})
		_      = unsafe.Sizeof(sys.Event{}) - theirs // does not compile if ours is shorter
	)
	at := unsafe.Pointer(unsafe.SliceData(events))
	for i := len(events) - 1; i >= 0; i-- {
		ev := *(*unix.EpollEvent)(unsafe.Add(at, uintptr(i)*theirs))
		events[i] = sys.Event{Events: sys.Events(ev.Events), Token: uint64(uint32(ev.Fd)) | uint64(uint32(ev.Pad))<<32}
	}
}

// milliseconds is epoll_wait's idea of d.
func milliseconds(d time.Duration) int {
	switch {
	case d < 0:
		return -1
	case d > math.MaxInt32*time.Millisecond:
		return math.MaxInt32
	}
	return int((d + time.Millisecond - 1) / time.Millisecond)
}

// EventFD makes an event counter.
func (k *Kernel) EventFD() (sys.FD, sys.Errno) {
	fd, _, e := unix.RawSyscall(unix.SYS_EVENTFD2, 0, unix.EFD_NONBLOCK|unix.EFD_CLOEXEC, 0)
	if e != 0 {
		return sys.None, sys.Errno(e)
	}
	k.plain.add(sys.FD(fd))
	return sys.FD(fd), sys.OK
}

// Pipe makes a pipe.
func (k *Kernel) Pipe() (r, w sys.FD, e sys.Errno) {
	var fds [2]int32
	_, _, errno := unix.RawSyscall(unix.SYS_PIPE2, uintptr(unsafe.Pointer(&fds)), unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	if errno != 0 {
		return sys.None, sys.None, sys.Errno(errno)
	}
	r, w = sys.FD(fds[0]), sys.FD(fds[1])
	k.plain.add(r)
	k.plain.add(w)
	return r, w, sys.OK
}
