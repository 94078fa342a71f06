package invariants

// I/O buffers (I35, I12, I24, I28). There are so many, and no more are out than that;
// who waits for one stands in one line, and is served in its order: what comes back is
// reserved for the first, who takes it, or passes it on in the same step. Nobody who
// comes later gets one before, and the side that frees goes before the side that fills,
// but not for ever. When nothing can run, no buffer is free while somebody waits whom it
// would serve, and none is reserved for who sleeps. At the end all are back, and nobody
// waits; who has gone waits no more.
//
// What a task keeps at hand counts as free: it is for whoever waits. And who waits for
// nothing but its peer has none: when nothing can run, streams, and connections in other
// states, account for all that are out, with two each at most, since a request that becomes
// a tunnel may have one for what its other end has answered.

import (
	"slices"

	"brigade/core/rt"
	"brigade/sim"
)

var buffersChecker = Checker{
	Numbers: []string{"I35", "I12", "I24", "I28"}, Name: "buffers",
	Allows: "buffers are given out up to their number, to those who wait in their order, and what comes back is theirs in the same step; who waits for its peer alone has none",
	World:  "time",
	Kinds: []rt.Kind{
		rt.ProbeBuffer, rt.ProbeLimit, rt.ProbeConnOpen, rt.ProbeConnClose, rt.ProbeOwner, rt.ProbeTaken, rt.ProbeEvent,
		rt.ProbeRequest, rt.ProbeState, rt.ProbeFar, rt.ProbeStreamOpen, rt.ProbeStreamClose, rt.ProbeShed,
	},
	make: func() property { return new(buffers) },
}

// The sides that buffers are for, the first of which goes first, and how many of it may
// go before one of the other.
const (
	frees = iota
	fills
	sides
	overtakes = 8
	each      = 2 // buffers that a connection or stream has at most
)

var sideNames = [sides]string{"frees", "fills"}

type buffers struct {
	judge
	limit, reserve uint64
	known          bool
	used           [sides]uint64
	lines          [sides][]uint64 // who waits, in order
	granted        [sides][]uint64 // for whom one is reserved
	overtaken      int
	connections    roster[stance]
	may            int    // how many connections and streams may have one
	checks         uint64 // how many tasks may, for a check
}

// stance is what a connection does.
type stance struct {
	rests bool // it waits, for nothing but its peer
	calls bool // an application has it, which may leave what it was sent
}

// Begin implements property.
func (b *buffers) Begin(s *sim.Sim) {
	lines, granted, connections := b.lines, b.granted, b.connections
	*b = buffers{connections: connections}
	b.connections.reset()
	b.s = s
	for c := range sides {
		b.lines[c], b.granted[c] = lines[c][:0], granted[c][:0]
	}
}

// held is how many are out, or reserved, on a side.
func (b *buffers) held(c int) uint64 { return b.used[c] + uint64(len(b.granted[c])) }

// room reports whether there is one for side c.
func (b *buffers) room(c int) bool {
	return b.held(frees)+b.held(fills) < b.limit+b.reserve && (c == frees || b.held(fills) < b.limit)
}

// Event implements property.
func (b *buffers) Event(e *sim.Event) {
	switch kind(e) {
	case rt.ProbeBuffer:
		if b.unit(e); e.B == rt.BufferTaken {
			b.stands(e)
		}
		return
	case rt.ProbeLimit:
		switch e.A {
		case rt.LimitBuffers:
			b.limit, b.reserve, b.known = e.B, e.C, true
		case rt.LimitChecks:
			b.checks = e.B
		}
		return
	case rt.ProbeConnClose, rt.ProbeOwner:
		b.moves(e)
	default: // that is told of a connection
	}
	b.stands(e)
}

// moves is a connection that goes, or goes elsewhere.
func (b *buffers) moves(e *sim.Event) {
	for c := range sides {
		if slices.Contains(b.lines[c], e.A) || slices.Contains(b.granted[c], e.A) {
			b.fail("I35", "connection %d is told of by %s, and stands in line for a buffer; who goes, or goes elsewhere, leaves it first", e.A, kind(e))
			return
		}
	}
}

// stands notes what a connection does.
func (b *buffers) stands(e *sim.Event) {
	switch kind(e) {
	case rt.ProbeStreamOpen:
		b.may++
		return
	case rt.ProbeStreamClose:
		b.may--
		return
	case rt.ProbeConnOpen:
		if b.connections.add(e.A, told(e)) != nil {
			b.may++
		}
		return
	}
	m := b.connections.live(e.A)
	if m == nil {
		return
	}
	rests := false
	switch kind(e) {
	case rt.ProbeFar:
		m.R.calls = e.B == ^uint64(0)
	case rt.ProbeState:
		rests = resting(e.B) && !(m.R.calls && crosses(e.B))
	case rt.ProbeConnClose:
		m.gone, rests = true, true
	default:
	}
	if rests != m.R.rests {
		if m.R.rests = rests; rests {
			b.may--
		} else {
			b.may++
		}
	}
}

