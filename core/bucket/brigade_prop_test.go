package bucket

// The model of a brigade is the bytes that it stands for, with marks between them.

import (
	"bytes"
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"brigade/core/mem"
	"brigade/core/sys"
)

// disk is what the test's only file holds.
var disk = []byte("the file's bytes, of which buckets have parts, some of them longer than others")

// kernel has one file, and counts how often it was closed.
type kernel struct {
	sys.Kernel
	closed int
}

func (k *kernel) Close(sys.FD) sys.Errno {
	k.closed++
	return sys.OK
}

func (k *kernel) Pread(_ sys.FD, p []byte, off int64) (int, sys.Errno) {
	return copy(p, disk[min(int(off), len(disk)):]), sys.OK
}

// fixture is an allocator, its owner, and a pool that is its scope.
func fixture() (*Allocator, *mem.Scope, *mem.Pool) {
	a, s := new(Allocator), &mem.Scope{Name: "loop"}
	m := mem.NewAllocator(1, "memory 1", mem.Limits{Keep: 1 << 20})
	m.Take(s)
	a.Init(m, new(kernel))
	p := m.NewPool(mem.Request)
	s.Enter(p)
	return a, s, p
}

// bytesOf are the bytes that k stands for.
func bytesOf(k *Bucket) []byte {
	if k.kind == File {
		if k.n == Unknown {
			return disk[k.off:]
		}
		return disk[k.off : k.off+k.n]
	}
	if k.kind.Metadata() {
		return fmt.Appendf(nil, "<%v>", k.kind)
	}
	return k.bytes()
}

// text is the bytes and marks of b.
func text(b *Brigade) (s string) {
	for k := b.first; k != nil; k = k.next {
		s += string(bytesOf(k))
	}
	return s
}

// over is a request that has ended.
type over struct{}

func (over) Ended() bool { return true }
func (over) GiveUp()     {}

// world is a set of brigades and their models.
type world struct {
	t       *rapid.T
	a       *Allocator
	p       *mem.Pool
	list    []*Brigade
	model   []string
	written int
}

// made draws a bucket.
func (w *world) made() *Bucket {
	data := fmt.Appendf(nil, "(%d:%s)", w.written, bytes.Repeat([]byte{'x'}, rapid.SampledFrom([]int{0, 1, 7, 300}).Draw(w.t, "length")))
	w.written++
	switch rapid.SampledFrom([]Kind{Heap, Heap, Pool, Transient, Immortal, File, EndOfStream, EndOfRequest, Flush, Error}).Draw(w.t, "kind") {
	case Heap:
		k, err := w.a.Copied(data)
		if err != nil {
			w.t.Fatal(err)
		}
		return k
	case Pool:
		b, _ := w.p.Copy(data)
		return w.a.Pool(w.p, b)
	case Transient:
		return w.a.Transient(data)
	case Immortal:
		return w.a.Immortal(data)
	case File:
		f := NewFile(w.a.kernel, 9)
		return w.a.File(f, 3, rapid.SampledFrom([]int64{0, 20, Unknown}).Draw(w.t, "part"))
	case EndOfStream:
		return w.a.EndOfStream()
	case EndOfRequest:
		return w.a.EndOfRequest(over{})
	case Flush:
		return w.a.Flush()
	}
	return w.a.Error(nil)
}

func TestBrigadeIsBytes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, _, p := fixture()
		w := &world{t: t, a: a, p: p}
		for range 3 {
			b := new(Brigade)
			b.Init(a)
			w.list, w.model = append(w.list, b), append(w.model, "")
		}
		for range rapid.IntRange(1, 50).Draw(t, "operations") {
			i, j := rapid.IntRange(0, 2).Draw(t, "brigade"), rapid.IntRange(0, 2).Draw(t, "other")
			w.step(i, j)
			for i, b := range w.list {
				w.agree(b, w.model[i])
			}
		}
		for _, b := range w.list {
			b.Destroy()
		}
		p.Destroy()
		if a.Live() != 0 {
			t.Fatalf("%d buckets are left", a.Live())
		}
		a.End()
	})
}

func (w *world) step(i, j int) {
	t, b := w.t, w.list[i]
	switch op := rapid.SampledFrom([]string{"append", "append", "append", "prepend", "write", "write", "concat", "split", "partition", "copy", "setaside", "read", "remove", "insert"}).Draw(t, "operation"); op {
	case "append", "prepend":
		k := w.made()
		if op == "append" {
			w.model[i] += string(bytesOf(k))
			b.Append(k)
		} else {
			w.model[i] = string(bytesOf(k)) + w.model[i]
			b.Prepend(k)
		}
	case "write":
		data := fmt.Sprintf("[%d]", w.written)
		w.written++
		if err := b.Write([]byte(data)); err != nil {
			t.Fatal(err)
		}
		w.model[i] += data
	case "concat":
		if i != j {
			w.model[i] += w.model[j]
			w.model[j] = ""
			b.Concat(w.list[j])
		}
	case "split", "copy", "setaside", "read", "remove", "insert":
		if k := w.some(b); k != nil {
			w.one(op, i, j, k)
		}
	case "partition":
		n := rapid.IntRange(0, 400).Draw(t, "at")
		before := text(b)
		k, ok := b.Partition(int64(n))
		if text(b) != before {
			t.Fatalf("partition changed %q to %q", before, text(b))
		}
		if ok && k != nil {
			head := new(Brigade)
			head.Init(w.a)
			b.Split(k, head)
			if size, known := b.Bytes(); size != int64(n) || !known {
				t.Fatalf("%d bytes before the partition at %d", size, n)
			}
			b.Concat(head)
		}
	}
}

