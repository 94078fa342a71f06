package invariants

// What a server tells of itself while it serves (I24): a total is never less than a
// snapshot told that had ended before this one began, nor more than was seen; it is not
// less than what the tasks that have slept since had counted by then, for who sleeps has
// told all; and when all is over it is exactly what was seen.

import (
	"brigade/core/rt"
	"brigade/sim"
)

var statsChecker = Checker{
	Numbers: []string{"I24"}, Name: "stats",
	Allows: "the totals that a server tells while it serves never fall, are no more than what was seen, and no less than what tasks had seen when they slept last; at its end they are what was seen",
	World:  "write, sendfile, pollwait",
	Ops:    []rt.Op{rt.OpAccept, rt.OpWrite, rt.OpSendfile, rt.OpClose, rt.OpPollWait},
	Kinds:  []rt.Kind{rt.ProbeStats, rt.ProbeTotal, rt.ProbeRequest, rt.ProbeResponse, rt.ProbeOwner, rt.ProbeLogged},
	make:   func() property { return new(stats) },
}

// tally are numbers of each total.
type tally [rt.Totals]uint64

type stats struct {
	judge
	on, over bool  // the server tells; it has ended
	final    heard // told last of all
	seen     tally
	recent   rows[tally] // by task: what it has done since it slept
	slept    tally       // of what was seen, that of tasks that have slept since
	least    tally       // told by snapshots that have ended
	open     []glance    // snapshots that have begun
	accepted rows[bool]  // by descriptor: it is a connection's
}

// glance is a snapshot that is being taken.
type glance struct {
	number uint64
	least  tally
	told   tally
	has    heard // told
}

// heard is which totals were told.
type heard [rt.Totals]bool

// all reports whether all that a snapshot tells were.
func (h *heard) all() bool {
	for _, i := range toldOf {
		if !h[i] {
			return false
		}
	}
	return true
}

// toldOf are the totals that snapshots tell.
var toldOf = [...]int{rt.TotalConnections, rt.TotalRequests, rt.TotalBytes, rt.TotalHandoffs, rt.TotalDropped, rt.TotalAnswers}

// Begin implements property.
func (t *stats) Begin(s *sim.Sim) {
	t.s, t.on, t.over, t.final = s, false, false, heard{}
	t.seen, t.slept, t.least = tally{}, tally{}, tally{}
	t.open = t.open[:0]
	t.recent.reset()
	t.accepted.reset()
}

// Event implements property.
func (t *stats) Event(e *sim.Event) {
	if !t.on {
		if t.on = e.Op == rt.OpProbe && kind(e) == rt.ProbeStats; t.on && e.A+e.B+e.C != 0 {
			t.fail("I24", "the server tells of itself, and did not say that it would")
		}
		return
	}
	switch e.Op {
	case rt.OpProbe:
		t.probe(e)
	case rt.OpPollWait:
		t.sleeps(e.Task)
	case rt.OpAccept:
		if n, ok := made(e); ok {
			if a := t.accepted.at(n); a != nil {
				*a = true
			}
			t.count(e.Task, rt.TotalConnections, 1)
		}
	default:
		a := t.accepted.get(fd(e))
		switch {
		case a == nil || !*a:
		case e.Op == rt.OpClose:
			*a = false
		default:
			t.count(e.Task, rt.TotalBytes, uint64(moved(e)))
		}
	}
}

// count is n more of a total, by a task.
func (t *stats) count(task int32, which int, n uint64) {
	t.seen[which] += n
	if r := t.recent.at(task); r != nil {
		r[which] += n
	}
}

// sleeps is a task that has been in its poller: it had told all by then.
func (t *stats) sleeps(task int32) {
	r := t.recent.get(task)
	if r == nil {
		return
	}
	for i := range r {
		t.slept[i] += r[i]
	}
	*r = tally{}
}

func (t *stats) probe(e *sim.Event) {
	switch kind(e) {
	case rt.ProbeRequest:
		t.count(e.Task, rt.TotalRequests, 1)
	case rt.ProbeResponse:
		t.count(e.Task, rt.TotalAnswers, 1)
	case rt.ProbeOwner:
		t.count(e.Task, rt.TotalHandoffs, 1)
	case rt.ProbeLogged:
		if e.C == dropped {
			t.count(e.Task, rt.TotalDropped, 1)
		}
	case rt.ProbeTotal:
		t.over = true
	case rt.ProbeStats:
		t.told(e)
	}
}

// told is a snapshot that begins, or one of its totals.
func (t *stats) told(e *sim.Event) {
	const last = ^uint64(0)
	if e.A == rt.TotalNone {
		if e.B != 0 || e.C == 0 || e.C == last {
			t.fail("I24", "snapshot %d begins with %d; it begins with nothing, and has a number", e.C, e.B)
		}
		l := glance{number: e.C, least: t.least}
		for i := range l.least {
			l.least[i] = max(l.least[i], t.slept[i])
		}
		t.open = append(t.open, l)
		return
	}
	if e.A >= rt.Totals {
		t.fail("I24", "a snapshot tells total %d; there are 1 to %d", e.A, rt.Totals-1)
		return
	}
	name, seen := totalNames[e.A], t.seen[e.A]
	if e.C == last {
		t.final[e.A] = true
		if e.B != seen {
			t.fail("I24", "the last that a server shows is %d %s; %d were seen", e.B, name, seen)
		}
		return
	}
	for i := range t.open {
		l := &t.open[i]
		if l.number != e.C {
			continue
		}
		switch {
		case e.B > seen:
			t.fail("I24", "snapshot %d tells %d %s; %d were seen so far", e.C, e.B, name, seen)
		case e.B < l.least[e.A]:
			t.fail("I24", "snapshot %d tells %d %s; there were %d when it began, by what was told before or by tasks that slept since", e.C, e.B, name, l.least[e.A])
		}
		if l.has[e.A] {
			t.fail("I24", "snapshot %d tells twice how many %s there are", e.C, name)
		}
		l.told[e.A], l.has[e.A] = e.B, true
		if l.has.all() {
			for k := range l.told {
				t.least[k] = max(t.least[k], l.told[k])
			}
			t.open = append(t.open[:i], t.open[i+1:]...)
		}
		return
	}
	t.fail("I24", "snapshot %d tells %d %s, and has not begun, or has told all", e.C, e.B, name)
}

// End implements property.
func (t *stats) End() {
	switch {
	case !t.on || !t.over:
	case len(t.open) > 0:
		t.fail("I24", "snapshot %d does not tell all totals", t.open[0].number)
	case !t.final.all():
		t.fail("I24", "a server that shows its totals does not tell all of the last")
	}
}
