package bucket

import (
	"brigade/core/mem"
	"brigade/core/rt"
)

// Bucket is one piece of output: in one brigade, or in none.
type Bucket struct {
	next     *Bucket
	previous *Bucket
	in       *Brigade // nil: in none
	alloc    *Allocator
	block    *mem.Block // Heap
	pool     *mem.Pool  // Pool
	file     *OpenFile  // File
	data     []byte     // Pool, Transient, Immortal
	off      int64      // Heap: in the block; File: in the file
	n        int64      // bytes; Unknown
	request  Request    // EndOfRequest
	err      error      // Error
	gen      uint32
	kind     Kind
}

// Kind is what k is.
func (k *Bucket) Kind() Kind { return k.kind }

// Len is how many bytes k stands for; Unknown: they have not been counted.
func (k *Bucket) Len() int64 { return k.n }

// Next is the bucket behind k in its brigade; nil: k is the last.
func (k *Bucket) Next() *Bucket { return k.next }

// File is the open file of a file bucket, and where in it k begins.
func (k *Bucket) File() (f *OpenFile, off int64) { return k.file, k.off }

// Request is what an end-of-request bucket carries.
func (k *Bucket) Request() Request { return k.request }

// Err is what an error bucket says.
func (k *Bucket) Err() error { return k.err }

// bytes are those of a bucket in memory.
func (k *Bucket) bytes() []byte {
	if k.kind == Heap {
		return k.block.Bytes()[k.off : k.off+k.n]
	}
	return k.data
}

// must stops whoever does something with a bucket that is gone, or another's.
func (k *Bucket) must(what string) {
	if k.kind == dead {
		k.alloc.Dead(what == "destroyed")
		rt.Bug("bucket: a bucket of %s is %s after it was destroyed; it is destroyed once, and not used afterwards", k.alloc.Name(), what)
	}
	if rt.Checking() {
		k.alloc.Check(what)
	}
}

// Destroy takes k out of its brigade and gives up what it stands for. An
// end-of-request bucket is destroyed when its request has ended.
func (k *Bucket) Destroy() {
	k.must("destroyed")
	if k.in != nil {
		k.in.Remove(k)
	}
	k.release()
}

// release is Destroy for a bucket in no brigade.
func (k *Bucket) release() {
	switch k.kind {
	case Heap:
		k.block.Drop()
		k.block = nil
	case Pool:
		k.pool.Borrow(-1)
		k.pool, k.data = nil, nil
	case Transient, Immortal:
		k.data = nil
	case File:
		k.file.Drop()
		k.file = nil
	case EndOfRequest:
		if !k.request.Ended() {
			rt.Bug("bucket: an end-of-request bucket of %s is destroyed, but its request has not ended; only the writer passes it, and ends the request first", k.alloc.Name())
		}
		k.request = nil
	case Error:
		k.err = nil
	case dead, EndOfStream, Flush, kinds:
	}
	k.off, k.n, k.kind = 0, 0, dead
	k.alloc.nodes.Put(k)
}

// Split leaves the first at bytes in k and returns the rest, which stands behind it
// if k is in a brigade.
func (k *Bucket) Split(at int64) *Bucket {
	k.must("split")
	if k.kind.Metadata() || at < 0 || k.n != Unknown && at > k.n || k.n == Unknown && k.kind != File {
		rt.Bug("bucket: a %v bucket of %d bytes is split at %d; it is split at 0 to its length, and metadata never", k.kind, k.n, at)
	}
	rest := k.share()
	in := k.in
	if in != nil {
		in.count(k, -1)
	}
	rest.off = k.off + at
	if k.n != Unknown {
		rest.n = k.n - at
	}
	k.n = at
	if k.kind != Heap && k.kind != File {
		rest.off = 0
		k.data, rest.data = k.data[:at:at], k.data[at:]
	}
	if in != nil {
		in.count(k, 1)
		in.insert(rest, k)
	}
	return rest
}

// Copy is another bucket of the same bytes, in no brigade.
func (k *Bucket) Copy() *Bucket {
	k.must("copied")
	if k.kind == EndOfRequest {
		rt.Bug("bucket: an end-of-request bucket of %s is copied; its request would end twice", k.alloc.Name())
	}
	return k.share()
}

// share is a bucket like k, with holds of its own.
func (k *Bucket) share() *Bucket {
	c := k.alloc.bucket(k.kind)
	c.off, c.n, c.data, c.block, c.pool, c.file, c.err = k.off, k.n, k.data, k.block, k.pool, k.file, k.err
	switch k.kind {
	case Heap:
		k.block.Share()
	case Pool:
		k.pool.Borrow(1)
	case File:
		k.file.Share()
	case dead, Transient, Immortal, EndOfStream, EndOfRequest, Flush, Error, kinds:
	}
	return c
}

// SetAside makes k live as long as p does, at least: the bytes of a transient
// bucket, or of one whose pool may end before, are copied. The error is the
// allocator's, and k is as it was.
func (k *Bucket) SetAside(p *mem.Pool) error {
	k.must("set aside")
	switch {
	case k.kind == Transient:
	case k.kind == Pool && !p.Within(k.pool):
	default:
		return nil
	}
	b, err := k.alloc.Alloc(int(k.n))
	if err != nil {
		return err
	}
	b.Extend(copy(b.Bytes(), k.data))
	if k.in != nil {
		k.in.count(k, -1)
	}
	if k.kind == Pool {
		k.pool.Borrow(-1)
	}
	k.kind, k.block, k.off, k.pool, k.data = Heap, b, 0, nil, nil
	if k.in != nil {
		k.in.count(k, 1)
	}
	return nil
}

// Handle is a bucket that may be gone by the time it is looked for.
type Handle struct {
	k   *Bucket
	gen uint32
}

// Handle makes a handle of k.
func (k *Bucket) Handle() Handle { return Handle{k, k.gen} }

// Get is the bucket, if it still is the one that the handle was made of; else nil.
func (h Handle) Get() *Bucket {
	if h.k == nil || h.k.gen != h.gen || h.k.kind == dead {
		return nil
	}
	return h.k
}
