package mem

import (
	"math"

	"brigade/core/rt"
)

// Limits bound an allocator, in bytes.
type Limits struct {
	Out  int64 // in blocks that are out; beyond, allocation fails with *Full; 0: no limit
	Keep int64 // in free blocks that are kept; what is more goes back to the page source
}

// Allocator hands out blocks, and pools made of them. All but Block.Return is its
// owner's to call.
type Allocator struct {
	returned rt.Pointer[Block] // any task's: see return.go
	waiting  rt.Pointer[Bell]
	_        [32]byte // what others write is on a cache line of its own

	id     uint64 // these do not change
	name   string
	limits Limits

	private
}

// private is the owner's.
type private struct {
	holder *Scope // whose it is; nil: it is being handed over
	before *Scope // whose it was last
	task   uint64 // the holder, where tasks can be told apart
	ended  bool

	free  [classes + 1]*Block // by class; none is made to measure
	kept  int64               // bytes in free
	out   int64               // bytes in blocks that are out
	made  uint32              // blocks so far
	full  Full
	nodes Slab[Block] // those without bytes

	pools  Slab[Pool]
	opened uint32 // pools so far
}

// NewAllocator makes an allocator, nobody's yet. id is unique in a run, and below
// 1 << 32.
func NewAllocator(id uint64, name string, l Limits) *Allocator {
	a := new(Allocator)
	a.Init(id, name, l)
	return a
}

// Init makes a zero Allocator ready.
func (a *Allocator) Init(id uint64, name string, l Limits) {
	a.id, a.name, a.limits = id, name, l
	if l.Out == 0 {
		a.limits.Out = math.MaxInt64
	}
	a.full.a = a
	a.returned.Label(name + ".returned")
	a.waiting.Label(name + ".waiting")
	rt.Probe(rt.ProbeMemory, id, memoryMade, 0)
}

// Name is what a is called in reports.
func (a *Allocator) Name() string { return a.name }

// Out is how many bytes are in blocks that are out.
func (a *Allocator) Out() int64 { return a.out }

// Alloc takes a block of n bytes or more, with one holder. The error is *Full, of
// which the caller can learn when to try again, or ErrRefused.
func (a *Allocator) Alloc(n int) (*Block, error) {
	if rt.Checking() {
		a.mine("allocated from")
	}
	c := class(n)
	if b := a.free[c]; b != nil && a.out+int64(len(b.bytes)) <= a.limits.Out {
		a.goes(a.pop(c))
		return b, nil
	}
	return a.more(c, n)
}

// more is Alloc where no block is kept, or the limit is near.
func (a *Allocator) more(c, n int) (*Block, error) {
	size := int64(n)
	if c != measured {
		size = 1 << (c + smallest)
	}
	if a.out+size > a.limits.Out {
		a.Collect()
		if a.out+size > a.limits.Out {
			return nil, &a.full
		}
	}
	if a.free[c] == nil && c != measured {
		a.Collect()
	}
	b := a.pop(c)
	if b == nil {
		if b = a.make(c, int(size)); b == nil {
			return nil, ErrRefused
		}
	}
	a.goes(b)
	return b, nil
}

// pop takes a kept block of class c; nil: there is none.
func (a *Allocator) pop(c int) *Block {
	b := a.free[c]
	if b != nil {
		a.free[c], b.next = b.next, nil
		a.kept -= int64(len(b.bytes))
	}
	return b
}

// goes counts b as out.
func (a *Allocator) goes(b *Block) {
	b.refs, b.used, b.state = 1, 0, blockOut
	a.out += int64(len(b.bytes))
	if rt.Checking() {
		b.told()
	}
}

// make gets a block from the page source; nil: that refused.
func (a *Allocator) make(c, size int) *Block {
	bytes := rt.Pages(size)
	if bytes == nil {
		return nil
	}
	b := a.nodes.Get()
	a.made++
	*b = Block{home: a, bytes: bytes, class: uint8(c), nth: a.made}
	return b
}

// release takes back a block that nobody holds any more.
func (a *Allocator) release(b *Block) {
	if rt.Checking() {
		a.mine("given a block back")
		rt.Probe(rt.ProbeBlock, b.id(), blockFreed, uint64(len(b.bytes)))
	}
	a.shelve(b)
}

// shelve keeps b, or lets its bytes go.
func (a *Allocator) shelve(b *Block) {
	size := int64(len(b.bytes))
	a.out -= size
	b.state = blockFree
	if a.kept+size > a.limits.Keep || b.class == measured {
		a.lose(b)
		return
	}
	if rt.Checking() {
		rt.TakenBytes(b.bytes)
	}
	b.next, a.free[b.class] = a.free[b.class], b
	a.kept += size
}

// lose lets b's bytes go.
func (a *Allocator) lose(b *Block) {
	rt.FreePages(b.bytes)
	b.bytes, b.next = nil, nil
	a.nodes.Put(b)
}

// Trim lets all kept blocks go.
func (a *Allocator) Trim() {
	a.Collect()
	for c := range a.free {
		for b := a.free[c]; b != nil; {
			next := b.next
			a.lose(b)
			b = next
		}
		a.free[c] = nil
	}
	a.kept = 0
}

// End ends an allocator that has everything back.
func (a *Allocator) End() {
	if rt.Checking() {
		a.mine("ended")
	}
	a.Trim()
	if a.out != 0 || a.pools.Out() != 0 {
		rt.Probe(rt.ProbeMemory, a.id, memoryEnded, uint64(a.out)+uint64(a.pools.Out()))
		rt.Bug("memory: %s ends with %d bytes out and %d pools open; everything comes back first", a.name, a.out, a.pools.Out())
	}
	a.ended = true
	rt.Probe(rt.ProbeMemory, a.id, memoryEnded, 0)
	a.before, a.holder = a.holder, nil
}
