package check

// core/iobuf's two sides: each task fills a unit, and needs another to give it back, as a
// session does that opens a stream. With one in reserve for the side that frees no circle
// of those who wait closes, however few the others are.

import (
	"brigade/core/iobuf"
	"brigade/core/rt"
)

func bufferreserveComponent() Component {
	return Component{
		Name: "bufferreserve", Tasks: 2, Ops: 1, Type: typeName[iobuf.Class](), program: bufferreserveProgram,
		Story: "as many as there are buffers each have one and need another before they give it back; one is kept for that: all are served",
	}
}

func bufferreserveProgram(tasks, ops int) func() {
	return func() {
		var c counter
		c.budget.Init(tasks, 1)
		users := make([]*user, tasks)
		for i := range users {
			users[i] = c.user("user")
		}
		var all rt.WaitGroup
		all.Label("all")
		for _, u := range users {
			all.Go("user", func() {
				for range ops {
					u.gets(&u.waiter, iobuf.Filling)
					u.gets(&u.second, iobuf.Freeing)
					u.cache.Put(iobuf.Freeing)
					u.cache.Put(iobuf.Filling)
				}
			})
		}
		all.Wait()
		for k, s := range c.budget.Stats().Classes {
			if s.Used+s.Reserved+s.Waiting != 0 {
				rt.Bug("everybody has left, and of the side %v it is %+v", iobuf.Class(k), s)
			}
		}
	}
}

// gets waits for a unit of a side.
func (u *user) gets(w *iobuf.Waiter, c iobuf.Class) {
	for !u.cache.Want(w, c) {
		u.nap()
	}
}
