package invariants

// Draining (I31): from the decision on nothing new is heard: by the time that
// nothing can run, every listening descriptor is closed. When the deadline has
// passed, connections and loops are gone, too, and no request begins; loops go as soon as there
// is nothing left for them. A loop stops listening only when
// that was decided, and when it has taken who had connected by then, if there is
// room for them.

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
	Kinds:  []rt.Kind{rt.ProbeDrain, rt.ProbeLoop, rt.ProbeLimit, rt.ProbeRequest, rt.ProbeStreamOpen, rt.ProbeStreamClose},
	make:   func() property { return new(drain) },
}

type drain struct {
	judge
	dry       rows[bool]  // by listening descriptor: nobody is in its backlog, as was seen since the decision
	limit     uint64      // of connections, of one shard
	ended     rt.Instant  // when a connection ended last
	open      rows[rt.Op] // by descriptor: what made it, of OpListen and OpAccept
	loops     rows[bool]  // by task
	listening int
	accepted  int
	streams   int // a connection that has ended keeps its place until its last one has
	alive     int // loops
	decided   bool
	since     rt.Instant
	deadline  rt.Instant
	before    rt.Instant // by how much the clock had jumped when the deadline was said
	pardoned  rt.Instant // when the world was last to blame for whoever was late
}

// Begin implements property.
func (d *drain) Begin(s *sim.Sim) {
	d.s = s
	d.open.reset()
	d.loops.reset()
	d.dry.reset()
	d.limit, d.ended = 0, -1
	d.listening, d.accepted, d.streams, d.alive = 0, 0, 0, 0
	d.decided, d.since, d.deadline, d.before, d.pardoned = false, 0, 0, 0, 0
}

// Event implements property.
func (d *drain) Event(e *sim.Event) {
	if e.Op == rt.OpProbe {
		d.probe(e)
		return
	}
	if e.Op == rt.OpAccept {
		d.tries(e)
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

// tries is a call that accepts: whether anybody else is in the backlog is not known, but
// when it says that nobody is, or that there is no room.
func (d *drain) tries(e *sim.Event) {
	if dry := d.dry.at(fd(e)); dry != nil {
		*dry = d.decided && e.C != 0 && e.C != aborted
	}
}

// aborted is ECONNABORTED: that one is gone, and others may be there.
const aborted = 103

// forgets reports whether a listening descriptor is closed with no look into its backlog,
// though there was room for who is there, even if each other loop had taken a place for
// somebody who did not come.
func (d *drain) forgets(e *sim.Event) bool {
	dry := d.dry.get(fd(e))
	return d.decided && (dry == nil || !*dry) && uint64(d.accepted+d.streams+d.alive) <= d.limit && e.Time > d.ended && !d.excused()
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
			return
		}
		if l := d.loops.get(e.Task); l != nil && *l && d.forgets(e) {
			d.fail("I31", "loop %s closes the listening descriptor %d at %v, and has not looked since %v who is in its backlog", d.who(e.Task), fd(e), e.Time, d.since)
		}
	case rt.OpAccept:
		d.accepted--
		d.ended = e.Time
	}
	*o = rt.OpNone
}

func (d *drain) probe(e *sim.Event) {
	switch kind(e) {
	case rt.ProbeLimit:
		if e.A == rt.LimitConnections {
			d.limit = e.B
		}
	case rt.ProbeRequest:
		if d.decided && d.late() && !d.excused() {
			d.fail("I31", "%s begins request %d of connection %d at %v; draining was to end by %v", d.who(e.Task), e.B, e.A, e.Time, d.deadline)
		}
	case rt.ProbeStreamOpen:
		d.streams++
	case rt.ProbeStreamClose:
		d.streams = max(d.streams-1, 0)
		d.ended = e.Time
	case rt.ProbeDrain:
		if until := rt.Instant(e.A); until < e.Time || until-e.Time > longest {
			d.fail("I31", "draining is decided at %v until %v, which is no time for that", e.Time, until)
		}
		if !d.decided {
			d.decided, d.since = true, d.now(e)
		}
		d.deadline, d.before = rt.Instant(e.A), d.leapt()
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

// late reports whether the deadline has passed, by more than is forgiven. Whom the world
// has held up has the rest of his work before him then.
func (d *drain) late() bool {
	return d.s.Clock() > max(d.deadline+d.leapt()-d.before, d.pardoned)+grace
}

// Quiet implements property.
func (d *drain) Quiet() {
	if d.excused() {
		d.pardoned = d.s.Clock()
		return
	}
	if !d.decided {
		return
	}
	switch late := d.late(); {
	case d.listening > 0:
		d.fail("I31", "%d descriptors still listen, though draining was decided at %v and nothing can run", d.listening, d.since)
	case d.accepted == 0 && d.streams == 0 && d.alive > 0:
		d.fail("I31", "nothing listens and no connection is left, and %d loops are alive, though nothing can run: nobody has told them", d.alive)
	case late && d.accepted > 0:
		d.fail("I31", "%d connections are open at %v; draining was to end by %v", d.accepted, d.s.Clock(), d.deadline)
	case late && d.alive > 0:
		d.fail("I31", "%d loops are alive at %v; draining was to end by %v", d.alive, d.s.Clock(), d.deadline)
	}
}
