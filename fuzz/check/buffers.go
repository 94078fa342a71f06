package check

// core/iobuf's budget of one unit, which somebody has. One waits for it, patiently;
// another comes when that one stands in line; a third has a timer that is due at once;
// a fourth is cancelled, perhaps when its turn has come. The unit is nobody's twice,
// nobody is overtaken, and those who are patient are served, whatever becomes of the
// others' places and reservations.

import (
	"brigade/core/iobuf"
	"brigade/core/rt"
)

func buffersComponent() Component {
	return Component{
		Name: "buffers", Tasks: 2, Ops: 1, Type: typeName[iobuf.Budget](), program: buffersProgram,
		Story: "the only buffer comes back while some wait for it, one after the other, and with more tasks one times out and one is cancelled: it is nobody's twice, nobody is overtaken, and whoever is patient is served",
	}
}

// counter is where one unit is given out.
type counter struct {
	budget iobuf.Budget
	taken  bool   // plain: who has the unit has this
	served []bool // those who waited patiently
}

// user is a task with its cache.
type user struct {
	napper
	cache  iobuf.Cache
	waiter iobuf.Waiter
	second iobuf.Waiter
}

func (c *counter) user(name string) *user {
	u := new(user)
	u.napper.init()
	c.budget.Join(&u.cache, name, u)
	return u
}

// has is u's time with the unit.
func (c *counter) has(u *user) {
	if c.taken {
		rt.Bug("a budget of one unit has given out two")
	}
	c.taken = true
	c.gives(u)
}

func (c *counter) gives(u *user) {
	c.taken = false
	u.cache.Put(iobuf.Filling)
}

// patient waits its turn, and says through joined that it stands in line.
func (c *counter) patient(u *user, nth int, joined *rt.WaitGroup) {
	got := u.cache.Want(&u.waiter, iobuf.Filling)
	joined.Done()
	if got {
		c.serves(u, nth)
		return
	}
	c.waits(u, nth)
}

// waits is the time of u, the nth who is patient, in line.
func (c *counter) waits(u *user, nth int) {
	u.nap()
	u.gets(&u.waiter, iobuf.Filling)
	c.serves(u, nth)
}

// serves is its turn.
func (c *counter) serves(u *user, nth int) {
	for before, served := range c.served[:nth] {
		if !served {
			rt.Bug("waiter %d is served before waiter %d, who stood in line before it came", nth, before)
		}
	}
	c.served[nth] = true
	c.has(u)
}

// hasty waits for no time at all.
func (c *counter) hasty(u *user) {
	if u.cache.Want(&u.waiter, iobuf.Filling) {
		c.has(u)
		return
	}
	u.cache.Withdraw(&u.waiter)
}

// cancelled is told of its turn, if that has come, and wants it no more.
func (c *counter) cancelled(u *user) {
	if u.cache.Want(&u.waiter, iobuf.Filling) {
		c.has(u)
		return
	}
	u.cache.Next()
	u.cache.Withdraw(&u.waiter)
	u.cache.EndTurn()
}

// buffersProgram has tasks patient waiters if there are 2 or fewer; of more, one more
// has no patience, and another is cancelled.
func buffersProgram(tasks, _ int) func() {
	return func() {
		waiters := min(tasks, 2)
		c := &counter{served: make([]bool, waiters), taken: true}
		c.budget.Init(1, 0)
		first := c.user("first")
		users := make([]*user, tasks)
		for i := range users {
			users[i] = c.user("user")
		}
		if !first.cache.Take(iobuf.Filling) {
			rt.Bug("a budget of one unit has none")
		}
		var all rt.WaitGroup
		all.Label("all")
		joined := make([]rt.WaitGroup, waiters)
		for i := range joined {
			joined[i].Label("joined")
			joined[i].Add(1)
		}
		all.Go("releaser", func() { c.gives(first) })
		for i, u := range users {
			switch {
			case i < waiters:
				all.Go("waiter", func() {
					if i > 0 {
						joined[i-1].Wait()
					}
					c.patient(u, i, &joined[i])
				})
			case i == waiters:
				all.Go("timeout", func() { c.hasty(u) })
			default:
				all.Go("cancel", func() { c.cancelled(u) })
			}
		}
		all.Wait()
		c.left(first)
	}
}

// left is a budget of one unit that everybody has left.
func (c *counter) left(u *user) {
	s := c.budget.Stats().Classes[iobuf.Filling]
	if s.Used+s.Reserved+s.Waiting != 0 || !u.cache.Take(iobuf.Filling) || u.cache.Take(iobuf.Filling) {
		rt.Bug("everybody has left a budget of one unit: %+v", s)
	}
}
