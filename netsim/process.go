package netsim

// Process: a descriptor table and the task's side of its system calls. Every
// method fills in the task's call record, has it performed, and takes the results
// out; none touches anything of the kernel (RACE.md rules 4 and 5).

import (
	"net/netip"
	"time"

	"brigade/core/rt"
	"brigade/core/sys"
	"brigade/sim"
)

// Process is one process of the simulated machine. It implements sys.Kernel.
type Process struct {
	net   *Net
	id    int32
	name  string
	table table // the kernel's
}

var (
	_ sys.Kernel  = (*Process)(nil)
	_ sys.Signals = (*Process)(nil)
)

// Process returns the process called name, making it the first time. It is called
// outside runs.
func (n *Net) Process(name string) *Process {
	for _, p := range n.processes {
		if p.name == name {
			return p
		}
	}
	p := &Process{net: n, id: int32(len(n.processes)), name: name}
	p.table.reset(n.cfg.Descriptors)
	n.processes = append(n.processes, p)
	return p
}

// Number is the process's place in the order in which they were made, from 0.
func (p *Process) Number() int32 { return p.id }

// Name is the process's name.
func (p *Process) Name() string { return p.name }

// ID is the process's number in events: the upper half of word A.
func (p *Process) ID() int { return int(p.id) }

// begin makes the calling task's record ready for one call.
//
//go:norace
func (p *Process) begin(op rt.Op, fd sys.FD) *sim.Call {
	c := p.net.s.Call()
	if c == nil { // the run is over
		c = new(sim.Call)
	}
	c.Op, c.Process, c.FD, c.FD2, c.Flags = op, p.id, int32(fd), -1, 0
	c.Args[0], c.Args[1], c.Args[2] = 0, 0, 0
	c.Buf, c.Words, c.Name = c.Buf[:0], c.Words[:0], ""
	c.Block, c.Timeout = false, 0
	c.Release, c.Acquire = nil, nil
	return c
}

//go:norace
func (p *Process) do(c *sim.Call) bool { return p.net.s.Do(c) }

// descriptor is the result of a call that makes one.
//
//go:norace
func (p *Process) descriptor(c *sim.Call) (sys.FD, sys.Errno) {
	if !p.do(c) {
		return 0, 0
	}
	return sys.FD(c.N), sys.Errno(c.Errno)
}

// simple is the result of a call with no result.
//
//go:norace
func (p *Process) simple(c *sim.Call) sys.Errno {
	if !p.do(c) {
		return 0
	}
	return sys.Errno(c.Errno)
}

// count is the result of a call that counts.
//
//go:norace
func (p *Process) count(c *sim.Call) (int, sys.Errno) {
	if !p.do(c) {
		return 0, 0
	}
	return int(max(c.N, 0)), sys.Errno(c.Errno)
}

// Listen is sys.Kernel's. Here nothing is congested: any way to control that will do.
// And nothing is deferred: as in Linux when it answers a flood of SYNs by cookies.
//
//go:norace
func (p *Process) Listen(addr netip.AddrPort, o sys.ListenOptions) (sys.FD, sys.Errno) {
	c := p.begin(rt.OpListen, -1)
	c.Addr, c.Args[0] = addr, int64(o.Backlog)
	if o.ReusePort {
		c.Flags = 1
	}
	return p.descriptor(c)
}

// LocalAddr is sys.Kernel's.
//
//go:norace
func (p *Process) LocalAddr(fd sys.FD) (netip.AddrPort, sys.Errno) {
	c := p.begin(rt.OpLocalAddr, fd)
	e := p.simple(c)
	if e != 0 {
		return netip.AddrPort{}, e
	}
	return c.Addr, 0
}

// Accept is sys.Kernel's.
func (p *Process) Accept(l sys.FD) (sys.FD, netip.AddrPort, sys.Errno) {
	return p.AcceptWait(l, 0)
}

// AcceptWait is Accept that waits for a connection, at most timeout; negative: for
// ever. EAGAIN when it passed.
//
//go:norace
func (p *Process) AcceptWait(l sys.FD, timeout time.Duration) (sys.FD, netip.AddrPort, sys.Errno) {
	c := p.begin(rt.OpAccept, l)
	c.Block, c.Timeout = timeout != 0, timeout
	fd, e := p.descriptor(c)
	if e != 0 {
		return fd, netip.AddrPort{}, e
	}
	return fd, c.Addr, 0
}

// Connect is sys.Kernel's.
//
//go:norace
func (p *Process) Connect(addr netip.AddrPort) (sys.FD, sys.Errno) {
	c := p.begin(rt.OpConnect, -1)
	c.Addr = addr
	if !p.do(c) {
		return 0, 0
	}
	if sys.Errno(c.Errno) == sys.EINPROGRESS {
		return sys.FD(c.N), sys.EINPROGRESS
	}
	return sys.None, sys.Errno(c.Errno)
}

// SocketError is sys.Kernel's.
func (p *Process) SocketError(fd sys.FD) sys.Errno { return p.ConnectWait(fd, 0) }

// ConnectWait waits until a Connect is done, at most timeout, and reads and clears
// SO_ERROR; EINPROGRESS when the timeout passed.
//
//go:norace
func (p *Process) ConnectWait(fd sys.FD, timeout time.Duration) sys.Errno {
	c := p.begin(rt.OpSocketError, fd)
	c.Block, c.Timeout = timeout != 0, timeout
	return p.simple(c)
}

// Disturbed reports whether a fault broke fd's connection: its clients may not
// blame the server.
//
//go:norace
func (p *Process) Disturbed(fd sys.FD) bool {
	c := p.begin(rt.OpSocketError, fd)
	c.Flags = flagDisturbed
	return p.simple(c) == 0 && c.N == 1
}

// Misuses reports whether the misuse called name, a fault of the table that a client or
// an origin commits, strikes on fd this time: 0, or which of its forms from 1 up to forms.
//
//go:norace
func (p *Process) Misuses(fd sys.FD, name string, forms int) int {
	x, ok := faultNamed(name)
	if !ok {
		panic("netsim: no fault is called " + name)
	}
	c := p.begin(rt.OpSocketError, fd)
	c.Flags, c.Args[0], c.Args[1] = flagMisuse, int64(x), int64(forms+1)
	if p.simple(c) != 0 {
		return 0
	}
	return int(c.N)
}

// These make SocketError ask for something else instead of the error.
const (
	flagDisturbed = 1 // whether a fault broke the connection
	flagMisuse    = 2 // whether who has it is to misbehave
)

// SetOption is sys.Kernel's.
//
//go:norace
func (p *Process) SetOption(fd sys.FD, o sys.Option, value int) sys.Errno {
	c := p.begin(rt.OpSetOption, fd)
	c.Flags, c.Args[0] = uint32(o), int64(value)
	return p.simple(c)
}

// Shutdown is sys.Kernel's.
//
//go:norace
func (p *Process) Shutdown(fd sys.FD, how sys.How) sys.Errno {
	c := p.begin(rt.OpShutdown, fd)
	c.Flags = uint32(how)
	return p.simple(c)
}

// Close is sys.Kernel's.
//
//go:norace
func (p *Process) Close(fd sys.FD) sys.Errno { return p.simple(p.begin(rt.OpClose, fd)) }
