package httpconn

// Pool is a task's stock of Conns. It belongs to that task.
type Pool struct {
	Sizes Sizes
	Keep  int // how many unused ones to keep
	free  []*Conn
}

// Get takes a Conn out of stock or makes one; nil: the page source refused.
func (p *Pool) Get() *Conn {
	if n := len(p.free); n > 0 {
		c := p.free[n-1]
		p.free = p.free[:n-1]
		return c
	}
	return New(p.Sizes)
}

// Put takes c back.
func (p *Pool) Put(c *Conn) {
	c.Recycle()
	if len(p.free) >= p.Keep {
		c.Free()
		return
	}
	p.free = append(p.free, c)
}

// Close frees what is in stock.
func (p *Pool) Close() {
	for _, c := range p.free {
		c.Free()
	}
	p.free = nil
}
