package bucket

// A brigade is a list of buckets of one allocator, with their bytes counted.

import "brigade/core/rt"

// Brigade is a sequence of buckets. Init it before use. It is not copied.
type Brigade struct {
	alloc    *Allocator
	first    *Bucket
	last     *Bucket
	length   int
	bytes    int64 // of buckets whose length is known
	unknown  int   // buckets whose length is not
	volatile int   // transient ones
}

// Init makes a zero Brigade ready for a's buckets.
func (b *Brigade) Init(a *Allocator) { b.alloc = a }

// Allocator is whose buckets b holds.
func (b *Brigade) Allocator() *Allocator { return b.alloc }

// Empty reports whether nothing is left.
func (b *Brigade) Empty() bool { return b.first == nil }

// Len is how many buckets there are.
func (b *Brigade) Len() int { return b.length }

// Bytes is how many bytes they stand for; false: some have not been counted, and
// there are that many at least.
func (b *Brigade) Bytes() (n int64, known bool) { return b.bytes, b.unknown == 0 }

// Volatile is how many buckets are transient.
func (b *Brigade) Volatile() int { return b.volatile }

// Front is the first bucket; nil: there is none.
func (b *Brigade) Front() *Bucket { return b.first }

// Back is the last bucket; nil: there is none.
func (b *Brigade) Back() *Bucket { return b.last }

// count adds k's share, or takes it off: by is 1 or -1.
func (b *Brigade) count(k *Bucket, by int64) {
	switch {
	case k.n > 0:
		b.bytes += by * k.n
	case k.n == Unknown:
		b.unknown += int(by)
	}
	if k.kind == Transient {
		b.volatile += int(by)
	}
}

// belongs stops whoever puts a bucket into a brigade where it does not belong.
func (b *Brigade) belongs(k *Bucket) {
	if k.alloc != b.alloc {
		b.alloc.Foreign(k.alloc.Allocator)
		rt.Bug("bucket: a %v bucket of %s is put into a brigade of %s; a brigade holds buckets of one allocator: copy it, or send it through a beam", k.kind, k.alloc.Name(), b.alloc.Name())
	}
	if k.in != nil {
		rt.Bug("bucket: a %v bucket of %s is put into a brigade, but it is in one; it is in one at most", k.kind, k.alloc.Name())
	}
	k.must("put into a brigade")
}

// Append adds k at the end.
func (b *Brigade) Append(k *Bucket) {
	b.belongs(k)
	b.push(k)
}

// Prepend adds k at the front.
func (b *Brigade) Prepend(k *Bucket) {
	b.belongs(k)
	b.insert(k, nil)
}

// InsertAfter adds k behind at, which is in b.
func (b *Brigade) InsertAfter(at, k *Bucket) {
	b.belongs(k)
	if at.in != b {
		rt.Bug("bucket: a bucket is put behind a %v bucket that is not in the brigade", at.kind)
	}
	b.insert(k, at)
}

// push adds k at the end.
func (b *Brigade) push(k *Bucket) {
	k.in, k.previous = b, b.last
	if b.last == nil {
		b.first = k
	} else {
		b.last.next = k
	}
	b.last = k
	b.length++
	b.count(k, 1)
}

// insert adds k behind at; nil: at the front.
func (b *Brigade) insert(k, at *Bucket) {
	k.in, k.previous = b, at
	if at == nil {
		k.next, b.first = b.first, k
	} else {
		k.next, at.next = at.next, k
	}
	if k.next == nil {
		b.last = k
	} else {
		k.next.previous = k
	}
	b.length++
	b.count(k, 1)
}

// Remove takes k out of b.
func (b *Brigade) Remove(k *Bucket) {
	k.must("removed")
	if k.in != nil && k.in.alloc == nil {
		rt.Bug("bucket: a %v bucket of %s is used after it was sent through a beam; it is the beam's until that has it no more", k.kind, k.alloc.Name())
	}
	if k.in != b {
		rt.Bug("bucket: a %v bucket of %s is removed from a brigade that it is not in", k.kind, k.alloc.Name())
	}
	if k.previous == nil {
		b.first = k.next
	} else {
		k.previous.next = k.next
	}
	if k.next == nil {
		b.last = k.previous
	} else {
		k.next.previous = k.previous
	}
	k.in, k.next, k.previous = nil, nil, nil
	b.length--
	b.count(k, -1)
}

// Pop destroys the first bucket: what a writer has passed.
func (b *Brigade) Pop() {
	k := b.first
	k.must("passed")
	if b.first = k.next; b.first == nil {
		b.last = nil
	} else {
		b.first.previous = nil
	}
	b.length--
	b.count(k, -1)
	k.in, k.next = nil, nil
	k.release()
}

// Concat moves all of c to b's end.
func (b *Brigade) Concat(c *Brigade) {
	if c.first == nil {
		return
	}
	if c.alloc != b.alloc {
		b.belongs(c.first)
	}
	if rt.Checking() {
		b.alloc.Check("appended to")
	}
	for k := c.first; k != nil; k = k.next {
		k.in = b
	}
	if b.last == nil {
		b.first = c.first
	} else {
		b.last.next, c.first.previous = c.first, b.last
	}
	b.last = c.last
	b.length += c.length
	b.bytes += c.bytes
	b.unknown += c.unknown
	b.volatile += c.volatile
	*c = Brigade{alloc: c.alloc}
}

// Split moves k, which is in b, and all behind it to rest's end.
func (b *Brigade) Split(k *Bucket, rest *Brigade) {
	k.must("split off")
	if k.in != b || rest.alloc != b.alloc {
		rt.Bug("bucket: a brigade of %s is split at a %v bucket that is not in it, or into one of %s", b.alloc.Name(), k.kind, rest.alloc.Name())
	}
	for k != nil {
		next := k.next
		b.Remove(k)
		rest.push(k)
		k = next
	}
}

// Partition makes a bucket begin n bytes after b's beginning and returns it, the
// first one that does; nil: b ends there. False: b has fewer bytes, or a part of it
// before that has not been counted.
func (b *Brigade) Partition(n int64) (k *Bucket, ok bool) {
	for k = b.first; k != nil; k = k.next {
		switch {
		case n == 0:
			return k, true
		case k.n == Unknown:
			return nil, false
		case n < k.n:
			return k.Split(n), true
		}
		n -= k.n
	}
	return nil, n == 0
}

// Destroy destroys all buckets.
func (b *Brigade) Destroy() {
	for b.first != nil {
		b.first.Destroy()
	}
}
