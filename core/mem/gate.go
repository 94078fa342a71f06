package mem

// Gate is the Waker of a task that may block.

import "brigade/core/rt"

// Gate lets one task wait until it is woken, once or often. Init it before use.
type Gate struct {
	mu    rt.Mutex
	some  rt.Cond
	woken bool // guarded by mu
}

// Init makes g ready and names it.
func (g *Gate) Init(name string) {
	g.some.L = &g.mu
	g.mu.Label(name + ".mu")
	g.some.Label(name + ".some")
}

// Wake implements Waker.
func (g *Gate) Wake() {
	g.mu.Lock()
	g.woken = true
	g.some.Signal()
	g.mu.Unlock()
}

// Wait returns once Wake was called since the last time.
func (g *Gate) Wait() {
	g.mu.Lock()
	g.some.Await(func() bool { return g.woken })
	g.woken = false
	g.mu.Unlock()
}
