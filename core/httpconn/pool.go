package httpconn

import (
	"brigade/core/iobuf"
	"brigade/core/mem"
	"brigade/core/sys"
)

// Pool is a task's stock of Conns: as many as it needs at once as a rule, one for its
// client and one for what it fetches from a backend. It belongs to that task.
type Pool struct {
	Sizes Sizes
	Keep  int    // how many unused ones to keep
	Depot *Depot // the shard's; nil: it has none, and what is more than Keep is freed
	// Buffers are the task's hold on the budget; nil: there is none.
	Buffers *iobuf.Cache
	Kernel  sys.Kernel
	Scope   *mem.Scope // the task's
	Base    uint64     // from which its Conns' memory is numbered
	free    []*Conn
	made    uint64
	seen    uint64 // the generation of Sizes
}

// Get takes a Conn for c, with a buffer out of the budget, if there is one that nobody
// waits for. The error is iobuf.ErrRefused, or the page source's.
func (p *Pool) Get(c iobuf.Class) (*Conn, error) {
	if p.Buffers != nil && !p.Buffers.Take(c) {
		return nil, iobuf.ErrRefused
	}
	return p.charged(c)
}

// Await is Get for w, which stands in line when it is refused.
func (p *Pool) Await(w *iobuf.Waiter, c iobuf.Class) (*Conn, error) {
	if p.Buffers != nil && !p.Buffers.Want(w, c) {
		return nil, iobuf.ErrRefused
	}
	return p.charged(c)
}

// Lend is Get for one whose memory others' buffers stand for.
func (p *Pool) Lend() (*Conn, error) {
	c := p.get()
	if c == nil {
		return nil, mem.ErrRefused
	}
	return c, nil
}

// charged is a Conn with a buffer that was taken for class.
func (p *Pool) charged(class iobuf.Class) (*Conn, error) {
	c := p.get()
	if c == nil {
		if p.Buffers != nil {
			p.Buffers.Put(class)
		}
		return nil, mem.ErrRefused
	}
	c.charged, c.class = p.Buffers != nil, class
	return c, nil
}

// get takes a Conn out of stock, the task's own or the shard's, or makes one; nil: the
// page source refused.
func (p *Pool) get() *Conn {
	if len(p.free) == 0 && p.Depot != nil {
		p.free = p.Depot.get(p.free, max(p.Keep, 1), p.Scope)
	}
	var c *Conn
	for c == nil && len(p.free) > 0 {
		n := len(p.free) - 1
		c, p.free[n] = p.free[n], nil
		p.free = p.free[:n]
		if c.sizes != p.Sizes {
			c.Free() // they have changed since
			c = nil
		}
	}
	if c == nil {
		p.made++
		if c = New(p.Base+p.made, p.Sizes, p.Kernel, p.Scope); c == nil {
			return nil
		}
	}
	c.Open()
	return c
}

// Detach is the class of c's buffer, which its user keeps when c is put back. False: it
// has none.
func (c *Conn) Detach() (class iobuf.Class, ok bool) {
	class, ok = c.class, c.charged
	c.class, c.charged = 0, false
	return class, ok
}

// Put takes c back.
func (p *Pool) Put(c *Conn) {
	class, charged := c.Detach()
	c.Recycle()
	c.tell(0)
	switch {
	case c.sizes != p.Sizes:
		c.Free()
	case len(p.free) < p.Keep:
		p.free = append(p.free, c)
	case p.Depot == nil || !p.Depot.put(c):
		c.Free()
	}
	if charged {
		p.Buffers.Put(class)
	}
}

// Heed learns of sizes that have changed, and frees what is in stock of others. The
// task calls it now and then; if nothing has changed it is one look.
func (p *Pool) Heed() {
	if p.Depot == nil || p.Depot.generation.Load() == p.seen {
		return
	}
	p.Sizes, p.seen = p.Depot.now()
	for _, c := range p.free {
		c.Free()
	}
	p.free = p.free[:0]
}

// Stock is how many there are unused.
func (p *Pool) Stock() int { return len(p.free) }

// Close frees what is in stock.
func (p *Pool) Close() {
	for _, c := range p.free {
		c.Free()
	}
	p.free = nil
}
