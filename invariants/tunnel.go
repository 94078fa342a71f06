package invariants

// Tunnels (I19, I28). Between the two ends of a tunnel nothing is lost, nothing is
// added and nothing lies about: while it waits for either to speak, as much has been
// written to each end as was read from the other, so no buffer is held. While it waits
// for an end to take more, some is held, and no more than the pages of one connection:
// the other end is slowed down instead. Which bytes they are the two ends see.
//
// Where a handler is the other end only it knows what should have come.

import (
	"brigade/core/rt"
	"brigade/sim"
)

var tunnelChecker = Checker{
	Numbers: []string{"I19", "I28"}, Name: "tunnel",
	Allows: "what is read from one end of a tunnel is written to the other, or held while that takes no more, within a limit",
	World:  "connect, read, write and shutdown on both descriptors, close",
	Ops:    []rt.Op{rt.OpConnect, rt.OpRead, rt.OpWrite, rt.OpShutdown, rt.OpClose},
	Kinds:  []rt.Kind{rt.ProbeLimit, rt.ProbeConnOpen, rt.ProbeConnClose, rt.ProbeState, rt.ProbeFar, rt.ProbeTunnel},
	make:   func() property { return new(tunnel) },
}

// handler is the other end that is no descriptor.
const handler = -1

type tunnel struct {
	judge
	connections roster[crossing]
	made        rows[bool]  // by descriptor: connect made it, and it is open
	far         rows[int32] // by descriptor: 1 + index of the connection whose other end it is
	limit       uint64      // bytes of pages of a connection; 0: not told
}

// crossing is what went through a connection's tunnel, in bytes.
type crossing struct {
	far      int32 // the other end; 0: there is none
	open     bool
	deaf     bool // the other end was told that nothing more comes: what does is for nobody
	up, down passage
}

// passage is one direction.
type passage struct{ in, out uint64 }

func (p passage) held() uint64 { return p.in - p.out }

// Begin implements property.
func (t *tunnel) Begin(s *sim.Sim) {
	t.s = s
	t.connections.reset()
	t.made.reset()
	t.far.reset()
	t.limit = 0
}

// Event implements property.
func (t *tunnel) Event(e *sim.Event) {
	switch e.Op {
	case rt.OpProbe:
		t.probe(e)
		return
	case rt.OpConnect:
		if n, ok := made(e); ok {
			if m := t.made.at(n); m != nil {
				*m = true
			}
		}
		return
	}
	if e.C != 0 {
		return
	}
	if m := t.connections.on(fd(e)); m != nil {
		t.near(e, &m.R)
	} else if at := t.far.get(fd(e)); at != nil && *at != 0 {
		t.beyond(e, &t.connections.members[*at-1].R)
	}
	if e.Op == rt.OpClose {
		t.connections.closed(fd(e))
		if m := t.made.get(fd(e)); m != nil {
			*m = false
		}
		if at := t.far.get(fd(e)); at != nil {
			*at = 0
		}
	}
}

// near is a call on the client's descriptor.
func (t *tunnel) near(e *sim.Event, r *crossing) {
	switch {
	case !r.open:
	case e.Op == rt.OpRead && !r.deaf:
		r.up.in += uint64(moved(e))
	case e.Op == rt.OpWrite:
		r.down.out += uint64(moved(e))
	}
}

// beyond is one on the other end's.
func (t *tunnel) beyond(e *sim.Event, r *crossing) {
	switch {
	case e.Op == rt.OpShutdown:
		r.deaf = true
	case !r.open:
	case e.Op == rt.OpRead:
		r.down.in += uint64(moved(e))
	case e.Op == rt.OpWrite:
		r.up.out += uint64(moved(e))
	}
}

func (t *tunnel) probe(e *sim.Event) {
	switch kind(e) {
	case rt.ProbeLimit:
		if e.A == rt.LimitPages {
			t.limit = e.B
		}
		return
	case rt.ProbeConnOpen:
		t.connections.add(e.A, told(e))
		return
	}
	m := t.connections.live(e.A)
	if m == nil {
		return // count says so
	}
	switch kind(e) {
	case rt.ProbeFar:
		t.reach(e, m)
	case rt.ProbeTunnel:
		if m.R.far == 0 || m.R.open {
			t.fail("I19", "connection %d becomes a tunnel; it has no other end that was told of, or is one", m.id)
			return
		}
		m.R.open = true
		m.R.up, m.R.down = passage{in: e.B}, passage{in: e.C}
	case rt.ProbeState:
		t.waits(e, m)
	case rt.ProbeConnClose:
		m.gone = true
		if at := t.far.get(m.R.far); at != nil && m.R.far > 0 && *at == 1+t.connections.index(m) {
			t.fail("I19", "connection %d ends, and its other end, descriptor %d, is open", m.id, m.R.far)
		}
	}
}

// reach is the begin of another end.
func (t *tunnel) reach(e *sim.Event, m *member[crossing]) {
	if m.R.far != 0 {
		t.fail("I19", "connection %d has another end, and had one", m.id)
		return
	}
	if m.R.far = told(e); m.R.far == handler && e.B == ^uint64(0) {
		return
	}
	if was := t.made.get(m.R.far); was == nil || !*was || e.B>>32 != 0 {
		t.fail("I19", "connection %d is said to have its other end on descriptor %d, which is no connection that was made", m.id, int64(e.B))
		return
	}
	if at := t.far.at(m.R.far); at != nil {
		*at = 1 + t.connections.index(m)
	}
}

// waits is the begin of a wait.
func (t *tunnel) waits(e *sim.Event, m *member[crossing]) {
	r := &m.R
	if !crosses(e.B) {
		if r.open && e.B != rt.WaitLinger {
			t.fail("I19", "connection %d waits in state %s, but it is a tunnel", m.id, stateNames[e.B])
		}
		return
	}
	switch dials := e.B == rt.WaitDial; {
	case r.far == 0 || r.open == dials:
		t.fail("I19", "connection %d waits in state %s; it has another end: %t, and is a tunnel: %t", m.id, stateNames[e.B], r.far != 0, r.open)
	case dials || r.far == handler:
	case e.B == rt.WaitFlow:
		t.holds(m)
	case r.up.held() != 0 || r.down.held() != 0:
		t.fail("I19", "connection %d waits in state %s, which holds nothing; from its client %d bytes were read and %d passed on, from its other end %d and %d", m.id, stateNames[e.B], r.up.in, r.up.out, r.down.in, r.down.out)
	}
}

// holds judges what is held while an end takes no more.
func (t *tunnel) holds(m *member[crossing]) {
	up, down := m.R.up.held(), m.R.down.held()
	switch {
	case int64(up) < 0 || int64(down) < 0 || up+down == 0:
		t.fail("I19", "connection %d waits for an end to take more; %d bytes are held for its other end, and %d for its client", m.id, int64(up), int64(down))
	case t.limit > 0 && max(up, down) > t.limit:
		t.fail("I28", "connection %d holds %d bytes for its other end and %d for its client; a connection's pages are %d", m.id, up, down, t.limit)
	}
}
