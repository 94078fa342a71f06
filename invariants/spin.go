package invariants

// Spinning (I11): a task that asks its poller again and again at one instant, or
// repeats a call that fails, without achieving anything between. The scheduler's
// own bound on steps at one instant is far higher, since it counts all tasks.

import (
	"brigade/core/rt"
	"brigade/sim"
)

// patience is how many calls in a row a task may make for nothing. Injected
// failures come in short rows.
const patience = 1000

// longestTurn is how many calls a loop may make in one turn: one for each event of
// a full batch and each connection in its inbox, several times over.
const longestTurn = 10_000

var spinChecker = Checker{
	Numbers: []string{"I11", "I10"}, Name: "spin",
	Allows: "a task makes a limited number of calls at one instant that achieve nothing, and a loop a limited number before it looks at its poller again",
	World:  "results of all calls, time",
	Ops:    calls,
	Kinds:  signs,
	make:   func() property { return new(spin) },
}

type spin struct {
	judge
	tasks rows[vain]
}

// vain is a task's calls for nothing.
type vain struct {
	at    rt.Instant
	count int
	turn  int // calls since the poller was asked
	polls bool
}

// Begin implements property.
func (p *spin) Begin(s *sim.Sim) {
	p.s = s
	p.tasks.reset()
}

// Event implements property.
func (p *spin) Event(e *sim.Event) {
	t := p.tasks.at(e.Task)
	if t == nil {
		return
	}
	if e.Op == rt.OpPollWait || e.Op == rt.OpPoll {
		t.polls, t.turn = true, 0
	} else if e.Op != rt.OpProbe {
		if t.turn++; t.polls && t.turn > longestTurn {
			p.fail("I10", "%s has made %d calls since it looked at its poller; the last is %s on descriptor %d", p.who(e.Task), t.turn, e.Op, fd(e))
			return
		}
	}
	if e.Op == rt.OpProbe || e.C == 0 && e.Op != rt.OpPollWait && e.Op != rt.OpPoll || t.at != e.Time {
		t.at, t.count = e.Time, 0
		return
	}
	if t.count++; t.count > patience {
		p.fail("I11", "%s made %d calls at one instant for nothing; the last is %s on descriptor %d", p.who(e.Task), t.count, e.Op, fd(e))
	}
}
