package mem

import "brigade/core/rt"

// Limits bound an allocator, in bytes.
type Limits struct {
	Out  int64 // in blocks that are out; beyond, allocation fails with *Full; 0: no limit
	Keep int64 // in free blocks that are kept; what is more goes back to the page source
}

// Allocator hands out blocks, and pools made of them. All but Block.Return is its
// owner's to call.
type Allocator struct {
	id     uint64 // these do not change
	name   string
	limits Limits

	private
	returned rt.Pointer[Block] // any task's: see return.go
	waiting  rt.Pointer[Bell]
}

// private is the owner's.
type private struct {
	holder *Scope // whose it is; nil: it is being handed over
	before *Scope // whose it was last
	task   uint64 // the holder, where tasks can be told apart
	ended  bool

	free  [classes]*Block
	kept  int64  // bytes in free
	out   int64  // bytes in blocks that are out
	made  uint32 // blocks so far
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
	size := int64(n)
	if c != measured {
		size = 1 << (c + smallest)
	}
	if a.limits.Out > 0 && a.out+size > a.limits.Out {
		a.Collect()
		if a.out+size > a.limits.Out {
			return nil, &a.full
		}
	}
	b := a.take(c)
	if b == nil {
		if b = a.make(c, int(size)); b == nil {
			return nil, ErrRefused
		}
	}
	b.refs, b.used, b.state = 1, 0, blockOut
	a.out += size
	if rt.Checking() {
		rt.TakenBytes(b.bytes)
		rt.Probe(rt.ProbeBlock, b.id(), blockWent, uint64(size))
	}
	return b, nil
}

// take is a kept block of class c, of those that came back too; nil: none is.
func (a *Allocator) take(c int) *Block {
	if c == measured {
		return nil
	}
	b := a.free[c]
	if b == nil {
		if a.Collect() == 0 {
			return nil
		}
		if b = a.free[c]; b == nil {
			return nil
		}
	}
	a.free[c], b.next = b.next, nil
	a.kept -= int64(len(b.bytes))
	return b
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
	if b.class == measured || a.kept+size > a.limits.Keep {
		rt.FreePages(b.bytes)
		b.bytes = nil
		a.nodes.Put(b)
		return
	}
	rt.TakenBytes(b.bytes)
	b.next, a.free[b.class] = a.free[b.class], b
	a.kept += size
}

// Trim lets all kept blocks go.
func (a *Allocator) Trim() {
	a.Collect()
	for c := range a.free {
		for b := a.free[c]; b != nil; {
			next := b.next
			rt.FreePages(b.bytes)
			b.bytes, b.next = nil, nil
			a.nodes.Put(b)
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
