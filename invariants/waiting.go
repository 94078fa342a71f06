package invariants

// Waiting (I13, I16, I17). A connection runs, is in a handoff, or waits in a state
// with a deadline. Waiting ends when somebody touches it, by a call on its
// descriptor or a probe that names it. Held are:
//
//   - a loop does not go to its poller with a connection that it has and that does
//     not wait: nothing would ever come of that one (I13)
//   - when nothing can run, every handoff to a loop is over: loops do not block (I13)
//   - no wait lasts longer than its deadline, and no handoff for ever (I16)
//   - the state is one the connection can be in, and its timeout is the same each
//     time; a wait that goes on keeps its deadline (I17)

import (
	"time"

	"brigade/core/rt"
	"brigade/sim"
)

// The states, as the probe numbers them.
const (
	stateFirst  = iota + 1 // nothing has been received yet
	stateHeader            // a part of a head is here
	stateIdle              // between requests
	stateBody              // content that nobody wants has to go by
	stateWrite             // the peer does not take the response
	stateLinger            // the peer has to close
	stateRoom              // every processor has enough to do
	states
)

var stateNames = [states]string{"none", "first", "header", "idle", "body", "write", "linger", "room"}

const (
	slack   = rt.Instant(50 * time.Millisecond) // pollers may round up, and disks are between
	lost    = rt.Instant(10 * time.Second)      // a handoff that takes longer never ends
	longest = rt.Instant(time.Hour)             // no timeout is longer
	never   = rt.Instant(1<<63 - 1)
)

type waiting struct {
	judge
	connections roster[stay]
	running     rows[int32]        // by task: connections it has that do not wait
	coming      int                // connections in handoffs to loops
	timeouts    [states]rt.Instant // 0: not seen yet
	soonest     rt.Instant         // before that nothing can be late
}

// stay is where a connection stays.
type stay struct {
	holder    int32 // nobody: in a handoff
	coming    bool  // in one to a loop
	waits     bool
	state     uint64 // of this wait or the one before
	deadline  rt.Instant
	phase     uint64     // the last state but for room, which suspends it
	until     rt.Instant // its deadline
	opened    rt.Instant
	touched   rt.Instant
	read      bool // something was
	shut      bool // our direction is
	requests  uint64
	responses uint64
}

// Ops implements sim.Observer.
func (w *waiting) Ops() []rt.Op {
	return []rt.Op{rt.OpRead, rt.OpWrite, rt.OpSendfile, rt.OpShutdown, rt.OpSetOption, rt.OpClose, rt.OpPollWait, rt.OpProbe}
}

// Begin implements sim.Observer.
func (w *waiting) Begin(s *sim.Sim) {
	w.s = s
	w.connections.reset()
	w.running.reset()
	w.coming = 0
	w.timeouts = [states]rt.Instant{}
	w.soonest = never
}

// Event implements sim.Observer.
func (w *waiting) Event(e *sim.Event) {
	if e.Time > w.soonest {
		w.late(e.Time) // before a client complains of what follows from it
	}
	if e.Op == rt.OpProbe {
		w.probe(e)
		return
	}
	if !w.mine(e) {
		return
	}
	if e.Op == rt.OpPollWait {
		if n := w.running.get(e.Task); n != nil && *n > 0 {
			w.idle(e)
		}
		return
	}
	m := w.connections.on(fd(e))
	if m == nil {
		return
	}
	w.touch(e, m)
	switch {
	case e.C != 0:
	case e.Op == rt.OpRead:
		m.R.read = m.R.read || e.B > 0
	case e.Op == rt.OpShutdown:
		m.R.shut = true
	case e.Op == rt.OpClose:
		w.connections.closed(fd(e))
	}
}

func (w *waiting) probe(e *sim.Event) {
	k := kind(e)
	if !names(k) {
		return
	}
	if k == rt.ProbeConnOpen {
		if m := w.connections.add(e.A, told(e)); m != nil {
			m.R.holder, m.R.opened = nobody, e.Time
			w.touch(e, m)
		}
		return
	}
	m := w.connections.live(e.A)
	if m == nil {
		return // count says so
	}
	w.touch(e, m)
	switch k {
	case rt.ProbeConnClose:
		w.release(m)
		m.gone = true
	case rt.ProbeOwner:
		w.release(m)
		if e.C == 0 {
			m.R.coming = true
			w.coming++
		}
	case rt.ProbeRequest:
		m.R.requests++
		m.R.state, m.R.phase = 0, 0 // what the timer measured is over
	case rt.ProbeResponse:
		m.R.responses++
	case rt.ProbeState:
		w.wait(e, m)
	}
}

// touch makes m run at the task of e.
func (w *waiting) touch(e *sim.Event, m *member[stay]) {
	m.R.touched = e.Time
	w.soonest = min(w.soonest, e.Time+lost)
	if m.R.holder == e.Task && !m.R.waits {
		return
	}
	w.release(m)
	m.R.holder, m.R.waits = e.Task, false
	if n := w.running.at(e.Task); n != nil {
		*n++
	}
}

