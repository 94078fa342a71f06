package invariants

// Flow control (I25). Of an HTTP/2 connection and of each stream both windows are kept
// here, from nothing but frames: no byte is sent that the peer has not made room for; what
// the server gives back it was sent before; and when no stream is open all that came
// was used up, and what was not given back of it is less than the window, so that an upload
// never stands still for want of room that nobody has. Padding counts, and so does DATA
// for streams that are gone (golang/go #20469, #54185).
//
// Whenever a session has nothing to do it tells what it takes its windows to be, and that
// has to be the same. A change of SETTINGS counts from its acknowledgement on.

import (
	"golang.org/x/net/http2"

	"brigade/core/rt"
	"brigade/sim"
)

var windowChecker = Checker{
	Numbers: []string{"I25"}, Name: "window",
	Allows: "no DATA is sent without room for it; what comes is given back, padding and all; and a session knows its windows",
	World:  "read and write, with their bytes",
	Ops:    []rt.Op{rt.OpRead, rt.OpWrite, rt.OpShutdown, rt.OpClose},
	Kinds: []rt.Kind{
		rt.ProbeConnOpen, rt.ProbeConnClose, rt.ProbeSession, rt.ProbeStreamOpen, rt.ProbeStreamClose, rt.ProbeState, rt.ProbeWindow,
	},
	make: func() property { return new(window) },
}

// firstWindow is a window's size until somebody says otherwise (RFC 9113 §6.9.2).
const firstWindow = 1<<16 - 1

type window struct {
	dialogues
	accounts []ledger // by index of talk
	streams  roster[channel]
}

// ledger is a session's windows.
type ledger struct {
	send    int64 // bytes that the server may send
	first   int64 // of a stream's window for that, as the client has it
	changes []int64
	got     int64 // bytes of DATA that came
	back    int64 // bytes that were given back
	flows   []flow
	open    int    // streams
	told    int    // of how many of them the windows were told since the session waited last
	said    bool   // and its own
	waits   uint64 // how often it has waited
}

// unchanged stands for SETTINGS that say nothing of windows.
const unchanged = -1

// flow is one stream's windows, as differences to what it began with.
type flow struct {
	begun  bool
	over   bool  // nothing more comes, or it was reset: its room for that means nothing
	reset  bool  // by either side
	given  int64 // by the client, less what was sent
	got    int64
	back   int64
	ending bool
}

// channel is a stream as its server numbers it.
type channel struct {
	parent uint64
	number uint32
	told   uint64 // 1 + the waits of its session when its windows were told last
}

// Begin implements property.
func (w *window) Begin(s *sim.Sim) {
	w.begin(s, w)
	w.streams.reset()
}

// Event implements property.
func (w *window) Event(e *sim.Event) {
	if e.Op != rt.OpProbe {
		w.call(e)
		return
	}
	switch kind(e) {
	case rt.ProbeConnOpen:
		w.opened(e)
	case rt.ProbeConnClose:
		w.ended(e)
	case rt.ProbeSession:
		w.starts(e)
	case rt.ProbeStreamOpen:
		if t := w.of(e.B); t != nil {
			w.accounts[t.at].open++
			if m := w.streams.add(e.A, -1); m != nil {
				m.R = channel{parent: e.B, number: uint32(e.C)}
			}
		}
	case rt.ProbeStreamClose:
		if m := w.streams.live(e.A); m != nil {
			m.gone = true
			if t := w.of(m.R.parent); t != nil {
				w.accounts[t.at].open--
			}
		}
	case rt.ProbeWindow:
		w.confess(e)
	case rt.ProbeState:
		w.waits(e)
	}
}

// starts is the begin of a session.
func (w *window) starts(e *sim.Event) {
	t := w.converse(e)
	if t == nil {
		return
	}
	for t.at >= len(w.accounts) {
		w.accounts = append(w.accounts, ledger{})
	}
	l := &w.accounts[t.at]
	*l = ledger{send: firstWindow, first: firstWindow, changes: l.changes[:0], flows: l.flows[:0]}
	w.catchUp(t)
}

// mostStreams bounds the table of a connection's streams; a client that skips beyond is
// not followed there.
const mostStreams = 1 << 14

// flow is that of stream id; nil: it is none of a client's.
func (l *ledger) flow(id uint32) *flow {
	i := int(id / 2)
	if id%2 == 0 || i >= mostStreams {
		return nil
	}
	for i >= len(l.flows) {
		l.flows = append(l.flows, flow{})
	}
	return &l.flows[i]
}

