package check

// core/handoff's reservation of processors: loops want room for one item where there
// is room for one alone. Whoever has none stands in line, and the last of them loses
// patience at once: what was granted to it meanwhile passes on in the same step.

import (
	"brigade/core/handoff"
	"brigade/core/rt"
)

func reservationComponent() Component {
	return Component{
		Name: "reservation", Tasks: 2, Ops: 2, Type: typeName[handoff.Claim](), program: reservationProgram,
		Story: "loops reserve the only processor, one of them in haste: room is nobody's twice, what is granted is used or passed on, and whoever waits is served",
	}
}

func reservationProgram(loops, ops int) func() {
	return func() {
		crew := new(handoff.Crew[item, *item])
		crew.Init("crew", 1, 0, 0)
		var place handoff.Member[item, *item]
		crew.Join(&place)
		var giving, taking rt.WaitGroup
		giving.Label("giving")
		taking.Label("taking")
		came, given := 0, make([]int, loops)
		for g := range loops {
			giving.Go("loop", func() {
				if g == loops-1 && loops > 1 {
					given[g] = try(crew, g)
					return
				}
				given[g] = patient(crew, g, ops)
			})
		}
		taking.Go("member", func() {
			for i := crew.Next(&place); i != nil; i = crew.Next(&place) {
				rt.Taken(i)
				came++
			}
		})
		giving.Wait()
		crew.Close()
		taking.Wait()
		want := 0
		for _, n := range given {
			want += n
		}
		if came != want {
			rt.Bug("%d items of %d were taken", came, want)
		}
		var claim handoff.Claim
		claim.InitClaim("claim", handoff.Common, deaf{})
		if got := crew.Reserve(&claim, 2); got != 1 {
			rt.Bug("room for %d is free when everybody has left; there is room for 1", got)
		}
	}
}

// patient gives ops items, one at a time: the hasty one may come between two.
func patient(crew *handoff.Crew[item, *item], giver, ops int) int {
	var n napper
	var claim handoff.Claim
	n.init()
	claim.InitClaim("claim", handoff.Common, &n)
	for nth := range ops {
		for crew.Reserve(&claim, 1) == 0 {
			n.nap()
		}
		crew.Give(&item{giver: giver, nth: nth}, handoff.Common)
	}
	return ops
}

// deaf is a loop that does not wait.
type deaf struct{}

// Rouse implements handoff.Rouser.
func (deaf) Rouse() {}

// try gives an item if there is room for it at once, and returns how many it gave.
func try(crew *handoff.Crew[item, *item], giver int) int {
	var claim handoff.Claim
	claim.InitClaim("claim", handoff.Common, deaf{})
	got := crew.Reserve(&claim, 1)
	for range got {
		crew.Give(&item{giver: giver}, handoff.Common)
	}
	crew.Yield(&claim)
	return got
}
