package mem

// The return list: a task that was sent a block of another's allocator pushes it
// onto a lock-free stack (Treiber 1986) of that allocator's. The owner empties the
// stack whole by one swap, and nobody ever pops one, which is why the ABA problem
// cannot arise, nor that of reading the next of a node that another has taken. A
// push that succeeded is not looked at again.
//
// Waiting is as in handoff.Inbox: who waits announces it and looks once more; who
// pushes looks for an announcement afterwards. One of the two sees the other.

import (
	"errors"
	"fmt"

	"brigade/core/rt"
)

// Waker is how a task is told that what it waits for may be there: a loop's poller,
// or a Gate. Being told for nothing is harmless.
type Waker interface{ Wake() }

// Bell is a Waker that can be announced.
type Bell struct{ Waker Waker }

// ErrRefused says that the page source has nothing.
var ErrRefused = errors.New("memory: the page source refused")

// Full is the error of an allocator at its limit.
type Full struct{ a *Allocator }

// Error names the allocator and its limit.
func (f *Full) Error() string {
	return fmt.Sprintf("memory: %s has %d bytes out, and its limit is %d", f.a.name, f.a.out, f.a.limits.Out)
}

// Wait announces that the owner waits until a block comes back, and is to be woken
// by bell then. False: one is there already; try again at once.
func (f *Full) Wait(bell *Bell) bool {
	a := f.a
	a.waiting.Store(bell)
	if a.returned.Load() == nil {
		return true
	}
	a.waiting.Store(nil)
	return false
}

// Forget takes the announcement back.
func (f *Full) Forget() { f.a.waiting.Store(nil) }

// Return gives b back to the allocator it came from, which belongs to another task
// (or to the caller's: then it is there at its next Collect). The caller is its
// only holder.
func (b *Block) Return() {
	b.must("returned")
	if b.refs != 1 {
		rt.Bug("memory: block %d of %s is returned while %d hold it; who returns it is the last", b.nth, b.home.name, b.refs)
	}
	home := b.home
	if rt.Checking() {
		rt.Probe(rt.ProbeBlock, b.id(), blockPushed, uint64(len(b.bytes)))
	}
	b.state, b.refs = blockReturned, 0
	for pushed := false; !pushed; {
		b.next = home.returned.Load()
		pushed = home.returned.CompareAndSwap(b.next, b)
	}
	if home.waiting.Load() != nil {
		if bell := home.waiting.Swap(nil); bell != nil {
			bell.Waker.Wake()
		}
	}
}

// Collect takes in all blocks that others have returned, and returns how many.
func (a *Allocator) Collect() (n int) {
	if a.returned.Load() == nil {
		return 0
	}
	if rt.Checking() {
		a.mine("collected for")
	}
	for b := a.returned.Swap(nil); b != nil; n++ {
		next := b.next
		if rt.Checking() {
			rt.Taken(b)
			rt.Probe(rt.ProbeBlock, b.id(), blockCollected, uint64(len(b.bytes)))
		}
		a.shelve(b)
		b = next
	}
	return n
}
