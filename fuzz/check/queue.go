package check

// core/handoff.Queue: producers push, consumers wait and pop, and the queue closes
// once the producers are done.

import (
	"brigade/core/handoff"
	"brigade/core/rt"
)

// consumers is how many there are.
const consumers = 2

func queueComponent() Component {
	return Component{
		Name: "queue", Tasks: 2, Ops: 1, Type: typeName[handoff.Queue[item, *item]](), program: queueProgram,
		Story: "producers push, two consumers pop until it is closed: each item once, oldest first, and everybody ends",
	}
}

func queueProgram(producers, ops int) func() {
	return func() {
		queue := new(handoff.Queue[item, *item])
		queue.Init("queue")
		var pushing, popping rt.WaitGroup
		pushing.Label("pushing")
		popping.Label("popping")
		for p := range producers {
			pushing.Go("producer", func() {
				for n := range ops {
					queue.Push(&item{giver: p, nth: n})
				}
			})
		}
		var came [consumers][]*item
		for c := range came {
			popping.Go("consumer", func() {
				for i := queue.Pop(); i != nil; i = queue.Pop() {
					rt.Taken(i)
					came[c] = append(came[c], i)
				}
			})
		}
		pushing.Wait()
		queue.Close()
		popping.Wait()
		judgeQueue(queue, came[:], producers*ops)
	}
}

// judgeQueue looks at who got what.
func judgeQueue(queue *handoff.Queue[item, *item], came [][]*item, want int) {
	seen := make(map[*item]bool)
	for c, items := range came {
		last := make(map[int]int)
		for _, i := range items {
			if seen[i] {
				rt.Bug("item %d of producer %d was popped twice", i.nth, i.giver)
			}
			if before, any := last[i.giver]; any && i.nth < before {
				rt.Bug("consumer %d popped item %d of producer %d after item %d", c, i.nth, i.giver, before)
			}
			seen[i], last[i.giver] = true, i.nth
		}
	}
	if len(seen) != want {
		rt.Bug("%d items of %d were popped", len(seen), want)
	}
	if items, takers := queue.Depth(); items != 0 || takers != 0 {
		rt.Bug("%d items and %d takers are left in a queue that everybody has left", items, takers)
	}
}
