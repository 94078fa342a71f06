package invariants

// Totals (I24, I22): what a server has counted over its life is what was seen to
// happen, and what it counts as open or queued at its end is nothing. They are
// told when all is over: no connection is told of afterwards (I31).

import (
	"brigade/core/rt"
	"brigade/sim"
)

var totalChecker = Checker{
	Numbers: []string{"I24", "I22", "I31"}, Name: "total",
	Allows: "a server's totals are what was seen of it, and are the last that is heard",
	World:  "accept, write, sendfile",
	Ops:    []rt.Op{rt.OpAccept, rt.OpWrite, rt.OpSendfile, rt.OpClose},
	Kinds:  append([]rt.Kind{rt.ProbeTotal}, naming...),
	make:   func() property { return new(total) },
}

// totalNames are what is counted.
var totalNames = [rt.Totals]string{
	"none", "connections", "requests", "bytes", "handoffs", "dropped records", "open connections", "queued connections and processors", "answers", "things under way", "bytes heard",
}

type total struct {
	judge
	seen        [rt.Totals]uint64
	told        [rt.Totals]bool
	begun, over bool
	accepted    rows[bool] // by descriptor: it is a connection's
}

// Begin implements property.
func (t *total) Begin(s *sim.Sim) {
	t.s = s
	t.seen, t.told = [rt.Totals]uint64{}, [rt.Totals]bool{}
	t.begun, t.over = false, false
	t.accepted.reset()
}

// Event implements property.
func (t *total) Event(e *sim.Event) {
	switch e.Op {
	case rt.OpProbe:
		t.probe(e)
	case rt.OpAccept:
		if n, ok := made(e); ok {
			if a := t.accepted.at(n); a != nil {
				*a = true
			}
			t.seen[rt.TotalConnections]++
		}
	default:
		a := t.accepted.get(fd(e))
		switch {
		case a == nil || !*a:
		case e.Op == rt.OpClose:
			*a = false
		default:
			t.seen[rt.TotalBytes] += uint64(moved(e))
		}
	}
}

func (t *total) probe(e *sim.Event) {
	k := kind(e)
	if k != rt.ProbeTotal {
		if t.begun = true; t.over {
			t.fail("I31", "%s tells %s of connection %d, though the server has told its totals and is over", t.who(e.Task), k, e.A)
			return
		}
	}
	switch k {
	case rt.ProbeRequest:
		t.seen[rt.TotalRequests]++
	case rt.ProbeResponse:
		t.seen[rt.TotalAnswers]++
	case rt.ProbeOwner:
		t.seen[rt.TotalHandoffs]++
	case rt.ProbeLogged:
		if e.C == dropped {
			t.seen[rt.TotalDropped]++
		}
	case rt.ProbeTotal:
		t.compare(e)
	}
}

func (t *total) compare(e *sim.Event) {
	t.over = true
	if e.A == 0 || e.A >= rt.Totals || t.told[e.A] {
		t.fail("I24", "total %d is told; there are 1 to %d, each once", e.A, rt.Totals-1)
		return
	}
	t.told[e.A] = true
	if e.A == rt.TotalHeard {
		return // input has seen what was read
	}
	if want := t.seen[e.A]; e.B != want {
		invariant := "I24"
		if e.A == rt.TotalBytes {
			invariant = "I22"
		}
		t.fail(invariant, "the server counts %d %s; %d were seen", int64(e.B), totalNames[e.A], want)
	}
}

// End implements property.
func (t *total) End() {
	for i := 1; i < rt.Totals && t.begun; i++ {
		if !t.told[i] {
			t.fail("I24", "the server has had connections, and did not tell how many %s it counts", totalNames[i])
			return
		}
	}
}
