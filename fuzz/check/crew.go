package check

// core/handoff.Crew: loops reserve room and give, members take, and the crew closes
// once the loops are done. Of two members one is kept for what others wait for.

import (
	"brigade/core/handoff"
	"brigade/core/rt"
)

// members is how many processors there are.
const members = 2

func crewComponent() Component {
	return Component{
		Name: "crew", Tasks: 2, Ops: 1, Type: typeName[handoff.Crew[item, *item]](), program: crewProgram,
		Story: "loops reserve room and give, two members take until it is closed: each item once, nobody beyond the room there is, and everybody ends",
	}
}

// napper is a loop that waits to be roused.
type napper struct {
	mu     rt.Mutex
	some   rt.Cond
	roused bool
}

func (n *napper) init() { n.some.L = &n.mu }

// Rouse implements handoff.Rouser.
func (n *napper) Rouse() {
	n.mu.Lock()
	n.roused = true
	n.some.Signal()
	n.mu.Unlock()
}

func (n *napper) nap() {
	n.mu.Lock()
	n.some.Await(func() bool { return n.roused })
	n.roused = false
	n.mu.Unlock()
}

func crewProgram(loops, ops int) func() {
	return func() {
		crew := new(handoff.Crew[item, *item])
		crew.Init("crew", members, 0, 0)
		var giving, taking rt.WaitGroup
		giving.Label("giving")
		taking.Label("taking")
		for g := range loops {
			giving.Go("loop", func() { offer(crew, g, ops) })
		}
		var came [members][]*item
		var places [members]handoff.Member[item, *item]
		for m := range came {
			crew.Join(&places[m])
			taking.Go("member", func() {
				for i := crew.Next(&places[m]); i != nil; i = crew.Next(&places[m]) {
					rt.Taken(i)
					came[m] = append(came[m], i)
				}
			})
		}
		giving.Wait()
		crew.Close()
		taking.Wait()
		judgeCrew(crew, came[:], loops*ops)
	}
}

// offer is a loop with ops items to give.
func offer(crew *handoff.Crew[item, *item], giver, ops int) {
	var n napper
	var claim handoff.Claim
	n.init()
	claim.InitClaim("claim", handoff.Common, &n)
	for given := 0; given < ops; {
		got := crew.Reserve(&claim, ops-given)
		for range got {
			crew.Give(&item{giver: giver, nth: given}, handoff.Common)
			given++
		}
		if given < ops {
			n.nap()
		}
	}
	crew.Yield(&claim)
}

// judgeCrew looks at who got what.
func judgeCrew(crew *handoff.Crew[item, *item], came [][]*item, want int) {
	seen := make(map[*item]bool)
	for m, items := range came {
		last := make(map[int]int)
		for _, i := range items {
			if seen[i] {
				rt.Bug("item %d of loop %d was taken twice", i.nth, i.giver)
			}
			if before, any := last[i.giver]; any && i.nth < before {
				rt.Bug("member %d took item %d of loop %d after item %d", m, i.nth, i.giver, before)
			}
			seen[i], last[i.giver] = true, i.nth
		}
	}
	if len(seen) != want {
		rt.Bug("%d items of %d were taken", len(seen), want)
	}
	if waiting, working := crew.Load(); waiting != 0 || working != 0 {
		rt.Bug("%d items wait and %d members work in a crew that everybody has left", waiting, working)
	}
}
