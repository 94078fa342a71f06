package invariants

// Watches: what pollers are told to watch and what they say of it. A token names
// one incarnation of a descriptor for ever, so that an event which comes late, even
// within one batch, reaches nobody else (I14); and an event reaches a connection
// only through the poller that said it. What follows from an event is in ready.go.

import (
	"brigade/core/rt"
	"brigade/sim"
)

var watchChecker = Checker{
	Numbers: []string{"I14", "I13", "I26", "I33", "I07", "I11"}, Name: "watch",
	Allows: "an event reaches whom it was armed by, a connection waits only for what it is watched for and what is not there yet, and nobody asks again for input, or room, that is known not to be there",
	World:  "poll_add, poll_modify, poll_delete, poll_wait with its events, reads and writes that found nothing, bytes that arrived",
	Ops: []rt.Op{
		rt.OpAccept, rt.OpRead, rt.OpWrite, rt.OpSendfile, rt.OpClose, rt.OpDeliver,
		rt.OpPollAdd, rt.OpPollModify, rt.OpPollDelete, rt.OpPollWait, rt.OpPoll,
	},
	Kinds: append([]rt.Kind{rt.ProbeDrain}, naming...),
	make:  func() property { return &watch{tokens: make(map[armed]incarnation)} },
}

// The bits of events, as the kernel numbers them.
const (
	bitIn      = 0x1
	bitOut     = 0x4
	bitErr     = 0x8
	bitHup     = 0x10
	bitRdHup   = 0x2000
	bitOneShot = 1 << 30

	readable = bitIn | bitRdHup | bitHup | bitErr
	writable = bitOut | bitHup | bitErr
)

type watch struct {
	judge
	connections roster[watched]
	tasks       rows[poller]
	generations rows[uint32] // by descriptor: how often it was accepted
	tokens      map[armed]incarnation
	arrived     rows[uint64] // by object of the kernel: bytes
	changed     []int32      // connections to be looked at when their loop sleeps
	vain        int          // reads of what was known to be empty
	unheard     int          // writes to what was known to be full
	drains      bool         // connections are looked at a last time
	soonest     rt.Instant   // before that no byte lies unread for too long
}

// armed is a token in a poller.
type armed struct {
	poller int32
	token  uint64
}

// incarnation is a descriptor between two times that its number was given out.
type incarnation struct {
	fd         int32
	generation uint32
}

// poller is what a task waits in, and what it was told last.
type poller struct {
	fd    int32 // 0: none; keepsNothing: poll(2)
	batch []uint64
}

const keepsNothing = -1

// overtaken is how many reads, and writes, a run may make for nothing.
const overtaken = 4

// Begin implements property.
func (w *watch) Begin(s *sim.Sim) {
	w.s = s
	w.connections.reset()
	for i := range w.tasks.list {
		w.tasks.list[i].fd, w.tasks.list[i].batch = 0, w.tasks.list[i].batch[:0]
	}
	w.generations.reset()
	clear(w.tokens)
	w.arrived.reset()
	w.changed = w.changed[:0]
	w.soonest, w.drains, w.vain, w.unheard = never, false, 0, 0
}

// Event implements property.
func (w *watch) Event(e *sim.Event) {
	if e.Time > w.soonest {
		w.unread(e.Time)
	}
	switch e.Op {
	case rt.OpProbe:
		w.probe(e)
	case rt.OpAccept:
		if n, ok := made(e); ok {
			if g := w.generations.at(n); g != nil {
				*g++
			}
		}
	case rt.OpDeliver:
		if a := w.arrived.at(e.Object); a != nil {
			*a += e.A
		}
	case rt.OpPollAdd, rt.OpPollModify, rt.OpPollDelete:
		if e.C == 0 && e.Call != nil {
			w.control(e)
		}
	case rt.OpPollWait:
		w.wait(e)
	case rt.OpPoll:
		// Its tokens are the caller's own; the kernel sees descriptors alone.
		if t := w.tasks.at(e.Task); t != nil {
			t.fd, t.batch = keepsNothing, t.batch[:0]
		}
	default:
		if m := w.connections.on(fd(e)); m != nil {
			w.moved(e, m)
		}
	}
}

