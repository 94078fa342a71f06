package invariants

// The last look (I20, I31). A client may send its next request at the moment when
// its idle connection is given up, by the idle timer, for want of what others need,
// or because the server drains. So a connection that waited for a request is asked
// once more for input before it is shut or closed: what had come by then is a
// request to answer (golang/go #65802, fasthttp #2250).
//
// Excused is a server that was refused memory since, or whose drain gives up.

import (
	"brigade/core/rt"
	"brigade/sim"
)

var lookChecker = Checker{
	Numbers: []string{"I20", "I31"}, Name: "look",
	Allows: "a connection that waits for a request is read from once more before it is shut or closed",
	World:  "read, shutdown, close, pages refused, time",
	Ops:    []rt.Op{rt.OpRead, rt.OpShutdown, rt.OpClose},
	Kinds:  []rt.Kind{rt.ProbeConnOpen, rt.ProbeConnClose, rt.ProbeState, rt.ProbeDrain},
	make:   func() property { return new(look) },
}

type look struct {
	judge
	connections roster[unseen]
	drains      bool
	gives       rt.Instant // when draining gives up
}

// unseen is what is known of a connection's last wait.
type unseen struct {
	state   uint64 // of the wait, if nothing was tried to be read since it began; else none
	refused int    // of how many pages until then
}

// Begin implements property.
func (l *look) Begin(s *sim.Sim) {
	l.s = s
	l.connections.reset()
	l.drains, l.gives = false, never
}

// Event implements property.
func (l *look) Event(e *sim.Event) {
	if e.Op == rt.OpProbe {
		l.probe(e)
		return
	}
	m := l.connections.on(fd(e))
	if m == nil {
		return
	}
	if e.Op == rt.OpRead {
		m.R.state = rt.WaitNone // an attempt that fails is one
		return
	}
	l.ends(e, m)
	if e.Op == rt.OpClose && e.C == 0 {
		l.connections.closed(fd(e))
	}
}

func (l *look) probe(e *sim.Event) {
	switch kind(e) {
	case rt.ProbeDrain:
		l.drains, l.gives = true, min(l.gives, rt.Instant(e.A))
	case rt.ProbeConnOpen:
		l.connections.add(e.A, told(e))
	case rt.ProbeConnClose:
		if m := l.connections.live(e.A); m != nil {
			m.gone = true
		}
	case rt.ProbeState:
		if m := l.connections.live(e.A); m != nil {
			m.R.state, m.R.refused = rt.WaitNone, l.refused()
			if e.B == rt.WaitIdle || e.B == rt.WaitFirst {
				m.R.state = e.B
			}
		}
	}
}

// ends is the end of our direction, or of all.
func (l *look) ends(e *sim.Event, m *member[unseen]) {
	if m.R.state == rt.WaitNone || e.Time >= l.gives || l.refused() > m.R.refused {
		return
	}
	invariant := "I20"
	if l.drains {
		invariant = "I31"
	}
	l.fail(invariant, "%s performs %s on connection %d, which waited in state %s, without a last look whether a request has come", l.who(e.Task), e.Op, m.id, stateNames[m.R.state])
}
