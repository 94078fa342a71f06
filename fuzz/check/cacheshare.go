package check

// core/cache.Store: one who fetches an object, and readers of it, of whom the first has
// asked for it and the others, if there are more, come at any time. They read it to its end, each on its own,
// and hear of it; whatever reads what nobody has fetched for it fetches for itself, and is
// done. With two bytes the fetch fails before the last. With a third reader one leaves
// without having read, and the object is dropped from the store in the middle. At last
// nothing is left.

import (
	"brigade/core/cache"
	"brigade/core/http1"
	"brigade/core/rt"
)

func cacheComponent() Component {
	return Component{
		Name: "cache", Tasks: 1, Ops: 1, Type: typeName[cache.Store](), program: cacheProgram,
		Story: "one fetches what another reads, and more at their own pace; with two operations it fails, with three tasks one leaves and the store drops it: each sees it grow, and hears of its end, or its failure, and nothing is left",
	}
}

// guest is a reader's task. It is rung once until it has heard, so a count of one does
// for a bell, with fewer operations than any other.
type guest struct {
	bell   rt.WaitGroup
	reader cache.Reader
	query  cache.Query
}

// Wake implements mem.Waker.
func (g *guest) Wake() { g.bell.Done() }

// pantry is what the tasks have in common.
type pantry struct {
	store *cache.Store
	fails bool
}

// parsed is the head of a request or a response.
func parsed[T any](parse func(b []byte) (int, *http1.Error), v *T, text string) *T {
	if n, e := parse([]byte(text)); e != nil || n != len(text) {
		rt.Bug("a head of a test: %v", e)
	}
	return v
}

func newGuest() *guest {
	g := new(guest)
	g.bell.Label("bell")
	g.bell.Add(1)
	g.reader.Listens(g)
	r := new(http1.Request)
	parsed(func(b []byte) (int, *http1.Error) { return r.Parse(b, 0, nil) }, r, "GET / HTTP/1.1\r\nHost: h\r\n\r\n")
	g.query.Ask(r, []byte("key"), 1)
	return g
}

// waits has g hear of a change.
func (p *pantry) waits(g *guest) {
	g.bell.Wait()
	g.bell.Add(1)
	g.reader.Heard(p.store)
}

// feeds fetches o, which has ops bytes.
func (p *pantry) feeds(o *cache.Object, g *guest, ops int) {
	a := new(http1.Answer)
	parsed(func(b []byte) (int, *http1.Error) { return a.Parse(b, 0, 1000) }, a, "HTTP/1.1 200 x\r\nCache-Control: max-age=9\r\n\r\n")
	o.Head(&cache.News{Answer: a, Query: &g.query, Now: 1}, int64(ops))
	for i := range ops {
		if p.fails && i == ops-1 {
			o.Fail(http1.ErrBadGateway)
			o.Leave()
			return
		}
		if !o.Grow([]byte{byte(i)}) {
			rt.Bug("there is no memory for an object")
		}
	}
	o.End()
	o.Leave()
}

// reads has g read to the end of what it has joined.
func (p *pantry) reads(g *guest, ops int) {
	defer g.reader.Leave()
	for {
		switch g.reader.Look(&g.query) {
		case cache.Waiting:
			p.waits(g)
			continue
		case cache.Turned, cache.Broken:
			return // it fetches for itself
		case cache.Ready, cache.Last, cache.Ended:
		}
		break
	}
	for n := 0; ; {
		b, _, state := g.reader.Next(1)
		switch state {
		case cache.Waiting:
			p.waits(g)
			continue
		case cache.Broken:
			if !p.fails {
				rt.Bug("a reader is told of a failure that was none")
			}
			return
		case cache.Ready, cache.Last, cache.Ended, cache.Turned:
		}
		for _, c := range b {
			if int(c) != n {
				rt.Bug("a reader reads %d where %d was written", c, n)
			}
			n++
		}
		if state == cache.Last || state == cache.Ended {
			if n != ops || p.fails {
				rt.Bug("a reader is told that %d bytes of %d are all (it fails: %t)", n, ops, p.fails)
			}
			return
		}
	}
}

func cacheProgram(tasks, ops int) func() {
	return func() {
		store, err := cache.New(cache.Options{Bytes: cache.Least, Longest: cache.Least})
		if err != nil {
			rt.Bug("%v", err)
		}
		p := &pantry{store: store, fails: ops > 1}
		guests := make([]*guest, tasks)
		for i := range guests {
			guests[i] = newGuest()
		}
		found, o := store.Find(&guests[0].query, &guests[0].reader)
		if found != cache.Lead {
			rt.Bug("an empty store has found something: %d", found)
		}
		var all rt.WaitGroup
		all.Label("all")
		all.Go("feed", func() { p.feeds(o, guests[0], ops) })
		all.Go("leader", func() { p.reads(guests[0], ops) })
		for i, g := range guests[1:] {
			all.Go("reader", func() {
				found, o := store.Find(&g.query, &g.reader)
				switch {
				case found == cache.Lead: // the first was over, or is dropped
					o.Fail(nil)
					o.Leave()
					g.reader.Leave()
				case found == cache.Alone:
				case i == 1:
					g.reader.Leave()
				default:
					p.reads(g, ops)
				}
			})
		}
		if tasks > 2 {
			all.Go("purger", func() { store.Purge([]byte("key")) })
		}
		all.Wait()
		store.Close()
		if c := store.Counts(); c.Used != 0 || c.Transit != 0 || c.Objects != 0 {
			rt.Bug("all have left, and the store has something: %+v", c)
		}
	}
}
