package check

// The line for core/iobuf's only unit, when five act at once: the unit comes back; the
// first in line has a timer that is due; two are patient; and of one between them the task
// is told of its turn, has something else to do until the turn is over, and is cancelled
// when the patient have been served. Its reservation must be theirs by then: who keeps
// what was reserved for him until he needs it holds up all others (HAProxy 3.0, 2024).

import (
	"brigade/core/iobuf"
	"brigade/core/rt"
)

func bufferlineComponent() Component {
	return Component{
		Name: "bufferline", Tasks: 2, Ops: 1, Type: typeName[iobuf.Waiter](), program: bufferlineProgram,
		Story: "the only buffer comes back to a line of some who are patient, one whose time is up, and one who is told of its turn, does not use it, and is cancelled: the patient are served, in their order",
	}
}

// distracted is told of its turn, does not use it, and leaves when others are through.
func (c *counter) distracted(u *user, others *rt.WaitGroup) {
	for u.cache.Next() == nil {
		u.nap()
	}
	u.cache.EndTurn()
	others.Wait()
	u.cache.Withdraw(&u.waiter)
}

// bufferlineProgram has tasks patient waiters.
func bufferlineProgram(tasks, _ int) func() {
	return func() {
		c := &counter{served: make([]bool, tasks), taken: true}
		c.budget.Init(1, 0)
		first, late, busy := c.user("first"), c.user("late"), c.user("busy")
		patient := make([]*user, tasks)
		for i := range patient {
			patient[i] = c.user("user")
		}
		if !first.cache.Take(iobuf.Filling) {
			rt.Bug("a budget of one unit has none")
		}
		stand := func(u *user) {
			if u.cache.Want(&u.waiter, iobuf.Filling) {
				rt.Bug("a budget of one unit has two")
			}
		}
		stand(late)
		for i, u := range patient {
			if i == tasks/2 {
				stand(busy)
			}
			stand(u)
		}
		var all, served rt.WaitGroup
		all.Label("all")
		served.Label("served")
		served.Add(tasks)
		all.Go("releaser", func() { c.gives(first) })
		all.Go("timeout", func() { late.cache.Withdraw(&late.waiter) })
		all.Go("cancel", func() { c.distracted(busy, &served) })
		for i, u := range patient {
			all.Go("waiter", func() {
				c.waits(u, i)
				served.Done()
			})
		}
		all.Wait()
		c.left(first)
	}
}
