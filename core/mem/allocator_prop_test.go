package mem

// The model of an allocator is three sets of blocks: those that are out, each of which is
// its holder's alone and large enough; those that came back by another task and were not
// taken in yet; and those that are kept. Blocks are counted, kept as far as there is room,
// and used again before the page source is asked.

import (
	"errors"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// stores is an allocator and its model.
type stores struct {
	t        *rapid.T
	a        *Allocator
	l        Limits
	out      []*Block
	returned []*Block
	kept     []*Block
}

func held(list []*Block) (bytes int64) {
	for _, b := range list {
		bytes += int64(len(b.bytes))
	}
	return bytes
}

// shelves has b come back. made is a block made since, of its node perhaps.
func (s *stores) shelves(b *Block, size int64, made *Block) {
	if size <= 1<<largest && held(s.kept)+size <= s.l.Keep {
		s.kept = append(s.kept, b)
	} else if b.bytes != nil && b != made {
		s.t.Fatalf("a block of %d bytes is kept beside %d, of %d", size, held(s.kept), s.l.Keep)
	}
}

// collects has what was returned be taken in, the last first.
func (s *stores) collects(sizes map[*Block]int64, made *Block) {
	for _, b := range slices.Backward(s.returned) {
		s.shelves(b, sizes[b], made)
	}
	s.returned = nil
}

// alloc takes a block for n bytes.
func (s *stores) alloc(i, n int) {
	t, size := s.t, sizeOf(n)
	sizes := make(map[*Block]int64)
	for _, b := range s.returned {
		sizes[b] = int64(len(b.bytes))
	}
	limit := s.l.Out
	if limit == 0 {
		limit = 1 << 40
	}
	reusable := func(b *Block) bool { return int64(len(b.bytes)) == size }
	full := held(s.out)+held(s.returned)+size > limit
	used := slices.Clone(s.kept)
	if full || size <= 1<<largest && !slices.ContainsFunc(s.kept, reusable) {
		used = append(used, s.returned...)
	}
	fits := held(s.out)+size <= limit || !full
	b, err := s.a.Alloc(n)
	if len(used) > len(s.kept) {
		s.collects(sizes, b)
	}
	var f *Full
	switch {
	case !fits && errors.As(err, &f):
		return
	case !fits || err != nil:
		t.Fatalf("with %d bytes out, %d are asked for, of %d: %v", held(s.out), size, limit, err)
	case int64(len(b.bytes)) != size || b.Used() != 0 || b.Shared():
		t.Fatalf("for %d bytes there are %d", n, len(b.bytes))
	}
	again := slices.Index(s.kept, b)
	if (again >= 0) != slices.ContainsFunc(s.kept, reusable) {
		t.Fatalf("a block is used again: %t", again >= 0)
	}
	if again >= 0 {
		s.kept = slices.Delete(s.kept, again, again+1)
	}
	b.bytes[0], b.bytes[len(b.bytes)-1] = byte(i), byte(i)
	b.Extend(i)
	s.out = append(s.out, b)
}

func TestAllocatorIsASet(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := Limits{
			Keep: int64(rapid.SampledFrom([]int{0, 256, 512, 3000, 1 << 17, 1 << 20}).Draw(t, "keep")),
			Out:  int64(rapid.SampledFrom([]int{0, 1024, 4096, 4352, 1 << 20}).Draw(t, "limit")),
		}
		a, _ := owned(l)
		s := &stores{t: t, a: a, l: l}
		take := func() *Block {
			i := rapid.IntRange(0, len(s.out)-1).Draw(t, "block")
			b := s.out[i]
			s.out = append(s.out[:i], s.out[i+1:]...)
			return b
		}
		for i := range rapid.IntRange(1, 60).Draw(t, "operations") {
			switch op := rapid.SampledFrom([]string{"alloc", "alloc", "alloc", "drop", "return", "return", "collect", "trim"}).Draw(t, "operation"); {
			case op == "alloc":
				s.alloc(i, rapid.SampledFrom([]int{0, 1, 256, 256, 257, 512, 1000, 4096, 131072, 131073, 300_000}).Draw(t, "bytes"))
			case op == "drop" && len(s.out) > 0:
				b := take()
				size := int64(len(b.bytes))
				b.Drop()
				s.shelves(b, size, nil)
			case op == "return" && len(s.out) > 0:
				b := take()
				s.returned = append(s.returned, b)
				b.Return()
			case op == "collect", op == "trim":
				sizes := make(map[*Block]int64)
				for _, b := range s.returned {
					sizes[b] = int64(len(b.bytes))
				}
				n := len(s.returned)
				if op == "trim" {
					a.Trim()
					s.kept, s.returned = nil, nil
				} else if got := a.Collect(); got != n {
					t.Fatalf("%d are taken in, of %d", got, n)
				}
				s.collects(sizes, nil)
			}
			if a.Out() != held(s.out)+held(s.returned) || a.kept != held(s.kept) {
				t.Fatalf("%d bytes are out and %d kept, not %d and %d", a.Out(), a.kept, held(s.out)+held(s.returned), held(s.kept))
			}
			for _, b := range s.out {
				if n := byte(b.Used()); b.bytes[0] != n || b.bytes[len(b.bytes)-1] != n {
					t.Fatal("two hold the same block")
				}
			}
		}
		for len(s.out) > 0 {
			take().Return()
		}
		a.End()
	})
}

// sizeOf is how many bytes a block for n has: the next power of two, from 256 to 128 Ki.
func sizeOf(n int) int64 {
	for size := 256; size <= 128<<10; size *= 2 {
		if n <= size {
			return int64(size)
		}
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
