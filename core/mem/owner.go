package mem

// Owners. The task whose scope took an allocator last owns it, with all that hangs
// on it. Giving and taking are two steps, so that whoever looks back in between is
// convicted; the checks cost a comparison, and where tasks can be told apart every
// operation asks which it is.

import "brigade/core/rt"

// What the probe of memory says.
const (
	memoryMade = iota + 1
	memoryGiven
	memoryTaken
	memoryEnded
	memoryTouched // by whom it may not be
	memoryForeign // a bucket of another's allocator, the third word, came to it
	memoryDead    // a bucket that was destroyed is used; the third word: destroyed again
)

// What the probe of blocks says.
const (
	blockWent = iota + 1
	blockFreed
	blockPushed
	blockCollected
)

// Take makes s the owner of a, which nobody owns.
func (a *Allocator) Take(s *Scope) {
	if a.holder != nil || a.ended {
		rt.Probe(rt.ProbeMemory, a.id, memoryTouched, 0)
		rt.Bug("memory: %s takes %s, which belongs to %s; who has it gives it first", s.Name, a.name, a.holder.name())
	}
	rt.Taken(&a.private)
	a.holder = s
	if rt.Checking() {
		a.task = rt.Self()
		rt.Probe(rt.ProbeMemory, a.id, memoryTaken, uint64(a.out))
	}
}

// Give lets go of a. The caller touches nothing of it afterwards.
func (a *Allocator) Give() {
	if rt.Checking() {
		a.mine("given away")
		rt.Probe(rt.ProbeMemory, a.id, memoryGiven, uint64(a.out))
	}
	if a.holder == nil {
		rt.Bug("memory: %s is given away by nobody; %s had it last", a.name, a.before.name())
	}
	a.before, a.holder = a.holder, nil
}

// Holder is whose a is; nil: it is being handed over.
func (a *Allocator) Holder() *Scope { return a.holder }

// mine stops a task that does something with another's allocator. It is a dear
// check.
func (a *Allocator) mine(what string) {
	self := rt.Self()
	if !a.ended && a.holder != nil && self == a.task {
		return
	}
	rt.Probe(rt.ProbeMemory, a.id, memoryTouched, 0)
	if a.ended {
		rt.Bug("memory: %s is %s by %s, but it has ended; %s had it last", a.name, what, rt.Who(), a.before.name())
	}
	if a.holder == nil {
		rt.Bug("memory: %s is %s by %s while it is being handed over; %s had it last, and nobody has taken it yet", a.name, what, rt.Who(), a.before.name())
	}
	rt.Bug("memory: %s is %s by %s, but it belongs to %s; another task returns blocks, and does nothing else", a.name, what, rt.Who(), a.holder.Name)
}

// Dead tells the judge that a bucket of a's is used, or destroyed, after its end.
func (a *Allocator) Dead(again bool) {
	word := uint64(0)
	if again {
		word = 1
	}
	rt.Probe(rt.ProbeMemory, a.id, memoryDead, word)
}

// Foreign tells the judge that something of b's came to where a's belongs.
func (a *Allocator) Foreign(b *Allocator) { rt.Probe(rt.ProbeMemory, a.id, memoryForeign, b.id) }

// Check stops a task to which a does not belong. It is a dear check, for what hangs
// on an allocator in other packages.
func (a *Allocator) Check(what string) { a.mine(what) }
