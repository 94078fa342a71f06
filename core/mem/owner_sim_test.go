package mem

// Whatever a task does with another's allocator is stopped before it is done, and the
// message says what it was and whose it is. A task that returns blocks does no harm. In
// every schedule: what is looked at are tasks, which only the scheduler can tell apart.

import (
	"fmt"
	"testing"

	"brigade/core/rt"
	"brigade/sim"
)

// act runs f by a few schedules.
func act(t *testing.T, f func()) {
	t.Helper()
	if r := sim.Explore(sim.Options{Seed: 1, Runs: 10}, f); r.Failure != nil {
		t.Errorf("%v", r.Failure.Verdict)
	}
}

// trespasses are all that is its owner's alone to do, by what it is called.
var trespasses = []struct {
	what string
	do   func(a *Allocator, s *Scope, p *Pool, c *Cleanup, b *Block)
}{
	{"allocated from", func(a *Allocator, _ *Scope, _ *Pool, _ *Cleanup, _ *Block) {
		if b, err := a.Alloc(10); err == nil {
			b.Drop()
		}
	}},
	{"given a block back", func(_ *Allocator, _ *Scope, _ *Pool, _ *Cleanup, b *Block) { b.Drop() }},
	{"asked for a pool", func(a *Allocator, _ *Scope, _ *Pool, _ *Cleanup, _ *Block) { a.NewPool(Request).Destroy() }},
	{"given a child", func(_ *Allocator, _ *Scope, p *Pool, _ *Cleanup, _ *Block) { p.Child(Scratch) }},
	{"destroyed", func(_ *Allocator, _ *Scope, p *Pool, _ *Cleanup, _ *Block) { p.Destroy() }},
	{"given a cleanup", func(_ *Allocator, _ *Scope, p *Pool, _ *Cleanup, _ *Block) {
		p.Register(new(Cleanup), clean(func() {}))
	}},
	{"rid of a cleanup", func(_ *Allocator, _ *Scope, _ *Pool, c *Cleanup, _ *Block) { c.Kill() }},
	{"given away", func(a *Allocator, _ *Scope, _ *Pool, _ *Cleanup, _ *Block) { a.Give() }},
	{"collected for", func(a *Allocator, _ *Scope, _ *Pool, _ *Cleanup, _ *Block) { a.Collect() }},
	{"ended", func(a *Allocator, _ *Scope, _ *Pool, _ *Cleanup, _ *Block) { a.End() }},
	{"looked at", func(a *Allocator, _ *Scope, _ *Pool, _ *Cleanup, _ *Block) { a.Check("looked at") }},
}

func TestTrespassersAreStopped(t *testing.T) {
	for _, x := range trespasses {
		for _, state := range []string{"it belongs to loop; another task returns blocks, and does nothing else", "handed over", "ended"} {
			t.Run(x.what+", "+state, func(t *testing.T) {
				act(t, func() { trespass(x.what, state, x.do) })
			})
		}
	}
}

// trespass has a thief do something with memory that is the loop's, nobody's, or gone.
func trespass(what, state string, do func(a *Allocator, s *Scope, p *Pool, c *Cleanup, b *Block)) {
	a, s := owned(Limits{Keep: 1 << 20})
	p, c := a.NewPool(Request), new(Cleanup)
	p.Register(c, clean(func() {}))
	s.Enter(p)
	b, err := a.Alloc(10)
	again, err2 := a.Alloc(10)
	if err != nil || err2 != nil {
		rt.Bug("%v, %v", err, err2)
	}
	again.Return()
	want := fmt.Sprintf("memory: memory 1 is %s by main/thief.1, but it belongs to loop; another task returns blocks, and does nothing else", what)
	switch state {
	case "handed over":
		a.Give()
		want = fmt.Sprintf("memory: memory 1 is %s by main/thief.1 while it is being handed over; loop had it last, and nobody has taken it yet", what)
	case "ended":
		a.Collect()
		if what != "given a block back" {
			b.Drop()
		} else {
			b.home.out = 0
		}
		p.Destroy()
		a.End()
		want = fmt.Sprintf("memory: memory 1 is %s by main/thief.1, but it has ended; loop had it last", what)
	}
	if state == "ended" && p.state == dead && (what == "given a child" || what == "destroyed" || what == "given a cleanup" || what == "rid of a cleanup" || what == "collected for") {
		return // the pool is gone before, and says so; of nothing nothing is collected
	}
	var wg rt.WaitGroup
	got := ""
	wg.Go("thief", func() { got = stopped(func() { do(a, s, p, c, b) }) })
	wg.Wait()
	if got != want {
		rt.Bug("a thief is stopped with %q, not %q", got, want)
	}
	if a.Holder() == nil && state != "ended" {
		a.Take(s)
	}
	clears(a, p, b)
}

