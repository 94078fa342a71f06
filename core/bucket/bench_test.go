package bucket

// A brigade's way costs no allocation. Beams and brigades stand beside channels and
// slices in cmd/bench (bench memory).

import (
	"testing"

	"brigade/core/mem"
)

// A brigade of ten buckets is built, set aside and written, without allocation.
func tenBuckets(a *Allocator, b *Brigade, longer *mem.Pool, p *mem.Pool, body, own []byte, iov [][]byte) int {
	block, _ := a.Alloc(1000)
	block.Extend(300)
	for i := range 3 {
		block.Share()
		b.Append(a.Heap(block, i*100, 100))
	}
	block.Drop()
	b.Append(a.Immortal(body))
	b.Append(a.Transient(own[:50]))
	b.Append(a.Pool(p, own))
	b.Append(a.Flush())
	b.Append(a.Immortal(body))
	b.Append(a.EndOfStream())
	b.Append(a.EndOfRequest(over{}))
	_ = b.SetAside(longer)
	got, _ := b.Iovec(iov, 1<<20)
	n := len(got)
	for !b.Empty() {
		b.Pop()
	}
	return n
}

func tenFixture() (run func() int) {
	a, s, p := fixture()
	own, _ := p.Alloc(100)
	longer := a.NewPool(mem.Connection)
	s.Enter(p)
	b := new(Brigade)
	b.Init(a)
	iov, body := make([][]byte, 0, 64), make([]byte, 5000)
	return func() int { return tenBuckets(a, b, longer, p, body, own, iov) }
}

func TestTenBucketsDoNotAllocate(t *testing.T) {
	run := tenFixture()
	if n := run(); n != 5 {
		t.Errorf("%d elements, want 5: three neighbours are one", n)
	}
	if n := testing.AllocsPerRun(100, func() { run() }); n != 0 {
		t.Errorf("%v allocations a brigade", n)
	}
}

func BenchmarkTenBuckets(b *testing.B) {
	run := tenFixture()
	b.ReportAllocs()
	for b.Loop() {
		run()
	}
}
