package invariants

// Readiness: a connection waits in a loop for something; then the loop's poller
// watches it for that (I13, and for output I26), the last call that asked the
// kernel found none, and no event has said since that there is some (I33). The
// kernel's own count of bytes is the last word: nothing lies unread while its
// connection waits for something to read (I07).
//
// Edge-triggered, a read that returns less than there was room for has found the
// end, unless the peer has shut its direction, which is an event of its own
// (epoll(7), question 9); registering anew makes the poller look again. Whoever has found
// that there is no more does not ask again until somebody says so, or a wait has ended,
// which may have a last look (I11): a call for nothing with each request would be a third
// of all that a request takes. The same goes for room: who has been told that there is none
// writes when there is. An event that was overtaken by a call may have one made for nothing
// now and then.

import (
	"brigade/core/rt"
	"brigade/sim"
)

// aside is how long bytes may lie unread that a call did not get at first: an edge
// follows, later if the machine is short of memory.
const aside = lost

// watched is what is known of a connection's readiness.
type watched struct {
	generation uint32
	state      uint64 // none: it does not wait
	holder     int32  // where it waits
	far        int32  // the descriptor of its other end; 0: it has none
	listed     bool   // in changed
	hung       bool   // the peer's direction is shut
	object     int32  // the kernel's, from the first call on
	called     bool
	empty      bool // the last read has found that there is no more, and nobody has said since that there is
	full       bool // the last write has found that there is no room, and nobody has said since that there is
	late       bool // an event for it came while it was away: it is told of that when it is back
	lateRoom   bool // the same, of room
	read       uint64
	since      rt.Instant // when bytes were first seen to lie unread, while it waits; 0: none do
	leapt      rt.Instant // by how much the clock had jumped by then
	at1, at2   registration
}

// registration is a watch of a connection's descriptor in one poller.
type registration struct {
	poller  int32 // 0: none
	events  uint32
	spent   bool // one-shot, and it has fired
	in, out bool // nothing to read, no room: whatever changes will be said
}

// at is the registration in a poller, or a free place for one.
func (r *watched) at(poller int32) *registration {
	if r.at1.poller == poller || r.at1.poller == 0 && r.at2.poller != poller {
		return &r.at1
	}
	return &r.at2
}

// moved is a call that moved bytes, or found that it cannot. vain: that was known before,
// and is so: arrived is how many bytes have come in all.
func (r *watched) moved(e *sim.Event, arrived uint64) (vain bool) {
	r.object, r.called = e.Object, true
	again := e.C == tryAgain
	short := e.C == 0 && e.Call != nil && moved(e) < int64(e.Call.Asked())
	switch e.Op {
	case rt.OpRead:
		r.read += uint64(moved(e))
		r.since = 0
		dry := again || short && !r.hung && moved(e) > 0
		r.at1.in, r.at2.in = dry, dry
		dry = dry && arrived <= r.read
		vain = again && dry && r.empty && !r.late
		r.late = r.late && !again
		r.empty = dry || r.empty && e.C == interrupted
	case rt.OpWrite:
		full := again || short
		r.at1.out, r.at2.out = full, full
		vain = r.unheard(again)
		r.full = full || r.full && e.C == interrupted
	case rt.OpSendfile:
		r.at1.out, r.at2.out = again, again
		vain = r.unheard(again)
		r.full = again || r.full && e.C == interrupted
	}
	return vain
}

// unheard reports whether a call that found no room was known to find none. An event that
// came while the connection was away, and was overtaken, is heard of once.
func (r *watched) unheard(again bool) bool {
	known := again && r.full
	vain := known && !r.lateRoom
	r.lateRoom = r.lateRoom && !known
	return vain
}

// said is what a poller says of the connection.
func (r *watched) said(poller int32, events uint32) {
	a := r.at(poller)
	if a.poller != poller {
		return
	}
	r.empty, r.late = r.empty && events&readable == 0, r.late || events&readable != 0
	r.full, r.lateRoom = r.full && events&writable == 0, r.lateRoom || events&writable != 0
	r.hung = r.hung || events&(bitRdHup|bitHup|bitErr) != 0
	a.in = a.in && events&readable == 0
	a.out = a.out && events&writable == 0
	a.spent = a.spent || a.events&bitOneShot != 0
}

// waitsForReadiness reports whether it is the client's descriptor that a state waits for.
// Of a tunnel that is so while nothing moves and nobody has said all.
func waitsForReadiness(state uint64) bool {
	switch state {
	case rt.WaitNone, rt.WaitRoom, rt.WaitPace, rt.WaitDial, rt.WaitHalf, rt.WaitFlow, rt.WaitBuffer, rt.WaitPage, rt.WaitHandler, rt.WaitShared, rt.WaitReaders:
		return false
	}
	return !fetches(state)
}

// look remembers that m has to be looked at.
func (w *watch) look(m *member[watched]) {
	if !m.R.listed && waitsForReadiness(m.R.state) {
		m.R.listed = true
		w.changed = append(w.changed, w.connections.index(m))
	}
}

// asleep looks at the connections that wait in a loop which sleeps; nobody: in all.
func (w *watch) asleep(task int32) {
	kept := w.changed[:0]
	for _, i := range w.changed {
		m := &w.connections.members[i]
		if task != nobody && m.R.holder != task {
			kept = append(kept, i)
			continue
		}
		m.R.listed = false
		if !m.gone && waitsForReadiness(m.R.state) {
			w.weigh(m)
		}
	}
	w.changed = kept
}

// weigh judges a connection whose loop sleeps.
func (w *watch) weigh(m *member[watched]) {
	t := w.tasks.get(m.R.holder)
	if t == nil || t.fd == 0 || t.fd == keepsNothing {
		return // it has not slept yet, or its watches show in no call that lasts
	}
	a := m.R.at(t.fd)
	invariant, wants, dry, what := "I13", uint32(bitIn), a.in, "something to read"
	if m.R.state == rt.WaitWrite {
		invariant, wants, dry, what = "I26", bitOut, a.out, "room to write"
	}
	switch {
	case a.poller != t.fd || a.events&wants == 0 || a.spent:
		w.fail(invariant, "connection %d waits in state %s at %s for %s, but poller %d does not watch it for that", m.id, stateNames[m.R.state], w.who(m.R.holder), what, t.fd)
	case !dry:
		w.fail("I33", "connection %d waits in state %s at %s for %s, but the last that was heard is that there is", m.id, stateNames[m.R.state], w.who(m.R.holder), what)
	}
}

// Quiet implements property.
func (w *watch) Quiet() {
	if w.excused() {
		return
	}
	w.asleep(nobody)
	w.unread(w.s.Now())
}

// unread looks for bytes that lie in the kernel while their connection waits to
// read.
func (w *watch) unread(now rt.Instant) {
	w.soonest = never
	if w.excused() {
		return
	}
	for i := range w.connections.members {
		m := &w.connections.members[i]
		r := &m.R
		if m.gone || !r.called || !waitsForReadiness(r.state) || r.state == rt.WaitWrite || r.state == rt.WaitLinger {
			r.since = 0
			continue
		}
		a := w.arrived.get(r.object)
		if a == nil || *a <= r.read {
			r.since = 0
			continue
		}
		if r.since == 0 {
			r.since, r.leapt = now+1, w.leapt() // 0 is none
		}
		until := r.since + aside + w.leapt() - r.leapt
		if now > until {
			w.fail("I07", "%d bytes of connection %d lie unread since %v, while it waits in state %s at %s", *a-r.read, m.id, r.since, stateNames[r.state], w.who(r.holder))
			return
		}
		w.soonest = min(w.soonest, until)
	}
}
