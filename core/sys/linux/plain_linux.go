package linux

// plain: which descriptors are no sockets and never sleep (event counters, pipes).
// A wakeup writes and reads an event counter, so these skip the ENOTSOCK detour.
//
// Invariant: a mark is set before its descriptor is returned and cleared before the
// number is released, so a marked number is never a file or a socket. An unmarked one
// may be anything; that only costs the detour. Hence the table may be short.

import (
	"sync/atomic"

	"brigade/core/sys"
)

// marked is how many descriptors the table covers. Event counters and pipes are made
// when a process starts, so their numbers are small.
const marked = 1 << 12

type plain [marked / 64]atomic.Uint64

func (p *plain) add(fd sys.FD) {
	if uint32(fd) < marked {
		p[uint32(fd)/64].Or(1 << (uint32(fd) % 64))
	}
}

func (p *plain) has(fd sys.FD) bool {
	return uint32(fd) < marked && p[uint32(fd)/64].Load()>>(uint32(fd)%64)&1 != 0
}

func (p *plain) forget(fd sys.FD) {
	if p.has(fd) { // most descriptors are not: leave the line shared
		p[uint32(fd)/64].And(^uint64(1 << (uint32(fd) % 64)))
	}
}
