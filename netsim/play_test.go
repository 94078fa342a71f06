//go:build linux

package netsim_test

// Steps of a sequence, and who plays them on one kernel or the other.

import (
	"fmt"
	"slices"
	"time"

	"pgregory.net/rapid"

	"brigade/core/sys"
	"brigade/netsim"
)

const (
	bufferBytes = 4096 // of a socket, where buffers are to fill
	connections = 3
	files       = 3
)

// move is one call: what it does, and numbers that say to which of what there is.
type move struct {
	op   string
	a, b int
	size int
}

func (s move) String() string { return fmt.Sprintf("%s %d %d %d", s.op, s.a, s.b, s.size) }

// ops are the calls, the frequent ones several times.
var ops = []string{
	"read", "read", "read", "read", "write", "write", "write", "write", "writev", "shutdown", "close", "linger", "so_error",
	"connect", "accept", "accept", "add", "modify", "modify", "delete", "wait", "wait", "wait", "wait", "poll", "poll",
	"count", "take", "pipe write", "pipe read", "pipe close", "stop",
	"open", "fstat", "pread", "sendfile", "sendfile", "file", "truncate", "rename", "remove", "append", "buffers",
	"fifo", "fifo", "fifo read", "fifo write", "fifo write", "fifo close",
}

// attended are those and the ones about a task that sleeps: where buffers fill, which of two
// tasks hears first of an edge that is late is open.
var attended = slices.Concat(ops, bedside, bedside)

// filling are the calls by which buffers fill and empty.
var filling = []string{
	"read", "read", "read", "write", "write", "write", "writev", "wait", "wait", "wait", "poll", "poll", "sendfile",
	"add", "modify", "shutdown", "close", "so_error", "linger", "accept", "connect", "buffers",
}

func drawStep(loaded bool) *rapid.Generator[move] {
	return rapid.Custom(func(t *rapid.T) move {
		list, most := ops, 11
		if !loaded {
			list = attended
		}
		if loaded && rapid.IntRange(0, 3).Draw(t, "fill") > 0 {
			list, most = filling, 1
		}
		s := move{
			op: rapid.SampledFrom(list).Draw(t, "op"),
			a:  rapid.IntRange(0, most).Draw(t, "a"), b: rapid.IntRange(0, 11).Draw(t, "b"), size: rapid.IntRange(0, 9).Draw(t, "size"),
		}
		moves := s.op == "read" || s.op == "write" || s.op == "writev" || s.op == "sendfile"
		if loaded && moves && rapid.IntRange(0, 3).Draw(t, "large") > 0 {
			s.size = rapid.SampledFrom([]int{100, 1000, 4096, 10000, 40000}).Draw(t, "bytes")
		}
		return s
	})
}

// tree changes files.
type tree interface {
	base() string
	write(name string, b []byte) sys.Errno
	truncate(name string, n int64) sys.Errno
	rename(from, to string) sys.Errno
	remove(name string) sys.Errno
}

// answer is what a call said: text to compare, and the rest for a kernel that follows.
type answer struct {
	netsim.Answer
	text string
}

type player struct {
	k       sys.Kernel
	tree    tree
	list    []move
	settles bool
	asks    func(fd sys.FD) netsim.Arrived
	small   bool // the first connection has small buffers from the start
	answers []answer

	listener sys.FD
	ends     [2 * connections]sys.FD // connecting and accepted end of each
	made     int                     // connections
	pending  []int                   // not accepted yet
	sent     [2 * connections]int
	got      [2 * connections]int
	pollers  [2]sys.FD
	counter  sys.FD
	pipe     [2]sys.FD
	dir      sys.FD
	open     [files]sys.FD
	log      sys.FD
	fifo     [4]sys.FD // two that read, two that write
	written  byte

	bed    bed
	asleep bool // it makes a call
}

func newPlayer(k sys.Kernel, t tree, b bed, list []move) *player {
	return &player{k: k, tree: t, bed: b, list: list}
}

