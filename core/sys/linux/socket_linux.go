package linux

// Sockets: made, bound, accepted and tuned. None of these calls sleeps on a
// non-blocking TCP socket.
//
// TCP_NODELAY is set on the listener, once. Linux copies a listener's TCP state into
// each connection it accepts (tcp_create_openreq_child), the option with it, so an
// accepted connection costs one system call instead of two; TestAcceptInheritsNoDelay
// holds that to be so. A listener from elsewhere needs SetOption(NoDelay) once.

import (
	"net/netip"
	"unsafe"

	"golang.org/x/sys/unix"

	"brigade/core/sys"
)

const defaultBacklog = 4096

// Listen makes a listening socket, with SO_REUSEADDR so that connections of an
// earlier process in TIME_WAIT do not hold the address. An IPv6 address means IPv6
// only: "::" and "0.0.0.0" are two listeners that can share a port.
func (k *Kernel) Listen(addr netip.AddrPort, o sys.ListenOptions) (sys.FD, sys.Errno) {
	var sa address
	size, e := sa.encode(addr)
	if e != sys.OK {
		return sys.None, e
	}
	fd, e := socket(sa.Family)
	if e != sys.OK {
		return sys.None, e
	}
	if e := listen(fd, &sa, size, o); e != sys.OK {
		closeRaw(fd)
		return sys.None, e
	}
	return fd, sys.OK
}

func listen(fd sys.FD, sa *address, size uintptr, o sys.ListenOptions) sys.Errno {
	if e := setInt(fd, unix.SOL_SOCKET, unix.SO_REUSEADDR, 1); e != sys.OK {
		return e
	}
	if o.ReusePort {
		if e := setInt(fd, unix.SOL_SOCKET, unix.SO_REUSEPORT, 1); e != sys.OK {
			return e
		}
	}
	if sa.Family == unix.AF_INET6 {
		if e := setInt(fd, unix.IPPROTO_IPV6, unix.IPV6_V6ONLY, 1); e != sys.OK {
			return e
		}
	}
	if e := setInt(fd, unix.IPPROTO_TCP, unix.TCP_NODELAY, 1); e != sys.OK {
		return e
	}
	if o.Congestion != "" { // inherited by what is accepted
		if err := unix.SetsockoptString(int(fd), unix.IPPROTO_TCP, unix.TCP_CONGESTION, o.Congestion); err != nil {
			return errnoOf(err)
		}
	}
	if o.Deferred {
		if e := setInt(fd, unix.IPPROTO_TCP, unix.TCP_DEFER_ACCEPT, 1); e != sys.OK {
			return e
		}
	}
	if _, _, e := unix.RawSyscall(unix.SYS_BIND, uintptr(fd), uintptr(unsafe.Pointer(sa)), size); e != 0 {
		return sys.Errno(e)
	}
	backlog := o.Backlog
	if backlog == 0 {
		backlog = defaultBacklog
	}
	_, _, e := unix.RawSyscall(unix.SYS_LISTEN, uintptr(fd), uintptr(backlog), 0)
	return sys.Errno(e)
}

// LocalAddr is the address fd is bound to.
func (k *Kernel) LocalAddr(fd sys.FD) (netip.AddrPort, sys.Errno) {
	var sa address
	size := uint32(unsafe.Sizeof(sa))
	_, _, e := unix.RawSyscall(unix.SYS_GETSOCKNAME, uintptr(fd), uintptr(unsafe.Pointer(&sa)), uintptr(unsafe.Pointer(&size)))
	if e != 0 {
		return netip.AddrPort{}, sys.Errno(e)
	}
	return sa.decode(), sys.OK
}

// Accept takes a connection from l's backlog.
func (k *Kernel) Accept(l sys.FD) (sys.FD, netip.AddrPort, sys.Errno) {
	var sa address
	for {
		size := uint32(unsafe.Sizeof(sa))
		fd, _, e := unix.RawSyscall6(unix.SYS_ACCEPT4, uintptr(l), uintptr(unsafe.Pointer(&sa)), uintptr(unsafe.Pointer(&size)),
			unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0, 0)
		if e == 0 {
			return sys.FD(fd), sa.decode(), sys.OK
		}
		if e != unix.EINTR {
			return sys.None, netip.AddrPort{}, sys.Errno(e)
		}
	}
}

