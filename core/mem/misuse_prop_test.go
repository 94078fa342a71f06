package mem

// The model of misuse is a book of what there is, whose it is and who ended it: whatever
// is done in whatever state, it is done, or stopped with the message that the book has.

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"brigade/core/rt"
)

// stopped is what f is stopped with; empty: it is not.
func stopped(f func()) (message string) {
	defer func() {
		if f, ok := recover().(*rt.Fault); ok {
			message = f.Message
		}
	}()
	f()
	return ""
}

// page is a pool in the book.
type page struct {
	pool     *Pool
	handle   Handle
	kind     Kind
	nth      int
	maker    string
	ender    string // empty: it is open
	parent   *page
	borrowed int
	took     bool // memory was taken out of it: it has a block
}

func (p *page) String() string {
	return fmt.Sprintf("%v pool %d of memory 1 (made by %s)", p.kind, p.nth, p.maker)
}

// below reports whether p is q, or below it.
func (p *page) below(q *page) bool {
	return p == q || p.parent != nil && p.parent.below(q)
}

// brick is a block in the book.
type brick struct {
	block      *Block
	nth        int
	state      string
	refs, used int
}

// ledger is the book.
type ledger struct {
	t      *rapid.T
	a      *Allocator
	scopes []*Scope // of two tasks
	in     []*page  // the pool of each; nil: none
	holder int      // whose the allocator is; -1: nobody's
	before int
	ended  bool
	pages  []*page
	bricks []*brick
	made   int // pools
	kept   int // blocks of pools that have ended
}

func (g *ledger) who(i int) string {
	if i < 0 {
		return "nobody (it is being handed over)"
	}
	return g.scopes[i].Name
}

// open are the pools that are.
func (g *ledger) open() (list []*page) {
	for _, p := range g.pages {
		if p.ender == "" {
			list = append(list, p)
		}
	}
	return list
}

// deed is something that may be done; message is what stops it.
type deed struct {
	do      func()
	message string
	after   func() // keeps the book, if nothing did
	anyone  bool   // it is not the holder's alone
}

// gone is what stops whoever does something with a pool that has ended.
func (g *ledger) gone(p *page, what string) string {
	return fmt.Sprintf("pool: %v is %s by %s, but %s has destroyed it; a pool is destroyed once, and not used afterwards", p, what, g.who(g.holder), p.ender)
}

// enter puts a pool into the book. What it is made of is no other pool any more.
func (g *ledger) enter(p *Pool, kind Kind, parent *page) {
	g.made++
	g.pages = slices.DeleteFunc(g.pages, func(old *page) bool { return old.pool == p })
	g.pages = append(g.pages, &page{pool: p, handle: p.Handle(), kind: kind, nth: g.made, maker: g.who(g.holder), parent: parent})
}

// closes ends p and those below it.
func (g *ledger) closes(p *page) {
	for _, q := range g.pages {
		if q.ender == "" && q.below(p) {
			if q.ender = g.who(g.holder); q.took {
				g.kept++
			}
			for i := range g.in {
				if g.in[i] == q && i == g.holder {
					g.in[i] = nil
				}
			}
		}
	}
}