// moved is a call on m's descriptor.
func (w *watch) moved(e *sim.Event, m *member[watched]) {
	arrived := uint64(0)
	if a := w.arrived.get(e.Object); a != nil {
		arrived = *a
	}
	if m.R.moved(e, arrived) && !w.drains {
		if e.Op != rt.OpRead {
			if w.unheard++; w.unheard > overtaken {
				w.fail("I11", "%s writes to descriptor %d of connection %d, and had found before that there is no room; nobody has said since that there is, and it is call %d like that", w.who(e.Task), fd(e), m.id, w.unheard)
			}
			return
		}
		if w.vain++; w.vain > overtaken {
			w.fail("I11", "%s asks descriptor %d of connection %d for input, and had found before that there is no more; nobody has said since that there is, and it is call %d like that", w.who(e.Task), fd(e), m.id, w.vain)
			return
		}
	}
	if e.Op == rt.OpClose && e.C == 0 {
		w.connections.closed(fd(e))
	}
}

// control is a change of what a poller watches.
func (w *watch) control(e *sim.Event) {
	target := e.Call.FD2
	m := w.connections.on(target)
	if e.Op == rt.OpPollDelete {
		if m != nil {
			*m.R.at(fd(e)) = registration{}
		}
		return
	}
	key := armed{fd(e), uint64(e.Call.Args[0])}
	now := incarnation{fd: target}
	if g := w.generations.get(target); g != nil {
		now.generation = *g
	}
	if old, used := w.tokens[key]; used && old != now {
		w.fail("I14", "%s watches descriptor %d with token %#x of poller %d, which named descriptor %d before, in its incarnation %d: an event that is still to come for that would reach this one",
			w.who(e.Task), target, key.token, key.poller, old.fd, old.generation)
		return
	}
	w.tokens[key] = now
	if m != nil {
		// Whatever is the case now will be said.
		*m.R.at(fd(e)) = registration{poller: fd(e), events: e.Call.Flags, in: true, out: true}
		m.R.empty, m.R.full = false, false
		w.look(m)
	}
}

// wait is the end of a wait, with what the poller says.
func (w *watch) wait(e *sim.Event) {
	t := w.tasks.at(e.Task)
	if t == nil {
		return
	}
	t.fd, t.batch = fd(e), t.batch[:0]
	w.asleep(e.Task) // as it was before these events
	if e.Call == nil || e.C != 0 {
		return
	}
	t.batch = append(t.batch, e.Call.Words[:min(2*int(e.B), len(e.Call.Words))]...)
	for i := 0; i+1 < len(t.batch); i += 2 {
		x, ok := w.tokens[armed{t.fd, t.batch[i+1]}]
		if !ok {
			continue
		}
		if m := w.connections.on(x.fd); m != nil && m.R.generation == x.generation {
			m.R.said(t.fd, uint32(t.batch[i]))
			w.look(m)
		}
	}
}

func (w *watch) probe(e *sim.Event) {
	k := kind(e)
	if k == rt.ProbeDrain {
		w.drains = true
		return
	}
	if k == rt.ProbeConnOpen {
		if m := w.connections.add(e.A, told(e)); m != nil {
			if g := w.generations.get(m.fd); g != nil {
				m.R.generation = *g
			}
		}
		return
	}
	m := w.connections.live(e.A)
	if m == nil {
		return // count says so
	}
	if k != rt.ProbeEvent { // that may mean nothing to it, and it waits on
		m.R.state = rt.WaitNone
	}
	switch k {
	case rt.ProbeConnClose:
		m.gone = true
	case rt.ProbeFar:
		m.R.far = told(e)
	case rt.ProbeFetch:
		m.R.far = max(told(e), 0)
	case rt.ProbeState:
		m.R.state, m.R.holder = e.B, e.Task
		m.R.empty, m.R.full = false, false
		w.look(m)
	case rt.ProbeShed:
		m.R.late = true // it is looked at once more
	case rt.ProbeEvent:
		m.R.late, m.R.lateRoom = false, false
		w.reaches(e, m)
	}
}

// reaches is an event that reached a connection.
func (w *watch) reaches(e *sim.Event, m *member[watched]) {
	t := w.tasks.at(e.Task)
	if t == nil || t.fd <= 0 {
		return // it waits in poll(2), which keeps no tokens
	}
	x := w.tokens[armed{t.fd, e.B}]
	if x.fd == m.R.far && m.R.far != 0 {
		return // the other end's
	}
	if x.fd != m.fd || x.generation != m.R.generation {
		w.fail("I14", "an event with token %#x reaches connection %d on descriptor %d in its incarnation %d; it was armed for descriptor %d in incarnation %d",
			e.B, m.id, m.fd, m.R.generation, x.fd, x.generation)
		return
	}
	for i := 0; i+1 < len(t.batch); i += 2 {
		if t.batch[i+1] == e.B && t.batch[i] == e.C {
			return
		}
	}
	w.fail("I14", "events %#x with token %#x reach connection %d; poller %d did not say so when %s waited last", e.C, e.B, m.id, t.fd, w.who(e.Task))
}
