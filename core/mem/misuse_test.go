package mem

// Every misuse names the thing, the rule and the parties, in production too.

import (
	"strings"
	"testing"

	"brigade/core/rt"
)

// owned is an allocator and its owner.
func owned(l Limits) (*Allocator, *Scope) {
	a, s := NewAllocator(1, "memory 1", l), &Scope{Name: "loop"}
	a.Take(s)
	return a, s
}

// wants runs f, which has to be stopped by a message with all these words.
func wants(t *testing.T, words string, f func()) {
	t.Helper()
	defer func() {
		t.Helper()
		fault, ok := recover().(*rt.Fault)
		if !ok {
			t.Errorf("nobody was stopped; want %q", words)
			return
		}
		for _, w := range strings.Split(words, "; ") {
			if !strings.Contains(fault.Message, w) {
				t.Errorf("%q does not say %q", fault.Message, w)
			}
		}
	}()
	f()
}

func TestMisuse(t *testing.T) {
	for _, x := range []struct {
		name, words string
		f           func(a *Allocator, s *Scope)
	}{
		{"destroyed twice", "request pool 1 of memory 1 (made by loop); is destroyed by loop; loop has destroyed it; once", func(a *Allocator, _ *Scope) {
			p := a.NewPool(Request)
			p.Destroy()
			p.Destroy()
		}},
		{"allocated from when destroyed", "request pool 1; loop has destroyed it; not used afterwards", func(a *Allocator, s *Scope) {
			p := a.NewPool(Request)
			s.Enter(p)
			p.Destroy()
			_, _ = p.Alloc(1)
		}},
		{"outside of the scope, longer", "scope: loop works in stream pool 2; out of connection pool 1; lives longer", func(a *Allocator, s *Scope) {
			p := a.NewPool(Connection)
			s.Enter(p.Child(Stream))
			_, _ = p.Alloc(1)
		}},
		{"outside of the scope, shorter", "scope: loop works in connection pool 1; out of stream pool 2; ends earlier", func(a *Allocator, s *Scope) {
			p := a.NewPool(Connection)
			s.Enter(p)
			_, _ = p.Child(Stream).Alloc(1)
		}},
		{"outside of the scope, another root", "works in connection pool 1; out of request pool 2; another lifetime", func(a *Allocator, s *Scope) {
			s.Enter(a.NewPool(Connection))
			_, _ = a.NewPool(Request).Alloc(1)
		}},
		{"outside of any scope", "outside of any scope", func(a *Allocator, _ *Scope) { _, _ = a.NewPool(Request).Alloc(1) }},
		{"in a handoff", "while it is being handed over; loop had it last", func(a *Allocator, _ *Scope) {
			p := a.NewPool(Request)
			a.Give()
			_, _ = p.Alloc(1)
		}},
		{"taken from its owner", "thief takes memory 1, which belongs to loop", func(a *Allocator, _ *Scope) { a.Take(&Scope{Name: "thief"}) }},
		{"given twice", "given away by nobody; loop had it last", func(a *Allocator, _ *Scope) {
			a.Give()
			a.Give()
		}},
		{"another's scope", "writer enters request pool 1; belongs to loop", func(a *Allocator, _ *Scope) { (&Scope{Name: "writer"}).Enter(a.NewPool(Request)) }},
		{"buckets of a destroyed pool", "destroyed by loop with 1 buckets; set aside first", func(a *Allocator, _ *Scope) {
			p := a.NewPool(Request)
			p.Borrow(1)
			p.Destroy()
		}},
		{"a block freed twice", "block 1 of memory 1 is dropped, but it is free", func(a *Allocator, _ *Scope) {
			b, _ := a.Alloc(10)
			b.Drop()
			b.Drop()
		}},
		{"a block returned twice", "is returned, but it is on the return list", func(a *Allocator, _ *Scope) {
			b, _ := a.Alloc(10)
			b.Return()
			b.Return()
		}},
		{"a shared block returned", "returned while 2 hold it", func(a *Allocator, _ *Scope) {
			b, _ := a.Alloc(10)
			b.Share()
			b.Return()
		}},
		{"used bytes given up", "what is in use stays so", func(a *Allocator, _ *Scope) {
			b, _ := a.Alloc(10)
			b.Extend(5)
			b.Extend(4)
		}},
		{"ended with blocks out", "memory 1 ends with 256 bytes out and 1 pools open", func(a *Allocator, _ *Scope) {
			_, _ = a.Alloc(10)
			a.NewPool(Request)
			a.End()
		}},
		{"a cleanup registered twice", "in one list at most", func(a *Allocator, _ *Scope) {
			c := new(order)
			p := a.NewPool(Request)
			p.Register(&c.cleanup, c)
			p.Child(Scratch).Register(&c.cleanup, c)
		}},
		{"a cleanup killed twice", "happens once", func(a *Allocator, _ *Scope) {
			c := &order{log: new([]string)}
			a.NewPool(Request).Register(&c.cleanup, c)
			c.cleanup.Run()
			c.cleanup.Kill()
		}},
	} {
		t.Run(x.name, func(t *testing.T) {
			a, s := owned(Limits{Keep: 1 << 20})
			wants(t, x.words, func() { x.f(a, s) })
		})
	}
}

// A handle of a pool that is gone has none, not the next that is made in its place.
func TestHandle(t *testing.T) {
	a, _ := owned(Limits{})
	p := a.NewPool(Request)
	h := p.Handle()
	if h.Get() != p {
		t.Error("a handle of an open pool does not have it")
	}
	p.Destroy()
	for range 20 {
		a.NewPool(Request)
	}
	if h.Get() != nil || (Handle{}).Get() != nil {
		t.Error("a handle has a pool that is gone, or never was")
	}
}
