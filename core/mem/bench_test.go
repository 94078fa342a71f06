package mem

// What a request's pool costs, with so much taken out of it. Blocks stand beside
// what Go offers in cmd/bench (bench memory).

import "testing"

var sink []byte

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