// play plays all; lead is told of each call before it is made. The text says why it could
// not be.
func (p *player) play(lead func(i int)) string {
	var e [8]sys.Errno
	p.listener, e[0] = p.k.Listen(mustAddr("127.0.0.1:0"), sys.ListenOptions{})
	for i := range p.ends {
		p.ends[i] = sys.None
	}
	for i := range p.open {
		p.open[i] = sys.None
	}
	for i := range p.fifo {
		p.fifo[i] = sys.None
	}
	p.pollers[0], e[1] = p.k.Poller()
	p.pollers[1], e[2] = p.k.Poller()
	p.counter, e[3] = p.k.EventFD()
	p.pipe[0], p.pipe[1], e[4] = p.k.Pipe()
	for _, name := range []string{"f0", "f1", "f2", "log"} {
		p.tree.remove(name)
	}
	e[5] = p.tree.write("f0", pattern(3000, 7))
	p.dir, e[6] = p.k.OpenDir(p.tree.base())
	p.log, e[7] = p.k.OpenAppend(p.tree.base() + "/log")
	for i, e := range e {
		if e != 0 {
			return fmt.Sprintf("preparation %d: %s", i, e.Name())
		}
	}
	p.connect(lead == nil)
	p.accept(lead == nil)
	for _, fd := range p.ends[:2] {
		if p.small {
			p.k.SetOption(fd, sys.SendBuffer, bufferBytes)
			p.k.SetOption(fd, sys.RecvBuffer, bufferBytes)
		}
	}
	for i, s := range p.list {
		if lead != nil {
			lead(i)
		}
		before := p.arrived()
		a := p.step(s)
		a.Ends = before
		p.settle()
		a.text += p.stirred()
		p.answers = append(p.answers, a)
	}
	p.bed.rise()
	all := append(slices.Clone(p.ends[:]), p.pollers[0], p.pollers[1], p.counter, p.pipe[0], p.pipe[1], p.dir, p.log, p.listener)
	for _, fd := range append(append(all, p.open[:]...), p.fifo[:]...) {
		if fd != sys.None {
			p.k.Close(fd)
		}
	}
	return ""
}

// arrived is how far each end has got, where the kernel is asked.
func (p *player) arrived() (list []netsim.Arrived) {
	if p.asks == nil {
		return nil
	}
	for i, fd := range p.ends {
		if fd != sys.None {
			a := p.asks(fd)
			a.FD = sys.FD(i)
			list = append(list, a)
		}
	}
	return list
}

func (p *player) settle() {
	if !p.settles {
		return
	}
	for i, fd := range p.ends {
		if fd != sys.None && p.sent[i^1] > p.got[i] {
			settle(fd, p.sent[i^1]-p.got[i])
		}
	}
}

func (p *player) connect(bool) sys.Errno {
	if p.made == connections {
		return 0
	}
	addr, _ := p.k.LocalAddr(p.listener)
	fd, e := p.k.Connect(addr)
	if e != sys.EINPROGRESS {
		return e
	}
	fds := []sys.PollFD{{FD: fd, Events: uint16(sys.Out)}}
	p.k.Poll(fds, time.Second) // until the handshake is over
	e = p.k.SocketError(fd)
	p.k.SetOption(fd, sys.NoDelay, 1) // Nagle's algorithm is a fault here
	p.ends[2*p.made] = fd
	if e == 0 {
		p.pending = append(p.pending, p.made)
	}
	p.made++
	return e
}

func (p *player) accept(bool) sys.Errno {
	if len(p.pending) > 0 {
		p.k.Poll([]sys.PollFD{{FD: p.listener, Events: uint16(sys.In)}}, time.Second)
	}
	fd, _, e := p.k.Accept(p.listener)
	if e == 0 {
		p.ends[2*p.pending[0]+1] = fd
		p.pending = p.pending[1:]
	}
	return e
}

// pattern is bytes in which no two places look alike.
func pattern(n int, from byte) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = from + byte(i) + byte(i>>8)*31
	}
	return b
}
