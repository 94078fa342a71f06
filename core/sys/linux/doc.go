// Package linux is the real kernel: sys.Kernel by Linux's system calls, with
// nothing between the core and the kernel but argument layout.
//
// Each method is one system call, entered in one of two ways. What cannot sleep
// (every call on a non-blocking socket, pipe, event counter or poller) goes
// straight to the kernel and the Go scheduler never hears of it. What may sleep
// (files, sendfile, close, a poll with a timeout) tells the scheduler first, so
// that another task can have the processor meanwhile:
//
//	Read Write Writev Accept Connect Listen …  ── RawSyscall ──►  kernel
//	PollWait(0) PollAdd EventFD …              ── RawSyscall ──►  kernel
//	PollWait Open… Fstat Pread Sendfile Close  ── Syscall ─────►  kernel
//
// A descriptor is taken for a socket until the kernel says otherwise: reads and
// writes are recv and send with MSG_DONTWAIT, which cannot sleep whatever the
// descriptor's flags are, and ENOTSOCK sends the call to the blocking entry. Event
// counters and pipes made here are remembered, so that they skip that detour; such
// a descriptor must be closed by Kernel.Close. The caller keeps every slice: none
// outlives its call. Only a file's name and an address's zone cost an allocation.
//
// The package leaves loops, timers and limits to the core. EINTR is seen by nobody
// but PollWait's caller. Nothing raises SIGPIPE but Sendfile to a closed
// connection and Write to a closed pipe; Go's runtime discards it and EPIPE is
// returned. Elsewhere than on Linux the package builds, Available says why it is of
// no use, and every call fails with ENOSYS.
package linux
