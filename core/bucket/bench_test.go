package bucket

// Side by side, in one run: what brigades and beams cost, and what a channel and a
// mutex with a condition do.

import (
	"sync"
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

// BenchmarkBeam sends 1 KiB from task to task; the figure is a bucket's.
func BenchmarkBeam(b *testing.B) {
	const size = 1024
	b.Run("beam", func(b *testing.B) {
		var bm Beam
		bm.Init("beam", 64<<10, nil, nil)
		var all sync.WaitGroup
		all.Go(func() { benchProduce(&bm, b.N, size) })
		benchConsume(&bm)
		all.Wait()
	})
	b.Run("channel of copies", func(b *testing.B) {
		c := make(chan []byte, 64)
		var all sync.WaitGroup
		all.Go(func() {
			for range b.N {
				c <- make([]byte, size)
			}
			close(c)
		})
		for range c {
		}
		all.Wait()
	})
	b.Run("mutex+cond", func(b *testing.B) {
		var mu sync.Mutex
		some, room := sync.NewCond(&mu), sync.NewCond(&mu)
		var list [][]byte
		var all sync.WaitGroup
		all.Go(func() {
			for range b.N {
				p := make([]byte, size)
				mu.Lock()
				for len(list) == 64 {
					room.Wait()
				}
				list = append(list, p)
				some.Signal()
				mu.Unlock()
			}
		})
		for got := 0; got < b.N; got++ {
			mu.Lock()
			for len(list) == 0 {
				some.Wait()
			}
			list = list[1:]
			room.Signal()
			mu.Unlock()
		}
		all.Wait()
	})
}

func benchProduce(bm *Beam, n, size int) {
	a, _, _ := fixture()
	b := new(Brigade)
	b.Init(a)
	for i := range n {
		block, _ := a.Alloc(size)
		b.Append(a.Heap(block, 0, size))
		if i == n-1 {
			b.Append(a.EndOfStream())
		}
		for {
			if all, err := bm.Send(b); all || err != nil {
				break
			}
			bm.Wait(Producer)
		}
	}
	for {
		if done, _ := bm.Leave(Producer); done {
			return
		}
		bm.Wait(Producer)
	}
}

func benchConsume(bm *Beam) {
	a, b := second(), new(Brigade)
	b.Init(a)
	for {
		switch state, _ := bm.Receive(b, 1<<20); state {
		case Received:
			b.Destroy()
		case Waiting:
			bm.Wait(Consumer)
		case Ended, Aborted:
			bm.Leave(Consumer)
			return
		}
	}
}
