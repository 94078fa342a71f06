package sim

// What a simulated kernel is to the scheduler. Everything of it runs in the
// scheduler's context, one call at a time; a task reaches it only by a Call, its
// own record, in which words and bytes cross (RACE.md rules 4 to 6).

import (
	"net/netip"
	"slices"
	"time"

	"brigade/core/rt"
)

// World performs system calls. netsim is the one there is.
type World interface {
	// Begin starts a run: nothing is left of the one before.
	Begin(s *Sim)
	// Submit looks at a call that a task announces: it sets c.Object, the object the
	// call acts on, and reports whether the call can complete now. A call that
	// cannot is asked about again, through Ready, whenever its object is notified;
	// when its timeout passes it counts as ready, with c.Expired set.
	Submit(c *Call) bool
	// Ready reports whether a submitted call can complete now.
	Ready(c *Call) bool
	// Do performs a call that is ready and fills in its results.
	Do(c *Call)
	// End ends the run. Tasks are gone already.
	End()
}

// Timer is something of the world that happens at a time.
type Timer interface{ Fire() }

// Call is a task's system call. A task fills it in, and reads the results, only
// in functions marked go:norace, and copies bytes with loops there.
type Call struct {
	Task    int32 // who calls; set by the scheduler
	Op      rt.Op
	Object  int32 // set by the world; -1: none
	Process int32 // whose descriptor table
	FD, FD2 int32
	Flags   uint32
	Args    [3]int64
	Addr    netip.AddrPort
	Name    string
	Buf     []byte        // staging: bytes out, or room for bytes in
	Words   []uint64      // staging for results in words
	Timeout time.Duration // how long to wait until ready; negative: for ever
	Block   bool          // wait until ready at all; otherwise Submit's answer is ignored

	// Results.
	N       int64
	N2      int64
	Errno   uint32
	Expired bool // the timeout passed before the call was ready

	// Edges that the kernel object orders, for the race detector: what the caller
	// publishes through Release another receives through Acquire. nil: none.
	Release, Acquire *Edge

	asked int // of a copy: the length of Buf
}

// clone is c as it is now, for those who keep it: the bytes that a read or a write
// moved, and the words that a wait returned.
func (c *Call) clone() *Call {
	k := *c
	k.Buf, k.Words, k.Release, k.Acquire = nil, nil, nil, nil
	if n := int(c.N); n > 0 && c.Op == rt.OpPollWait {
		k.Words = slices.Clone(c.Words[:min(2*n, len(c.Words))])
	} else if n > 0 {
		k.Buf = slices.Clone(c.Buf[:min(n, len(c.Buf))])
	}
	k.asked = len(c.Buf)
	return &k
}

// Asked is how many bytes a read or a write was to move at most.
func (c *Call) Asked() int { return max(c.asked, len(c.Buf)) }

// Edge is the happens-before clock of one direction of a kernel object. It is
// an address for the race detector and nothing else.
type Edge struct{ _ uint64 }
