package invariants

// Memory and its owners (I01, I32): an allocator, with its blocks and pools, is
// touched by the task that took it last, until it gives it away. Each block is out
// once and comes back once (I03), by its owner or over the return list, and all of
// them do (I06). What a connection took is back when it lets go: nothing grows from
// one to the next (I28).

import (
	"brigade/core/rt"
	"brigade/sim"
)

// What the memory probe says of an allocator, and the block probe of a block.
const (
	memoryMade = iota + 1
	memoryGiven
	memoryTaken
	memoryEnded
	memoryTouched
	memoryForeign
	memoryDead
)

const (
	blockWent = iota + 1
	blockFreed
	blockPushed
	blockCollected
)

// The kinds of pools, as the probe numbers them.
var poolKinds = [...]string{"?", "connection", "request", "stream", "scratch"}

// connectionPool is the first of them.
const connectionPool = 1

var memoryChecker = Checker{
	Numbers: []string{"I01", "I02", "I03", "I04", "I06", "I24", "I28", "I32"}, Name: "memory",
	Allows: "an allocator with its blocks and pools is touched by who took it last; each block is out once, and comes back",
	World:  "nothing: it is memory",
	Kinds:  []rt.Kind{rt.ProbeMemory, rt.ProbeBlock, rt.ProbePoolOpen, rt.ProbePoolUse, rt.ProbePoolClose},
	make:   func() property { return new(memory) },
}

type memory struct {
	judge
	allocators map[uint64]*allocator
	blocks     map[uint64]lent
}

// allocator is what is known of one.
type allocator struct {
	holder int32 // nobody: it is in a handoff
	giver  int32 // in a handoff: who gave it
	given  int   // at which step of the run
	out    uint64
	base   uint64 // bytes out when its connection's pool was opened
	ended  bool
}

// lent is a block that is out.
type lent struct {
	size   uint64
	pushed bool
}

// Begin implements property.
func (m *memory) Begin(s *sim.Sim) {
	m.s = s
	if m.allocators == nil {
		m.allocators, m.blocks = make(map[uint64]*allocator), make(map[uint64]lent)
	}
	clear(m.allocators)
	clear(m.blocks)
}

// Event implements property.
func (m *memory) Event(e *sim.Event) {
	switch kind(e) {
	case rt.ProbeMemory:
		m.changes(e)
	case rt.ProbeBlock:
		m.block(e)
	case rt.ProbePoolOpen, rt.ProbePoolUse, rt.ProbePoolClose:
		m.pool(e)
	}
}

// changes is an allocator that is made, given, taken or ended.
func (m *memory) changes(e *sim.Event) {
	a := m.allocators[e.A]
	switch {
	case e.B == memoryMade && a == nil && e.C == 0:
		m.allocators[e.A] = &allocator{holder: nobody, giver: e.Task, given: e.Step}
		return
	case a == nil || e.B == memoryMade:
		m.fail("I01", "allocator %d is told of by %s (%d) before it is made, or made twice", e.A, m.who(e.Task), e.B)
		return
	case e.B == memoryForeign:
		m.fail("I04", "something of allocator %d is put where allocator %d's belongs, by %s; it is copied, or goes through a beam", e.C, e.A, m.who(e.Task))
		return
	case e.B == memoryDead && e.C == 1:
		m.fail("I03", "a bucket of allocator %d is destroyed again by %s", e.A, m.who(e.Task))
		return
	case e.B == memoryDead:
		m.fail("I02", "a bucket of allocator %d is used by %s after it was destroyed", e.A, m.who(e.Task))
		return
	case e.B == memoryTaken:
		if a.holder != nobody || a.ended {
			m.fail("I01", "allocator %d is taken by %s; it is %s's, who has not given it", e.A, m.who(e.Task), m.who(a.holder))
		}
		a.holder = e.Task
	case !m.touch(e, e.A, "touched") || e.B == memoryTouched:
		return
	case e.B == memoryGiven:
		a.holder, a.giver, a.given = nobody, e.Task, e.Step
	case e.B == memoryEnded && a.out == 0 && e.C > 0:
		m.fail("I06", "allocator %d is ended by %s with pools open", e.A, m.who(e.Task))
	case e.B == memoryEnded && e.C > 0:
		m.fail("I06", "allocator %d is ended by %s with %d bytes out", e.A, m.who(e.Task), a.out)
	case e.B == memoryEnded:
		a.ended = true
	default:
		m.fail("I01", "allocator %d is said to be %d; there are 1 to %d", e.A, e.B, memoryEnded)
	}
	if e.C != a.out {
		m.fail("I24", "allocator %d counts %d bytes out; there are %d", e.A, e.C, a.out)
	}
}

// touch is a task's doing something with an allocator, or what hangs on it.
func (m *memory) touch(e *sim.Event, id uint64, what string) bool {
	a := m.allocators[id]
	switch {
	case a == nil:
		m.fail("I01", "memory of allocator %d is %s by %s; there is no such allocator", id, what, m.who(e.Task))
	case a.ended:
		m.fail("I02", "memory of allocator %d is %s by %s after its end", id, what, m.who(e.Task))
	case a.holder == e.Task:
		return true
	case a.holder == nobody && a.giver == e.Task:
		m.fail("I32", "memory of allocator %d is %s by %s, which gave it away at step %d; nobody has taken it yet", id, what, m.who(e.Task), a.given)
	case a.holder == nobody:
		m.fail("I01", "memory of allocator %d is %s by %s in a handoff; it is taken first", id, what, m.who(e.Task))
	default:
		m.fail("I01", "memory of allocator %d is %s by %s; it is %s's, until that gives it away", id, what, m.who(e.Task), m.who(a.holder))
	}
	return false
}

// block is a block that goes out or comes back.
func (m *memory) block(e *sim.Event) {
	id := e.A >> 32
	b, out := m.blocks[e.A]
	if e.B == blockPushed {
		if !out || b.pushed || b.size != e.C {
			m.fail("I03", "block %#x of %d bytes is returned by %s; it is not out, or was returned", e.A, e.C, m.who(e.Task))
		}
		b.pushed = true
		m.blocks[e.A] = b
		return
	}
	if !m.touch(e, id, "handed out or freed") {
		return
	}
	a := m.allocators[id]
	switch {
	case e.B == blockWent && !out:
		m.blocks[e.A] = lent{size: e.C}
		a.out += e.C
	case e.B == blockFreed && out && !b.pushed && b.size == e.C, e.B == blockCollected && b.pushed && b.size == e.C:
		delete(m.blocks, e.A)
		a.out -= e.C
	default:
		m.fail("I03", "block %#x of %d bytes (%d) by %s: it goes out once and comes back once", e.A, e.C, e.B, m.who(e.Task))
	}
}

// pool is something done with a pool.
func (m *memory) pool(e *sim.Event) {
	id := e.A >> 32
	if !m.touch(e, id, kind(e).String()) {
		return
	}
	a := m.allocators[id]
	switch k := kind(e); {
	case k == rt.ProbePoolOpen && e.C == connectionPool:
		a.base = a.out
	case k == rt.ProbePoolClose && e.C == connectionPool && a.out != a.base:
		m.fail("I28", "allocator %d has %d bytes out when its connection lets go of it, and had %d when that began", id, a.out, a.base)
	}
}

// End implements property.
func (m *memory) End() {
	left, any := uint64(0), false
	for id, a := range m.allocators {
		if !a.ended && (!any || id < left) {
			left, any = id, true
		}
	}
	if any {
		m.fail("I06", "allocator %d has not ended when the run has", left)
	}
}
