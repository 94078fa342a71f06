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
//     time; a wait that goes on keeps its deadline, and one for room to write, for content
//     that is wanted, or for a backend does not go on when some was there (I17)
//   - nobody waits for a request when draining was decided (I31)

import (
	"time"

	"brigade/core/rt"
	"brigade/sim"
)

// stateNames are the states in which connections wait.
var stateNames = [rt.Waits]string{"none", "first", "header", "idle", "body", "write", "linger", "room", "pace", "dial", "tunnel", "half", "flow", "window", "streams", "buffer", "page", "handler", "reach", "ask", "answer", "more", "kept", "shared", "readers"}

const (
	slack   = rt.Instant(50 * time.Millisecond) // pollers may round up, and disks are between
	lost    = rt.Instant(15 * time.Second)      // a handoff or a handler that takes longer never ends
	longest = rt.Instant(time.Hour)             // no timeout is longer
	never   = rt.Instant(1<<63 - 1)
)

var waitingChecker = Checker{
	Numbers: []string{"I13", "I16", "I17", "I31"}, Name: "waiting",
	Allows: "a connection either runs or waits, with the deadline of its state, and no longer than that",
	World:  "who calls on which descriptor, poll_wait, time",
	Ops: []rt.Op{
		rt.OpRead, rt.OpWrite, rt.OpSendfile, rt.OpShutdown, rt.OpSetOption, rt.OpClose, rt.OpPollWait, rt.OpPoll,
	},
	Kinds: append([]rt.Kind{rt.ProbeDrain, rt.ProbeFetch}, naming...),
	make:  func() property { return new(waiting) },
}

type waiting struct {
	judge
	connections roster[stay]
	running     rows[int32]          // by task: connections it has that do not wait
	coming      int                  // connections in handoffs to loops
	backends    rows[uint64]         // by descriptor: one more than the connection that it works for
	timeouts    [rt.Waits]rt.Instant // 0: not seen yet
	drained     rt.Instant           // when draining was decided
	gives       rt.Instant           // and when it gives up
	soonest     rt.Instant           // before that nothing can be late
}

// stay is where a connection stays.
type stay struct {
	holder    int32 // nobody: in a handoff
	coming    bool  // in one to a loop
	waits     bool
	reached   bool   // by an event, since it waits
	state     uint64 // of this wait or the one before
	deadline  rt.Instant
	phase     uint64     // the last state but for room, which suspends it
	until     rt.Instant // its deadline
	asked     uint64     // requests by then
	opened    rt.Instant
	belated   bool // its task had been held up by then, after a look at the clock
	touched   rt.Instant
	leapt     rt.Instant // by how much the clock had jumped by then
	streamed  bool       // it speaks HTTP/2, and streams have begun
	read      bool       // something was
	taken     bool       // bytes were written since it waited for room to write
	fed       bool       // bytes were read since it waited for content
	heard     bool       // its backend has said something since it was waited for
	lifted    bool       // it has taken something
	far       int32      // its descriptor
	session   bool       // it speaks HTTP/2: its streams have requests, and wake it
	asks      bool       // a backend works for it, and may take more of its content
	live      bool       // the handler of its request runs meanwhile, and wakes it
	shut      bool       // our direction is
	requests  uint64
	responses uint64
}

// Begin implements property.
func (w *waiting) Begin(s *sim.Sim) {
	w.s = s
	w.connections.reset()
	w.running.reset()
	w.backends.reset()
	w.coming = 0
	w.timeouts = [rt.Waits]rt.Instant{}
	w.soonest = never
	w.drained, w.gives = never, never
}

