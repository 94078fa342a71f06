//go:build !linux

package linux

// Elsewhere than on Linux nothing works, and says so: the testbed, which simulates its
// kernel, builds and runs everywhere; only the server needs the real one.

import (
	"errors"
	"net/netip"
	"runtime"
	"time"

	"brigade/core/sys"
)

// Kernel fails every call with ENOSYS.
type Kernel struct {
	Outward func(netip.AddrPort) string // as on Linux; nobody asks it
}

var _ sys.Kernel = (*Kernel)(nil)

// Available is nil where the package works, and else says what is missing.
func Available() error {
	return errors.New("the server needs Linux (epoll, eventfd, openat2), and this is " + runtime.GOOS)
}

// New returns a kernel of no use; ask Available first.
func New() *Kernel { return &Kernel{} }

// Close fails.
func (*Kernel) Close(sys.FD) sys.Errno { return sys.ENOSYS }

// Listen fails.
func (*Kernel) Listen(netip.AddrPort, sys.ListenOptions) (sys.FD, sys.Errno) {
	return sys.None, sys.ENOSYS
}

// LocalAddr fails.
func (*Kernel) LocalAddr(sys.FD) (netip.AddrPort, sys.Errno) { return netip.AddrPort{}, sys.ENOSYS }

// Accept fails.
func (*Kernel) Accept(sys.FD) (sys.FD, netip.AddrPort, sys.Errno) {
	return sys.None, netip.AddrPort{}, sys.ENOSYS
}

// Connect fails.
func (*Kernel) Connect(netip.AddrPort) (sys.FD, sys.Errno) { return sys.None, sys.ENOSYS }

// SocketError fails.
func (*Kernel) SocketError(sys.FD) sys.Errno { return sys.ENOSYS }

// SetOption fails.
func (*Kernel) SetOption(sys.FD, sys.Option, int) sys.Errno { return sys.ENOSYS }

// Shutdown fails.
func (*Kernel) Shutdown(sys.FD, sys.How) sys.Errno { return sys.ENOSYS }

// Read fails.
func (*Kernel) Read(sys.FD, []byte) (int, sys.Errno) { return 0, sys.ENOSYS }

// Write fails.
func (*Kernel) Write(sys.FD, []byte) (int, sys.Errno) { return 0, sys.ENOSYS }

// Writev fails.
func (*Kernel) Writev(sys.FD, [][]byte, bool) (int, sys.Errno) { return 0, sys.ENOSYS }

// Sendfile fails.
func (*Kernel) Sendfile(_, _ sys.FD, _ int64, _ int) (int, sys.Errno) { return 0, sys.ENOSYS }

// OpenDir fails.
func (*Kernel) OpenDir(string) (sys.FD, sys.Errno) { return sys.None, sys.ENOSYS }

// OpenBeneath fails.
func (*Kernel) OpenBeneath(sys.FD, string) (sys.FD, sys.Errno) { return sys.None, sys.ENOSYS }

// OpenAppend fails.
func (*Kernel) OpenAppend(string) (sys.FD, sys.Errno) { return sys.None, sys.ENOSYS }

// Fstat fails.
func (*Kernel) Fstat(sys.FD) (sys.Stat, sys.Errno) { return sys.Stat{}, sys.ENOSYS }

// Pread fails.
func (*Kernel) Pread(sys.FD, []byte, int64) (int, sys.Errno) { return 0, sys.ENOSYS }

// Poller fails.
func (*Kernel) Poller() (sys.FD, sys.Errno) { return sys.None, sys.ENOSYS }

// PollAdd fails.
func (*Kernel) PollAdd(_, _ sys.FD, _ sys.Events, _ uint64) sys.Errno { return sys.ENOSYS }

// PollModify fails.
func (*Kernel) PollModify(_, _ sys.FD, _ sys.Events, _ uint64) sys.Errno { return sys.ENOSYS }

// PollDelete fails.
func (*Kernel) PollDelete(_, _ sys.FD) sys.Errno { return sys.ENOSYS }

// PollWait fails.
func (*Kernel) PollWait(sys.FD, []sys.Event, time.Duration) (int, sys.Errno) {
	return 0, sys.ENOSYS
}

// Poll fails.
func (*Kernel) Poll([]sys.PollFD, time.Duration) (int, sys.Errno) { return 0, sys.ENOSYS }

// EventFD fails.
func (*Kernel) EventFD() (sys.FD, sys.Errno) { return sys.None, sys.ENOSYS }

// Pipe fails.
func (*Kernel) Pipe() (r, w sys.FD, e sys.Errno) { return sys.None, sys.None, sys.ENOSYS }
