package stage

import (
	"brigade/core/handoff"
	"brigade/core/rt"
)

// processor is a task that performs what may block.
type processor struct {
	worker
	place handoff.Member[Conn, *Conn]
}

// turn takes connections until the crew is closed.
func (p *processor) turn() {
	for {
		c := p.shard.crew.Next(&p.place)
		if c == nil {
			p.pool.Close()
			p.post()
			return
		}
		c.take(&p.worker)
		p.tick()
		p.draining = p.server.phase.Load() != serving
		if p.server.late(p.now) {
			c.step, c.cut = stepFinish, true
		}
		p.run(c, c.step)
		p.post()
	}
}

// overran reports whether a drain's deadline passed while a handler ran, after whose
// return a processor looks for the connection's next request: that one is not begun.
func (w *worker) overran() bool {
	w.draining = w.server.phase.Load() != serving
	return w.draining && w.server.late(rt.Now())
}