// pool is a deed with a pool that may be gone.
func (g *ledger) pool(p *page) deed {
	t := g.t
	var d deed
	switch what := rapid.IntRange(0, 6).Draw(t, "with the pool"); what {
	case 0:
		d.do = func() { g.enter(p.pool.Child(Scratch), Scratch, p) }
		d.message = "given a child"
	case 1:
		d.do, d.after = p.pool.Destroy, func() { g.closes(p) }
		if d.message = "destroyed"; p.ender == "" {
			return g.destroys(p, d)
		}
	case 2:
		d.do, d.message = func() { _, _ = p.pool.Alloc(1) }, "allocated from"
		if p.ender == "" {
			d.message, d.after = g.misplaced(p), func() { g.takes(p) }
			return d
		}
	case 3:
		d.do, d.message = func() { p.pool.Register(new(Cleanup), nothing{}) }, "given a cleanup"
		if p.ender == "" {
			c := new(Cleanup)
			d.do, d.message = func() {
				if p.pool.Register(c, nothing{}); !c.Pending() {
					t.Fatal("a cleanup that was registered is not pending")
				}
				if c.Kill(); c.Pending() {
					t.Fatal("a cleanup that was killed is pending")
				}
				c.Kill()
			}, "pool: a cleanup is run or killed that is not registered; it happens once, early or when its pool ends"
			return d
		}
	case 4:
		by := 1
		if p.borrowed > 0 {
			by = -1
		}
		d.do, d.message = func() { p.pool.Borrow(int32(by)) }, "borrowed from"
		d.after = func() { p.borrowed += by }
	case 5:
		d.do = func() {
			if q := p.handle.Get(); q != p.pool {
				t.Fatalf("the handle of %v has %v", p, q)
			}
			if c := p.pool.ID(); c != 1<<32|uint64(p.nth) || p.pool.Kind() != p.kind || p.pool.String() != p.String() {
				t.Fatalf("%v is %v", p, p.pool)
			}
		}
		if p.ender == "" {
			return d
		}
		d.do = func() {
			if p.handle.Get() != nil {
				t.Fatalf("the handle of %v has it still", p)
			}
		}
		return d
	default:
		return g.enters(p)
	}
	if d.message = g.gone(p, d.message); p.ender == "" {
		d.message = ""
	}
	return d
}

// takes is memory taken out of p, which gets a block for it.
func (g *ledger) takes(p *page) {
	switch {
	case p.took:
	case g.kept > 0:
		g.kept--
	default:
		g.collects()
	}
	p.took = true
}

type nothing struct{}

func (nothing) Clean() {}

// destroys completes the deed of destroying an open pool.
func (g *ledger) destroys(p *page, d deed) deed {
	d.message = ""
	if g.holder < 0 {
		return deed{do: func() {}} // nobody looks who does it
	}
	if q := g.borrowed(p); q != nil {
		d.message = fmt.Sprintf("pool: %v is destroyed by %s with %d buckets that stand for its bytes; they are set aside first", q, g.who(g.holder), q.borrowed)
	}
	return d
}

// borrowed is the first pool with buckets when p is destroyed: children go first, the
// newest before the others.
func (g *ledger) borrowed(p *page) *page {
	for _, q := range slices.Backward(g.pages) {
		if q.ender == "" && q.parent == p {
			if b := g.borrowed(q); b != nil {
				return b
			}
		}
	}
	if p.borrowed > 0 {
		return p
	}
	return nil
}

// misplaced is what stops whoever takes memory out of p, which is open.
func (g *ledger) misplaced(p *page) string {
	if g.holder < 0 {
		return fmt.Sprintf("scope: memory is taken out of %v while it is being handed over; %s had it last", p, g.who(g.before))
	}
	in, name := g.in[g.holder], g.who(g.holder)
	how := "which is another lifetime"
	switch {
	case in == p:
		return ""
	case in == nil:
		return fmt.Sprintf("scope: %s takes memory out of %v outside of any scope; a step enters the pool that it works in", name, p)
	case in.below(p):
		how = "which lives longer"
	case p.below(in):
		how = "which ends earlier"
	}
	return fmt.Sprintf("scope: %s works in %v and takes memory out of %v, %s; set aside what has to cross", name, in, p, how)
}

// enters is the deed of making p a scope's pool, of the right task or not.
func (g *ledger) enters(p *page) (d deed) {
	i := rapid.IntRange(0, 1).Draw(g.t, "scope")
	s := g.scopes[i]
	before := (*Pool)(nil)
	if g.in[i] != nil {
		before = g.in[i].pool
	}
	d.do = func() {
		if outer := s.Enter(p.pool); outer != before || s.Pool() != p.pool {
			g.t.Fatalf("%s enters %v out of %v, into %v", s.Name, p, outer, s.Pool())
		}
		if s.Leave(before); s.Pool() != before {
			g.t.Fatalf("%s leaves to %v", s.Name, s.Pool())
		}
		s.Enter(p.pool)
	}
	d.after = func() { g.in[i] = p }
	switch {
	case p.ender != "":
		d.message = g.gone(p, "entered as a scope")
	case g.holder != i:
		d.message = fmt.Sprintf("memory: %s enters %v, which belongs to %s; a task works in its own memory", s.Name, p, g.who(g.holder))
	}
	return d
}

