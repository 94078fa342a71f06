package mem

// Scopes. Memory taken out of a pool that lives longer than it should appears to
// work, because the master outlives the slave, until the master is cleaned up first
// (Leggett, 2015). So a task says at the entry of each step which lifetime it works
// in, and taking memory out of any other pool, longer or shorter lived, of the same
// task or not, is a bug that names both. What has to cross is set aside or sent
// through a beam.

import "brigade/core/rt"

// Scope is a task's: its name, and the pool that its memory comes from.
type Scope struct {
	Name string // of the task
	pool *Pool
}

// Enter makes p the pool of s and returns the one before, for Leave. nil: memory
// comes from nowhere.
func (s *Scope) Enter(p *Pool) (outer *Pool) {
	if p != nil {
		if p.state != open {
			p.bug("entered as a scope")
		}
		if p.alloc.holder != s {
			rt.Probe(rt.ProbeMemory, p.alloc.id, memoryTouched, 0)
			rt.Bug("memory: %s enters %v, which belongs to %s; a task works in its own memory", s.Name, p, p.alloc.holder.name())
		}
	}
	outer, s.pool = s.pool, p
	return outer
}

// Leave goes back to the pool that Enter returned.
func (s *Scope) Leave(outer *Pool) { s.pool = outer }

// Pool is the pool of s; nil: there is none.
func (s *Scope) Pool() *Pool { return s.pool }

// name is that of a scope that may be nobody's.
func (s *Scope) name() string {
	if s == nil {
		return "nobody (it is being handed over)"
	}
	return s.Name
}
