package hb

// Dependence: how an operation acts on an object, and which actions do not
// commute. An action that would change whether another can go on counts as a
// write to the object, since it has to be ordered with it: a lock's acquire with
// the previous acquire, a WaitGroup's Wait with every Add. The outcome decides,
// not the name: a failed TryLock only looked.

import "brigade/core/rt"

// Mode is how an operation acts on its object. Objects are of one kind, so only
// the modes of one group meet.
type Mode uint8

// The modes.
const (
	None Mode = iota // nothing that anybody could observe

	// Atomics, conditions and the world.
	Read  // Load; a Signal that woke nobody
	Write // any other atomic; Wait, and a Signal that woke somebody; a system call

	// Locks.
	Own         // to take or give up for writing
	Share       // to take for reading
	Unshare     // to give up after reading
	Announce    // to stand in line for writing
	OwnFailed   // TryLock in vain
	ShareFailed // TryRLock in vain

	// WaitGroups.
	Count // Add: sums do not mind their order (that the counter is never negative is for the program to see to)
	Join  // Wait

	Modes
)

// World is the object of system calls. The kernel is one object: descriptors are
// given out lowest first, a poller's answer depends on every socket it watches,
// and faults are drawn from one sequence, so calls that name different
// descriptors need not commute. Those that only look do.
const World = int32(-2)

// conflicts has the modes that do not commute with each.
var conflicts = func() (c [Modes]uint16) {
	for _, p := range [][2]Mode{
		{Read, Write},
		{Write, Write},
		{Own, Own},
		{Own, Share},
		{Own, Unshare},
		{Own, OwnFailed},
		{Own, ShareFailed},
		{Share, Announce},
		{Share, OwnFailed},
		{Unshare, OwnFailed},
		{Announce, ShareFailed},
		{Count, Join},
	} {
		c[p[0]] |= 1 << p[1]
		c[p[1]] |= 1 << p[0]
	}
	return c
}()

// Conflict reports whether two actions on one object do not commute.
func Conflict(a, b Mode) bool { return conflicts[a]>>b&1 != 0 }

// ModeOf is how op acts on its object if it succeeds. Where the outcome decides,
// the success conflicts with all that the failure conflicts with.
func ModeOf(op rt.Op) Mode { return modes[op] }

var modes = func() (m [rt.Ops]Mode) {
	for op := rt.OpListen; op < rt.OpPage; op++ {
		m[op] = Write
	}
	m[rt.OpFstat], m[rt.OpPread], m[rt.OpLocalAddr] = Read, Read, Read
	m[rt.OpLoad] = Read
	m[rt.OpStore], m[rt.OpAdd], m[rt.OpSwap], m[rt.OpCAS] = Write, Write, Write, Write
	m[rt.OpWait], m[rt.OpSignal], m[rt.OpBroadcast] = Write, Write, Write
	m[rt.OpLock], m[rt.OpTryLock], m[rt.OpUnlock], m[rt.OpRelock] = Own, Own, Own, Own
	m[rt.OpRLock], m[rt.OpTryRLock], m[rt.OpRUnlock], m[rt.OpAnnounce] = Share, Share, Unshare, Announce
	m[rt.OpCount], m[rt.OpJoin] = Count, Join
	return m
}()
