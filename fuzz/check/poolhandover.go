package check

// core/mem's handover: an allocator with a request's pool goes from task to task
// through crews, as a request does, and the last destroys it. Whoever touches it
// out of turn is stopped by its own checks, or by the race detector.

import (
	"brigade/core/handoff"
	"brigade/core/mem"
	"brigade/core/rt"
)

func handoverComponent() Component {
	return Component{
		Name: "poolhandover", Tasks: 2, Ops: 2, Type: typeName[mem.Pool](), program: handoverProgram,
		Story: "requests' pools go through the hands of several tasks, each of which takes memory out of them; the last destroys them",
	}
}

// bundle is a request's memory on its way.
type bundle struct {
	link handoff.Link[bundle]
	mem  *mem.Allocator
	pool *mem.Pool
	text []byte
}

// HandoffLink implements handoff.Linked.
func (b *bundle) HandoffLink() *handoff.Link[bundle] { return &b.link }

// hands is a crew of one member, with room for all that ever comes.
type hands struct {
	handoff.Crew[bundle, *bundle]
	member handoff.Member[bundle, *bundle]
}

func (h *hands) init(room int) {
	h.Init("crew", 1, 0, room)
	h.Join(&h.member)
}

func handoverProgram(tasks, ops int) func() {
	return func() {
		crews := make([]hands, tasks)
		for i := range crews {
			crews[i].init(ops)
		}
		for i := range tasks {
			rt.Go("owner", func() {
				scope := &mem.Scope{Name: "owner"}
				if i == 0 {
					for n := range ops {
						open(scope, uint64(n+1)).pass(&crews[0])
					}
					return
				}
				for range ops {
					b := crews[i-1].Next(&crews[i-1].member)
					rt.Taken(b)
					b.mem.Take(scope)
					if i < tasks-1 {
						b.work(scope, byte(i))
						b.pass(&crews[i])
						continue
					}
					b.close(i)
				}
			})
		}
	}
}

// open makes a request's memory.
func open(scope *mem.Scope, id uint64) *bundle {
	a := mem.NewAllocator(id, "request's memory", mem.Limits{})
	a.Take(scope)
	b := &bundle{mem: a, pool: a.NewPool(mem.Request)}
	b.work(scope, 0)
	return b
}

// work takes memory out of the pool and writes down who did.
func (b *bundle) work(scope *mem.Scope, who byte) {
	outer := scope.Enter(b.pool)
	more, err := b.pool.Alloc(len(b.text) + 1)
	if err != nil {
		rt.Bug("%v", err)
	}
	more[copy(more, b.text)] = who
	b.text = more
	scope.Leave(outer)
}

func (b *bundle) pass(h *hands) {
	b.mem.Give()
	var claim handoff.Claim
	claim.InitClaim("claim", handoff.Common, nil)
	if h.Reserve(&claim, 1) == 0 {
		rt.Bug("there is no room in a crew that has room for all")
	}
	h.Give(b, handoff.Common)
}

func (b *bundle) close(hands int) {
	for i, who := range b.text {
		if int(who) != i {
			rt.Bug("hand %d wrote %d", i, who)
		}
	}
	if len(b.text) != hands {
		rt.Bug("%d hands wrote, not %d", len(b.text), hands)
	}
	b.pool.Destroy()
	b.mem.End()
}
