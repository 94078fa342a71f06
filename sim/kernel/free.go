package kernel

// Algorithms without locks, one step wrong.

import (
	"brigade/core/rt"
	"brigade/sim"
)

func freeKernels() []Kernel {
	return []Kernel{
		{
			"treiber-aba", "a stack's head is the same node again, with another below it, when compare-and-swap looks",
			sim.Assertion, func() { treiber(false) }, func() { treiber(true) },
		},
		{
			"peterson", "Peterson's lock gives way before it raises its flag",
			sim.Assertion, func() { peterson(false) }, func() { peterson(true) },
		},
		{
			"double-checked", "a pointer is published before what it points to is written",
			sim.Assertion, func() { doubleChecked(false) }, func() { doubleChecked(true) },
		},
	}
}

// stack is Treiber's, of nodes 1 to 3; its words have the index below bit 8 and,
// if tagged, a count above it.
type stack struct {
	head   rt.Uint32
	next   [4]rt.Uint32
	tagged bool
}

func (s *stack) word(old, node uint32) uint32 {
	if s.tagged {
		return old&^0xff + 0x100 | node
	}
	return node
}

func (s *stack) push(node uint32) {
	for {
		old := s.head.Load()
		s.next[node].Store(old & 0xff)
		if s.head.CompareAndSwap(old, s.word(old, node)) {
			return
		}
	}
}

func (s *stack) pop() uint32 {
	for {
		old := s.head.Load()
		node := old & 0xff
		if node == 0 {
			return 0
		}
		next := s.next[node].Load()
		if s.head.CompareAndSwap(old, s.word(old, next)) {
			return node
		}
	}
}

func treiber(fixed bool) {
	s := &stack{tagged: fixed}
	s.push(2)
	s.push(1)
	var owner [4]rt.Int32
	take := func() uint32 {
		node := s.pop()
		if node != 0 && owner[node].Add(1) != 1 {
			rt.Bug("node %d was popped by two tasks", node)
		}
		return node
	}
	together(func() {
		take()
		take()
	}, func() {
		a := take()
		take()
		if a != 0 {
			owner[a].Add(-1)
			s.push(a)
		}
	})
}

func peterson(fixed bool) {
	var flag [2]rt.Bool
	var turn, inside rt.Int32
	together(crowd(2, func(i int) {
		other := 1 - i
		if fixed {
			flag[i].Store(true)
			turn.Store(int32(other))
		} else {
			turn.Store(int32(other))
			flag[i].Store(true)
		}
		for flag[other].Load() && turn.Load() == int32(other) {
			rt.Sleep(0)
		}
		if inside.Add(1) != 1 {
			rt.Bug("both are inside")
		}
		inside.Add(-1)
		flag[i].Store(false)
	})...)
}

func doubleChecked(fixed bool) {
	type thing struct{ value rt.Int64 }
	var mu rt.Mutex
	var made rt.Pointer[thing]
	get := func() *thing {
		if p := made.Load(); p != nil {
			return p
		}
		mu.Lock()
		defer mu.Unlock()
		p := made.Load()
		if p != nil {
			return p
		}
		p = new(thing)
		if fixed {
			p.value.Store(42)
			made.Store(p)
		} else {
			made.Store(p)
			p.value.Store(42)
		}
		return p
	}
	together(crowd(3, func(int) {
		if v := get().value.Load(); v != 42 {
			rt.Bug("the thing holds %d", v)
		}
	})...)
}
