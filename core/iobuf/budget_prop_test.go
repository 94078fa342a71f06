package iobuf_test

// A model: units are numbers, lines are lists, and what a cache keeps is free. Whatever
// one task does to a budget, the answers are the model's, and so are the counts.

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"brigade/core/iobuf"
	"brigade/sim"
)

const (
	freeing = iobuf.Freeing
	filling = iobuf.Filling
	bypass  = 8
)

// model is a budget without caches.
type model struct {
	limit, reserve int
	used           [2]int
	line, granted  [2][]int // waiters, by number
	told           map[int]bool
	overtaken      int
}

func (m *model) held(c iobuf.Class) int { return m.used[c] + len(m.granted[c]) }

func (m *model) room(c iobuf.Class) bool {
	return m.held(0)+m.held(1) < m.limit+m.reserve && (c == freeing || m.held(filling) < m.limit)
}

func (m *model) over() bool {
	return m.held(0)+m.held(1) > m.limit+m.reserve || m.held(filling) > m.limit
}

// serve grants until nobody can be served.
func (m *model) serve() {
	for {
		frees, fills := len(m.line[freeing]) > 0 && m.room(freeing), len(m.line[filling]) > 0 && m.room(filling)
		c := filling
		switch {
		case !frees && !fills:
			return
		case frees && fills && m.overtaken < bypass:
			m.overtaken++
			c = freeing
		case frees && !fills:
			c = freeing
		}
		m.granted[c] = append(m.granted[c], m.line[c][0])
		m.line[c] = m.line[c][1:]
	}
}

// revoke puts the last reservation of the side that fills back in front.
func (m *model) revoke() bool {
	n := len(m.granted[filling]) - 1
	if n < 0 {
		return false
	}
	m.line[filling] = slices.Insert(m.line[filling], 0, m.granted[filling][n])
	m.granted[filling] = m.granted[filling][:n]
	return true
}

func (m *model) take(c iobuf.Class) bool {
	ok := len(m.line[c]) == 0 && m.room(c)
	if !ok && len(m.line[c]) == 0 && c == freeing && m.overtaken < bypass && m.revoke() {
		m.overtaken++
		ok = m.room(c)
	}
	if ok {
		m.used[c]++
	}
	m.serve()
	return ok
}

// want is a waiter's, of class c.
func (m *model) want(n int, c iobuf.Class) bool {
	if !slices.Contains(m.granted[c], n) && !slices.Contains(m.line[c], n) {
		m.line[c] = append(m.line[c], n)
	}
	m.serve()
	for c == freeing && slices.Contains(m.line[c], n) && m.overtaken < bypass && m.revoke() {
		m.serve()
	}
	i := slices.Index(m.granted[c], n)
	if i < 0 {
		return false
	}
	m.granted[c] = slices.Delete(m.granted[c], i, i+1)
	delete(m.told, n)
	if c == filling {
		m.overtaken = 0
	}
	m.used[c]++
	return true
}

func (m *model) drop(list *[]int, n int) bool {
	i := slices.Index(*list, n)
	if i >= 0 {
		*list = slices.Delete(*list, i, i+1)
	}
	return i >= 0
}

// passes is the end of a turn in which waiters of class c were told of reservations.
func (m *model) passes(of func(n int) bool) {
	for c := range m.granted {
		for _, n := range slices.Clone(m.granted[c]) {
			if m.told[n] && of(n) {
				m.drop(&m.granted[c], n)
				m.line[c] = append(m.line[c], n)
				delete(m.told, n)
			}
		}
	}
	m.serve()
}

// silent is a task that looks by itself.
type silent struct{}

// Rouse implements iobuf.Rouser.
func (silent) Rouse() {}

// machine is a budget with its model, two caches and six waiters: waiter n waits in
// cache n%2, for class n/2%2.
type machine struct {
	t       *rapid.T
	b       iobuf.Budget
	caches  [2]iobuf.Cache
	waiters [6]iobuf.Waiter
	m       model
}

func home(n int) int           { return n % 2 }
func class(n int) iobuf.Class  { return iobuf.Class(n / 2 % 2) }
func (x *machine) any() int    { return rapid.IntRange(0, 5).Draw(x.t, "waiter") }
func (x *machine) either() int { return rapid.IntRange(0, 1).Draw(x.t, "which") }

func (x *machine) step(op int) {
	switch op {
	case 0:
		k, c := x.either(), iobuf.Class(x.either())
		if got, want := x.caches[k].Take(c), x.m.take(c); got != want {
			x.t.Fatalf("take of the side %v: %v, want %v", c, got, want)
		}
	case 1, 2:
		k, c := x.either(), iobuf.Class(x.either())
		if x.m.used[c] > 0 {
			x.m.used[c]--
			x.caches[k].Put(c)
			x.m.serve()
		}
	case 3, 4:
		n := x.any()
		if got, want := x.caches[home(n)].Want(&x.waiters[n], class(n)), x.m.want(n, class(n)); got != want {
			x.t.Fatalf("want of waiter %d: %v, want %v", n, got, want)
		}
	case 5:
		n := x.any()
		x.caches[home(n)].Withdraw(&x.waiters[n])
		if !x.m.drop(&x.m.line[class(n)], n) {
			x.m.drop(&x.m.granted[class(n)], n)
		}
		delete(x.m.told, n)
		x.m.serve()
	case 6:
		x.turn(x.either())
	case 7:
		x.m.limit = rapid.IntRange(0, 4).Draw(x.t, "limit")
		x.b.Resize(x.m.limit)
		for x.m.over() && x.m.revoke() {
			continue
		}
		x.m.serve()
	}
	x.compare()
}

