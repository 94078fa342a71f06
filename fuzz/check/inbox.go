package check

// core/handoff.Inbox: givers push, a taker empties it and sleeps when there is
// nothing. That no item is lost or comes twice shows at the end; that no wakeup is
// lost shows as a deadlock.

import (
	"reflect"

	"brigade/core/handoff"
	"brigade/core/rt"
)

// item is what is handed over.
type item struct {
	link  handoff.Link[item]
	giver int
	nth   int
}

// HandoffLink implements handoff.Linked.
func (i *item) HandoffLink() *handoff.Link[item] { return &i.link }

// typeName is T with its package's path, for the certificate.
func typeName[T any]() string {
	t := reflect.TypeFor[T]()
	return t.PkgPath() + "." + t.Name()
}

// bell stands in for an event counter in a poller: rung once or often, it ends
// one sleep.
type bell struct {
	mu   rt.Mutex
	ring rt.Cond // guarded by mu: rung
	rung bool    // guarded by mu
}

func (b *bell) init() {
	b.ring.L = &b.mu
	b.mu.Label("bell.mu")
	b.ring.Label("bell.ring")
}

func (b *bell) strike() {
	b.mu.Lock()
	b.rung = true
	b.ring.Signal()
	b.mu.Unlock()
}

func (b *bell) sleep() {
	b.mu.Lock()
	b.ring.Await(func() bool { return b.rung })
	b.rung = false
	b.mu.Unlock()
}

func inboxComponent() Component {
	return Component{
		Name: "inbox", Tasks: 2, Ops: 1, Type: typeName[handoff.Inbox[item, *item]](), program: inboxProgram,
		Story: "givers push, a taker that sleeps takes: each item once, in each giver's order, and no wakeup lost",
	}
}

func inboxProgram(givers, ops int) func() {
	return func() {
		inbox, door := new(handoff.Inbox[item, *item]), new(bell)
		inbox.Label("inbox")
		door.init()
		for g := range givers {
			rt.Go("giver", func() {
				for n := range ops {
					if inbox.Push(&item{giver: g, nth: n}) {
						door.strike()
					}
				}
			})
		}
		rt.Go("taker", func() { takeAll(inbox, door, make([]int, givers), givers*ops) })
	}
}

// takeAll takes want items; seen counts those of each giver.
func takeAll(inbox *handoff.Inbox[item, *item], door *bell, seen []int, want int) {
	for want > 0 {
		for i := inbox.Take(); i != nil; {
			rt.Taken(i)
			if i.nth != seen[i.giver] {
				rt.Bug("item %d of giver %d came when %d of its items had come", i.nth, i.giver, seen[i.giver])
			}
			seen[i.giver]++
			want--
			i = inbox.Next(i)
		}
		if want > 0 && inbox.Sleep() {
			door.sleep()
			inbox.Awake()
		}
	}
	if !inbox.Empty() {
		rt.Bug("an item is left in the inbox when all have come")
	}
}
