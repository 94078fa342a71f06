package invariants

// Sessions (I27): what a server of HTTP/2 says, frame by frame, against the states of
// streams (RFC 9113 §5.1). On each stream one head, then DATA, then one end, END_STREAM or
// RST_STREAM, and nothing behind that; nothing on a stream that nobody began, or that the
// client has reset. A second RST_STREAM answers a frame that came after the first, and one
// behind both ends a frame that came after those. A stream whose response could not be made
// whole, as its server says, does not end as if it were (I18), and no other is reset for that.
//
// Whenever a session waits with nothing left to write, all that it had read by then is
// answered: SETTINGS and PING, each once and in order, and every request was begun,
// refused or reset. What runs for streams, those that were reset included, is bounded by
// what the server has announced, and a stream is refused only when there are as many, or
// no buffer for it. A
// session that ends in good order owes no stream anything, and its GOAWAY has told of
// each that was begun.

import (
	"golang.org/x/net/http2"

	"brigade/core/rt"
	"brigade/sim"
)

var sessionChecker = Checker{
	Numbers: []string{"I16", "I17", "I18", "I27"}, Name: "session",
	Allows: "a stream has one head, DATA and one end, and a timer or somebody who works on it; what came is answered before a session waits; no more run than were announced",
	World:  "read and write, with their bytes; shutdown",
	Ops:    []rt.Op{rt.OpRead, rt.OpWrite, rt.OpShutdown, rt.OpClose},
	Kinds: []rt.Kind{
		rt.ProbeConnOpen, rt.ProbeConnClose, rt.ProbeSession, rt.ProbeStreamOpen, rt.ProbeStreamClose, rt.ProbeState, rt.ProbeOwner, rt.ProbeTaken, rt.ProbeBuffer, rt.ProbeEvent, rt.ProbeRuin,
	},
	make: func() property { return new(session) },
}

type session struct {
	dialogues
	states  []protocol // by index of talk
	streams roster[aloof]
	scarce  bool // a buffer was refused to a stream
}

// aloof is a stream as its server numbers it.
type aloof struct {
	parent   uint64
	number   uint32
	away     bool // it was handed to others
	homeward bool // and back
}

// protocol is what is known of a session.
type protocol struct {
	strands  []strand // by half the stream's number
	last     uint32   // highest that the client has begun
	begun    uint32   // highest that the server has
	fresh    []uint32 // that were begun by the client since the session waited last
	mute     []uint32 // that the client has reset since then
	ends     []uint32 // that it has ended since then, behind their heads
	block    uint32   // whose field block the client has not ended
	settings int      // of the client's that are not acknowledged
	pings    [][8]byte
	greeted  bool       // its SETTINGS have come
	limit    int        // streams at a time that it takes
	alive    []uint32   // streams
	idle     rt.Instant // when it has been idle for too long; 0: a request has come since
	resting  bool       // it waits, with nothing left to write
	busiest  int        // most at once since the session waited last
	away     int
	reads    int    // so many
	waits    int    // and so many times it has waited since
	clean    bool   // nothing was tried to be written since it waited last
	going    bool   // it has said GOAWAY
	leaves   uint32 // the last stream of that
	failed   bool   // for an error
	heads    *heads
}

// strand is one stream.
type strand struct {
	begun    bool       // the client's head is whole
	reset    bool       // by the client
	deaf     bool       // and nothing is on its way that was framed before
	came     int        // in which read its last HEADERS or DATA came
	away     bool       // it is with others
	back     int        // before which wait of its session it was handed back
	due      rt.Instant // when its own wait ends; 0: it has none
	shares   bool       // that is for what it shares, which may come at any moment
	hungry   bool       // that is for content
	fed      bool       // and some has come
	opened   bool       // the server has begun it
	head     bool       // a final one was sent
	end      bool       // END_STREAM was
	resets   int        // RST_STREAM frames that were
	provoked bool       // a frame that is none of RST_STREAM, WINDOW_UPDATE and PRIORITY came after those
	over     bool       // the client has ended it
	known    bool       // and the server knows
	stray    bool       // something came behind that
	ruined   bool       // its response cannot be made whole
}

// Begin implements property.
func (p *session) Begin(s *sim.Sim) {
	p.begin(s, p)
	p.streams.reset()
	p.scarce = false
}

// Event implements property.
func (p *session) Event(e *sim.Event) {
	switch {
	case e.Op == rt.OpProbe:
		p.probe(e)
	case e.Op == rt.OpShutdown && e.C == 0:
		if m := p.connections.on(fd(e)); m != nil && m.R.talk != 0 {
			p.parts(p.talks[m.R.talk-1])
		}
		p.call(e)
	default:
		if m := p.connections.on(fd(e)); m != nil && m.R.talk != 0 {
			t := p.talks[m.R.talk-1]
			q := &p.states[t.at]
			t.now, q.resting = e.Time, false
			q.clean = q.clean && e.Op == rt.OpRead
			q.reads++
		}
		p.call(e)
	}
}

