package httpconn

import (
	"testing"

	"brigade/core/bucket"
)

// BenchmarkRequest is what a request costs between its parsing and its rendering: a
// pool, a node, two buckets, and their end; sixteen at a time, as a pipeline has it.
func BenchmarkRequest(b *testing.B) {
	c := made(Sizes{In: 16 << 10, Out: 16 << 10})
	body := make([]byte, 100)
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		c.Begin(1)
		c.X.Shared(body)
		c.X.Finish()
		c.Record()
		if n++; n < 16 {
			continue
		}
		n = 0
		for !c.Out.Empty() {
			k := c.Out.Front()
			if k.Kind() == bucket.EndOfRequest {
				c.End(k.Request().(*Request))
			}
			c.Out.Pop()
		}
	}
}
