package check

// core/poll's wakers: some tasks hand items to a loop that sleeps in its poller. A
// wakeup that is lost shows as that verdict, or as a deadlock. The loop sleeps and
// its givers wake as core/stage's do; only with the flag do they look whether it
// sleeps.

import (
	"brigade/core/handoff"
	"brigade/core/poll"
	"brigade/core/rt"
	"brigade/core/sys"
)

func wakerComponent(kind poll.WakerKind) Component {
	return Component{
		Name: "waker-" + kind.String(), Tasks: 2, Ops: 1, Type: typeName[poll.Poller](),
		Story: "tasks hand items to a loop that sleeps in a poller, and wake it (" + kind.String() + "): it takes all, each once",
		inKernel: func(k sys.Kernel, wakers, ops int) func() {
			return func() { wakerProgram(k, kind, wakers, ops) }
		},
	}
}

func wakerProgram(k sys.Kernel, kind poll.WakerKind, wakers, ops int) {
	inbox, p := new(handoff.Inbox[item, *item]), new(poll.Poller)
	inbox.Label("inbox")
	if err := p.Open(k, poll.Epoll, kind); err != nil {
		rt.Bug("%v", err)
	}
	var all rt.WaitGroup
	all.Label("all")
	for g := range wakers {
		all.Go("giver", func() {
			for n := range ops {
				if inbox.Push(&item{giver: g, nth: n}) || kind != poll.WakeFlag {
					p.Wake()
				}
			}
		})
	}
	all.Go("loop", func() {
		for want := wakers * ops; want > 0; {
			for i := inbox.Take(); i != nil; i = inbox.Next(i) {
				rt.Taken(i)
				want--
			}
			if want > 0 && inbox.Sleep() {
				p.Wait(-1)
				inbox.Awake()
			}
		}
	})
	all.Wait()
	if !inbox.Empty() {
		rt.Bug("an item is left in the inbox when all have come")
	}
	p.Close()
}
