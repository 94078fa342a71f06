package mem

// Pools: lifetimes. Memory is taken out of a pool piece by piece and given up all
// at once. Destroying a pool destroys its children, then runs its cleanups, newest
// first, then gives its blocks back. A request's pool is a root: never the child of
// a pool that another may own.

import (
	"fmt"

	"brigade/core/rt"
)

// Kind is what a pool is the lifetime of.
type Kind uint8

// The kinds of pools.
const (
	Connection Kind = iota + 1
	Request
	Stream
	Scratch // a part of a step
	kinds
)

var kindNames = [kinds]string{"?", "connection", "request", "stream", "scratch"}

// String is the kind's name in reports.
func (k Kind) String() string { return kindNames[min(k, kinds-1)] }

type poolState uint8

const (
	dead poolState = iota
	open
	ending // children and cleanups may still use it
)

// Pool is one lifetime. Its allocator makes it.
type Pool struct {
	alloc    *Allocator
	parent   *Pool
	children *Pool // newest first
	next     *Pool // siblings
	previous *Pool
	blocks   *Block // newest first
	room     []byte // what is left of the newest
	cleanups *Cleanup
	bytes    int64 // taken out
	borrowed int32 // buckets that stand for its bytes
	nth      uint32
	gen      uint32
	kind     Kind
	state    poolState
	maker    *Scope // who made it
	ender    *Scope // who destroyed it
}

// NewPool makes a root.
func (a *Allocator) NewPool(kind Kind) *Pool {
	if rt.Checking() {
		a.mine("asked for a pool")
	}
	if a.holder == nil {
		rt.Bug("memory: a %v pool is made in %s while it is being handed over; %s had it last", kind, a.name, a.before.name())
	}
	p := a.open(kind)
	if rt.Checking() {
		rt.Probe(rt.ProbePoolOpen, p.ID(), 0, uint64(kind))
	}
	return p
}

// open takes a pool out of stock. Lists and blocks are empty in what was destroyed.
func (a *Allocator) open(kind Kind) *Pool {
	p := a.pools.Get()
	a.opened++
	p.alloc, p.kind, p.nth, p.state, p.maker = a, kind, a.opened, open, a.holder
	p.gen++
	p.bytes = 0
	return p
}

// Child makes a pool that ends with p at the latest.
func (p *Pool) Child(kind Kind) *Pool {
	p.must("given a child")
	c := p.alloc.open(kind)
	c.parent, c.next = p, p.children
	if c.next != nil {
		c.next.previous = c
	}
	p.children = c
	if rt.Checking() {
		rt.Probe(rt.ProbePoolOpen, c.ID(), p.ID(), uint64(kind))
	}
	return c
}

// Destroy ends p.
func (p *Pool) Destroy() {
	p.must("destroyed")
	p.state = ending
	if p.children != nil || p.cleanups != nil {
		p.wind()
	}
	if p.borrowed != 0 {
		rt.Bug("pool: %v is destroyed by %s with %d buckets that stand for its bytes; they are set aside first", p, p.alloc.holder.name(), p.borrowed)
	}
	if p.parent != nil {
		p.unlink()
	}
	if p.alloc.holder.pool == p {
		p.alloc.holder.pool = nil // nobody takes memory out of what is gone
	}
	for b := p.blocks; b != nil; {
		next := b.next
		b.next = nil
		b.Drop()
		b = next
	}
	if rt.Checking() {
		rt.Probe(rt.ProbePoolClose, p.ID(), uint64(p.bytes), uint64(p.kind))
	}
	p.state, p.ender = dead, p.alloc.holder
	p.blocks, p.room = nil, nil
	p.alloc.pools.Put(p)
}

// wind destroys p's children and runs its cleanups. A cleanup may register others
// and make children: they go as well.
func (p *Pool) wind() {
	for p.children != nil || p.cleanups != nil {
		for p.children != nil {
			p.children.Destroy()
		}
		if c := p.cleanups; c != nil {
			c.unlink()
			c.of.Clean()
		}
	}
}

func (p *Pool) unlink() {
	if p.next != nil {
		p.next.previous = p.previous
	}
	if p.previous != nil {
		p.previous.next = p.next
	} else {
		p.parent.children = p.next
	}
	p.parent, p.next, p.previous = nil, nil, nil
}

// ID names p to the judge: unique in a run.
func (p *Pool) ID() uint64 { return p.alloc.id<<32 | uint64(p.nth) }

// Kind is what p is the lifetime of.
func (p *Pool) Kind() Kind { return p.kind }

// Allocator is where p's blocks come from.
func (p *Pool) Allocator() *Allocator { return p.alloc }

// Borrow counts the buckets that stand for p's bytes; by is 1 or -1.
func (p *Pool) Borrow(by int32) {
	if p.state == dead {
		p.bug("borrowed from")
	}
	p.borrowed += by
}

// Within reports whether p ends when q does, or before: it is q or below it.
func (p *Pool) Within(q *Pool) bool {
	for ; p != nil; p = p.parent {
		if p == q {
			return true
		}
	}
	return false
}

// String is p in reports: "request pool 3 of http_conn 12 (made by loop)".
func (p *Pool) String() string {
	return fmt.Sprintf("%v pool %d of %s (made by %s)", p.kind, p.nth, p.alloc.name, p.maker.name())
}

// must stops whoever does something with a pool that is not open, or not theirs.
func (p *Pool) must(what string) {
	if p.state != open {
		p.bug(what)
	}
	if rt.Checking() {
		p.alloc.mine(what)
	}
}

func (p *Pool) bug(what string) {
	who := rt.Who()
	if who == "" {
		who = p.alloc.holder.name()
	}
	if rt.Checking() {
		p.confess(what)
	}
	if p.state == ending {
		rt.Bug("pool: %v is %s by %s while it is being destroyed; a cleanup may only use what is there", p, what, who)
	}
	rt.Bug("pool: %v is %s by %s, but %s has destroyed it; a pool is destroyed once, and not used afterwards", p, what, who, p.ender.name())
}

// confess tells the judge of what is about to be a bug.
func (p *Pool) confess(what string) {
	if what == "destroyed" {
		rt.Probe(rt.ProbePoolClose, p.ID(), uint64(p.bytes), uint64(p.kind))
		return
	}
	rt.Probe(rt.ProbePoolUse, p.ID(), 0, p.ID())
}

// Handle is a pool that may be gone by the time it is looked for.
type Handle struct {
	p   *Pool
	gen uint32
}

// Handle makes a handle of p.
func (p *Pool) Handle() Handle { return Handle{p, p.gen} }

// Get is the pool, if it still is the one that the handle was made of; else nil.
func (h Handle) Get() *Pool {
	if h.p == nil || h.p.gen != h.gen || h.p.state == dead {
		return nil
	}
	return h.p
}
