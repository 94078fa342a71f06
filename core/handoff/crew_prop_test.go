package handoff_test

// The model of a crew is two lists, of items that others wait for and of the rest, and
// two lines of claims: room that becomes free is the reservation of whoever has stood in
// line longest, an item that others wait for comes first, and of the rest no more are
// worked on than there are members who may.

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"brigade/core/handoff"
	"brigade/core/rt"
)

// bell counts how often a loop was roused.
type bell struct{ rung int }

func (b *bell) Rouse() { b.rung++ }

// stand is a loop with its claim.
type stand struct {
	claim    handoff.Claim
	bell     bell
	class    handoff.Class
	rung     int // in the model
	granted  bool
	reserved int // room that it has and has not used
}

// hand is a member.
type hand struct {
	handoff.Member[item, *item]
	class   handoff.Class
	working bool
}

// muster is a crew and its model.
type muster struct {
	q       handoff.Crew[item, *item]
	limits  [2]int
	used    [2]int
	lists   [2][]int
	lines   [2][]*stand
	stands  [4]stand
	hands   []*hand
	common  int
	running int
	next    int
}

// order is something to be done, by whom, with how much.
type order struct{ kind, who, n int }

func TestCrewKeepsItsOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		members := rapid.IntRange(1, 3).Draw(t, "members")
		kept, waiting := rapid.IntRange(0, members-1).Draw(t, "kept"), rapid.IntRange(0, 3).Draw(t, "waiting")
		orders := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) order {
			kind := rapid.SampledFrom([]int{0, 0, 0, 1, 2, 2, 2, 4, 4, 4}).Draw(t, "kind")
			return order{kind, rapid.IntRange(0, 3).Draw(t, "who"), rapid.IntRange(1, 3).Draw(t, "n")}
		}), 20, 200).Draw(t, "orders")
		act(t, func() {
			m := &muster{common: members - kept}
			m.q.Init("crew", members, kept, waiting)
			m.limits = [2]int{m.common + waiting, members + waiting}
			for range members {
				h := new(hand)
				m.q.Join(&h.Member)
				m.hands = append(m.hands, h)
			}
			for i := range m.stands {
				s := &m.stands[i]
				s.class = handoff.Class(i % 2)
				s.claim.InitClaim("claim", s.class, &s.bell)
			}
			for _, o := range orders {
				m.obey(o)
				m.agree()
			}
			m.q.Close()
			for _, h := range slices.Backward(m.hands) {
				for m.takes(h) {
				}
			}
		})
	})
}

func (m *muster) obey(o order) {
	switch s := &m.stands[o.who]; o.kind {
	case 0:
		m.reserve(s, o.n)
	case 1:
		m.yield(s)
	case 2:
		if s.reserved > 0 {
			s.reserved--
			m.next++
			m.q.Give(&item{number: m.next}, s.class)
			m.lists[s.class] = append(m.lists[s.class], m.next)
		}
	default:
		if h := m.hands[o.who%len(m.hands)]; m.comes(h) >= 0 {
			m.takes(h)
		}
	}
}

func (m *muster) reserve(s *stand, want int) {
	c := s.class
	got := 0
	if s.granted {
		got, s.granted = 1, false
	}
	more := min(want-got, m.limits[c]-m.used[c])
	m.used[c] += more
	m.lines[c] = slices.DeleteFunc(m.lines[c], func(x *stand) bool { return x == s && got+more == want })
	if got+more < want && !slices.Contains(m.lines[c], s) {
		m.lines[c] = append(m.lines[c], s)
	}
	if n := m.q.Reserve(&s.claim, want); n != got+more {
		rt.Bug("room for %d of %d, not %d", n, want, got+more)
	}
	s.reserved += got + more
}

// grants has whoever has stood longest in the line of c have the room that is free.
func (m *muster) grants(c handoff.Class) {
	if len(m.lines[c]) > 0 {
		s := m.lines[c][0]
		m.lines[c] = m.lines[c][1:]
		m.used[c]++
		s.granted = true
		s.rung++
	}
}

func (m *muster) yield(s *stand) {
	m.lines[s.class] = slices.DeleteFunc(m.lines[s.class], func(x *stand) bool { return x == s })
	if s.granted {
		s.granted = false
		m.used[s.class]--
		m.grants(s.class)
	}
	m.q.Yield(&s.claim)
}

// comes is the class of the item that h is next given; -1: it would wait for one.
func (m *muster) comes(h *hand) int {
	running := m.running
	if h.working && h.class == handoff.Common {
		running--
	}
	switch {
	case len(m.lists[handoff.Depended]) > 0:
		return int(handoff.Depended)
	case len(m.lists[handoff.Common]) > 0 && running < m.common:
		return int(handoff.Common)
	}
	return -1
}

// takes has h end its work and take the next item; false: a closed crew has none.
func (m *muster) takes(h *hand) bool {
	c := m.comes(h)
	if h.working {
		h.working = false
		m.used[h.class]--
		if h.class == handoff.Common {
			m.running--
		}
		m.grants(h.class)
	}
	i := m.q.Next(&h.Member)
	if c < 0 {
		if i != nil {
			rt.Bug("a member is given item %d, and should have none", i.number)
		}
		return false
	}
	if i == nil || i.number != m.lists[c][0] {
		rt.Bug("a member is given %v, not item %d", i, m.lists[c][0])
	}
	m.lists[c] = m.lists[c][1:]
	if h.working, h.class = true, handoff.Class(c); h.class == handoff.Common {
		m.running++
	}
	return true
}

func (m *muster) agree() {
	waiting, working := m.q.Load()
	w := len(m.lists[0]) + len(m.lists[1])
	if waiting != w || working != m.used[0]+m.used[1]-w {
		rt.Bug("%d wait and %d have room, not %d and %d", waiting, working, w, m.used[0]+m.used[1]-w)
	}
	for i := range m.stands {
		if s := &m.stands[i]; s.claim.Granted() != s.granted || s.bell.rung != s.rung {
			rt.Bug("claim %d is granted: %t, and roused %d times, not %t and %d", i, s.claim.Granted(), s.bell.rung, s.granted, s.rung)
		}
	}
}
