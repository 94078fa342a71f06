package handoff_test

// Two loops, two members and room for one item each: every item is taken once, no
// more are on their way than there is room for, the member that came last is the
// first to be given something, and processors kept for what others wait for take
// nothing else.

import (
	"fmt"
	"strings"
	"testing"

	"brigade/core/handoff"
	"brigade/core/rt"
	"brigade/sim"
)

// sleeper is a loop that waits to be roused.
type sleeper struct{ counter }

func (s *sleeper) Rouse() { s.wake() }

// offer gives each items, as many at a time as there is room for.
func offer(q *handoff.Crew[item, *item], giver, each int, class handoff.Class) {
	var s sleeper
	s.some.L = &s.mu
	var claim handoff.Claim
	claim.InitClaim("claim", class, &s)
	for given := 0; given < each; {
		for range q.Reserve(&claim, each-given) {
			q.Give(&item{giver: giver, number: given}, class)
			given++
		}
		if given < each {
			s.sleep()
		}
	}
	q.Yield(&claim)
}

func TestCrewLosesNothing(t *testing.T) {
	sim.Test(t, func() {
		const givers, each = 2, 3
		var q handoff.Crew[item, *item]
		q.Init("crew", 2, 0, sim.Choose("waiting", 2))
		var giving, taking rt.WaitGroup
		for g := range givers {
			giving.Go("giver", func() { offer(&q, g, each, handoff.Common) })
		}
		var places [2]handoff.Member[item, *item]
		taken := make([]map[string]bool, len(places))
		for i := range places {
			taken[i] = make(map[string]bool)
			q.Join(&places[i])
			taking.Go("member", func() {
				for x := q.Next(&places[i]); x != nil; x = q.Next(&places[i]) {
					rt.Taken(x)
					taken[i][fmt.Sprint(x.giver, x.number)] = true
				}
			})
		}
		giving.Wait()
		q.Close()
		taking.Wait()
		all, sum := make(map[string]bool), 0
		for _, m := range taken {
			sum += len(m)
			for k := range m {
				all[k] = true
			}
		}
		if sum != givers*each || len(all) != sum {
			rt.Bug("%d items were taken, %d of them different, of %d", sum, len(all), givers*each)
		}
	})
}

// A claim that times out passes on what was granted to it in the same moment.
func TestYieldPassesOn(t *testing.T) {
	sim.Test(t, func() {
		var q handoff.Crew[item, *item]
		q.Init("crew", 1, 0, 0)
		var place handoff.Member[item, *item]
		q.Join(&place)
		var taking rt.WaitGroup
		n := 0
		taking.Go("member", func() {
			for x := q.Next(&place); x != nil; x = q.Next(&place) {
				rt.Taken(x)
				n++
			}
		})
		var giving rt.WaitGroup
		giving.Go("patient", func() { offer(&q, 0, 2, handoff.Common) })
		giving.Go("fickle", func() {
			var s sleeper
			s.some.L = &s.mu
			var claim handoff.Claim
			claim.InitClaim("claim", handoff.Common, &s)
			for range q.Reserve(&claim, 1) {
				q.Give(&item{giver: 1}, handoff.Common)
			}
			q.Yield(&claim)
		})
		giving.Wait()
		q.Close()
		taking.Wait()
		if n < 2 {
			rt.Bug("%d items were taken, of 2 or 3", n)
		}
	})
}

// Whoever has a processor and waits for another's work finds one kept for that
// work; without, the same program hangs (Varnish 2018).
func TestKeptMembers(t *testing.T) {
	kept := sim.Explore(sim.Options{Seed: 1, Runs: 200}, func() { depend(1) })
	if f := kept.Failure; f != nil {
		t.Errorf("with a processor kept: %v", f.Verdict)
	}
	none := sim.Explore(sim.Options{Seed: 1, Runs: 200}, func() { depend(0) })
	if none.Failure == nil || none.Failure.Verdict.Kind != sim.Deadlock {
		t.Error("with none kept, 200 schedules in which the two that wait never held both processors")
	}
}

// depend has two items, each of which waits for one more.
func depend(kept int) {
	var q handoff.Crew[item, *item]
	q.Init("crew", 2, kept, 0)
	var members, all rt.WaitGroup
	var places [2]handoff.Member[item, *item]
	for i := range places {
		q.Join(&places[i])
		members.Go("member", func() {
			for x := q.Next(&places[i]); x != nil; x = q.Next(&places[i]) {
				rt.Taken(x)
				if x.done != nil {
					x.done.Done()
					continue
				}
				var done rt.WaitGroup
				done.Add(1)
				give(&q, &item{done: &done}, handoff.Depended)
				done.Wait()
				all.Done()
			}
		})
	}
	all.Add(2)
	for range 2 {
		give(&q, &item{}, handoff.Common)
	}
	all.Wait()
	q.Close()
	members.Wait()
}

// give gives x, waiting for room.
func give(q *handoff.Crew[item, *item], x *item, class handoff.Class) {
	var s sleeper
	s.some.L = &s.mu
	var claim handoff.Claim
	claim.InitClaim("claim", class, &s)
	for q.Reserve(&claim, 1) == 0 {
		s.sleep()
	}
	q.Give(x, class)
	q.Yield(&claim)
}

func TestCrewClosedIsClosed(t *testing.T) {
	r := sim.Run(sim.Options{Seed: 1}, func() {
		var q handoff.Crew[item, *item]
		q.Init("crew", 1, 0, 0)
		q.Close()
		q.Give(&item{}, handoff.Common)
	})
	if r.Verdict == nil || r.Verdict.Kind != sim.Assertion || !strings.Contains(r.Verdict.Message, "closed crew") {
		t.Errorf("giving to a closed crew: %v, not the assertion", r.Verdict)
	}
}
