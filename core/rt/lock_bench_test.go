package rt

import (
	"sync"
	"sync/atomic"
	"testing"
)

func BenchmarkMutex(b *testing.B) {
	b.Run("rt", func(b *testing.B) {
		var m Mutex
		for b.Loop() {
			m.Lock()
			m.Unlock()
		}
	})
	b.Run("sync", func(b *testing.B) {
		var m sync.Mutex
		for b.Loop() {
			m.Lock()
			m.Unlock()
		}
	})
}

func BenchmarkAdd(b *testing.B) {
	b.Run("rt", func(b *testing.B) {
		var x Int64
		for b.Loop() {
			x.Add(1)
		}
	})
	b.Run("sync", func(b *testing.B) {
		var x atomic.Int64
		for b.Loop() {
			x.Add(1)
		}
	})
}

func BenchmarkLoad(b *testing.B) {
	b.Run("rt", func(b *testing.B) {
		var x Int64
		for b.Loop() {
			x.Load()
		}
	})
	b.Run("sync", func(b *testing.B) {
		var x atomic.Int64
		for b.Loop() {
			x.Load()
		}
	})
}
