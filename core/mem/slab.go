package mem

// Slabs of nodes. Nodes hold Go pointers and so live on Go's heap, several to an
// allocation, and are used again. The first is one, and then as many come as there are,
// sixteen at most: an owner that has one request at a time, of which there are thousands,
// has no more than that needs. Where dear checks are on, a node that came back
// stays aside until as many others have as the quarantine holds: whoever still has
// a pointer to it meets a dead node, not another's.

import (
	"slices"

	"brigade/core/rt"
)

// quarantine is how many dead nodes stay aside under checking.
const quarantine = 64

// Slab is a stock of nodes of one owner. The zero value is empty. Nodes come with
// whatever was left in them: their user resets them, and keeps the generation.
type Slab[T any] struct {
	free  []*T
	aside []*T // under checking, oldest first
	out   int
	made  int
}

// Get takes a node out of stock, or makes some.
func (s *Slab[T]) Get() *T {
	s.out++
	n := len(s.free) - 1
	if n < 0 {
		s.grow()
		n = len(s.free) - 1
	}
	x := s.free[n]
	s.free = s.free[:n]
	return x
}

// Put takes x back.
func (s *Slab[T]) Put(x *T) {
	s.out--
	if rt.Checking() {
		s.aside = append(s.aside, x)
		if len(s.aside) <= quarantine {
			return
		}
		x, s.aside = s.aside[0], s.aside[1:]
	}
	s.free = append(s.free, x)
}

// Out is how many nodes were taken and not put back.
func (s *Slab[T]) Out() int { return s.out }

func (s *Slab[T]) grow() {
	const most = 16
	nodes := make([]T, min(max(s.made, 1), most))
	s.made += len(nodes)
	s.free = slices.Grow(s.free, len(nodes))
	for i := range nodes {
		s.free = append(s.free, &nodes[i])
	}
}
