// Package sys is the kernel as the core sees it: sockets, files, pollers and
// wakers by descriptor, one method per system call.
//
// The granularity is deliberate. Partial reads, EAGAIN, descriptor reuse and
// stale events exist on both sides of the seam, so the event loops that cope
// with them are under test, not a friendlier imitation of them. A Kernel is the
// descriptor table of one process: core/sys/linux is the real one, netsim holds
// the simulated ones. Sockets are always non-blocking; what may block says so.
//
// Ownership: a descriptor belongs to whoever the method that made it returned it
// to, until Close. Slices passed in are read or filled during the call only and
// never kept.
//
// The package leaves tasks, locks and time to core/rt, and policy to the core.
package sys

import (
	"net/netip"
	"time"
)

// FD is a descriptor. Numbers are reused, lowest free first, as in POSIX.
type FD int32

// None is no descriptor.
const None FD = -1

// Kernel is one process's view of an operating system. Every method is one
// system call, or the fixed few that make one descriptor. All are safe for
// concurrent use by several tasks, as system calls are. An Errno of 0 is success.
type Kernel interface {
	Sockets
	Files
	Pollers
}

// Sockets are stream sockets, all non-blocking and close-on-exec.
type Sockets interface {
	// Listen makes a socket bound to addr (port 0: any free one) that listens.
	Listen(addr netip.AddrPort, o ListenOptions) (FD, Errno)
	// LocalAddr is the address a socket is bound to.
	LocalAddr(fd FD) (netip.AddrPort, Errno)
	// Accept takes one connection from l's backlog, with TCP_NODELAY set on it.
	// EAGAIN: none there. ECONNABORTED, EMFILE, ENFILE, ENOBUFS, ENOMEM as accept(2).
	Accept(l FD) (FD, netip.AddrPort, Errno)
	// Connect makes a socket and starts to connect it. With EINPROGRESS the FD is
	// valid: it becomes writable when done, and SocketError tells how it went.
	Connect(addr netip.AddrPort) (FD, Errno)
	// SocketError reads and clears SO_ERROR.
	SocketError(fd FD) Errno
	// SetOption sets a socket option.
	SetOption(fd FD, o Option, value int) Errno
	// Shutdown closes one or both directions of a connection.
	Shutdown(fd FD, how How) Errno
	// Writev writes the concatenation of iov, in order; n may end inside any
	// element. At most MaxIovec elements. more says that further bytes follow at
	// once (MSG_MORE).
	Writev(fd FD, iov [][]byte, more bool) (n int, e Errno)
	// Sendfile sends up to count bytes of the file in from off to the socket out.
	// It may block on the disk. n is 0 with no error at the file's end.
	Sendfile(out, in FD, off int64, count int) (n int, e Errno)
}

// Files are reached below a directory that was opened first. All of these may
// block on the disk: no event loop calls them.
type Files interface {
	// OpenDir opens the directory name of the process's file system.
	OpenDir(name string) (FD, Errno)
	// OpenBeneath opens for reading the file name, slash-separated and relative,
	// below dir. No component, symbolic link or magic link may lead outside dir
	// (EXDEV or ELOOP), and a fifo or device does not block the call
	// (openat2(2), RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS, O_NONBLOCK).
	OpenBeneath(dir FD, name string) (FD, Errno)
	// OpenAppend opens or creates name for appending, as for a log. A fifo that nobody
	// reads is ENXIO, and one that is full makes Write say EAGAIN (O_NONBLOCK).
	OpenAppend(name string) (FD, Errno)
	// Fstat tells what fd is.
	Fstat(fd FD) (Stat, Errno)
	// Pread reads at off; 0 with no error is the end of the file.
	Pread(fd FD, p []byte, off int64) (int, Errno)
}

