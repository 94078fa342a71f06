package bucket

import (
	"errors"
	"fmt"

	"brigade/core/rt"
	"brigade/core/sys"
)

// piece is how much of a file is read at once.
const piece = 8 << 10

// ErrShort says that a file ended before the bytes that a bucket stands for.
var ErrShort = errors.New("bucket: a file is shorter than it was said to be")

// Read is the bytes of k, valid as long as k is; metadata has none. Of a file the
// first piece is read, which blocks, into a block: k then stands for that, and the
// rest stands behind it.
func (k *Bucket) Read() ([]byte, error) {
	k.must("read")
	if k.kind != File {
		return k.bytes(), nil
	}
	want := int64(piece)
	if k.n != Unknown {
		want = min(want, k.n)
	}
	b, err := k.alloc.Alloc(int(want))
	if err != nil {
		return nil, err
	}
	n, e := pread(k.alloc.kernel, k.file.FD, b.Bytes()[:want], k.off)
	switch {
	case e != sys.OK:
		b.Drop()
		return nil, fmt.Errorf("bucket: reading a file: %w", e)
	case int64(n) < want && k.n != Unknown:
		b.Drop()
		return nil, ErrShort
	}
	b.Extend(n)
	f := k.file
	in := k.in
	if k.n == Unknown && int64(n) == want || k.n > want {
		k.Split(want)
	}
	if in != nil {
		in.count(k, -1)
	}
	f.Drop()
	k.kind, k.file, k.block, k.off, k.n = Heap, nil, b, 0, int64(n)
	if in != nil {
		in.count(k, 1)
	}
	return k.bytes(), nil
}

// pread fills p as far as the file goes.
func pread(kernel sys.Kernel, fd sys.FD, p []byte, off int64) (n int, e sys.Errno) {
	for n < len(p) {
		m, e := kernel.Pread(fd, p[n:], off+int64(n))
		switch {
		case e == sys.EINTR:
		case e != sys.OK:
			return n, e
		case m == 0:
			return n, sys.OK
		default:
			n += m
		}
	}
	return n, sys.OK
}

// Memory is the bytes of a bucket in memory. A file has to be read.
func (k *Bucket) Memory() []byte {
	k.must("looked at")
	if k.kind == File {
		rt.Bug("bucket: a file bucket has no bytes in memory; Read reads them, which blocks")
	}
	return k.bytes()
}