// block is a deed with a block that may be gone.
func (g *ledger) block(b *brick) (d deed) {
	what := ""
	switch rapid.IntRange(0, 4).Draw(g.t, "with the block") {
	case 0:
		what, d.do, d.after = "shared", b.block.Share, func() { b.refs++ }
	case 1:
		what, d.do, d.after = "dropped", b.block.Drop, func() {
			if b.refs--; b.refs == 0 {
				b.state = "free"
			}
		}
	case 2:
		what, d.do, d.after = "rewound", b.block.Rewind, func() { b.used = 0 }
		d.message = fmt.Sprintf("memory: block %d of memory 1 is rewound while %d hold it; bytes that somebody stands for do not change", b.nth, b.refs)
	case 3:
		what, d.do, d.after = "returned", b.block.Return, func() { b.state = "on the return list" }
		d.message = fmt.Sprintf("memory: block %d of memory 1 is returned while %d hold it; who returns it is the last", b.nth, b.refs)
	default:
		to := b.used + rapid.IntRange(-1, 300).Draw(g.t, "to")
		d.do, d.after = func() { b.block.Extend(to) }, func() { b.used = to }
		if b.state != "out" {
			d.do = func() {}
		} else if to < b.used || to > 256 {
			d.message = fmt.Sprintf("memory: %d bytes of a block of 256 are said to be used, after %d; what is in use stays so", to, b.used)
		}
		return d
	}
	switch {
	case b.state != "out":
		d.message = fmt.Sprintf("memory: block %d of memory 1 is %s, but it is %s; a block is freed once, by whoever holds it", b.nth, what, b.state)
	case b.refs == 1:
		d.message = ""
	}
	return d
}

// owners is a deed with the allocator.
func (g *ledger) owners() (d deed) {
	i := rapid.IntRange(0, 1).Draw(g.t, "task")
	switch rapid.IntRange(0, 3).Draw(g.t, "with the allocator") {
	case 0:
		d.do, d.after = func() { g.a.Take(g.scopes[i]) }, func() { g.holder = i }
		if g.holder >= 0 || g.ended {
			d.message = fmt.Sprintf("memory: %s takes memory 1, which belongs to %s; who has it gives it first", g.scopes[i].Name, g.who(g.holder))
		}
	case 1:
		d.do, d.after = g.a.Give, func() { g.before, g.holder = g.holder, -1 }
		if g.holder >= 0 {
			g.scopes[g.holder].Leave(nil) // a step leaves its scope before it gives
			g.in[g.holder] = nil
		}
		if g.holder < 0 {
			d.message = fmt.Sprintf("memory: memory 1 is given away by nobody; %s had it last", g.who(g.before))
		}
	case 2:
		d.do = func() { g.enter(g.a.NewPool(Connection), Connection, nil) }
		if g.holder < 0 {
			d.message = fmt.Sprintf("memory: a connection pool is made in memory 1 while it is being handed over; %s had it last", g.who(g.before))
		}
	default:
		if g.holder < 0 {
			return deed{do: func() {}}
		}
		d.do = func() {
			if !slices.ContainsFunc(g.bricks, func(b *brick) bool { return b.state == "free" }) {
				g.collects()
			}
			b, err := g.a.Alloc(200)
			if err != nil {
				g.t.Fatal(err)
			}
			for _, x := range g.bricks {
				if x.block == b && x.state == "out" {
					g.t.Fatal("a block that is out is given out again")
				}
			}
			g.bricks = slices.DeleteFunc(g.bricks, func(x *brick) bool { return x.block == b })
			g.bricks = append(g.bricks, &brick{block: b, nth: int(b.nth), state: "out", refs: 1})
		}
	}
	return d
}

// collects has what was returned be free: it is taken in when nothing else is.
func (g *ledger) collects() {
	for _, b := range g.bricks {
		if b.state == "on the return list" {
			b.state = "free"
		}
	}
}