// Connect starts a connection to addr. How it controls congestion is chosen before its
// first segment leaves: bbr has a connection pace for good once it has had it.
func (k *Kernel) Connect(addr netip.AddrPort) (sys.FD, sys.Errno) {
	var sa address
	size, e := sa.encode(addr)
	if e != sys.OK {
		return sys.None, e
	}
	fd, e := socket(sa.Family)
	if e != sys.OK {
		return sys.None, e
	}
	if k.Outward != nil {
		if name := k.Outward(addr); name != "" {
			_ = unix.SetsockoptString(int(fd), unix.IPPROTO_TCP, unix.TCP_CONGESTION, name) // else the system's way will do
		}
	}
	_, _, errno := unix.RawSyscall(unix.SYS_CONNECT, uintptr(fd), uintptr(unsafe.Pointer(&sa)), size)
	if errno != 0 && errno != unix.EINPROGRESS {
		closeRaw(fd)
		return sys.None, sys.Errno(errno)
	}
	return fd, sys.Errno(errno)
}

// SocketError reads and clears fd's pending error.
func (k *Kernel) SocketError(fd sys.FD) sys.Errno {
	var value int32
	size := uint32(unsafe.Sizeof(value))
	_, _, e := unix.RawSyscall6(unix.SYS_GETSOCKOPT, uintptr(fd), unix.SOL_SOCKET, unix.SO_ERROR,
		uintptr(unsafe.Pointer(&value)), uintptr(unsafe.Pointer(&size)), 0)
	if e != 0 {
		return sys.Errno(e)
	}
	return sys.Errno(value)
}

// SetOption sets a socket option. An unknown one is EINVAL.
func (k *Kernel) SetOption(fd sys.FD, o sys.Option, value int) sys.Errno {
	switch o {
	case sys.NoDelay:
		return setInt(fd, unix.IPPROTO_TCP, unix.TCP_NODELAY, value)
	case sys.KeepAlive:
		return setInt(fd, unix.SOL_SOCKET, unix.SO_KEEPALIVE, value)
	case sys.SendBuffer:
		return setInt(fd, unix.SOL_SOCKET, unix.SO_SNDBUF, value)
	case sys.RecvBuffer:
		return setInt(fd, unix.SOL_SOCKET, unix.SO_RCVBUF, value)
	case sys.LingerZero:
		l := unix.Linger{Linger: 0}
		if value != 0 {
			l.Onoff = 1
		}
		_, _, e := unix.RawSyscall6(unix.SYS_SETSOCKOPT, uintptr(fd), unix.SOL_SOCKET, unix.SO_LINGER,
			uintptr(unsafe.Pointer(&l)), unsafe.Sizeof(l), 0)
		return sys.Errno(e)
	}
	return sys.EINVAL
}

// Shutdown closes one or both directions.
func (k *Kernel) Shutdown(fd sys.FD, how sys.How) sys.Errno {
	_, _, e := unix.RawSyscall(unix.SYS_SHUTDOWN, uintptr(fd), uintptr(how), 0)
	return sys.Errno(e)
}

func socket(family uint16) (sys.FD, sys.Errno) {
	fd, _, e := unix.RawSyscall(unix.SYS_SOCKET, uintptr(family), unix.SOCK_STREAM|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, unix.IPPROTO_TCP)
	if e != 0 {
		return sys.None, sys.Errno(e)
	}
	return sys.FD(fd), sys.OK
}

func setInt(fd sys.FD, level, option uintptr, value int) sys.Errno {
	v := int32(value)
	_, _, e := unix.RawSyscall6(unix.SYS_SETSOCKOPT, uintptr(fd), level, option, uintptr(unsafe.Pointer(&v)), unsafe.Sizeof(v), 0)
	return sys.Errno(e)
}
