package mem

// Side by side, in one run: what a block costs here, by make and the collector, and
// out of sync.Pool; and what giving one back costs from another task, and through a
// mutex and a condition.

import (
	"sync"
	"testing"
)

var sink []byte

func BenchmarkBlock(b *testing.B) {
	const size = 4096
	b.Run("owner", func(b *testing.B) {
		a, _ := owned(Limits{Keep: 1 << 20})
		b.ReportAllocs()
		for b.Loop() {
			k, _ := a.Alloc(size)
			k.Drop()
		}
	})
	b.Run("make", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			sink = make([]byte, size)
		}
	})
	b.Run("sync.Pool", func(b *testing.B) {
		pool := sync.Pool{New: func() any { return &Block{bytes: make([]byte, size)} }}
		b.ReportAllocs()
		for b.Loop() {
			k := pool.Get().(*Block)
			pool.Put(k)
		}
	})
}

func BenchmarkPool(b *testing.B) {
	for _, n := range []int{0, 1, 10} {
		b.Run([]string{"empty", "1x100", "", "", "", "", "", "", "", "", "10x100"}[n], func(b *testing.B) {
			a, s := owned(Limits{Keep: 1 << 20})
			b.ReportAllocs()
			for b.Loop() {
				p := a.NewPool(Request)
				s.Enter(p)
				for range n {
					sink, _ = p.Alloc(100)
				}
				p.Destroy()
			}
		})
	}
}

// locked is a free list under a lock, whose owner can wait.
type locked struct {
	mu   sync.Mutex
	some *sync.Cond
	list *Block
}

func (l *locked) put(b *Block) {
	l.mu.Lock()
	b.next, l.list = l.list, b
	l.some.Signal()
	l.mu.Unlock()
}

func (l *locked) get() *Block {
	l.mu.Lock()
	for l.list == nil {
		l.some.Wait()
	}
	b := l.list
	l.list = b.next
	l.mu.Unlock()
	return b
}

// The uncontended return: the same task, collected in batches of 64.
func BenchmarkReturn(b *testing.B) {
	b.Run("list", func(b *testing.B) {
		a, _ := owned(Limits{Keep: 1 << 20})
		var out [64]*Block
		n := 0
		for b.Loop() {
			if n == 0 {
				b.StopTimer()
				a.Collect()
				for n < len(out) {
					out[n], _ = a.Alloc(256)
					n++
				}
				b.StartTimer()
			}
			n--
			out[n].Return()
		}
	})
	b.Run("mutex+cond", func(b *testing.B) {
		l := new(locked)
		l.some = sync.NewCond(&l.mu)
		k := new(Block)
		for b.Loop() {
			l.put(k)
			l.list = nil
		}
	})
}

// The contended return: two tasks push what a third hands to them, in rounds of
// 1,024 blocks; the figure is a block's.
func BenchmarkContended(b *testing.B) {
	const round, tasks = 1024, 2
	blocks := make([]*Block, 0, round)
	run := func(b *testing.B, put func(*Block), fetch func() []*Block, collect func()) {
		for b.Loop() {
			b.StopTimer()
			out := fetch()
			var all sync.WaitGroup
			b.StartTimer()
			for i := range tasks {
				part := out[i*round/tasks : (i+1)*round/tasks]
				all.Go(func() {
					for _, k := range part {
						put(k)
					}
				})
			}
			collect()
			all.Wait()
			b.StopTimer()
			collect()
			b.StartTimer()
		}
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*round), "ns/block")
	}
	b.Run("list", func(b *testing.B) {
		a, _ := owned(Limits{Keep: 1 << 20})
		run(b, (*Block).Return, func() []*Block {
			blocks = blocks[:0]
			for range round {
				k, _ := a.Alloc(256)
				blocks = append(blocks, k)
			}
			return blocks
		}, func() { a.Collect() })
	})
	b.Run("mutex+cond", func(b *testing.B) {
		l := new(locked)
		l.some = sync.NewCond(&l.mu)
		left := 0
		run(b, l.put, func() []*Block {
			blocks, left = blocks[:0], round
			for range round {
				blocks = append(blocks, new(Block))
			}
			return blocks
		}, func() {
			for ; left > 0; left-- {
				l.get()
			}
		})
	})
}
