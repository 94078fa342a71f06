package handoff_test

// Two givers, two takers and a close: every item is taken exactly once, and all
// takers go when the queue is closed and empty.

import (
	"fmt"
	"strings"
	"testing"

	"brigade/core/handoff"
	"brigade/core/rt"
	"brigade/sim"
)

func TestQueueLosesNothing(t *testing.T) {
	sim.Test(t, func() {
		const givers, takers, each = 2, 2, 3
		var q handoff.Queue[item, *item]
		q.Init("queue")
		var giving, taking rt.WaitGroup
		for g := range givers {
			giving.Go("giver", func() {
				for n := range each {
					q.Push(&item{giver: g, number: n})
				}
			})
		}
		taken := make([]map[string]bool, takers)
		for i := range takers {
			taken[i] = make(map[string]bool)
			taking.Go("taker", func() {
				for x := q.Pop(); x != nil; x = q.Pop() {
					rt.Taken(x)
					taken[i][fmt.Sprint(x.giver, x.number)] = true
				}
			})
		}
		giving.Wait()
		q.Close()
		taking.Wait()
		all := make(map[string]bool)
		sum := 0
		for _, m := range taken {
			sum += len(m)
			for k := range m {
				all[k] = true
			}
		}
		if sum != givers*each || len(all) != sum {
			rt.Bug("%d items were taken, %d of them different, of %d", sum, len(all), givers*each)
		}
		if items, idle := q.Depth(); items != 0 || idle != 0 {
			rt.Bug("depth %d, %d at the end", items, idle)
		}
	})
}

func TestQueueClosedIsClosed(t *testing.T) {
	r := sim.Run(sim.Options{Seed: 1}, func() {
		var q handoff.Queue[item, *item]
		q.Init("queue")
		q.Close()
		q.Push(&item{})
	})
	if r.Verdict == nil || r.Verdict.Kind != sim.Assertion || !strings.Contains(r.Verdict.Message, "closed queue") {
		t.Errorf("pushing onto a closed queue: %v, not the assertion", r.Verdict)
	}
}