// some draws a bucket of b.
func (w *world) some(b *Brigade) *Bucket {
	if b.Empty() {
		return nil
	}
	k := b.Front()
	for range rapid.IntRange(0, b.Len()-1).Draw(w.t, "bucket") {
		k = k.Next()
	}
	return k
}

func (w *world) one(op string, i, j int, k *Bucket) {
	b, to := w.list[i], w.list[j]
	before := ""
	for x := b.first; x != k; x = x.next {
		before += string(bytesOf(x))
	}
	switch own := string(bytesOf(k)); {
	case op == "split" && i != j:
		rest := w.model[i][len(before):]
		b.Split(k, to)
		w.model[i], w.model[j] = before, w.model[j]+rest
	case op == "copy" && k.kind != EndOfRequest:
		to.Append(k.Copy())
		w.model[j] += own
	case op == "insert":
		b.InsertAfter(k, w.a.Flush())
		w.model[i] = before + own + "<flush>" + w.model[i][len(before)+len(own):]
	case op == "setaside":
		longer := w.a.NewPool(mem.Connection)
		if err := b.SetAside(longer); err != nil {
			w.t.Fatal(err)
		}
		b.Kept("the test")
		longer.Destroy()
	case op == "read" && !k.kind.Metadata():
		data, err := k.Read()
		if err != nil || !bytes.HasPrefix([]byte(own), data) {
			w.t.Fatalf("read %q of %q, %v", data, own, err)
		}
	case op == "remove":
		k.Destroy()
		w.model[i] = before + w.model[i][len(before)+len(own):]
	}
}

func (w *world) agree(b *Brigade, model string) {
	if text(b) != model {
		w.t.Fatalf("it stands for %q, want %q", text(b), model)
	}
	length, size, unknown, volatile := 0, int64(0), 0, 0
	for k := b.first; k != nil; k = k.next {
		length++
		size += max(k.n, 0)
		if k.n == Unknown {
			unknown++
		}
		if k.kind == Transient {
			volatile++
		}
		if k.in != b || k.next == nil && b.last != k || k.next != nil && k.next.previous != k {
			w.t.Fatal("the list's links do not agree")
		}
	}
	if n, known := b.Bytes(); n != size || known != (unknown == 0) || b.Len() != length || b.volatile != volatile {
		w.t.Fatalf("%d bytes in %d buckets, want %d in %d", n, b.Len(), size, length)
	}
}

// What a writer does: it gathers, and consumes a part of that.
func TestWhatLeavesIsTheBytes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, _, p := fixture()
		b := new(Brigade)
		b.Init(a)
		w := &world{t: t, a: a, p: p}
		for range rapid.IntRange(0, 20).Draw(t, "buckets") {
			if k := w.made(); k.n == Unknown {
				k.Destroy()
			} else {
				b.Append(k)
			}
			if rapid.Bool().Draw(t, "write") {
				_ = b.Write([]byte("written"))
			}
		}
		want, got := "", ""
		for k := b.first; k != nil; k = k.next {
			if !k.kind.Metadata() {
				want += string(bytesOf(k))
			}
		}
		for !b.Empty() {
			limit := int64(rapid.IntRange(1, 1000).Draw(t, "limit"))
			iov, file := b.Iovec(make([][]byte, 0, rapid.IntRange(1, 4).Draw(t, "room")), limit)
			n := 0
			for _, e := range iov {
				got += string(e)
				n += len(e)
			}
			if file && n == 0 {
				for b.Front().Kind() != File || b.Front().Len() == 0 {
					b.Front().Destroy()
				}
				got += string(bytesOf(b.Front()))
				b.Front().Destroy()
				continue
			}
			if most := rapid.IntRange(0, n).Draw(t, "taken"); most < n {
				got, n = got[:len(got)-n+most], most
			}
			for b.Front() != nil {
				m := min(int64(n), b.Front().Len())
				b.Consume(m)
				n -= int(m)
				if b.Front().Len() > 0 {
					break
				}
				b.Front().Destroy()
			}
		}
		if got != want {
			t.Fatalf("%q left, want %q", got, want)
		}
	})
}
