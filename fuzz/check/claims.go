package check

// core/handoff's line of claims: loops want room with the only processor while that has
// something to do, and come one after the other. They are served in that order.

import (
	"brigade/core/handoff"
	"brigade/core/rt"
)

func claimsComponent() Component {
	return Component{
		Name: "claims", Tasks: 2, Ops: 1, Type: typeName[handoff.Claim](), program: claimsProgram,
		Story: "loops stand in line for the only processor, one behind the other: the first is served first",
	}
}

func claimsProgram(loops, _ int) func() {
	return func() {
		crew := new(handoff.Crew[item, *item])
		crew.Init("crew", 1, 0, 0)
		var place handoff.Member[item, *item]
		crew.Join(&place)
		var busy handoff.Claim
		busy.InitClaim("busy", handoff.Common, deaf{})
		if crew.Reserve(&busy, 1) != 1 {
			rt.Bug("an idle crew has no room")
		}
		crew.Give(&item{giver: -1}, handoff.Common)
		var giving, taking rt.WaitGroup
		giving.Label("giving")
		taking.Label("taking")
		joined := make([]rt.WaitGroup, loops)
		for i := range joined {
			joined[i].Label("joined")
			joined[i].Add(1)
		}
		for g := range loops {
			giving.Go("loop", func() {
				if g > 0 {
					joined[g-1].Wait()
				}
				queue(crew, g, &joined[g])
			})
		}
		taking.Go("member", func() {
			last := -1
			for i := crew.Next(&place); i != nil; i = crew.Next(&place) {
				if i.giver < 0 {
					joined[loops-1].Wait() // until everybody stands in line
				} else if last++; i.giver != last {
					rt.Bug("loop %d is served before loop %d, who stood in line before it came", i.giver, last)
				}
			}
		})
		giving.Wait()
		crew.Close()
		taking.Wait()
	}
}

// queue stands in line, says so, and gives its item when it is its turn.
func queue(crew *handoff.Crew[item, *item], giver int, joined *rt.WaitGroup) {
	var n napper
	var claim handoff.Claim
	n.init()
	claim.InitClaim("claim", handoff.Common, &n)
	got := crew.Reserve(&claim, 1)
	joined.Done()
	for got == 0 {
		n.nap()
		got = crew.Reserve(&claim, 1)
	}
	crew.Give(&item{giver: giver}, handoff.Common)
}