// clears gives back what the owner of a has, if it has not been.
func clears(a *Allocator, p *Pool, b *Block) {
	if a.ended {
		if b.state == blockOut {
			rt.FreePages(b.bytes)
		}
		return
	}
	if b.state == blockOut {
		b.refs = 1 // a thief who was stopped had given up its hold
		b.Drop()
	}
	if p.state == open {
		p.Destroy()
	}
	a.End()
}

// The owner's task may do all of it, and another may return what it was given.
func TestOwnersAreNotStopped(t *testing.T) {
	for _, x := range trespasses {
		t.Run(x.what, func(t *testing.T) {
			act(t, func() {
				a, s := owned(Limits{Keep: 1 << 20})
				p, c := a.NewPool(Request), new(Cleanup)
				p.Register(c, clean(func() {}))
				b, _ := a.Alloc(10)
				lent, err := a.Alloc(10)
				if err != nil {
					rt.Bug("%v", err)
				}
				if x.what == "ended" {
					lent.Drop()
					b.Drop()
					p.Destroy()
				} else {
					var wg rt.WaitGroup
					wg.Go("borrower", lent.Return)
					wg.Wait()
				}
				if got := stopped(func() { x.do(a, s, p, c, b) }); got != "" {
					rt.Bug("the owner is stopped: %s", got)
				}
				if a.Holder() == nil && !a.ended {
					a.Take(s)
				}
				clears(a, p, b)
			})
		})
	}
}

// Memory goes from task to task, each with its scope, and who had it is not who has it.
func TestMemoryChangesHands(t *testing.T) {
	act(t, func() {
		a := NewAllocator(1, "memory 1", Limits{})
		gates := [3]Gate{}
		for i := range gates {
			gates[i].Init(fmt.Sprint("gate", i))
		}
		var wg rt.WaitGroup
		var blocks []*Block
		for i := range gates {
			wg.Go("holder", func() {
				gates[i].Wait()
				s := &Scope{Name: fmt.Sprint("holder", i)}
				a.Take(s)
				p := a.NewPool(Request)
				outer := s.Enter(p)
				if _, err := p.Alloc(100); err != nil {
					rt.Bug("%v", err)
				}
				s.Leave(outer)
				p.Destroy()
				b, err := a.Alloc(10)
				if err != nil {
					rt.Bug("%v", err)
				}
				blocks = append(blocks, b)
				if a.Holder() != s {
					rt.Bug("it is %v's", a.Holder())
				}
				a.Give()
				if i+1 < len(gates) {
					gates[i+1].Wake()
				}
			})
		}
		gates[0].Wake()
		wg.Wait()
		a.Take(&Scope{Name: "last"})
		for _, b := range blocks {
			b.Drop()
		}
		a.End()
	})
}

// Under checking a node that came back stays aside until as many others have as the
// quarantine holds.
func TestQuarantine(t *testing.T) {
	act(t, func() {
		var s Slab[int]
		seen := make(map[*int]int)
		for i := range 300 {
			x := s.Get()
			if at, was := seen[x]; was && i-at < quarantine {
				rt.Bug("a node is used again after %d others, not %d", i-at, quarantine)
			}
			seen[x] = i
			if s.Put(x); s.Out() != 0 {
				rt.Bug("%d are out", s.Out())
			}
		}
		if len(seen) > quarantine+32 {
			rt.Bug("%d nodes serve one at a time: they do not come back", len(seen))
		}
	})
}

