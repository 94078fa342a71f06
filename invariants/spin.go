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

type spin struct {
	judge
	tasks rows[vain]
}

// vain is a task's calls for nothing.
type vain struct {
	at    rt.Instant
	count int
}

// Ops implements sim.Observer.
func (p *spin) Ops() []rt.Op { return probed }

// Begin implements sim.Observer.
func (p *spin) Begin(s *sim.Sim) {
	p.s = s
	p.tasks.reset()
}

// Event implements sim.Observer.
func (p *spin) Event(e *sim.Event) {
	if e.Op != rt.OpProbe && !p.mine(e) {
		return
	}
	t := p.tasks.at(e.Task)
	if t == nil {
		return
	}
	if e.Op == rt.OpProbe || e.C == 0 && e.Op != rt.OpPollWait || t.at != e.Time {
		t.at, t.count = e.Time, 0
		return
	}
	if t.count++; t.count > patience {
		p.fail("I11", "%s made %d calls at one instant for nothing; the last is %s on descriptor %d", p.who(e.Task), t.count, e.Op, fd(e))
	}
}
