package netsim

// What faults do to tasks, the clock, memory and the descriptor table.

import (
	"time"

	"brigade/core/sys"
	"brigade/sim"
)

var _ sim.Disturber = (*Net)(nil)

// Jump implements sim.Disturber. Whenever the clock moves, it may do so by more, and the
// time of day may be set. How coarse the clock is, the first time decides.
func (n *Net) Jump() time.Duration {
	if !n.faults.any {
		return 0
	}
	d := &n.faults.common
	if !n.faults.clock {
		n.faults.clock = true
		if v := n.draw(faultCoarse, -1, d, 3); v != 0 {
			n.s.Coarse([...]time.Duration{0, time.Millisecond, 4 * time.Millisecond}[v])
		}
	}
	if v := n.draw(faultWall, -1, d, 5); v != 0 {
		n.s.StepWall([...]time.Duration{0, -time.Hour, -time.Second, time.Second, 25 * time.Hour}[v])
	}
	if v := n.draw(faultJump, -1, d, 5); v != 0 {
		return [...]time.Duration{0, 100 * time.Millisecond, time.Second, 3 * time.Second, 8 * time.Second}[v]
	}
	return 0
}

// Start implements sim.Disturber.
func (n *Net) Start() time.Duration {
	if v := n.draw(faultStart, -1, &n.faults.common, 8); v != 0 {
		return 50 * time.Microsecond << v
	}
	return 0
}

// Stir implements sim.Disturber.
func (n *Net) Stir() time.Duration {
	if v := n.draw(faultStir, -1, &n.faults.common, 6); v != 0 {
		return 10 * time.Microsecond << v
	}
	return 0
}

// Refuse implements sim.Disturber.
func (n *Net) Refuse() bool {
	if m := n.cfg.Memory; m > 0 && n.s.Held() >= m {
		return true
	}
	return n.draw(faultPage, -1, &n.faults.common, 2) != 0
}

// preempts makes c wait, though it could be performed, as long as its thread does not
// get a processor.
func (n *Net) preempts(c *sim.Call) bool {
	if c.Block || !n.faults.any {
		return false
	}
	v := n.draw(faultPreempt, -1, &n.faults.common, 7)
	if v == 0 {
		return false
	}
	d := time.Millisecond << v
	n.s.Excuse(n.s.Clock().Add(d))
	if n.processor < 0 {
		n.processor = n.s.NewObject("processor")
	}
	c.Object, c.Block, c.Timeout = n.processor, true, d
	return true
}

// away reports whether c waits for the disk or a processor and nothing else.
func (n *Net) away(c *sim.Call) bool {
	return c.Object >= 0 && (c.Object == n.disk || c.Object == n.processor)
}

// back makes c what it was before it waited for the disk or a processor.
func (n *Net) back(c *sim.Call) {
	if n.away(c) {
		c.Block, c.Timeout, c.Expired = false, 0, false
	}
}

// take gives f a number of p: the lowest that is free, but for those that another thread
// has for a moment. -1: there is none.
func (n *Net) take(p *Process, f *file) int32 {
	if v := n.draw(faultSkip, -1, &n.faults.common, 3); v != 0 {
		return p.table.takeAbove(f, int(v))
	}
	return p.table.take(f)
}

// short is ENOMEM for a call that makes a descriptor.
func (n *Net) short(c *sim.Call) bool {
	if n.draw(faultMemory, -1, &n.faults.common, 2) == 0 {
		return false
	}
	fail(c, sys.ENOMEM)
	return true
}

// echo is a second wakeup by f, a counter or a pipe, when the first may have been served.
type echo struct {
	net  *Net
	file *file
}

func (n *Net) again(f *file) {
	if f == nil {
		return
	}
	if v := n.draw(faultEcho, f.object, &f.draws, 6); v != 0 {
		n.s.At(n.s.Clock().Add(5*time.Microsecond<<v), &echo{n, f})
	}
}

// Fire wakes those that watch.
func (e *echo) Fire() {
	if !e.file.closed {
		e.net.wake(e.file, sys.In)
	}
}

// cutFile reports whether f ends, for this call, where it begins to read: it has been
// cut, and is whole again before the next.
func (n *Net) cutFile(f *file) bool { return n.draw(faultFileCut, f.object, &f.draws, 2) != 0 }

// replaced gives f, just opened, a file of its own without a name: a copy has taken its
// name meanwhile.
func (n *Net) replaced(f *file) {
	x := f.node
	if x.kind != nodeFile || n.draw(faultFileReplaced, f.object, &f.draws, 2) == 0 {
		return
	}
	old := *x
	old.links, old.own = 0, false
	n.tree.save(x, n.running)
	n.tree.inode++
	x.inode, x.own = n.tree.inode, false
	f.node = &old
}
