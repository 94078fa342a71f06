package bucket

// Brigades on their way out: into memory, into an iovec, and shortened by what the
// kernel took.

import (
	"brigade/core/mem"
	"brigade/core/rt"
)

// Write adds a copy of data at the end: into the last bucket's block where nobody
// else stands for a part of it, for what looks like room behind a split bucket is
// the other half's bytes; else into a new one. The error is the allocator's, and
// then nothing was added.
func (b *Brigade) Write(data []byte) error {
	if len(data) == 0 || b.last != nil && b.last.extend(data) {
		return nil
	}
	const least = 4 << 10
	block, err := b.alloc.Alloc(max(len(data), least))
	if err != nil {
		return err
	}
	block.Extend(copy(block.Bytes(), data))
	b.Append(b.alloc.Heap(block, 0, len(data)))
	return nil
}

// extend adds a copy of data to k, which is in a brigade, if there is room behind it in
// its block.
func (k *Bucket) extend(data []byte) bool {
	if k.kind != Heap || k.block.Shared() || int(k.off+k.n) != k.block.Used() || len(data) > k.block.Room() {
		return false
	}
	k.must("written to")
	at := k.block.Used()
	k.block.Extend(at + copy(k.block.Bytes()[at:], data))
	k.n += int64(len(data))
	k.in.bytes += int64(len(data))
	return true
}

// crumb is the most bytes of a bucket that is rather copied than kept by itself.
const crumb = 1 << 10

// Gather moves all of c to b's end as Concat does, but copies the bytes of small
// buckets in memory of their own into the block before them, where there is room: data
// that comes in crumbs would else keep a block for each.
func (b *Brigade) Gather(c *Brigade) {
	for k := c.first; k != nil; k = c.first {
		if k.kind == Heap && k.n <= crumb && b.last != nil && b.last.extend(k.bytes()) {
			k.Destroy()
			continue
		}
		c.Remove(k)
		b.Append(k)
	}
}

// SetAside makes all buckets live as long as p does, at least. On an error those
// before the one that failed are set aside.
func (b *Brigade) SetAside(p *mem.Pool) error {
	for k := b.first; k != nil; k = k.next {
		if err := k.SetAside(p); err != nil {
			return err
		}
	}
	return nil
}

// Kept says that whoever holds b keeps it beyond the call that filled it: then
// there is nothing transient in it. who names the holder in the report.
func (b *Brigade) Kept(who string) {
	if b.volatile > 0 {
		rt.Bug("bucket: %s keeps a brigade with %d transient buckets; their bytes die with the call that made them: set them aside", who, b.volatile)
	}
}

// Flatten copies up to len(dst) bytes from the front into dst and returns how many.
// It stops at a file.
func (b *Brigade) Flatten(dst []byte) (n int) {
	for k := b.first; k != nil && k.kind != File && n < len(dst); k = k.next {
		n += copy(dst[n:], k.bytes())
	}
	return n
}

// Iovec gathers the memory at the front into dst[:0], neighbours in a block joined,
// up to dst's capacity, about limit bytes, or the first file. file: a file follows.
func (b *Brigade) Iovec(dst [][]byte, limit int64) (iov [][]byte, file bool) {
	iov = dst[:0]
	var block *mem.Block // that of the last element, which ends at end
	begin, end := int64(0), int64(0)
	for k := b.first; k != nil; k = k.next {
		switch {
		case k.n == 0:
			continue
		case k.kind == File:
			return iov, true
		case limit <= 0:
			return iov, false
		case k.kind == Heap && k.block == block && k.off == end:
			end += k.n
			iov[len(iov)-1] = block.Bytes()[begin:end]
		case len(iov) == cap(iov):
			return iov, false
		case k.kind == Heap:
			block, begin, end = k.block, k.off, k.off+k.n
			iov = append(iov, block.Bytes()[begin:end])
		default:
			block = nil
			iov = append(iov, k.data)
		}
		limit -= k.n
	}
	return iov, false
}

// Consume takes n bytes, at most what it has, off the first bucket, which stays.
func (b *Brigade) Consume(n int64) {
	k := b.first
	k.off += n
	if k.n != Unknown {
		k.n -= n
		b.bytes -= n
	}
	if k.data != nil {
		k.data = k.data[n:]
	}
}
