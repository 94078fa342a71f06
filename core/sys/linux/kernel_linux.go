package linux

// A Kernel has no state that a call changes but the marks of plain.go: the state
// is the process's descriptor table, which is Linux's.

import (
	"errors"
	"net/netip"

	"golang.org/x/sys/unix"

	"brigade/core/sys"
)

// Kernel is this process's Linux. It is safe for concurrent use. Make it with New.
type Kernel struct {
	// Outward names how connections that are made to an address control congestion
	// (TCP_CONGESTION); empty, or nil: the system's way. What the system does not let
	// this user choose is left as it is. It is fixed before the kernel is used.
	Outward func(netip.AddrPort) string

	plain plain
	// walk says that openat2(2) is missing or forbidden, so that OpenBeneath
	// walks. Fixed by New.
	walk bool
}

var _ sys.Kernel = (*Kernel)(nil)

// Available is nil where the package works, and else says what is missing.
func Available() error { return nil }

// New returns this process's kernel.
func New() *Kernel {
	return &Kernel{walk: !hasOpenat2()}
}

// Close releases fd. EINTR is success: Linux has released the number before it
// says so, and a second attempt could close another task's descriptor.
func (k *Kernel) Close(fd sys.FD) sys.Errno {
	k.plain.forget(fd) // before: afterwards the number may be somebody else's
	_, _, e := unix.Syscall(unix.SYS_CLOSE, uintptr(fd), 0, 0)
	if e == unix.EINTR {
		return sys.OK
	}
	return sys.Errno(e)
}

// closeRaw releases a descriptor that was never given out.
func closeRaw(fd sys.FD) {
	_, _, _ = unix.RawSyscall(unix.SYS_CLOSE, uintptr(fd), 0, 0)
}

// errnoOf is the number inside an error of package unix, EIO for one without.
func errnoOf(err error) sys.Errno {
	if err == nil {
		return sys.OK
	}
	var e unix.Errno
	if errors.As(err, &e) {
		return sys.Errno(e)
	}
	return sys.EIO
}
