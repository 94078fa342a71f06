package bucket

import "brigade/core/sys"

// Kind is what a bucket's bytes are, or that it is metadata.
type Kind uint8

// The kinds.
const (
	Heap         Kind = iota // bytes in the brigade's page
	Shared                   // immutable bytes owned by nobody
	File                     // a part of an open file
	EndOfRequest             // metadata: the request before it is answered
)

// Bucket is one piece of output.
type Bucket struct {
	Kind  Kind
	FD    sys.FD // File: closed by whoever passes or drops the bucket, if Owned
	Owned bool
	Off   int64 // Heap: in the page; File: in the file
	Len   int64
	Data  []byte // Shared
}

// Brigade is a sequence of buckets. Its page is set by its owner.
type Brigade struct {
	page  []byte
	list  []Bucket
	first int
	bytes int64
}

// SetPage gives the brigade the memory that its Heap buckets point into.
func (b *Brigade) SetPage(page []byte) { b.page = page }

// Heap appends the bytes from..to of the page.
func (b *Brigade) Heap(from, to int) {
	b.add(Bucket{Kind: Heap, Off: int64(from), Len: int64(to - from)})
}

// Shared appends immutable bytes.
func (b *Brigade) Shared(data []byte) {
	b.add(Bucket{Kind: Shared, Len: int64(len(data)), Data: data})
}

// File appends length bytes of the file fd from off on. owned: fd is closed when
// the bucket has been passed.
func (b *Brigade) File(fd sys.FD, off, length int64, owned bool) {
	b.add(Bucket{Kind: File, FD: fd, Off: off, Len: length, Owned: owned})
}

// EndOfRequest appends the mark.
func (b *Brigade) EndOfRequest() { b.add(Bucket{Kind: EndOfRequest}) }

func (b *Brigade) add(k Bucket) {
	b.bytes += k.Len
	b.list = append(b.list, k)
}

// Empty reports whether nothing is left.
func (b *Brigade) Empty() bool { return b.first == len(b.list) }

// Len is how many buckets are left.
func (b *Brigade) Len() int { return len(b.list) - b.first }

// Bytes is how many bytes are left.
func (b *Brigade) Bytes() int64 { return b.bytes }

// Front is the first bucket; b must not be empty.
func (b *Brigade) Front() *Bucket { return &b.list[b.first] }

// Pop drops the first bucket, whatever is left of it.
func (b *Brigade) Pop() {
	b.bytes -= b.list[b.first].Len
	b.list[b.first] = Bucket{}
	if b.first++; b.first == len(b.list) {
		b.list, b.first = b.list[:0], 0
	}
}

// Consume takes n bytes, at most what it has, off the first bucket.
func (b *Brigade) Consume(n int64) {
	k := &b.list[b.first]
	k.Off += n
	k.Len -= n
	b.bytes -= n
	if k.Kind == Shared {
		k.Data = k.Data[n:]
	}
}

// Iovec gathers the memory at the front into dst[:0], neighbours in the page
// joined, up to dst's capacity or the first file. file: a file follows.
func (b *Brigade) Iovec(dst [][]byte) (iov [][]byte, file bool) {
	iov = dst[:0]
	end := int64(-1) // where in the page the last element ends
	for i := b.first; i < len(b.list); i++ {
		k := &b.list[i]
		switch k.Kind {
		case EndOfRequest:
			continue
		case File:
			if k.Len == 0 {
				continue
			}
			return iov, true
		case Heap:
			if k.Off == end && len(iov) > 0 {
				last := &iov[len(iov)-1]
				*last = b.page[k.Off-int64(len(*last)) : k.Off+k.Len]
				end += k.Len
				continue
			}
			if len(iov) == cap(iov) {
				return iov, false
			}
			iov = append(iov, b.page[k.Off:k.Off+k.Len])
			end = k.Off + k.Len
		case Shared:
			if len(iov) == cap(iov) {
				return iov, false
			}
			iov = append(iov, k.Data)
			end = -1
		}
	}
	return iov, false
}
