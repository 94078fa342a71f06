package handoff

// Crew: the processors of a shard and the work on its way to them, as leader and
// followers (Pane 2002; Schmidt et al. 2000): of the processors that wait, the one
// that came last takes the next item, so that the fewest stacks stay warm.
//
// Room is reserved before an item is let go of. There is room for one item at each
// processor and for a fixed number that wait, so nothing overflows, and an item for
// which there is no room stays with its loop, with its timer. A unit of room that
// becomes free is the reservation of the claim that has waited longest, in the same
// critical section: between the two nobody can take it (INVARIANTS I35).
//
// Items that others wait for (Class Depended) have processors kept for them, which
// take nothing else: so those who wait can never hold all processors and starve
// what they wait for (Varnish's pool reserve, 2018).

import "brigade/core/rt"

// Class says which processors may take an item.
type Class uint8

// The classes.
const (
	Common   Class = iota // nobody with a processor waits for it
	Depended              // somebody may: processors are kept for it
	classes
)

// Crew hands items to members. Init it before use.
type Crew[T any, P Linked[T]] struct {
	mu      rt.Mutex
	limits  [classes]int // room in all that each class may use
	used    [classes]int // of it: reserved, waiting, or at a member
	lists   [classes]list[T, P]
	common  int           // members that may work on Common items at a time
	running int           // members that do
	idle    *Member[T, P] // newest first
	claims  [classes]claims
	closed  bool
}

// Member is one processor's place in a crew.
type Member[T any, P Linked[T]] struct {
	some    rt.Cond // item is set, or the crew closed
	item    *T
	class   Class // of item, and after Next of the work in hand
	working bool
	below   *Member[T, P] // in the crew's stack of idle ones
}

// Claim is a loop's place in the line for room. It belongs to the loop, but for
// what the crew notes under its lock.
type Claim struct {
	granted rt.Int32 // 1: room is reserved for the loop, and not yet used
	waits   bool     // guarded by the crew's lock: it stands in line
	next    *Claim   // guarded by the crew's lock
	class   Class
	rouse   Rouser
}

// Rouser wakes a loop that may sleep.
type Rouser interface{ Rouse() }

// Init makes q ready for members processors, of which kept take only Depended
// items, and waiting further items.
func (q *Crew[T, P]) Init(name string, members, kept, waiting int) {
	q.mu.Label(name + ".mu")
	q.common = members - kept
	q.limits = [classes]int{Common: q.common + waiting, Depended: members + waiting}
}

// Join makes m a member of q.
func (q *Crew[T, P]) Join(m *Member[T, P]) { m.some.L = &q.mu }

// InitClaim names c and says whom to rouse when room is granted, for items of
// class.
func (c *Claim) InitClaim(name string, class Class, r Rouser) {
	c.granted.Label(name + ".granted")
	c.class, c.rouse = class, r
}

// Granted reports whether room was granted and not used.
func (c *Claim) Granted() bool { return c.granted.Load() > 0 }

// Missed looks, after a sleep of the loop's that nobody has ended, whether somebody should have.
func (c *Claim) Missed() {
	if rt.Rechecked() && c.Granted() {
		c.granted.LostWakeup()
	}
}

// Reserve takes room for up to want items, 1 or more, and returns for how many there
// was. If that is not all, c stands in line, and its loop is roused when its turn
// comes. While anybody stands in line there is no free room.
func (q *Crew[T, P]) Reserve(c *Claim, want int) (got int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if got = int(c.granted.Load()); got > 0 {
		c.granted.Store(0)
	}
	more := min(want-got, q.limits[c.class]-q.used[c.class])
	q.used[c.class] += more
	if got += more; got < want {
		q.claims[c.class].join(c)
	} else {
		q.claims[c.class].leave(c)
	}
	return got
}

// Yield takes c out of the line, and passes on what was granted and is not needed.
func (q *Crew[T, P]) Yield(c *Claim) {
	q.mu.Lock()
	q.claims[c.class].leave(c)
	var r Rouser
	if c.granted.Load() > 0 {
		c.granted.Store(0)
		q.used[c.class]--
		r = q.grant(c.class)
	}
	q.mu.Unlock()
	if r != nil {
		r.Rouse()
	}
}

// grant makes free room the reservation of whoever has waited longest for it.
func (q *Crew[T, P]) grant(class Class) Rouser {
	c := q.claims[class].first
	if c == nil {
		return nil
	}
	q.claims[class].leave(c)
	q.used[class]++
	c.granted.Store(1)
	return c.rouse
}

// Give hands over an item for which room was reserved.
func (q *Crew[T, P]) Give(item P, class Class) {
	q.mu.Lock()
	if q.closed {
		q.mu.Unlock()
		rt.Bug("handoff: an item was given to a closed crew; items may come until Close only")
	}
	if m := q.idle; m != nil && q.may(class) {
		q.idle = m.below
		m.below = nil
		q.start(m, item, class)
		m.some.Signal()
	} else {
		q.lists[class].push(item)
	}
	q.mu.Unlock()
}

// may reports whether another member may begin an item of class.
func (q *Crew[T, P]) may(class Class) bool { return class == Depended || q.running < q.common }

// start puts item into m's hands.
func (q *Crew[T, P]) start(m *Member[T, P], item P, class Class) {
	m.item, m.class, m.working = item, class, true
	if class == Common {
		q.running++
	}
}

// Next ends m's work on its last item, and takes the next one, waiting for it; nil:
// the crew is closed and nothing is left.
func (q *Crew[T, P]) Next(m *Member[T, P]) P {
	q.mu.Lock()
	if r := q.end(m); r != nil {
		q.mu.Unlock()
		r.Rouse()
		q.mu.Lock()
	}
	for class := classes; class > 0 && m.item == nil; class-- {
		if c := class - 1; !q.lists[c].empty() && q.may(c) {
			q.start(m, q.lists[c].pop(), c)
		}
	}
	if m.item == nil && !q.closed {
		m.below, q.idle = q.idle, m
		m.some.Await(func() bool { return m.item != nil || q.closed })
	}
	item := P(m.item)
	m.item = nil
	q.mu.Unlock()
	return item
}

// end ends m's work on what it has; it returns whose turn that makes it.
func (q *Crew[T, P]) end(m *Member[T, P]) Rouser {
	if !m.working {
		return nil
	}
	m.working = false
	if m.class == Common {
		q.running--
	}
	q.used[m.class]--
	return q.grant(m.class)
}

// Close lets members go once nothing is left for them.
func (q *Crew[T, P]) Close() {
	q.mu.Lock()
	q.closed = true
	for m := q.idle; m != nil; m = m.below {
		m.some.Signal()
	}
	q.idle = nil
	q.mu.Unlock()
}

// Kept is how many members take Depended items alone.
func (q *Crew[T, P]) Kept() int { return q.limits[Depended] - q.limits[Common] }

// Load is how many items wait for a member, and how many members have one.
func (q *Crew[T, P]) Load() (waiting, working int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for c := range q.lists {
		waiting += q.lists[c].length
		working += q.used[c]
	}
	return waiting, working - waiting
}