// Event implements property.
func (w *waiting) Event(e *sim.Event) {
	if e.Time > w.soonest {
		w.late(e.Time) // before a client complains of what follows from it
	}
	if e.Op == rt.OpProbe {
		w.probe(e)
		return
	}
	if e.Op == rt.OpPollWait || e.Op == rt.OpPoll {
		if n := w.running.get(e.Task); n != nil && *n > 0 {
			w.idle(e)
		}
		return
	}
	m := w.connections.on(fd(e))
	if m == nil {
		w.far(e)
		return
	}
	if r := &m.R; r.early(e.Time) && !w.cut(e.Time, r) {
		w.fail("I16", "%s performs %s on descriptor %d at %v; connection %d waits in state %s until %v, and no event has reached it", w.who(e.Task), e.Op, fd(e), e.Time, m.id, stateNames[r.state], r.deadline)
		return
	}
	w.touch(e, m)
	switch {
	case e.C != 0:
	case e.Op == rt.OpRead:
		m.R.read = m.R.read || e.B > 0
		m.R.fed = m.R.fed || e.B > 0
	case e.Op == rt.OpWrite, e.Op == rt.OpSendfile:
		m.R.taken = m.R.taken || e.B > 0
	case e.Op == rt.OpShutdown:
		m.R.shut = true
	case e.Op == rt.OpClose:
		w.connections.closed(fd(e))
	}
}

// far is a call on what is no client's connection: a backend's, it may be.
func (w *waiting) far(e *sim.Event) {
	b := w.backends.get(fd(e))
	if b == nil || *b == 0 || moved(e) == 0 {
		return
	}
	m := w.connections.live(*b - 1)
	switch {
	case m == nil:
	case e.Op == rt.OpRead:
		m.R.heard = true
	case e.Op == rt.OpWrite:
		m.R.lifted = true
	}
}

// works is a backend that begins to work for m, or ends.
func (w *waiting) works(e *sim.Event, m *member[stay]) {
	if b := w.backends.get(m.R.far); b != nil && *b == m.id+1 {
		*b = 0
	}
	if m.R.asks = e.B != ^uint64(0); !m.R.asks {
		return
	}
	m.R.far = told(e)
	if b := w.backends.at(m.R.far); b != nil {
		*b = m.id + 1
	}
}

// shed is the end of an idle connection before its time, for want of what others
// need: one that does nothing, and of those in its loop the one that has for longest.
func (w *waiting) shed(e *sim.Event, m *member[stay]) {
	if !m.R.waits || m.R.state != rt.WaitIdle || m.R.holder != e.Task {
		w.fail("I17", "connection %d is shed by %s, and it is not idle there; only such may be", m.id, w.who(e.Task))
		return
	}
	for i := range w.connections.members {
		o := &w.connections.members[i]
		// One whose time is over, or that an event has reached, may stand in line for a processor.
		idle := !o.gone && o.R.waits && o.R.state == rt.WaitIdle && o.R.holder == e.Task && o.R.deadline > e.Time && !o.R.reached
		if idle && o.R.deadline < m.R.deadline {
			w.fail("I17", "connection %d is shed, though connection %d has been idle for longer", m.id, o.id)
			return
		}
	}
	m.R.reached = true
}

func (w *waiting) probe(e *sim.Event) {
	k := kind(e)
	if k == rt.ProbeDrain {
		w.drained, w.gives = e.Time, min(w.gives, rt.Instant(e.A))
		w.soonest = min(w.soonest, e.Time+slack)
		return
	}
	if k == rt.ProbeConnOpen {
		if m := w.connections.add(e.A, told(e)); m != nil {
			m.R.holder, m.R.opened, m.R.belated = nobody, e.Time, w.excused()
			w.touch(e, m)
		}
		return
	}
	if k == rt.ProbeStreamOpen || k == rt.ProbeStreamClose {
		if m := w.connections.live(e.B); m != nil {
			m.R.live = k == rt.ProbeStreamOpen && !m.R.session
			m.R.streamed = m.R.session
		}
		return
	}
	m := w.connections.live(e.A)
	if m == nil {
		return // count says so
	}
	if k == rt.ProbeFetch {
		w.works(e, m)
		return
	}
	if k == rt.ProbeShed {
		w.shed(e, m)
		return
	}
	if k == rt.ProbeEvent && m.R.waits {
		means := uint64(readable)
		switch state := m.R.state; {
		case (m.R.session || m.R.live) && state != rt.WaitLinger:
			means |= writable
		case state == rt.WaitWrite && !m.R.asks:
			means = writable
		case state == rt.WaitWrite:
			means |= writable
		case crosses(state), fetches(state): // of either end
			means |= writable
		}
		m.R.reached = m.R.reached || e.C&means != 0 // others mean nothing to it, and it waits on
		return
	}
	if r := &m.R; r.early(e.Time) && !w.cut(e.Time, r) {
		w.fail("I16", "connection %d goes on to %s at %v; it waits in state %s until %v, and no event has reached it", m.id, k, e.Time, stateNames[r.state], r.deadline)
		return
	}
	w.touch(e, m)
	switch k {
	case rt.ProbeConnClose:
		w.release(m)
		m.gone = true
	case rt.ProbeOwner:
		w.release(m)
		if e.C != 0 {
			m.R.coming = true
			w.coming++
		}
	case rt.ProbeRequest:
		m.R.requests++
		m.R.state, m.R.phase = 0, 0 // what the timer measured is over
	case rt.ProbeResponse:
		m.R.responses++
	case rt.ProbeSession:
		m.R.session = true
	case rt.ProbeState:
		w.wait(e, m)
	}
}