// TestMisuseIsByTheBook has several allocators: each ends with the first misuse, as
// whoever is stopped does.
func TestMisuseIsByTheBook(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		for range 8 {
			g := &ledger{t: t, a: NewAllocator(1, "memory 1", Limits{Keep: 1 << 20}), scopes: []*Scope{{Name: "loop"}, {Name: "writer"}}, in: make([]*page, 2), before: -1}
			g.a.Take(g.scopes[0])
			if g.live() {
				g.finish()
			}
		}
	})
}

// live does deeds until one is stopped; true: none was.
func (g *ledger) live() bool {
	t := g.t
	for range rapid.IntRange(20, 100).Draw(t, "deeds") {
		var d deed
		switch kind := rapid.IntRange(0, 3).Draw(t, "kind"); {
		case kind < 2 && len(g.pages) > 0:
			d = g.pool(rapid.SampledFrom(g.pages).Draw(t, "pool"))
		case kind == 2 && len(g.bricks) > 0:
			d = g.block(rapid.SampledFrom(g.bricks).Draw(t, "block"))
		default:
			d = g.owners()
			d.anyone = true
		}
		switch {
		case g.holder < 0 && d.message == "" && !d.anyone:
			continue // what is being handed over is not looked at
		case d.message != "" && rapid.IntRange(0, 9).Draw(t, "dares") > 0:
			continue // else hardly anything would be there when it comes to it
		}
		got := stopped(d.do)
		if got != d.message {
			t.Fatalf("it is stopped with %q, not %q", got, d.message)
		}
		if got != "" {
			return false
		}
		if d.after != nil {
			d.after()
		}
	}
	return true
}

// finish ends the allocator, with whatever is out.
func (g *ledger) finish() {
	if g.holder < 0 {
		g.a.Take(g.scopes[0])
		g.holder = 0
	}
	want, out, open := "", 0, len(g.open())
	for _, b := range g.bricks {
		if b.state == "out" {
			out += 256
		}
	}
	for _, p := range g.open() {
		if p.took {
			out += first
		}
	}
	if out+open > 0 {
		want = fmt.Sprintf("memory: memory 1 ends with %d bytes out and %d pools open; everything comes back first", out, open)
	}
	if got := stopped(g.a.End); got != want {
		g.t.Fatalf("its end is stopped with %q, not %q", got, want)
	}
	if want != "" {
		return
	}
	name := g.scopes[g.holder].Name
	want = fmt.Sprintf("memory: writer takes memory 1, which belongs to %s; who has it gives it first", g.who(-1))
	if got := stopped(func() { g.a.Take(g.scopes[1]) }); got != want || g.a.Holder() != nil {
		g.t.Fatalf("taken after its end by %s, it says %q, not %q", name, got, want)
	}
}

// A cleanup may use what is there, and make nothing new of what is ending.
func TestCleanupUsesWhatIsThere(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, s := owned(Limits{})
		p := a.NewPool(Request)
		s.Enter(p)
		ran, got, c := 0, "", new(Cleanup)
		what := rapid.SampledFrom([]string{"given a child", "allocated from", "destroyed", "entered as a scope", "nothing"}).Draw(t, "what")
		later := rapid.IntRange(0, 3).Draw(t, "registered meanwhile")
		p.Register(c, clean(func() {
			if ran++; ran == 1 {
				got = stopped(func() {
					switch what {
					case "given a child":
						p.Child(Scratch)
					case "allocated from":
						_, _ = p.Alloc(1)
					case "destroyed":
						p.Destroy()
					case "entered as a scope":
						s.Enter(p)
					}
				})
				for range later {
					p.Register(new(Cleanup), clean(func() { ran++ }))
				}
				p.Borrow(1)
				p.Borrow(-1)
			}
		}))
		p.Destroy()
		want := ""
		if what != "nothing" {
			want = "pool: request pool 1 of memory 1 (made by loop) is " + what + " by loop while it is being destroyed; a cleanup may only use what is there"
		}
		if got != want || ran != 1+later || s.Pool() != nil {
			t.Fatalf("a cleanup is stopped with %q, not %q; %d ran of %d", got, want, ran, 1+later)
		}
		a.End()
	})
}

// clean is a function as a Cleaner.
type clean func()

func (f clean) Clean() { f() }