// ear is an observer that hears probes.
type ear struct{ last sim.Event }

func (*ear) Ops() []rt.Op { return []rt.Op{rt.OpProbe} }

func (o *ear) Begin(*sim.Sim) { o.last = sim.Event{} }

func (o *ear) Event(e *sim.Event) { o.last = *e }

func (*ear) Quiet() {}

func (*ear) End() {}

// The judge hears of a misuse before whoever does it is stopped.
func TestJudgeHearsFirst(t *testing.T) {
	const one, two = 1<<32 | 1, 1<<32 | 2
	for _, x := range []struct {
		name    string
		do      func(a *Allocator, s *Scope, p, q *Pool)
		kind    rt.Kind
		a, b, c uint64
	}{
		{"destroyed twice", func(_ *Allocator, _ *Scope, p, _ *Pool) { p.Destroy(); p.Destroy() }, rt.ProbePoolClose, one, 0, uint64(Request)},
		{"a child of what is gone", func(_ *Allocator, _ *Scope, p, _ *Pool) { p.Destroy(); p.Child(Scratch) }, rt.ProbePoolUse, one, 0, one},
		{"a scope that is gone", func(_ *Allocator, s *Scope, p, _ *Pool) { p.Destroy(); s.Enter(p) }, rt.ProbePoolUse, one, 0, one},
		{"outside of any scope", func(_ *Allocator, _ *Scope, p, _ *Pool) { _, _ = p.Alloc(1) }, rt.ProbePoolUse, one, 0, 0},
		{"out of another's scope", func(_ *Allocator, s *Scope, p, q *Pool) { s.Enter(q); _, _ = p.Alloc(1) }, rt.ProbePoolUse, one, 0, two},
		{"while it is handed over", func(a *Allocator, s *Scope, p, q *Pool) { s.Enter(q); a.Give(); _, _ = p.Alloc(1) }, rt.ProbePoolUse, one, 0, 0},
		{"a dead bucket", func(a *Allocator, _ *Scope, _, _ *Pool) { a.Dead(false); rt.Bug("used") }, rt.ProbeMemory, 1, memoryDead, 0},
		{"a dead bucket again", func(a *Allocator, _ *Scope, _, _ *Pool) { a.Dead(true); rt.Bug("destroyed") }, rt.ProbeMemory, 1, memoryDead, 1},
		{"a block freed twice", func(a *Allocator, _ *Scope, _, _ *Pool) { b, _ := a.Alloc(10); b.Drop(); b.Drop() }, rt.ProbeBlock, one, blockFreed, 256},
	} {
		t.Run(x.name, func(t *testing.T) {
			o := new(ear)
			var heard sim.Event
			message := ""
			sim.Run(sim.Options{Seed: 1, Observers: []sim.Observer{o}}, func() {
				a, s := owned(Limits{Keep: 1 << 20})
				p, q := a.NewPool(Request), a.NewPool(Connection)
				message = stopped(func() { x.do(a, s, p, q) })
				heard = o.last
			})
			if message == "" || rt.Kind(heard.Object) != x.kind || heard.A != x.a || heard.B != x.b || heard.C != x.c {
				t.Errorf("stopped with %q, after %v %#x %d %#x was heard", message, rt.Kind(heard.Object), heard.A, heard.B, heard.C)
			}
		})
	}
}

// Pieces of a pool are told to the judge with their lengths.
func TestPiecesAreTold(t *testing.T) {
	o := new(ear)
	sim.Run(sim.Options{Seed: 1, Observers: []sim.Observer{o}}, func() {
		a, s := owned(Limits{})
		p := a.NewPool(Request)
		s.Enter(p)
		for _, n := range []int{5, 7, 5000, 1, 1023} {
			if _, err := p.Alloc(n); err != nil || o.last.B != uint64(n) || o.last.A != p.ID() || o.last.C != p.ID() {
				t.Errorf("%d bytes are told as %d: %v", n, o.last.B, err)
			}
		}
		p.Destroy()
		if o.last.B != 5+7+5000+1+1023 {
			t.Errorf("a pool of which 6036 bytes were taken is told to have had %d", o.last.B)
		}
		a.End()
	})
}