// release makes m nobody's.
func (w *waiting) release(m *member[stay]) {
	if n := w.running.get(m.R.holder); n != nil && !m.R.waits {
		*n--
	}
	if m.R.coming {
		m.R.coming = false
		w.coming--
	}
	m.R.holder, m.R.waits = nobody, false
}

// wait is m's beginning to wait, or its going on.
func (w *waiting) wait(e *sim.Event, m *member[stay]) {
	r := &m.R
	deadline := rt.Instant(e.C)
	if e.B < stateFirst || e.B >= states {
		w.fail("I17", "connection %d waits in state %d; there are 1 to %d", m.id, e.B, states-1)
		return
	}
	if why := r.refutes(e.B); why != "" {
		w.fail("I17", "connection %d waits in state %s at %s, but %s", m.id, stateNames[e.B], w.who(e.Task), why)
		return
	}
	// The time of a head runs from the connection's first moment on.
	same := r.phase == e.B || r.phase == stateFirst && e.B == stateHeader
	// A task that was held up has looked at the clock before.
	if goesOn := same && r.until == deadline; !goesOn && !w.excused() {
		timeout := deadline - e.Time
		if r.phase == 0 && r.requests == 0 && (e.B == stateFirst || e.B == stateHeader) {
			timeout = deadline - r.opened
		}
		if deadline < e.Time || timeout <= 0 || timeout > longest {
			w.fail("I16", "connection %d waits in state %s at %v with deadline %v, which is no time to wait until", m.id, stateNames[e.B], e.Time, deadline)
			return
		}
		if known := &w.timeouts[e.B]; *known == 0 {
			*known = timeout
		} else if *known != timeout {
			w.fail("I17", "connection %d waits in state %s for %v; that state's timeout has been %v", m.id, stateNames[e.B], time.Duration(timeout), time.Duration(*known))
			return
		}
	}
	holder := r.holder
	w.release(m)
	r.holder, r.waits, r.state, r.deadline = holder, true, e.B, max(deadline, e.Time)
	if e.B != stateRoom {
		r.phase, r.until = e.B, deadline
	}
	w.soonest = min(w.soonest, deadline+slack)
}

// refutes says why the connection cannot be in a state; empty: it can.
func (r *stay) refutes(state uint64) string {
	switch {
	case state == stateRoom:
		return ""
	case r.shut != (state == stateLinger):
		return "lingering begins with, and only with, the shutdown of our direction"
	case state == stateFirst && r.requests > 0:
		return "it has had requests"
	case state == stateHeader && !r.read:
		return "nothing was read from it"
	case (state == stateIdle || state == stateBody) && r.requests == 0:
		return "it has had no request"
	case state == stateIdle && r.responses != r.requests:
		return "a response is owed"
	case state == stateWrite && r.responses == r.requests:
		return "no response is owed"
	}
	return ""
}

// idle is a loop that went to its poller with something left to run.
func (w *waiting) idle(e *sim.Event) {
	for i := range w.connections.members {
		if m := &w.connections.members[i]; !m.gone && m.R.holder == e.Task && !m.R.waits {
			w.fail("I13", "%s waits in its poller while connection %d, which it has, neither runs nor waits", w.who(e.Task), m.id)
			return
		}
	}
}

// stray is a connection that was handed to a loop and never arrived, or of which
// the loop did not say what became of it.
func (w *waiting) stray() {
	for i := range w.connections.members {
		if m := &w.connections.members[i]; m.R.coming {
			w.fail("I13", "connection %d was handed to a loop at %v; nothing can run, and it neither runs nor waits", m.id, m.R.touched)
			return
		}
	}
}

// Quiet implements sim.Observer.
func (w *waiting) Quiet() {
	if w.excused() {
		return
	}
	if w.coming > 0 {
		w.stray()
	}
	if now := w.s.Clock(); now > w.soonest {
		w.late(now)
	}
}

// late looks for connections that should have been touched by now. Time moves only
// when nothing can run, so whoever was to touch them in time has had its turn.
func (w *waiting) late(now rt.Instant) {
	if w.excused() {
		return
	}
	w.soonest = never
	for i := range w.connections.members {
		m := &w.connections.members[i]
		if m.gone {
			continue
		}
		r := &m.R
		due := r.touched + lost
		if r.waits {
			due = r.deadline + slack
		}
		w.soonest = min(w.soonest, due)
		switch {
		case now <= due:
		case r.waits:
			w.fail("I16", "connection %d waits in state %s at %s beyond its deadline %v; it is %v", m.id, stateNames[r.state], w.who(r.holder), r.deadline, now)
			return
		default:
			w.fail("I16", "connection %d neither waits nor was touched since %v; it is %v, and it has no deadline", m.id, r.touched, now)
			return
		}
	}
}
