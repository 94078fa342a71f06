package invariants

// Draining (I31): from the decision on nothing new is heard: by the time that
// nothing can run, every listening descriptor is closed. When the deadline has
// passed, connections and loops are gone, too. And a loop stops listening only
// when that was decided.

import (
	"time"

	"brigade/core/rt"
	"brigade/sim"
)

// grace is how long after its deadline a server may take to notice, with a slow
// disk under it.
const grace = rt.Instant(time.Second)

var drainChecker = Checker{
	Numbers: []string{"I31"}, Name: "drain",
	Allows: "a server that drains hears no more, and is gone when its deadline has passed",
	World:  "listen, accept, close, time",
	Ops:    []rt.Op{rt.OpListen, rt.OpAccept, rt.OpClose},
	Kinds:  []rt.Kind{rt.ProbeDrain, rt.ProbeLoop},
	make:   func() property { return new(drain) },
}

type drain struct {
	judge
	open      rows[rt.Op] // by descriptor: what made it, of OpListen and OpAccept
	loops     rows[bool]  // by task
	listening int
	accepted  int
	alive     int // loops
	decided   bool
	since     rt.Instant
	deadline  rt.Instant
}

// Begin implements property.
func (d *drain) Begin(s *sim.Sim) {
	d.s = s
	d.open.reset()
	d.loops.reset()
	d.listening, d.accepted, d.alive = 0, 0, 0
	d.decided, d.since, d.deadline = false, 0, 0
}

// Event implements property.
func (d *drain) Event(e *sim.Event) {
	if e.Op == rt.OpProbe {
		d.probe(e)
		return
	}
	if e.C != 0 {
		return
	}
	if e.Op == rt.OpClose {
		d.closed(e)
		return
	}
	n, _ := made(e)
	o := d.open.at(n)
	if o == nil {
		return
	}
	*o = e.Op
	if e.Op == rt.OpListen {
		d.listening++
		return
	}
	d.accepted++
	if d.decided && e.Time > d.since && !d.excused() {
		d.fail("I31", "%s accepts a connection at %v; draining was decided at %v", d.who(e.Task), e.Time, d.since)
	}
}

func (d *drain) closed(e *sim.Event) {
	o := d.open.get(fd(e))
	if o == nil {
		return
	}
	switch *o {
	case rt.OpListen:
		d.listening--
		if l := d.loops.get(e.Task); !d.decided && l != nil && *l {
			d.fail("I31", "loop %s closes the listening descriptor %d, but nobody decided to drain", d.who(e.Task), fd(e))
		}
	case rt.OpAccept:
		d.accepted--
	}
	*o = rt.OpNone
}

func (d *drain) probe(e *sim.Event) {
	switch kind(e) {
	case rt.ProbeDrain:
		if until := rt.Instant(e.A); until < e.Time || until-e.Time > longest {
			d.fail("I31", "draining is decided at %v until %v, which is no time for that", e.Time, until)
		}
		if !d.decided {
			d.decided, d.since = true, d.now(e)
		}
		d.deadline = rt.Instant(e.A)
	case rt.ProbeLoop:
		if l := d.loops.at(e.Task); l != nil && *l != (e.A == 1) {
			if *l = !*l; *l {
				d.alive++
			} else {
				d.alive--
			}
		}
	}
}

// Quiet implements property.
func (d *drain) Quiet() {
	if !d.decided || d.excused() {
		return
	}
	switch late := d.s.Clock() > d.deadline+grace; {
	case d.listening > 0:
		d.fail("I31", "%d descriptors still listen, though draining was decided at %v and nothing can run", d.listening, d.since)
	case late && d.accepted > 0:
		d.fail("I31", "%d connections are open at %v; draining was to end by %v", d.accepted, d.s.Clock(), d.deadline)
	case late && d.alive > 0:
		d.fail("I31", "%d loops are alive at %v; draining was to end by %v", d.alive, d.s.Clock(), d.deadline)
	}
}
