package linear

import "brigade/core/handoff"

// item is what a crew hands over.
type item struct {
	link   handoff.Link[item]
	number int
}

// HandoffLink implements handoff.Linked.
func (i *item) HandoffLink() *handoff.Link[item] { return &i.link }

// crew is the processors' queue of the core.
type crew struct {
	crew    handoff.Crew[item, *item]
	members []handoff.Member[item, *item]
	claim   handoff.Claim
}

// nobody is a rouser of whom nobody needs to be roused: there is always room.
type nobody struct{}

// Rouse implements handoff.Rouser.
func (nobody) Rouse() {}

// room is more than any history gives.
const room = 1 << 10

// Crew makes crews of so many members, with room for everything.
func Crew(members int) func() Queue {
	return func() Queue {
		q := &crew{members: make([]handoff.Member[item, *item], members)}
		q.crew.Init("crew", members, 0, room)
		q.claim.InitClaim("claim", handoff.Common, nobody{})
		for i := range q.members {
			q.crew.Join(&q.members[i])
		}
		return q
	}
}

// Give implements Queue.
func (q *crew) Give(number int) {
	q.crew.Reserve(&q.claim, 1)
	q.crew.Give(&item{number: number}, handoff.Common)
}

// Take implements Queue.
func (q *crew) Take(taker int) (int, bool) {
	i := q.crew.Next(&q.members[taker])
	if i == nil {
		return 0, false
	}
	return i.number, true
}

// Close implements Queue.
func (q *crew) Close() { q.crew.Close() }
