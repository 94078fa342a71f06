package mem

// Cleanups: what has to happen when a pool ends. They run newest first, after the
// pool's children are gone. One that was run early or killed is not run again: an
// object that is cleaned both by a call and by its pool would be freed twice.

import "brigade/core/rt"

// Cleaner is what a cleanup does.
type Cleaner interface{ Clean() }

// Cleanup is a node in a pool's list: it is part of the object that it cleans, so
// that registering it allocates nothing. It is in one list at most.
type Cleanup struct {
	of       Cleaner
	pool     *Pool // nil: it is in none
	next     *Cleanup
	previous *Cleanup
}

// Register makes p run of.Clean when it ends.
func (p *Pool) Register(c *Cleanup, of Cleaner) {
	if p.state == dead {
		p.bug("given a cleanup")
	}
	if rt.Checking() {
		p.alloc.mine("given a cleanup")
	}
	if c.pool != nil {
		rt.Bug("pool: a cleanup of %v is registered with %v, too; it is in one list at most", c.pool, p)
	}
	c.of, c.pool, c.next = of, p, p.cleanups
	if c.next != nil {
		c.next.previous = c
	}
	p.cleanups = c
}

// Run runs the cleanup now, and not again.
func (c *Cleanup) Run() {
	c.Kill()
	c.of.Clean()
}

// Kill takes the cleanup out of its pool's list, unrun.
func (c *Cleanup) Kill() {
	if c.pool == nil {
		rt.Bug("pool: a cleanup is run or killed that is not registered; it happens once, early or when its pool ends")
	}
	if rt.Checking() {
		c.pool.alloc.mine("rid of a cleanup")
	}
	c.unlink()
}

// Pending reports whether it is registered and has not run.
func (c *Cleanup) Pending() bool { return c.pool != nil }

func (c *Cleanup) unlink() {
	if c.next != nil {
		c.next.previous = c.previous
	}
	if c.previous != nil {
		c.previous.next = c.next
	} else {
		c.pool.cleanups = c.next
	}
	c.pool, c.next, c.previous = nil, nil, nil
}
