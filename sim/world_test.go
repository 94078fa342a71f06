package sim_test

import (
	"time"

	"brigade/core/rt"
	"brigade/sim"
)

// box is a world of one object: writes put a token into it, after a while if so
// asked, and reads wait for one.
type box struct {
	s      *sim.Sim
	object int32
	tokens int
	first  int // tokens at the run's begin
	edge   sim.Edge
}

func (b *box) Begin(s *sim.Sim) {
	b.s, b.tokens = s, b.first
	b.object = s.NewObject("box")
}

func (b *box) End() { /* it holds nothing */ }

func (b *box) Submit(c *sim.Call) bool {
	c.Object = b.object
	return b.Ready(c)
}

func (b *box) Ready(c *sim.Call) bool { return c.Op == rt.OpWrite || b.tokens > 0 }

func (b *box) Do(c *sim.Call) {
	switch {
	case c.Op == rt.OpWrite:
		c.Release = &b.edge
		if c.Args[0] == 0 {
			b.Fire()
			return
		}
		b.s.At(b.s.Now().Add(time.Duration(c.Args[0])), b)
	case b.tokens > 0:
		b.tokens--
		c.N, c.Acquire = 1, &b.edge
	}
}

// Fire delivers a token.
func (b *box) Fire() {
	b.tokens++
	b.s.Notify(b.object)
}

// put and take are the system calls, as seen by a task.
//
//go:norace
func (b *box) put(after time.Duration) {
	if c := b.s.Call(); c != nil {
		c.Op, c.Args[0] = rt.OpWrite, int64(after)
		b.s.Do(c)
	}
}

//go:norace
func (b *box) take(op rt.Op, timeout time.Duration) bool {
	c := b.s.Call()
	if c == nil {
		return false
	}
	c.Op, c.Block, c.Timeout = op, true, timeout
	return b.s.Do(c) && c.N == 1
}
