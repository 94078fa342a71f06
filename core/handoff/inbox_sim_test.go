package handoff_test

// Two givers and a taker that sleeps: every item is taken once, each giver's in
// its order, and at most one giver is told to wake for each time that the taker
// announces its sleep. The poller is an event counter: a number under a lock, and
// a condition.

import (
	"testing"

	"brigade/core/handoff"
	"brigade/core/rt"
	"brigade/sim"
)

type item struct {
	link   handoff.Link[item]
	giver  int
	number int
	done   *rt.WaitGroup
}

func (i *item) HandoffLink() *handoff.Link[item] { return &i.link }

// counter is a waker.
type counter struct {
	mu    rt.Mutex
	some  rt.Cond
	n     int
	woken int // in all
}

func (c *counter) wake() {
	c.mu.Lock()
	c.n++
	c.woken++
	c.some.Signal()
	c.mu.Unlock()
}

func (c *counter) sleep() {
	c.mu.Lock()
	c.some.Await(func() bool { return c.n > 0 })
	c.n = 0
	c.mu.Unlock()
}

func TestInboxLosesNothing(t *testing.T) {
	sim.Test(t, func() { inbox(wakeWhenTold) })
}

// wakeWhenTold is what givers have to do with Push's answer.
func wakeWhenTold(c *counter, wake bool) {
	if wake {
		c.wake()
	}
}

// The other direction: a giver that does not wake is found at once.
func TestInboxNeedsItsWake(t *testing.T) {
	r := sim.Explore(sim.Options{Seed: 1, Runs: 20}, func() { inbox(func(*counter, bool) {}) })
	if r.Failure == nil {
		t.Error("20 schedules without a wakeup, and none of them hung: the taker never slept")
	}
}

func inbox(told func(c *counter, wake bool)) {
	const givers, each = 2, 4
	var q handoff.Inbox[item, *item]
	var poller counter
	poller.some.L = &poller.mu
	q.Label("inbox")
	for g := range givers {
		rt.Go("giver", func() {
			for n := range each {
				told(&poller, q.Push(&item{giver: g, number: n + 1}))
			}
		})
	}
	var last [givers]int
	announced := 0
	for got := 0; got < givers*each; {
		if q.Empty() {
			announced++
			if q.Sleep() {
				poller.sleep()
				q.Awake()
			}
		}
		for i := q.Take(); i != nil; {
			next := q.Next(i)
			rt.Taken(i)
			if i.number != last[i.giver]+1 {
				rt.Bug("item %d of giver %d comes after %d", i.number, i.giver, last[i.giver])
			}
			last[i.giver]++
			got++
			i = next
		}
	}
	poller.mu.Lock()
	defer poller.mu.Unlock()
	if poller.woken > announced {
		rt.Bug("%d wakeups, but sleep was announced %d times", poller.woken, announced)
	}
}