func (p *session) probe(e *sim.Event) {
	switch kind(e) {
	case rt.ProbeBuffer:
		p.scarce = p.scarce || e.B == rt.BufferRefused
	case rt.ProbeConnOpen:
		p.opened(e)
	case rt.ProbeConnClose:
		p.ended(e)
	case rt.ProbeSession:
		p.starts(e)
	case rt.ProbeStreamOpen:
		p.opens(e)
	case rt.ProbeStreamClose:
		if m := p.streams.live(e.A); m != nil {
			m.gone = true
			if t := p.of(m.R.parent); t != nil {
				p.states[t.at].closes(m.R.number)
			}
		}
	case rt.ProbeOwner, rt.ProbeTaken:
		p.passes(e)
	case rt.ProbeRuin:
		p.ruins(e)
	case rt.ProbeEvent:
		p.stirs(e)
	case rt.ProbeState:
		if t := p.of(e.A); t != nil && settled(e.B) {
			p.waits(t, e)
		} else if t != nil {
			p.states[t.at].resting = false
		}
		if m := p.streams.live(e.A); m != nil {
			if t := p.of(m.R.parent); t != nil {
				if s := p.states[t.at].strand(m.R.number); s != nil {
					s.due, s.shares = rt.Instant(e.C), e.B == rt.WaitShared
					s.hungry, s.fed = e.B == rt.WaitBody, false
				}
			}
		}
	}
}

// starts is the begin of a session.
func (p *session) starts(e *sim.Event) {
	t := p.converse(e)
	if t == nil {
		return
	}
	for t.at >= len(p.states) {
		p.states = append(p.states, protocol{})
	}
	q := &p.states[t.at]
	if q.heads == nil {
		q.heads = new(heads)
	}
	q.heads.ready()
	*q = protocol{strands: q.strands[:0], fresh: q.fresh[:0], alive: q.alive[:0], mute: q.mute[:0], ends: q.ends[:0], pings: q.pings[:0], heads: q.heads, limit: 1 << 30, waits: 1}
	p.catchUp(t)
}

// strand is that of stream id; nil: it is none of a client's.
func (q *protocol) strand(id uint32) *strand {
	i := int(id / 2)
	if id%2 == 0 || i >= mostStreams {
		return nil
	}
	for i >= len(q.strands) {
		q.strands = append(q.strands, strand{})
	}
	return &q.strands[i]
}

// heard implements listener.
func (p *session) heard(t *talk, f http2.Frame) {
	q := &p.states[t.at]
	id := f.Header().StreamID
	switch f := f.(type) {
	case *http2.SettingsFrame:
		if !f.IsAck() {
			q.settings++
			q.heads.changes(f)
		}
	case *http2.PingFrame:
		if !f.IsAck() {
			q.pings = append(q.pings, f.Data)
		}
	case *http2.HeadersFrame:
		if q.comes(id, f.HeadersEnded()); f.StreamEnded() {
			q.overs(id, true) // none of what the server does to it comes before that
		}
	case *http2.ContinuationFrame:
		q.comes(id, f.HeadersEnded())
	case *http2.DataFrame:
		if s := q.strand(id); s != nil {
			s.comes(q)
			s.fed = s.fed || len(f.Data()) > 0
		}
		if f.StreamEnded() {
			q.overs(id, false)
		}
	case *http2.RSTStreamFrame:
		if s := q.strand(id); s != nil && s.begun {
			s.reset = true
			// Nothing was framed and not written when this was read, nothing came with it
			// that could be answered, and nobody had an answer.
			s.deaf = !s.shares && q.clean && s.came != q.reads && s.back != q.waits && (s.due == 0 || t.now < s.due)
			q.mute = append(q.mute, id)
		}
	}
}

// comes is HEADERS, DATA or CONTINUATION on s, which may be refused even if it comes behind
// a reset of the client's own.
func (s *strand) comes(q *protocol) {
	s.provoked, s.came, s.deaf = s.resets > 0, q.reads, false
	s.stray = s.stray || s.over
}

// overs is the client's end of stream id. What the server frames before it waits again may
// have been framed before it has heard that, unless that came with the stream's head.
func (q *protocol) overs(id uint32, head bool) {
	s := q.strand(id)
	if s == nil || s.over {
		return
	}
	s.over = true
	if s.known = head && id == q.last && !s.opened; !s.known {
		q.ends = append(q.ends, id)
	}
}

// comes is a field block of stream id, or a part of it.
func (q *protocol) comes(id uint32, whole bool) {
	s := q.strand(id)
	if s == nil {
		return
	}
	s.comes(q)
	if id > q.last {
		q.last, q.block = id, id
	}
	if whole && q.block == id {
		q.block, s.begun = 0, true
		q.fresh = append(q.fresh, id)
		q.idle = 0
	}
}

