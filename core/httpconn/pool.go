package httpconn

import (
	"brigade/core/mem"
	"brigade/core/sys"
)

// Pool is a task's stock of Conns. It belongs to that task.
type Pool struct {
	Sizes  Sizes
	Keep   int // how many unused ones to keep
	Kernel sys.Kernel
	Scope  *mem.Scope // the task's
	Base   uint64     // from which its Conns' memory is numbered
	free   []*Conn
	made   uint64
}

// Get takes a Conn out of stock or makes one; nil: the page source refused.
func (p *Pool) Get() *Conn {
	var c *Conn
	if n := len(p.free); n > 0 {
		c = p.free[n-1]
		p.free = p.free[:n-1]
	} else {
		p.made++
		if c = New(p.Base+p.made, p.Sizes, p.Kernel, p.Scope); c == nil {
			return nil
		}
	}
	c.Open()
	return c
}

// Put takes c back.
func (p *Pool) Put(c *Conn) {
	c.Recycle()
	c.tell(0)
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
