package handoff_test

// Models: an Inbox and a Queue used by one task are a list.

import (
	"testing"

	"pgregory.net/rapid"

	"brigade/core/handoff"
	"brigade/core/rt"
	"brigade/sim"
)

// script is a list of operations.
func script(t *rapid.T, kinds int) []int {
	return rapid.SliceOfN(rapid.IntRange(0, kinds-1), 0, 40).Draw(t, "operations")
}

// act runs f as a task.
func act(t *rapid.T, f func()) {
	if r := sim.Run(sim.Options{Seed: 1}, f); r.Verdict != nil {
		t.Fatalf("%v", r.Verdict)
	}
}

func TestInboxIsAList(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		operations := script(t, 4)
		act(t, func() {
			var q handoff.Inbox[item, *item]
			var model []int
			asleep, next := false, 0
			for _, op := range operations {
				switch op {
				case 0, 1:
					next++
					if wake := q.Push(&item{number: next}); wake != asleep {
						rt.Bug("push says wake %v to a taker asleep %v", wake, asleep)
					}
					asleep = false // whoever was told wakes it
					model = append(model, next)
				case 2:
					if may := q.Sleep(); may != (len(model) == 0) {
						rt.Bug("sleep says %v with %d items", may, len(model))
					} else if asleep = may; op == 2 && next%2 == 0 {
						q.Awake()
						asleep = false
					}
				case 3:
					if q.Empty() != (len(model) == 0) {
						rt.Bug("empty is %v with %d items", q.Empty(), len(model))
					}
					for i := q.Take(); i != nil; i = q.Next(i) {
						if len(model) == 0 || i.number != model[0] {
							rt.Bug("item %d, want the first of %v", i.number, model)
						}
						model = model[1:]
					}
					if len(model) != 0 {
						rt.Bug("%v were not taken", model)
					}
				}
			}
		})
	})
}

func TestCrewIsAList(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		operations := script(t, 2)
		room := rapid.IntRange(1, 4).Draw(t, "room")
		act(t, func() {
			var q handoff.Crew[item, *item]
			q.Init("crew", 1, 0, room-1)
			var m handoff.Member[item, *item]
			q.Join(&m)
			var s sleeper
			s.some.L = &s.mu
			var claim handoff.Claim
			claim.InitClaim("claim", handoff.Common, &s)
			var model []int
			next, working := 0, 0
			take := func() {
				if i := q.Next(&m); i == nil || i.number != model[0] {
					rt.Bug("took %v, want %d", i, model[0])
				}
				model = model[1:]
				working = 1
			}
			for _, op := range operations {
				if op == 0 {
					got := q.Reserve(&claim, 2)
					if got < 0 || got > 2 || len(model)+working+got > room {
						rt.Bug("room for %d more, with %d of %d", got, len(model)+working, room)
					}
					for range got {
						next++
						q.Give(&item{number: next}, handoff.Common)
						model = append(model, next)
					}
				} else if len(model) > 0 {
					take()
				}
				if waiting, _ := q.Load(); waiting != len(model) {
					rt.Bug("%d wait, want %d", waiting, len(model))
				}
			}
			q.Close()
			for len(model) > 0 {
				take()
			}
			if i := q.Next(&m); i != nil {
				rt.Bug("a closed and empty crew gives item %d", i.number)
			}
			q.Yield(&claim)
		})
	})
}
