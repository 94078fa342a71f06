package mem

// Blocks: payload bytes of a few sizes. Those from the page source are powers of
// two; larger ones are made to measure and not kept.

import (
	"math/bits"

	"brigade/core/rt"
)

// The sizes of blocks that are kept.
const (
	smallest = 8                      // as a power of two: 256 bytes
	largest  = 17                     // 128 KiB
	classes  = largest - smallest + 1 //
	measured = classes                // the class of those made to measure
)

// Block is some bytes of one allocator's. It is held once, or shared by several
// buckets of one owner: then its bytes do not change any more.
type Block struct {
	home  *Allocator
	bytes []byte
	next  *Block // in a free list, a pool's list, or the return list
	refs  int32
	used  int // bytes below are somebody's; above, nobody's yet
	nth   uint32
	class uint8
	state blockState
}

type blockState uint8

const (
	blockFree blockState = iota
	blockOut
	blockReturned // pushed, and not collected yet
)

var blockStates = [...]string{"free", "out", "on the return list"}

// class is the class of n bytes.
func class(n int) int {
	if n <= 1<<smallest {
		return 0
	}
	if n > 1<<largest {
		return measured
	}
	return bits.Len(uint(n-1)) - smallest
}

// Bytes is the whole block.
func (b *Block) Bytes() []byte { return b.bytes }

// Home is the allocator it came from.
func (b *Block) Home() *Allocator { return b.home }

// Used is how many bytes from the start on are taken.
func (b *Block) Used() int { return b.used }

// Room is how many bytes at the end are not.
func (b *Block) Room() int { return len(b.bytes) - b.used }

// Extend takes the bytes up to to, which only the owner may do: everything below
// that is somebody's from then on.
func (b *Block) Extend(to int) {
	if to < b.used || to > len(b.bytes) {
		rt.Bug("memory: %d bytes of a block of %d are said to be used, after %d; what is in use stays so", to, len(b.bytes), b.used)
	}
	b.used = to
}

// Shared reports whether more than one hold b. Its bytes must not change then.
func (b *Block) Shared() bool { return b.refs > 1 }

// Share adds a holder.
func (b *Block) Share() {
	b.must("shared")
	b.refs++
}

// Drop gives up one hold; the last frees b. The owner calls it.
func (b *Block) Drop() {
	b.must("dropped")
	if b.refs--; b.refs == 0 {
		b.home.release(b)
	}
}

// must stops whoever does something with a block that is not out.
func (b *Block) must(what string) {
	if b.state != blockOut {
		b.bug(what)
	}
}

func (b *Block) bug(what string) {
	rt.Probe(rt.ProbeBlock, b.id(), blockFreed, uint64(len(b.bytes)))
	rt.Bug("memory: block %d of %s is %s, but it is %s; a block is freed once, by whoever holds it", b.nth, b.home.name, what, blockStates[b.state])
}

// told says that b went out.
func (b *Block) told() {
	rt.TakenBytes(b.bytes)
	rt.Probe(rt.ProbeBlock, b.id(), blockWent, uint64(len(b.bytes)))
}

// id names b to the judge.
func (b *Block) id() uint64 { return b.home.id<<32 | uint64(b.nth) }

// Rewind makes all of b nobody's again. Its only holder calls it.
func (b *Block) Rewind() {
	b.must("rewound")
	if b.refs > 1 {
		rt.Bug("memory: block %d of %s is rewound while %d hold it; bytes that somebody stands for do not change", b.nth, b.home.name, b.refs)
	}
	b.used = 0
}
