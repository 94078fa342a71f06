package mem

import "brigade/core/rt"

// first is the size of a pool's blocks, but for what is larger.
const first = 1 << 10

// Alloc takes n bytes out of p, which must be the pool of its owner's scope. They
// hold whatever was in them, and are p's until it ends. The error is the
// allocator's.
func (p *Pool) Alloc(n int) ([]byte, error) {
	if p.state != open {
		p.must("allocated from")
	}
	if s := p.alloc.holder; s == nil || s.pool != p {
		p.misplaced()
	}
	if rt.Checking() {
		p.alloc.mine("allocated from")
	}
	if n > len(p.room) {
		return p.more(n)
	}
	p.count(n)
	b := p.room[:n:n]
	p.room = p.room[n:]
	return b, nil
}

// count tells that n bytes were taken.
func (p *Pool) count(n int) {
	p.bytes += int64(n)
	if rt.Checking() {
		rt.Probe(rt.ProbePoolUse, p.ID(), uint64(n), p.ID())
	}
}

// more takes n bytes out of a new block. What is left of that is the pool's room,
// unless there is more in the one before.
func (p *Pool) more(n int) ([]byte, error) {
	b, err := p.alloc.Alloc(max(n, first))
	if err != nil {
		return nil, err
	}
	p.count(n)
	b.next, p.blocks = p.blocks, b
	if rest := b.bytes[n:]; len(rest) > len(p.room) {
		p.room = rest
	}
	return b.bytes[:n:n], nil
}

// Copy takes len(b) bytes out of p and copies b there.
func (p *Pool) Copy(b []byte) ([]byte, error) {
	c, err := p.Alloc(len(b))
	copy(c, b)
	return c, err
}

// misplaced reports memory taken outside of the scope.
func (p *Pool) misplaced() {
	s := p.alloc.holder
	if rt.Checking() {
		in := uint64(0)
		if s != nil && s.pool != nil {
			in = s.pool.ID()
		}
		rt.Probe(rt.ProbePoolUse, p.ID(), 0, in)
	}
	if s == nil {
		rt.Bug("scope: memory is taken out of %v while it is being handed over; %s had it last", p, p.alloc.before.name())
	}
	if s.pool == nil {
		rt.Bug("scope: %s takes memory out of %v outside of any scope; a step enters the pool that it works in", s.Name, p)
	}
	how := "which is another lifetime"
	switch {
	case s.pool.Within(p):
		how = "which lives longer"
	case p.Within(s.pool):
		how = "which ends earlier"
	}
	rt.Bug("scope: %s works in %v and takes memory out of %v, %s; set aside what has to cross", s.Name, s.pool, p, how)
}
