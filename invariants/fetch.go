package invariants

// Fetches (I19, I15): a connection to a backend works for one connection or stream at a
// time, from when it is said to until it is let go of, and is open meanwhile. Were it two,
// or one that has ended, an answer would come to somebody who has not asked for it.
// One that is handed over in the middle of an answer goes to whom it is handed, and is not
// asked any further when whoever wanted the answer has gone (I07).

import (
	"time"

	"brigade/core/rt"
	"brigade/sim"
)

var fetchChecker = Checker{
	Numbers: []string{"I19", "I15", "I07"}, Name: "fetch",
	Allows: "a connection that was made to a backend works for one connection or stream at a time, and is closed when it works for none; one that was handed over is let go of when its client has gone",
	World:  "connect, close",
	Ops:    []rt.Op{rt.OpConnect, rt.OpClose},
	Kinds:  []rt.Kind{rt.ProbeConnOpen, rt.ProbeConnClose, rt.ProbeStreamOpen, rt.ProbeStreamClose, rt.ProbeState, rt.ProbeFetch},
	make:   func() property { return new(fetch) },
}

type fetch struct {
	judge
	connections roster[asked]
	made        rows[bool]  // by descriptor: connect made it, and it is open
	works       rows[int32] // by descriptor: 1 + index of whom it works for; 0: nobody
	orphans     []orphan
}

// asked is who asks a backend.
type asked struct {
	far   int32  // the backend's descriptor and one; 0: none
	gave  int32  // the same of the one that it has let go of last
	to    uint64 // for whom, if it has handed it over
	feed  bool   // it is nobody's stream: it asks for others
	taker int32  // 1 + index of whom it has handed one over to last; 0: nobody
}

// orphan is who may ask a backend for somebody who has gone.
type orphan struct {
	index int32 // among the connections
	since rt.Instant
}

// parting is how long it may take until who has gone is known to have.
const parting = time.Second

// Begin implements property.
func (f *fetch) Begin(s *sim.Sim) {
	f.s = s
	f.connections.reset()
	f.made.reset()
	f.works.reset()
	f.orphans = f.orphans[:0]
}

// Quiet implements property.
func (f *fetch) Quiet() {
	for i := len(f.orphans) - 1; i >= 0; i-- {
		o := f.orphans[i]
		switch m := &f.connections.members[o.index]; {
		case m.R.far == 0:
			f.orphans = append(f.orphans[:i], f.orphans[i+1:]...)
		case f.s.Now().Sub(o.since) > parting:
			f.fail("I07", "a backend, descriptor %d, is asked by connection %d for one that has been gone for %v", m.R.far-1, m.id, f.s.Now().Sub(o.since))
			return
		}
	}
}

// Event implements property.
func (f *fetch) Event(e *sim.Event) {
	switch e.Op {
	case rt.OpConnect:
		if n, ok := made(e); ok {
			if m := f.made.at(n); m != nil {
				*m = true
			}
		}
	case rt.OpClose:
		if e.C != 0 {
			return
		}
		if w := f.works.get(fd(e)); w != nil && *w != 0 {
			f.fail("I15", "%s closes descriptor %d, a backend's, while that works for connection %d", f.who(e.Task), fd(e), f.connections.members[*w-1].id)
			return
		}
		if m := f.made.get(fd(e)); m != nil {
			*m = false
		}
	default:
		f.probe(e)
	}
}

func (f *fetch) probe(e *sim.Event) {
	switch kind(e) {
	case rt.ProbeConnOpen, rt.ProbeStreamOpen:
		if m := f.connections.add(e.A, -1); m != nil {
			m.R.feed = kind(e) == rt.ProbeStreamOpen && e.B == 0
		}
		return
	}
	m := f.connections.live(e.A)
	if m == nil {
		return // count says so
	}
	switch kind(e) {
	case rt.ProbeFetch:
		f.changes(e, m)
	case rt.ProbeState:
		if fetches(e.B) && m.R.far == 0 {
			f.fail("I19", "connection %d waits in state %s, but no backend works for it", m.id, stateNames[e.B])
		}
	case rt.ProbeConnClose, rt.ProbeStreamClose:
		m.gone = true
		if m.R.taker != 0 {
			f.orphans = append(f.orphans, orphan{m.R.taker - 1, f.s.Now()})
		}
		if m.R.far != 0 {
			f.fail("I19", "connection %d ends, and a backend, descriptor %d, works for it still", m.id, m.R.far-1)
		}
	}
}

// changes is a backend that begins to work for m, or ends.
func (f *fetch) changes(e *sim.Event, m *member[asked]) {
	if e.B == ^uint64(0) {
		if m.R.far == 0 {
			f.fail("I19", "connection %d lets go of a backend, and has none", m.id)
			return
		}
		*f.works.at(m.R.far - 1) = 0
		m.R.far, m.R.gave, m.R.to = 0, m.R.far, e.C
		if e.C == 0 {
			return
		}
		if to := f.connections.live(e.C); to == nil || !to.R.feed || to.R.far != 0 {
			f.fail("I19", "connection %d hands its backend over to connection %d, which is nobody that fetches for others", m.id, e.C)
		}
		return
	}
	if e.C != 0 && !f.hands(e, m) {
		return
	}
	n := told(e)
	was, w := f.made.get(n), f.works.at(n)
	switch {
	case m.R.far != 0:
		f.fail("I19", "a backend, descriptor %d, works for connection %d, for which descriptor %d does", n, m.id, m.R.far-1)
	case was == nil || !*was || w == nil || e.B>>32 != 0:
		f.fail("I19", "connection %d is said to ask a backend on descriptor %d, which is no connection that was made", m.id, int64(e.B))
	case *w != 0:
		f.fail("I19", "a backend, descriptor %d, works for connection %d, and for connection %d", n, m.id, f.connections.members[*w-1].id)
	default:
		*w = 1 + f.connections.index(m)
		m.R.far = n + 1
	}
}

// hands is a backend that begins to work for m, to whom another has handed it over. False:
// that cannot be.
func (f *fetch) hands(e *sim.Event, m *member[asked]) bool {
	giver := f.connections.find(e.C)
	if giver == nil || giver == m || giver.R.to != m.id || giver.R.gave != told(e)+1 {
		f.fail("I19", "a backend, descriptor %d, is said to be handed over to connection %d by %d, which has not let go of it", told(e), m.id, e.C)
		return false
	}
	giver.R.to, giver.R.taker = 0, 1+f.connections.index(m)
	if giver.gone {
		f.orphans = append(f.orphans, orphan{giver.R.taker - 1, f.s.Now()})
	}
	return true
}