// resting reports whether who waits in a state has nothing in hand.
func resting(state uint64) bool {
	switch state {
	case rt.WaitFirst, rt.WaitIdle, rt.WaitLinger, rt.WaitBuffer, rt.WaitPage, rt.WaitTunnel, rt.WaitHalf:
		return true
	}
	return false
}

func (b *buffers) unit(e *sim.Event) {
	if e.C >= sides {
		b.fail("I24", "a buffer is told of for side %d; there are %d", e.C, sides)
		return
	}
	c := int(e.C)
	switch e.B {
	case rt.BufferOut:
		if len(b.lines[c]) > 0 {
			b.fail("I35", "%s takes a buffer of the side that %s, while connection %d waits for one; nobody goes before who came first", b.who(e.Task), sideNames[c], b.lines[c][0])
			return
		}
		b.fits(c)
		b.used[c]++
	case rt.BufferBack:
		if b.used[c] == 0 {
			b.fail("I24", "%s gives back a buffer of the side that %s; none is out", b.who(e.Task), sideNames[c])
			return
		}
		b.used[c]--
	case rt.BufferJoins:
		if slices.Contains(b.lines[c], e.A) || slices.Contains(b.granted[c], e.A) {
			b.fail("I35", "connection %d stands in line for a buffer twice", e.A)
			return
		}
		b.lines[c] = append(b.lines[c], e.A)
	case rt.BufferLeaves:
		b.drop(&b.lines[c], e)
	case rt.BufferGranted:
		b.grant(c, e)
	case rt.BufferRevoked:
		if b.drop(&b.granted[c], e) {
			b.lines[c] = slices.Insert(b.lines[c], 0, e.A)
		}
	case rt.BufferTaken:
		if b.drop(&b.granted[c], e) {
			b.used[c]++
			if c == fills {
				b.overtaken = 0
			}
		}
	case rt.BufferPassed:
		b.drop(&b.granted[c], e)
	case rt.BufferRefused:
	default:
		b.fail("I24", "%d is told of a buffer; there are 1 to %d", e.B, rt.BufferRefused)
	}
}

// fits judges whether one more may be out on side c.
func (b *buffers) fits(c int) {
	if !b.room(c) { // which is so before anybody has told how many there are
		b.fail("I28", "one more buffer is given out of the side that %s; %d and %d are, of %d with %d in reserve", sideNames[c], b.held(frees), b.held(fills), b.limit, b.reserve)
	}
}

// grant is a reservation.
func (b *buffers) grant(c int, e *sim.Event) {
	if len(b.lines[c]) == 0 || b.lines[c][0] != e.A {
		b.fail("I35", "a buffer is reserved for connection %d, who is not the first in line", e.A)
		return
	}
	b.fits(c)
	if c == frees && len(b.lines[fills]) > 0 && b.room(fills) {
		if b.overtaken++; b.overtaken > overtakes {
			b.fail("I12", "%d of the side that frees have got a buffer before connection %d, for which there was one each time", b.overtaken, b.lines[fills][0])
		}
	}
	b.lines[c] = slices.Delete(b.lines[c], 0, 1)
	b.granted[c] = append(b.granted[c], e.A)
}

// drop takes who e names out of list. False: it is not there.
func (b *buffers) drop(list *[]uint64, e *sim.Event) bool {
	i := slices.Index(*list, e.A)
	if i < 0 {
		b.fail("I35", "connection %d is told to leave a place in which it is not (%d)", e.A, e.B)
		return false
	}
	*list = slices.Delete(*list, i, i+1)
	return true
}

// Quiet implements property.
func (b *buffers) Quiet() {
	if b.excused() || !b.known {
		return
	}
	if n := b.used[frees] + b.used[fills]; n > each*uint64(b.may)+b.checks && len(b.connections.members) > 0 {
		b.fail("I28", "%d buffers are out when nothing can run, and no more than %d connections and streams have something in hand, for which each may have %d; who waits for its peer alone has none", n, b.may, each)
		return
	}
	for c := range sides {
		switch {
		case len(b.granted[c]) > 0:
			b.fail("I35", "a buffer is reserved for connection %d, nothing can run, and nobody takes it", b.granted[c][0])
			return
		case len(b.lines[c]) > 0 && b.room(c):
			b.fail("I35", "connection %d waits for a buffer of the side that %s, nothing can run, and one is free; %d and %d are out, of %d with %d in reserve", b.lines[c][0], sideNames[c], b.used[frees], b.used[fills], b.limit, b.reserve)
			return
		}
	}
}

// End implements property.
func (b *buffers) End() {
	for c := range sides {
		if b.used[c] > 0 || len(b.lines[c])+len(b.granted[c]) > 0 {
			b.fail("I24", "at the end %d buffers of the side that %s are out, %d are reserved, and %d connections wait for one", b.used[c], sideNames[c], len(b.granted[c]), len(b.lines[c]))
			return
		}
	}
}
