package mem

// The model of an allocator is the set of blocks that are out: each is its holder's
// alone, large enough, and counted.

import (
	"errors"
	"testing"

	"pgregory.net/rapid"
)

func TestAllocatorIsASet(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := Limits{
			Keep: int64(rapid.SampledFrom([]int{0, 3000, 1 << 20}).Draw(t, "keep")),
			Out:  int64(rapid.SampledFrom([]int{0, 10_000, 1 << 20}).Draw(t, "limit")),
		}
		a, _ := owned(l)
		var out []*Block
		bytes := int64(0) // of those out, and of those returned and not collected
		take := func() *Block {
			i := rapid.IntRange(0, len(out)-1).Draw(t, "block")
			b := out[i]
			out = append(out[:i], out[i+1:]...)
			return b
		}
		returned := int64(0)
		for i := range rapid.IntRange(1, 60).Draw(t, "operations") {
			switch op := rapid.SampledFrom([]string{"alloc", "alloc", "alloc", "drop", "return", "collect", "trim"}).Draw(t, "operation"); {
			case op == "alloc":
				n := rapid.SampledFrom([]int{0, 1, 256, 257, 1000, 4096, 131072, 131073, 300_000}).Draw(t, "bytes")
				b, err := a.Alloc(n)
				var full *Full
				if errors.As(err, &full) {
					if size := sizeOf(n); l.Out == 0 || bytes-returned+size <= l.Out {
						t.Fatalf("%v, with %d bytes out and %d asked for", err, bytes-returned, n)
					}
					bytes, returned = bytes-returned, 0
					break
				}
				if err != nil || len(b.Bytes()) < n || b.Used() != 0 || b.Shared() {
					t.Fatalf("%d bytes of %d, %v", len(b.Bytes()), n, err)
				}
				if a.Out() == bytes-returned+int64(len(b.Bytes())) {
					bytes, returned = bytes-returned, 0 // it collected
				}
				bytes += int64(len(b.Bytes()))
				b.Bytes()[0], b.Bytes()[len(b.Bytes())-1] = byte(i), byte(i)
				b.Extend(i)
				out = append(out, b)
			case op == "drop" && len(out) > 0:
				b := take()
				bytes -= int64(len(b.Bytes()))
				b.Drop()
			case op == "return" && len(out) > 0:
				b := take()
				returned += int64(len(b.Bytes()))
				b.Return()
			case op == "collect", op == "trim":
				if op == "trim" {
					a.Trim()
				}
				a.Collect()
				bytes, returned = bytes-returned, 0
			}
			if a.Out() != bytes || l.Out > 0 && bytes > l.Out || a.kept > l.Keep {
				t.Fatalf("%d bytes out, want %d; %d kept, limits %+v", a.Out(), bytes, a.kept, l)
			}
			for _, b := range out {
				if n := byte(b.Used()); b.Bytes()[0] != n || b.Bytes()[len(b.Bytes())-1] != n {
					t.Fatal("two hold the same block")
				}
			}
		}
		for len(out) > 0 {
			take().Return()
		}
		a.End()
	})
}

// sizeOf is how many bytes a block for n has.
func sizeOf(n int) int64 {
	if c := class(n); c != measured {
		return 1 << (c + smallest)
	}
	return int64(n)
}

// At its limit an allocator says so, and tells whoever waits when something came
// back.
func TestFull(t *testing.T) {
	a, _ := owned(Limits{Out: 1000})
	b, _ := a.Alloc(500)
	_, err := a.Alloc(500)
	var full *Full
	if !errors.As(err, &full) || err.Error() != "memory: memory 1 has 512 bytes out, and its limit is 1000" {
		t.Fatalf("%v", err)
	}
	bell := new(counting)
	if !full.Wait(&Bell{bell}) {
		t.Fatal("nothing came back, and it is said to have")
	}
	b.Return()
	if bell.n != 1 {
		t.Errorf("woken %d times", bell.n)
	}
	if full.Wait(&Bell{bell}) {
		t.Error("something came back, and it is not told")
	}
	if b, err = a.Alloc(500); err != nil {
		t.Error(err)
	}
	b.Return()
	if bell.n != 1 {
		t.Error("woken, but nobody waited")
	}
}

type counting struct{ n int }

func (c *counting) Wake() { c.n++ }
