package bucket

// Making buckets. An allocator makes them, and takes them back, for one owner.

import (
	"brigade/core/mem"
	"brigade/core/rt"
	"brigade/core/sys"
)

// Allocator makes buckets out of a mem.Allocator's blocks. It belongs to that one's
// owner.
type Allocator struct {
	*mem.Allocator
	kernel sys.Kernel // reads and closes files
	nodes  mem.Slab[Bucket]
}

// Init makes a zero Allocator ready.
func (a *Allocator) Init(blocks *mem.Allocator, k sys.Kernel) { a.Allocator, a.kernel = blocks, k }

// Live is how many of its buckets there are.
func (a *Allocator) Live() int { return a.nodes.Out() }

func (a *Allocator) bucket(kind Kind) *Bucket {
	if rt.Checking() {
		a.Check("asked for a bucket")
	}
	k := a.nodes.Get()
	k.alloc, k.kind = a, kind
	k.gen++
	return k
}

// Heap stands for n bytes of a block from off on. It takes over one of the caller's
// holds of the block.
func (a *Allocator) Heap(b *mem.Block, off, n int) *Bucket {
	if b.Home() != a.Allocator {
		a.Foreign(b.Home())
		rt.Bug("bucket: a block of %s in a heap bucket of %s; a bucket's bytes come from its own allocator: copy them, or send the bucket through a beam", b.Home().Name(), a.Name())
	}
	k := a.bucket(Heap)
	k.block, k.off, k.n = b, int64(off), int64(n)
	return k
}

// Copied is a heap bucket of a copy of data. The error is the allocator's.
func (a *Allocator) Copied(data []byte) (*Bucket, error) {
	b, err := a.Alloc(len(data))
	if err != nil {
		return nil, err
	}
	b.Extend(copy(b.Bytes(), data))
	return a.Heap(b, 0, len(data)), nil
}

// Pool stands for data, which is p's memory.
func (a *Allocator) Pool(p *mem.Pool, data []byte) *Bucket {
	if p.Allocator() != a.Allocator {
		a.Foreign(p.Allocator())
		rt.Bug("bucket: bytes of %v in a bucket of %s; a pool bucket stands for memory of its own owner's", p, a.Name())
	}
	p.Borrow(1)
	k := a.bucket(Pool)
	k.pool, k.data, k.n = p, data, int64(len(data))
	return k
}

// Transient stands for data, which is its caller's until that goes on.
func (a *Allocator) Transient(data []byte) *Bucket {
	k := a.bucket(Transient)
	k.data, k.n = data, int64(len(data))
	return k
}

// Immortal stands for data, which never changes.
func (a *Allocator) Immortal(data []byte) *Bucket {
	k := a.bucket(Immortal)
	k.data, k.n = data, int64(len(data))
	return k
}

// File stands for n bytes of f from off on; Unknown: all there are. It takes over
// one of the caller's holds of f.
func (a *Allocator) File(f *OpenFile, off, n int64) *Bucket {
	k := a.bucket(File)
	k.file, k.off, k.n = f, off, n
	return k
}

// EndOfStream says that no more comes.
func (a *Allocator) EndOfStream() *Bucket { return a.bucket(EndOfStream) }

// Flush says that what is before it goes out now.
func (a *Allocator) Flush() *Bucket { return a.bucket(Flush) }

// Error says that what should have come cannot.
func (a *Allocator) Error(err error) *Bucket {
	k := a.bucket(Error)
	k.err = err
	return k
}

// EndOfRequest ends r: there is one for each request, and it cannot be copied.
func (a *Allocator) EndOfRequest(r Request) *Bucket {
	k := a.bucket(EndOfRequest)
	k.request = r
	return k
}

// Request is what an end-of-request bucket carries.
type Request interface {
	// Ended reports whether it is over: logged, and its pool destroyed.
	Ended() bool
	// GiveUp ends it on its producer's task: its end came back out of a beam that was
	// aborted, and nobody else will.
	GiveUp()
}