// turn is one of task k's: it is told of some reservations, and takes none.
func (x *machine) turn(k int) {
	for range rapid.IntRange(0, 3).Draw(x.t, "looks") {
		want := -1
		for c := range x.m.granted {
			for _, n := range x.m.granted[c] {
				if want < 0 && home(n) == k && !x.m.told[n] {
					want = n
				}
			}
		}
		w := x.caches[k].Next()
		if w == nil != (want < 0) || w != nil && w.Of != want {
			x.t.Fatalf("next of task %d is %+v, want waiter %d", k, w, want)
		}
		if w == nil {
			break
		}
		x.m.told[want] = true
	}
	if rapid.Bool().Draw(x.t, "ends") {
		x.caches[k].EndTurn()
		x.m.passes(func(n int) bool { return home(n) == k })
	}
}

func (x *machine) compare() {
	s := x.b.Stats()
	for c, got := range s.Classes {
		if got.Used != x.m.used[c] || got.Reserved != len(x.m.granted[c]) || got.Waiting != len(x.m.line[c]) {
			x.t.Fatalf("side %v: %+v; want %d used, %v reserved for, %v waiting", iobuf.Class(c), got, x.m.used[c], x.m.granted[c], x.m.line[c])
		}
		if got.Waiting > 0 && x.m.room(iobuf.Class(c)) {
			x.t.Fatalf("side %v: somebody waits, and there is room: %+v", iobuf.Class(c), s)
		}
	}
	for n := range x.waiters {
		waits := slices.Contains(x.m.line[class(n)], n) || slices.Contains(x.m.granted[class(n)], n)
		if x.waiters[n].Waits() != waits {
			x.t.Fatalf("waiter %d waits: %v, want %v", n, !waits, waits)
		}
	}
}

func TestBudgetIsItsModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x := machine{t: t}
		x.m = model{limit: rapid.IntRange(0, 3).Draw(t, "limit"), reserve: rapid.IntRange(0, 2).Draw(t, "reserve"), told: make(map[int]bool)}
		x.b.Init(x.m.limit, x.m.reserve)
		for i := range x.caches {
			x.b.Join(&x.caches[i], "task", silent{})
		}
		for n := range x.waiters {
			x.waiters[n] = iobuf.Waiter{ID: uint64(n), Of: n}
		}
		for _, op := range rapid.SliceOfN(rapid.IntRange(0, 7), 0, 60).Draw(t, "operations") {
			x.step(op)
		}
	})
}

// What comes back twice is a bug, and so is a waiter in two tasks.
func TestMisuse(t *testing.T) {
	for name, f := range map[string]func(b *iobuf.Budget, k, other *iobuf.Cache){
		"back twice": func(_ *iobuf.Budget, k, _ *iobuf.Cache) {
			for range 8 {
				k.Put(filling)
			}
		},
		"in two tasks": func(b *iobuf.Budget, k, other *iobuf.Cache) {
			var w iobuf.Waiter
			b.Resize(0)
			k.Want(&w, filling)
			other.Want(&w, filling)
		},
		"withdrawn elsewhere": func(b *iobuf.Budget, k, other *iobuf.Cache) {
			var w iobuf.Waiter
			b.Resize(0)
			k.Want(&w, filling)
			other.Withdraw(&w)
		},
	} {
		r := sim.Run(sim.Options{Seed: 1}, func() {
			var b iobuf.Budget
			var k, other iobuf.Cache
			b.Init(1, 0)
			b.Join(&k, "one", silent{})
			b.Join(&other, "other", silent{})
			f(&b, &k, &other)
		})
		if r.Verdict == nil || r.Verdict.Kind != sim.Assertion {
			t.Errorf("%s: %v", name, r.Verdict)
		}
	}
}

// Neither a refusal, nor a grant, nor a wake allocates, nor does what goes through a cache.
func TestNothingIsAllocated(t *testing.T) {
	var b iobuf.Budget
	var k, other iobuf.Cache
	var w iobuf.Waiter
	b.Init(1, 0)
	b.Join(&k, "one", silent{})
	b.Join(&other, "other", silent{})
	if n := testing.AllocsPerRun(100, func() {
		k.Take(filling)
		if other.Want(&w, filling) {
			t.Fatal("there are two units of one")
		}
		k.Put(filling)
		if other.Next() != &w || !other.Want(&w, filling) {
			t.Fatal("what came back is not who waited's")
		}
		other.EndTurn()
		other.Put(filling)
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
