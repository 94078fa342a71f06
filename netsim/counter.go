package netsim

// Event counters, eventfd(2).

import (
	"encoding/binary"
	"math"

	"brigade/core/sys"
	"brigade/sim"
)

type counter struct {
	value uint64
	order sim.Edge
}

func (t *counter) mask() (m sys.Events) {
	if t.value > 0 {
		m |= sys.In
	}
	if t.value == math.MaxUint64 {
		m |= sys.Err
	}
	if t.value < math.MaxUint64-1 {
		m |= sys.Out
	}
	return m
}

func (n *Net) readCounter(f *file, c *sim.Call) {
	t := f.counter
	switch {
	case len(c.Buf) < 8:
		fail(c, sys.EINVAL)
		return
	case t.value == 0:
		fail(c, sys.EAGAIN)
		return
	}
	binary.NativeEndian.PutUint64(c.Buf, t.value)
	t.value = 0
	c.N, c.Acquire = 8, &t.order
	n.s.Progress()
	n.wake(f, sys.Out)
}

// writeCounter adds. Every write is an edge to those that watch, even if the
// counter was not zero.
func (n *Net) writeCounter(f *file, c *sim.Call) {
	t := f.counter
	if len(c.Buf) < 8 {
		fail(c, sys.EINVAL)
		return
	}
	add := binary.NativeEndian.Uint64(c.Buf)
	switch {
	case add == math.MaxUint64:
		fail(c, sys.EINVAL)
		return
	case math.MaxUint64-t.value <= add:
		fail(c, sys.EAGAIN)
		return
	}
	t.value += add
	c.N, c.Release = 8, &t.order
	n.wake(f, sys.In)
	n.again(f)
}