// early reports whether nothing has ended the connection's wait yet.
func (r *stay) early(now rt.Instant) bool {
	if r.session && (r.state == rt.WaitStreams || r.state == rt.WaitWrite || r.state == rt.WaitHandler) {
		return false // a stream of it has something
	}
	if r.live && (r.state == rt.WaitHandler || r.state == rt.WaitWrite || r.state == rt.WaitBody) {
		return false // its handler has
	}
	switch r.state {
	case rt.WaitRoom, rt.WaitBuffer, rt.WaitPage, rt.WaitShared:
		return false // of which no event tells
	}
	return r.waits && !r.reached && now < r.deadline
}

// crosses reports whether a state is a tunnel's.
func crosses(state uint64) bool {
	return state >= rt.WaitDial && state <= rt.WaitFlow || state == rt.WaitPage
}

// head reports whether the time of a request's head runs in a state, from the first
// moment of the connection or request on.
func head(state uint64) bool {
	return state == rt.WaitFirst || state == rt.WaitHeader || state == rt.WaitBuffer
}

// cut reports whether draining ends r's wait now: between requests when it was decided,
// and in a session, which says so to its peer; any when it gives up.
func (w *waiting) cut(now rt.Instant, r *stay) bool {
	return now >= w.gives || now >= w.drained && (r.state == rt.WaitIdle || r.state == rt.WaitFirst || r.session)
}

// touch makes m run at the task of e.
func (w *waiting) touch(e *sim.Event, m *member[stay]) {
	m.R.touched, m.R.leapt = e.Time, w.leapt()
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
	if e.B < rt.WaitFirst || e.B >= rt.Waits {
		w.fail("I17", "connection %d waits in state %d; there are 1 to %d", m.id, e.B, rt.Waits-1)
		return
	}
	if why := r.refutes(e.B); why != "" {
		w.fail("I17", "connection %d waits in state %s at %s, but %s", m.id, stateNames[e.B], w.who(e.Task), why)
		return
	}
	// The time of a head runs from the connection's first moment on.
	same := r.phase == e.B || head(r.phase) && head(e.B)
	// Who takes or gives a little at a time is waited for each time.
	switch {
	case e.B == rt.WaitWrite:
		same = same && !r.taken
		r.taken = false
	case e.B == rt.WaitBody:
		same = same && !(r.fed && r.responses < r.requests) // what nobody wants has a time for all of it
		r.fed = false
	case e.B == rt.WaitMore:
		same = same && !r.heard
		r.heard = false
	case e.B == rt.WaitAsk:
		same = same && !r.lifted
		r.lifted = false
	}
	if same && r.until != deadline && r.keeps(e.B) && w.drained == never && !w.excused() {
		w.fail("I17", "connection %d waits in state %s until %v, and was to until %v; no request has come in between", m.id, stateNames[e.B], deadline, r.until)
		return
	}
	// A task that was held up has looked at the clock before.
	first := r.phase == 0 && r.requests == 0 && !r.streamed && head(e.B)
	if goesOn := same && r.until == deadline || first && r.belated; !goesOn && !w.excused() {
		begins := e.Time
		if first {
			// It may be over already: no processor had time for the connection until now.
			begins = r.opened
		}
		timeout := deadline - begins
		if timeout <= 0 && r.session && e.B == rt.WaitIdle {
			timeout = 1 // it has been over for long: no stream began since
		}
		if timeout <= 0 || timeout > longest {
			w.fail("I16", "connection %d waits in state %s at %v with deadline %v, which is no time to wait until", m.id, stateNames[e.B], e.Time, deadline)
			return
		}
		switch known := &w.timeouts[e.B]; {
		case r.session && e.B == rt.WaitIdle && (*known == 0 || timeout < *known):
			// Frames that begin no stream do not prolong it, so it may be the rest of one.
		case *known == 0:
			*known = timeout
		case *known != timeout:
			w.fail("I17", "connection %d waits in state %s for %v; that state's timeout has been %v", m.id, stateNames[e.B], time.Duration(timeout), time.Duration(*known))
			return
		}
	}
	holder := r.holder
	w.release(m)
	r.holder, r.waits, r.reached, r.state, r.deadline = holder, true, false, e.B, max(deadline, e.Time)
	if e.B != rt.WaitRoom {
		r.phase, r.until, r.asked = e.B, deadline, r.requests
	}
	w.soonest = min(w.soonest, w.due(r))
}