// said implements listener.
func (p *session) said(t *talk, f http2.Frame) {
	q := &p.states[t.at]
	if !q.greeted {
		if s, ok := f.(*http2.SettingsFrame); !ok || s.IsAck() {
			p.fail("I27", "connection %d hears %v first; a server begins with its SETTINGS (RFC 9113 §3.4)", t.id, f.Header())
			return
		}
	}
	if q.failed {
		p.fail("I27", "connection %d hears %v after a GOAWAY for an error, which is the last that is said", t.id, f.Header())
		return
	}
	id := f.Header().StreamID
	var s *strand
	if id != 0 {
		if s = q.strand(id); s == nil && id%2 == 1 {
			return // beyond what is followed
		}
		if s == nil || !s.begun && id != q.block {
			p.fail("I27", "connection %d hears %v; the client has begun no such stream", t.id, f.Header())
			return
		}
		if s.deaf {
			p.fail("I27", "connection %d hears %v on a stream that its client has reset, which the session had taken in", t.id, f.Header())
			return
		}
	}
	p.judgeFrame(t, q, s, f)
}

// judgeFrame is what a frame may say; s: its stream, if it has one.
func (p *session) judgeFrame(t *talk, q *protocol, s *strand, f http2.Frame) {
	switch f := f.(type) {
	case *http2.SettingsFrame:
		p.settings(t, q, f)
	case *http2.PingFrame:
		if !f.IsAck() {
			return
		}
		if len(q.pings) == 0 || q.pings[0] != f.Data {
			p.fail("I27", "connection %d hears an answer to PING %x; %d wait for one, in order", t.id, f.Data, len(q.pings))
			return
		}
		q.pings = q.pings[:copy(q.pings, q.pings[1:])]
	case *http2.GoAwayFrame:
		p.leaves(t, q, f)
	case *http2.HeadersFrame:
		if q.heads.open(f); p.follows(t, s, f) && f.HeadersEnded() {
			p.headed(t, s, f.StreamID, q)
		}
	case *http2.ContinuationFrame:
		if q.heads.more(f); f.HeadersEnded() {
			p.headed(t, s, f.StreamID, q)
		}
	case *http2.DataFrame:
		switch {
		case !p.follows(t, s, f):
		case !s.head:
			p.fail("I27", "connection %d hears %v before a head", t.id, f.Header())
		default:
			p.finishes(t, s, f.StreamID, f.StreamEnded())
		}
	case *http2.RSTStreamFrame:
		p.resets(t, q, s, f)
	case *http2.PushPromiseFrame:
		p.fail("I27", "connection %d hears PUSH_PROMISE, which nobody has asked for", t.id)
	}
}

// follows reports whether a frame that only a stream with no end may have comes on one.
func (p *session) follows(t *talk, s *strand, f http2.Frame) bool {
	if s.end || s.resets > 0 {
		p.fail("I27", "connection %d hears %v on a stream after its end (END_STREAM %t, RST_STREAM %d times)", t.id, f.Header(), s.end, s.resets)
		return false
	}
	return true
}

// resets is RST_STREAM.
func (p *session) resets(t *talk, q *protocol, s *strand, f *http2.RSTStreamFrame) {
	s.resets++
	switch {
	case s.end && s.known && s.resets == 1 && !s.stray:
		p.fail("I27", "connection %d hears %v; both sides had ended that stream, and nothing came since", t.id, f.Header())
	case f.ErrCode == http2.ErrCodeInternal && !s.ruined && s.opened:
		p.fail("I27", "connection %d hears %v for an error of the server's, which was told of none", t.id, f.Header())
	case s.resets > 1 && !s.provoked:
		p.fail("I27", "connection %d hears %v, the %dth for its stream; nothing came since the last", t.id, f.Header(), s.resets)
	case f.ErrCode == http2.ErrCodeRefusedStream && q.busiest < q.limit && p.refused() == 0 && !p.scarce:
		p.fail("I27", "connection %d hears that stream %d is refused; %d were there at most since it waited last, and %d were announced", t.id, f.StreamID, q.busiest, q.limit)
	}
	s.provoked = false
}

// leaves is GOAWAY.
func (p *session) leaves(t *talk, q *protocol, f *http2.GoAwayFrame) {
	last := f.LastStreamID
	switch {
	case q.going && last > q.leaves:
		p.fail("I27", "connection %d hears GOAWAY up to stream %d, and has heard it up to %d; it does not grow", t.id, last, q.leaves)
	case last < q.begun || last > q.last && last != 1<<31-1:
		p.fail("I27", "connection %d hears GOAWAY up to stream %d; %d was begun by its client, and %d is worked on", t.id, last, q.last, q.begun)
	}
	q.going, q.leaves, q.failed = true, last, f.ErrCode != http2.ErrCodeNo
}

// settings is SETTINGS of the server's, or an acknowledgement.
func (p *session) settings(t *talk, q *protocol, f *http2.SettingsFrame) {
	if f.IsAck() {
		if q.settings--; q.settings < 0 {
			p.fail("I27", "connection %d hears an acknowledgement of SETTINGS that it has not sent", t.id)
		}
		q.heads.acknowledged()
		return
	}
	q.greeted = true
	if n, ok := f.Value(http2.SettingMaxConcurrentStreams); ok {
		q.limit = int(n)
	}
}