// Pollers watch descriptors; wakers end a wait from another task.
type Pollers interface {
	// Poller makes an epoll instance.
	Poller() (FD, Errno)
	// PollAdd, PollModify and PollDelete change what p watches on fd. token comes
	// back with each event. EEXIST, ENOENT, EBADF, ENOMEM as epoll_ctl(2). Closing
	// fd ends its watch; events already returned stay returned.
	PollAdd(p, fd FD, events Events, token uint64) Errno
	PollModify(p, fd FD, events Events, token uint64) Errno
	PollDelete(p, fd FD) Errno
	// PollWait fills events and returns how many. It blocks for at most timeout, rounded
	// up to a millisecond; 0 only looks, a negative one waits for ever. EINTR as
	// epoll_wait(2).
	PollWait(p FD, events []Event, timeout time.Duration) (int, Errno)
	// Poll is poll(2): it fills in what each of fds is ready for and returns of how
	// many that is something. It keeps nothing from one call to the next, so its cost
	// grows with their number. It blocks as PollWait does. EINTR as poll(2); a
	// descriptor that is not open reports Nval, a negative one nothing.
	Poll(fds []PollFD, timeout time.Duration) (int, Errno)
	// EventFD makes a non-blocking event counter: Write of 8 bytes adds, Read of 8
	// takes all.
	EventFD() (FD, Errno)
	// Pipe makes a non-blocking pipe.
	Pipe() (r, w FD, e Errno)
	// Read and Write act on a socket, pipe, event counter or, for Write, a file
	// opened for appending (where it may block). Read's 0 with no error is the
	// end of the stream.
	Read(fd FD, p []byte) (int, Errno)
	Write(fd FD, p []byte) (int, Errno)
	// Close releases fd, whatever it is. A socket with unread input is reset, as
	// on Linux.
	Close(fd FD) Errno
}

// MaxIovec is the most elements of one Writev.
const MaxIovec = 64

// ListenOptions are set between socket and listen.
type ListenOptions struct {
	Backlog   int  // connections not yet accepted; 0 means 4096
	ReusePort bool // SO_REUSEPORT: several sockets share the address
	// Congestion is how accepted connections control congestion (TCP_CONGESTION), such
	// as reno; empty: the system's way. ENOENT: the system does not know it; EPERM: it
	// does not let this user choose it.
	Congestion string
	// Deferred has a connection be there to accept when its first bytes are, or when a
	// second or a few have passed without any (TCP_DEFER_ACCEPT). It is advice: where it
	// is not followed, connections are there as soon as they are made.
	Deferred bool
}

// Option names a socket option.
type Option uint8

// The options the core uses.
const (
	NoDelay    Option = iota + 1 // TCP_NODELAY, 0 or 1
	KeepAlive                    // SO_KEEPALIVE, 0 or 1
	LingerZero                   // SO_LINGER with 0 seconds: Close resets
	SendBuffer                   // SO_SNDBUF, bytes
	RecvBuffer                   // SO_RCVBUF, bytes
)

// How says which directions Shutdown closes.
type How uint8

// The directions, numbered as shutdown(2) does.
const (
	ShutRead How = iota
	ShutWrite
	ShutBoth
)

// Events is a set of readiness conditions and poll modes, with epoll's bits.
type Events uint32

// The bits of epoll_ctl(2).
const (
	In        Events = 0x1
	Out       Events = 0x4
	Err       Events = 0x8  // always watched
	Hup       Events = 0x10 // always watched
	RdHup     Events = 0x2000
	Exclusive Events = 1 << 28
	OneShot   Events = 1 << 30
	Edge      Events = 1 << 31
)

// Event is one ready descriptor as PollWait reports it.
type Event struct {
	Events Events
	Token  uint64
}

// PollFD is one descriptor of a Poll, laid out as struct pollfd. Its words hold In,
// Out and RdHup, and as answers also Err, Hup and Nval.
type PollFD struct {
	FD      FD
	Events  uint16 // what is asked for
	Revents uint16 // what is so
}

// Nval is Poll's answer for a descriptor that is not open.
const Nval = 0x20

// Thread names a task of a process to the kernel.
type Thread int32

// Signals are signals directed at single tasks, as tgkill(2) with a handler that does
// nothing: one ends the call that the task is blocked in (Read, Write, Accept,
// PollWait, Poll) with EINTR, and is lost if the task is in none. Only simulated
// kernels have them, since Go's tasks have no threads of their own.
type Signals interface {
	// Self is the calling task's thread.
	Self() Thread
	// Signal interrupts t. ESRCH: there is no such task.
	Signal(t Thread) Errno
}

// Kind says what a descriptor's file is.
type Kind uint8

// The kinds of file that matter to a server of files.
const (
	Other Kind = iota // socket, fifo, device
	Regular
	Directory
)

// Stat is what fstat(2) tells.
type Stat struct {
	Kind    Kind
	Size    int64
	Mtime   time.Time
	Inode   uint64
	Device  uint64
	Mode    uint32 // permission bits
	LinkCnt uint32 // 0: the name is gone
}