// keeps reports whether a state that goes on has the time that it had: bytes of a head, or
// events for nothing, are no reason to wait for longer. (A drain has those looked at again that
// wait for a request, and it has a deadline of its own.)
func (r *stay) keeps(state uint64) bool {
	return !r.session && r.asked == r.requests && (head(state) || state == rt.WaitIdle)
}

// due is by when r's wait has to be over. A drain ends those between requests.
func (w *waiting) due(r *stay) rt.Instant {
	if w.drained == never || r.session || r.state != rt.WaitIdle && r.state != rt.WaitFirst {
		return r.deadline + slack
	}
	return min(r.deadline, max(w.drained, r.touched)) + slack
}

// fetches reports whether a state waits for a backend that is asked.
func fetches(state uint64) bool { return state >= rt.WaitReach && state <= rt.WaitMore }

// refutes says why the connection cannot be in a state; empty: it can.
func (r *stay) refutes(state uint64) string {
	switch {
	case state == rt.WaitRoom:
		return ""
	case fetches(state) && r.responses == r.requests:
		return "no response is owed"
	case state == rt.WaitKept || state == rt.WaitReaders:
		return "it is a client's"
	case state == rt.WaitShared && r.responses == r.requests:
		return "no response is owed"
	case crosses(state):
		// Either direction of a tunnel may be shut.
		if r.responses == r.requests {
			return "no response is owed"
		}
		return ""
	case r.shut != (state == rt.WaitLinger):
		return "lingering begins with, and only with, the shutdown of our direction"
	case r.session && (state == rt.WaitIdle || state == rt.WaitWrite):
		return ""
	case state == rt.WaitWindow || state == rt.WaitStreams && !r.session:
		return "it has no session"
	case state == rt.WaitHandler && !r.live && !r.session:
		return "no handler of its request runs meanwhile"
	case state == rt.WaitFirst && r.requests > 0:
		return "it has had requests"
	case state == rt.WaitHeader && !r.read:
		return "nothing was read from it"
	case (state == rt.WaitIdle || state == rt.WaitBody) && r.requests == 0:
		return "it has had no request"
	case state == rt.WaitIdle && r.responses != r.requests:
		return "a response is owed"
	case (state == rt.WaitWrite || state == rt.WaitPace) && r.responses == r.requests:
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

// Quiet implements property.
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
		due := r.touched + lost + w.leapt() - r.leapt
		if r.waits {
			due = w.due(r)
		}
		w.soonest = min(w.soonest, due)
		switch {
		case now <= due:
		case r.waits && now <= r.deadline+slack:
			w.fail("I31", "connection %d waits in state %s at %s at %v, though draining was decided at %v", m.id, stateNames[r.state], w.who(r.holder), now, w.drained)
			return
		case r.waits:
			w.fail("I16", "connection %d waits in state %s at %s beyond its deadline %v; it is %v", m.id, stateNames[r.state], w.who(r.holder), r.deadline, now)
			return
		default:
			w.fail("I16", "connection %d neither waits nor was touched since %v; it is %v, and it has no deadline", m.id, r.touched, now)
			return
		}
	}
}
