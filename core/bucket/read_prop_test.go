package bucket

// The models of what leaves memory or comes from a file. An iovec is the bytes at the
// front, up to the first file, the limit and the room, and no fewer than fit; a file is
// read a piece at a time, whatever the kernel gives at once, and a bucket of which nothing
// could be read is as it was.

import (
	"bytes"
	"errors"
	"testing"

	"pgregory.net/rapid"

	"brigade/core/sys"
)

func TestIovecIsTheFront(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, _, p := fixture()
		b := new(Brigade)
		b.Init(a)
		w := &world{t: t, a: a, p: p}
		for range rapid.IntRange(0, 12).Draw(t, "buckets") {
			if rapid.IntRange(0, 2).Draw(t, "written") == 0 {
				_ = b.Write([]byte("written"))
				continue
			}
			b.Append(w.made())
		}
		if k := w.some(b); k != nil && k.kind == Heap && k.n > 1 {
			k.Split(1) // neighbours in a block
		}
		limit, room := int64(rapid.IntRange(1, 400).Draw(t, "limit")), rapid.IntRange(1, 4).Draw(t, "room")
		var want []byte
		left, elements, file := limit, 0, false
		var before *Bucket
	front:
		for k := b.first; k != nil; k = k.next {
			joined := before != nil && before.kind == Heap && k.kind == Heap && before.block == k.block && before.off+before.n == k.off
			switch {
			case k.n == 0:
				continue
			case k.kind == File:
				file = true
				break front
			case left <= 0, !joined && elements == room:
				break front
			case !joined:
				elements++
			}
			want = append(want, k.bytes()...)
			left -= k.n
			before = k
		}
		iov, f := b.Iovec(make([][]byte, 0, room), limit)
		if got := bytes.Join(iov, nil); !bytes.Equal(got, want) || len(iov) != elements || f != file {
			t.Fatalf("%q in %d pieces, a file follows: %v; want %q in %d, %v", got, len(iov), f, want, elements, file)
		}
	})
}

// shaky is a kernel with one file, whose reads go as they are told.
type shaky struct {
	kernel
	reads []int // bytes at most; -1: interrupted, -2: failed
	size  int
}

func (k *shaky) Pread(_ sys.FD, p []byte, off int64) (int, sys.Errno) {
	most := len(p)
	if len(k.reads) > 0 {
		most = k.reads[0]
		k.reads = k.reads[1:]
	}
	switch {
	case most == -1:
		return 0, sys.EINTR
	case most == -2:
		return 0, sys.EIO
	}
	n := 0
	for ; n < min(most, len(p)) && int(off)+n < k.size; n++ {
		p[n] = byte((int(off) + n) * 7)
	}
	return n, sys.OK
}

// plays is what comes of reading want bytes from off on, if reads go as they are told.
func (k *shaky) plays(off, want int) (got int, fails bool) {
	for i := 0; got < want; i++ {
		most := want
		if i < len(k.reads) {
			most = k.reads[i]
		}
		if most == -1 {
			continue
		}
		m := min(most, want-got, k.size-off-got)
		if most == -2 || m <= 0 {
			return got, most == -2
		}
		got += m
	}
	return got, false
}

func TestFileIsRead(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, _, _ := fixture()
		k := &shaky{size: rapid.SampledFrom([]int{0, 1, 100, piece, piece + 1, 20_000}).Draw(t, "size")}
		a.kernel = k
		off := rapid.SampledFrom([]int{0, 3, piece}).Draw(t, "from")
		n := rapid.SampledFrom([]int64{1, 99, piece - 1, piece, piece + 1, 2 * piece, Unknown}).Draw(t, "length")
		k.reads = rapid.SliceOfN(rapid.SampledFrom([]int{-1, -1, 5, 5000, 1 << 20, -2}), 0, 5).Draw(t, "reads")
		want := int64(piece)
		if n != Unknown {
			want = min(want, n)
		}
		got, fails := k.plays(off, int(want))
		b := new(Brigade)
		b.Init(a)
		b.Append(a.File(NewFile(k, 9), int64(off), n))
		blocks := a.Out()
		data, err := b.first.Read()
		short := n != Unknown && int64(got) < want
		switch {
		case fails && err == nil, short && !fails && !errors.Is(err, ErrShort):
			t.Fatalf("reading fails %v, the file is short %v: %v", fails, short, err)
		case fails || short:
			if b.first.kind != File || b.first.n != n || a.Out() != blocks || k.closed != 0 {
				t.Fatalf("after an error it is a %v bucket of %d bytes, and %d blocks are out, not %d", b.first.kind, b.first.n, a.Out(), blocks)
			}
		case err != nil || len(data) != got:
			t.Fatalf("%d bytes are read, want %d: %v", len(data), got, err)
		default:
			for i, c := range data {
				if c != byte((off+i)*7) {
					t.Fatalf("byte %d is %d", i, c)
				}
			}
			rest := n == Unknown && got == piece || n > want
			if (b.first.next != nil) != rest || rest && (b.first.next.kind != File || b.first.next.off != int64(off)+want) {
				t.Fatalf("the rest of a file stands behind it: %v, want %v", b.first.next != nil, rest)
			}
			if size, _ := b.Bytes(); n != Unknown && size != n || b.first.block.Used() != got {
				t.Fatalf("%d bytes in all, %d in the block", size, b.first.block.Used())
			}
		}
		b.Destroy()
		if k.closed != 1 || a.Live() != 0 || a.Out() != 0 {
			t.Fatalf("closed %d times, %d buckets and %d blocks are left", k.closed, a.Live(), a.Out())
		}
	})
}

func TestHandlesTellTheDead(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, _, _ := fixture()
		var alive []*Bucket
		var handles []Handle
		of := make(map[int]*Bucket) // by handle; none: it is dead
		if (Handle{}).Get() != nil {
			t.Fatal("a handle of nothing has a bucket")
		}
		for range rapid.IntRange(1, 30).Draw(t, "acts") {
			if len(alive) == 0 || rapid.Bool().Draw(t, "makes") {
				k := a.Flush()
				alive = append(alive, k)
				of[len(handles)] = k
				handles = append(handles, k.Handle())
			} else {
				i := rapid.IntRange(0, len(alive)-1).Draw(t, "ends")
				for h, k := range of {
					if k == alive[i] {
						delete(of, h)
					}
				}
				alive[i].Destroy()
				alive = append(alive[:i], alive[i+1:]...)
			}
			for i, h := range handles {
				if h.Get() != of[i] {
					t.Fatalf("handle %d has %p, want %p", i, h.Get(), of[i])
				}
			}
		}
	})
}