// heard implements listener.
func (w *window) heard(t *talk, f http2.Frame) {
	l := &w.accounts[t.at]
	switch f := f.(type) {
	case *http2.HeadersFrame:
		if s := l.flow(f.StreamID); s != nil {
			s.begun, s.ending = true, s.ending || f.StreamEnded()
			s.over = s.over || s.ending && f.HeadersEnded()
		}
	case *http2.ContinuationFrame:
		if s := l.flow(f.StreamID); s != nil {
			s.over = s.over || s.ending && f.HeadersEnded()
		}
	case *http2.DataFrame:
		l.got += int64(f.Length)
		if s := l.flow(f.StreamID); s != nil {
			s.got += int64(f.Length)
			s.over = s.over || f.StreamEnded()
		}
	case *http2.RSTStreamFrame:
		if s := l.flow(f.StreamID); s != nil {
			s.over, s.reset = true, true
		}
	case *http2.WindowUpdateFrame:
		if f.StreamID == 0 {
			l.send += int64(f.Increment)
		} else if s := l.flow(f.StreamID); s != nil && s.begun {
			s.given += int64(f.Increment)
		}
	case *http2.SettingsFrame:
		if f.IsAck() {
			return
		}
		change := int64(unchanged)
		for i := range f.NumSettings() {
			if s := f.Setting(i); s.ID == http2.SettingInitialWindowSize {
				change = int64(s.Val) // the last counts
			}
		}
		l.changes = append(l.changes, change)
	}
}

// said implements listener.
func (w *window) said(t *talk, f http2.Frame) {
	l := &w.accounts[t.at]
	switch f := f.(type) {
	case *http2.DataFrame:
		n := int64(f.Length)
		l.send -= n
		s := l.flow(f.StreamID)
		if s == nil {
			return
		}
		s.given -= n
		if room := l.first + s.given; n > 0 && (l.send < 0 || room < 0) {
			w.fail("I25", "connection %d is sent %d bytes on stream %d, which leave the stream's window at %d and the connection's at %d; neither goes below 0",
				t.id, n, f.StreamID, room, l.send)
		}
	case *http2.RSTStreamFrame:
		if s := l.flow(f.StreamID); s != nil {
			s.over, s.reset = true, true
		}
	case *http2.WindowUpdateFrame:
		got, back := &l.got, &l.back
		if s := l.flow(f.StreamID); f.StreamID != 0 && s != nil {
			got, back = &s.got, &s.back
		}
		if *back += int64(f.Increment); *back > *got {
			w.fail("I25", "connection %d is given back %d bytes on stream %d (0: on all), and has sent %d", t.id, *back, f.StreamID, *got)
		}
	case *http2.SettingsFrame:
		if f.IsAck() && len(l.changes) > 0 {
			if l.changes[0] != unchanged {
				l.first = l.changes[0]
			}
			l.changes = l.changes[:copy(l.changes, l.changes[1:])]
		}
	}
}

// confess is what a session that has nothing to do takes a window to be: two halves of
// a word, what it may send and what it may be sent.
func (w *window) confess(e *sim.Event) {
	send, room := int64(int32(e.B>>32)), int64(int32(e.B))
	if t := w.of(e.A); t != nil {
		l := &w.accounts[t.at]
		l.said = true
		switch held := l.got - l.back; {
		case t.garbled:
		case send != l.send || room != firstWindow-held:
			w.fail("I25", "connection %d has a window of %d for what it is sent, and takes that to be %d; for what it sends %d, and takes it to be %d",
				t.id, l.send, send, firstWindow-held, room)
		case l.open > 0 && e.C != 0:
			w.fail("I25", "connection %d says that all that came is used up, but %d streams are open", t.id, l.open)
		case l.open == 0 && int64(e.C) != held:
			w.fail("I25", "connection %d has no stream open; %d bytes that came were not given back, of which %d are used up: all have to be", t.id, held, e.C)
		case l.open == 0 && 2*held > firstWindow:
			w.fail("I25", "connection %d has no stream open, and %d bytes that came were not given back, of a window of %d", t.id, held, firstWindow)
		}
		return
	}
	m := w.streams.live(e.A)
	if m == nil {
		return // count says so
	}
	t := w.of(m.R.parent)
	if t == nil {
		return
	}
	l := &w.accounts[t.at]
	l.told++
	s := l.flow(m.R.number)
	again := m.R.told == l.waits+1
	m.R.told = l.waits + 1
	switch {
	case again || e.C != 0:
		w.fail("I25", "stream %d of connection %d tells of its windows twice, or more than there is to tell", m.R.number, t.id)
	case s == nil || s.reset || t.garbled:
	case send != l.first+s.given:
		w.fail("I25", "stream %d of connection %d has a window of %d for what it is sent; its session takes that to be %d", m.R.number, t.id, l.first+s.given, send)
	case s.over && room != 0, !s.over && room != firstWindow-s.got+s.back:
		w.fail("I25", "stream %d of connection %d has a window of %d for what it sends (its request has ended: %t); its session takes that to be %d",
			m.R.number, t.id, firstWindow-s.got+s.back, s.over, room)
	}
}

// waits is a session that waits with nothing left to write: it has told of all its
// windows.
func (w *window) waits(e *sim.Event) {
	t := w.of(e.A)
	if t == nil || !settled(e.B) {
		return
	}
	l := &w.accounts[t.at]
	if !l.said || l.told != l.open {
		w.fail("I25", "connection %d waits in state %s, has %d streams, and has told of the windows of %d, and of its own: %t",
			t.id, stateNames[e.B], l.open, l.told, l.said)
	}
	l.said, l.told = false, 0
	l.waits++
}

// settled reports whether a session that waits in a state has read and obeyed all that
// was there, and written all that it had to say.
func settled(state uint64) bool {
	return state == rt.WaitStreams || state == rt.WaitIdle || state == rt.WaitHeader
}
