package invariants

// Used again is new (I21): an object that goes back to its pool is, by its digest,
// as one that was just made. Only its owner may look at it, so its owner computes
// the digest; that it is told at all shows in the connections, of which each lets
// go of what served its requests before it waits for others or ends.

import (
	"brigade/core/rt"
	"brigade/sim"
)

var freshChecker = Checker{
	Numbers: []string{"I21"}, Name: "fresh",
	Allows: "what is used again is, but for its memory, as what was just made",
	World:  "read: it is into an object that serves the connection",
	Ops:    []rt.Op{rt.OpRead, rt.OpShutdown, rt.OpClose},
	Kinds:  append([]rt.Kind{rt.ProbeReset, rt.ProbeMemory, rt.ProbePoolOpen}, naming...),
	make:   func() property { return new(fresh) },
}

type fresh struct {
	judge
	digests     [rt.Classes]digest
	untold      rows[bool] // by task: it made an allocator, and has not told for what
	reset       rows[bool] // by task: it put an http_conn back, and has told of no connection since
	connections roster[served]
}

// digest is what a new object of a class is.
type digest struct {
	known bool
	value uint64
}

// served is whether an http_conn serves the connection's requests.
type served struct {
	has  bool
	shut bool // what is read is thrown away, since our direction is shut, or is another end's
}

// Begin implements property.
func (f *fresh) Begin(s *sim.Sim) {
	f.s = s
	f.digests = [rt.Classes]digest{}
	f.untold.reset()
	f.reset.reset()
	f.connections.reset()
}

// Event implements property.
func (f *fresh) Event(e *sim.Event) {
	if e.Op != rt.OpProbe {
		f.call(e)
		return
	}
	switch k := kind(e); k {
	case rt.ProbeReset:
		f.compare(e)
	case rt.ProbeMemory, rt.ProbePoolOpen:
		f.memory(e, k)
	case rt.ProbeConnOpen:
		f.connections.add(e.A, told(e))
	default:
		if m := f.connections.live(e.A); m != nil {
			f.serve(e, k, m)
		}
	}
}

// call is a call on a connection.
func (f *fresh) call(e *sim.Event) {
	m := f.connections.on(fd(e))
	switch {
	case m == nil:
	case e.Op == rt.OpShutdown:
		m.R.shut = true
	case e.Op == rt.OpClose:
		f.connections.closed(fd(e))
	case !m.R.shut:
		m.R.has = true
		if r := f.reset.get(e.Task); r != nil {
			*r = false
		}
	}
}

func (f *fresh) compare(e *sim.Event) {
	if e.A == 0 || e.A >= rt.Classes || e.B > 1 {
		f.fail("I21", "%s tells of an object of class %d, new: %d; there are classes 1 to %d, new or not", f.who(e.Task), e.A, e.B, rt.Classes-1)
		return
	}
	d := &f.digests[e.A]
	switch isNew := e.B == 1; {
	case !d.known && isNew:
		*d = digest{true, e.C}
	case !d.known:
		f.fail("I21", "%s puts back an object of class %d, of which none was made", f.who(e.Task), e.A)
	case d.value != e.C && isNew:
		f.fail("I21", "two new objects of class %d differ: %#x, %#x", e.A, d.value, e.C)
	case d.value != e.C:
		f.fail("I21", "%s puts back an object of class %d that is %#x; a new one is %#x: something is left in it", f.who(e.Task), e.A, e.C, d.value)
	}
	if e.B == 1 {
		if u := f.untold.at(e.Task); u != nil {
			*u = false
		}
	} else if r := f.reset.at(e.Task); r != nil {
		*r = true
	}
}

// memory is an allocator that is made, and ends or is used: between the two it is
// told what it is for, and how that looks when it is new.
func (f *fresh) memory(e *sim.Event, k rt.Kind) {
	u := f.untold.at(e.Task)
	switch {
	case u == nil:
	case k == rt.ProbeMemory && e.B == memoryMade:
		*u = true
	case k == rt.ProbeMemory && e.B == memoryEnded:
		*u = false
	case k == rt.ProbePoolOpen && *u:
		f.fail("I21", "%s opens a pool in an allocator of which it has not told what it is for, when new", f.who(e.Task))
	}
}

// serve follows who has an http_conn.
func (f *fresh) serve(e *sim.Event, k rt.Kind, m *member[served]) {
	if r := f.reset.get(e.Task); r != nil && *r {
		*r, m.R.has = false, false
	}
	without := k == rt.ProbeConnClose || k == rt.ProbeTunnel || k == rt.ProbeState && (e.B == rt.WaitIdle || e.B == rt.WaitFirst || e.B == rt.WaitLinger)
	if without && m.R.has {
		f.fail("I21", "connection %d goes on to %s (state %d) without what served it having been put back as new", m.id, k, e.B)
	}
	m.R.shut = m.R.shut || k == rt.ProbeTunnel
	m.gone = k == rt.ProbeConnClose
}
