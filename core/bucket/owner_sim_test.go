package bucket

// What may be done with a bucket is its owner's task's to do: whoever else does it is
// stopped, at that call, under the testbed.

import (
	"testing"

	"brigade/core/mem"
	"brigade/core/rt"
	"brigade/sim"
)

func TestAnotherTaskIsStopped(t *testing.T) {
	acts := []struct {
		name string
		do   func(a *Allocator, b, c *Brigade)
	}{
		{"make", func(a *Allocator, _, _ *Brigade) { a.Flush() }},
		{"append", func(_ *Allocator, b, c *Brigade) { k := c.first; c.Remove(k); b.Append(k) }},
		{"concat", func(_ *Allocator, b, c *Brigade) { b.Concat(c) }},
		{"split", func(_ *Allocator, b, c *Brigade) { b.Split(b.first, c) }},
		{"remove", func(_ *Allocator, b, _ *Brigade) { b.Remove(b.first) }},
		{"pop", func(_ *Allocator, b, _ *Brigade) { b.Pop() }},
		{"destroy", func(_ *Allocator, b, _ *Brigade) { b.first.Destroy() }},
		{"copy", func(_ *Allocator, b, _ *Brigade) { b.first.Copy() }},
		{"cut", func(_ *Allocator, b, _ *Brigade) { b.first.Split(1) }},
		{"read", func(_ *Allocator, b, _ *Brigade) { _, _ = b.first.Read() }},
		{"look", func(_ *Allocator, b, _ *Brigade) { b.first.Memory() }},
		{"set aside", func(_ *Allocator, b, _ *Brigade) { _ = b.first.SetAside(nil) }},
		{"write", func(_ *Allocator, b, _ *Brigade) { _ = b.Write([]byte("more")) }},
	}
	for _, x := range acts {
		for _, thief := range []bool{false, true} {
			r := sim.Run(sim.Options{Seed: 1}, func() {
				a, s := new(Allocator), &mem.Scope{Name: "owner"}
				m := mem.NewAllocator(1, "memory 1", mem.Limits{})
				m.Take(s)
				s.Enter(m.NewPool(mem.Request))
				a.Init(m, new(kernel))
				b, c := new(Brigade), new(Brigade)
				for _, to := range []*Brigade{b, c} {
					to.Init(a)
					if err := to.Write([]byte("some bytes")); err != nil {
						rt.Bug("%v", err)
					}
				}
				var wg rt.WaitGroup
				if thief {
					wg.Go("thief", func() { x.do(a, b, c) })
				} else {
					x.do(a, b, c)
				}
				wg.Wait()
			})
			// What is left behind is left by both.
			if is := r.Verdict != nil && r.Verdict.Invariant != "I06"; is != thief {
				t.Errorf("%s, by another task %v: %v", x.name, thief, r.Verdict)
			}
		}
	}
}
