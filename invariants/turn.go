package invariants

// Whose turn it is (I12). A session sends what is most urgent first (RFC 9218 §10): while a
// stream has something to send and its window has room, no DATA of a less urgent one is
// framed. Among streams of equal urgency nobody starves: while one waits, each of the
// others has one turn at most before it. A turn lasts as long as its stream has something to
// send and room for it, and of one that shares (i) it is a frame. So a stream waits for a
// window's worth of each of the others, however many they are and however often they come.
// And among sessions: in one turn of its loop each is read from a limited number of times.
//
// Urgencies are read from what clients say: the field priority, by x/net's hpack, and
// PRIORITY_UPDATE; windows from frames, too. That a stream has something to send only its
// session knows; it says so, and tells of each frame when it is made, since it may be
// written much later. What was told is held against what is written (I27).

import (
	"strings"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"

	"brigade/core/rt"
	"brigade/sim"
)

var turnChecker = Checker{
	Numbers: []string{"I12", "I27"}, Name: "turn",
	Allows: "a session frames what is most urgent first; of streams that are equally urgent none has two turns while another waits; and a loop reads from each session a limited number of times before it looks at its poller again",
	World:  "read and write, with their bytes; calls that wait in a poller",
	Ops:    []rt.Op{rt.OpRead, rt.OpWrite, rt.OpShutdown, rt.OpClose, rt.OpPollWait, rt.OpPoll},
	Kinds:  []rt.Kind{rt.ProbeConnOpen, rt.ProbeConnClose, rt.ProbeSession, rt.ProbeStreamOpen, rt.ProbeStreamClose, rt.ProbeTurn},
	make:   func() property { return new(turn) },
}

// What the probe of turns says.
const (
	turnWants  = 1
	turnRests  = 2
	turnFramed = 3
)

// usualUrgency is a stream's that has not said one, and urgencies how many there are
// (RFC 9218 §4.1).
const (
	usualUrgency = 3
	urgencies    = 8
)

// mostReads is how often a session may be read from in a turn of its loop: it is run when it
// comes out of the inbox, for an event, and for its streams, and each run has its bound.
const mostReads = 64

type turn struct {
	dialogues
	queues  []*queue // by index of talk
	streams roster[place]
	polls   rows[uint64] // by task: how often it has asked its poller
}

// place is a stream as its server numbers it.
type place struct {
	parent uint64
	number uint32
}

// queue is a session's streams that are answered, and whose turn it is.
type queue struct {
	strands []ahead
	alive   []uint32
	first   int64             // of a stream's window, as the client has it
	clock   uint64            // turns and begins of waits so far
	turns   [urgencies]uint32 // the stream whose turn it is, by urgency; 0: nobody's
	framed  []frame           // that are made and not written
	decoder *hpack.Decoder    // of requests
	block   []byte
	opened  uint32 // whose field block the client has not ended
	said    string // the field priority in it
	blind   bool   // it cannot be decompressed

	task  int32 // that has run it last
	poll  uint64
	reads int // in that turn
}

// frame is DATA of so many bytes on a stream.
type frame struct{ number, bytes uint32 }

// ahead is one stream.
type ahead struct {
	urgency uint8
	begun   bool // its head is whole
	shares  bool
	wants   bool
	gone    bool   // the client has reset it
	given   int64  // its window, less its session's first
	since   uint64 // it waits for its turn; 0: it does not
	turn    uint64 // when its last turn began
}

// Begin implements property.
func (p *turn) Begin(s *sim.Sim) {
	p.begin(s, p)
	p.streams.reset()
	p.polls.reset()
}

// Event implements property.
func (p *turn) Event(e *sim.Event) {
	switch e.Op {
	case rt.OpProbe:
		p.probe(e)
	case rt.OpPollWait, rt.OpPoll:
		if n := p.polls.at(e.Task); n != nil {
			*n++
		}
	default:
		if e.Op == rt.OpRead {
			p.reads(e)
		}
		p.call(e)
	}
}

// reads is a read from a connection.
func (p *turn) reads(e *sim.Event) {
	m := p.connections.on(fd(e))
	if m == nil || m.R.talk == 0 || p.talks[m.R.talk-1].over {
		return
	}
	q := p.queues[m.R.talk-1]
	n := p.polls.get(e.Task)
	if n == nil {
		return // it has no poller
	}
	if q.task != e.Task || q.poll != *n {
		q.task, q.poll, q.reads = e.Task, *n, 0
	}
	if q.reads++; q.reads > mostReads {
		p.fail("I12", "connection %d is read from for the %dth time since %s looked at its poller; others have their turn by then", m.id, q.reads, p.who(e.Task))
	}
}

func (p *turn) probe(e *sim.Event) {
	switch kind(e) {
	case rt.ProbeConnOpen:
		p.opened(e)
	case rt.ProbeConnClose:
		p.ended(e)
	case rt.ProbeSession:
		p.starts(e)
	case rt.ProbeStreamOpen:
		t := p.of(e.B)
		if t == nil {
			return // of another protocol
		}
		if m := p.streams.add(e.A, -1); m != nil {
			m.R = place{parent: e.B, number: uint32(e.C)}
		}
		q := p.queues[t.at]
		q.alive = append(q.alive, uint32(e.C))
	case rt.ProbeStreamClose:
		if m := p.streams.live(e.A); m != nil {
			m.gone = true
			p.leaves(m)
		}
	case rt.ProbeTurn:
		p.turns(e)
	}
}

// starts is the begin of a session.
func (p *turn) starts(e *sim.Event) {
	t := p.converse(e)
	if t == nil {
		return
	}
	for t.at >= len(p.queues) {
		p.queues = append(p.queues, new(queue))
	}
	q := p.queues[t.at]
	*q = queue{strands: q.strands[:0], alive: q.alive[:0], framed: q.framed[:0], block: q.block[:0], first: firstWindow}
	q.decoder = hpack.NewDecoder(usualTable, func(f hpack.HeaderField) {
		if f.Name == "priority" {
			q.said = f.Value
		}
	})
	p.catchUp(t)
}

// strand is that of stream id; nil: it is none of a client's.
func (q *queue) strand(id uint32) *ahead {
	i := int(id / 2)
	if id%2 == 0 || i >= mostStreams {
		return nil
	}
	for i >= len(q.strands) {
		q.strands = append(q.strands, ahead{urgency: usualUrgency})
	}
	return &q.strands[i]
}

// leaves is the end of a stream.
func (p *turn) leaves(m *member[place]) {
	t := p.of(m.R.parent)
	if t == nil {
		return // its connection went before
	}
	q := p.queues[t.at]
	for i, number := range q.alive {
		if number == m.R.number {
			q.alive = append(q.alive[:i], q.alive[i+1:]...)
			break
		}
	}
	if s := q.strand(m.R.number); s != nil && s.wants {
		p.fail("I27", "stream %d of connection %d ends, and has something to send", m.R.number, t.id)
	}
}

// turns is what a session tells of a stream's turns.
func (p *turn) turns(e *sim.Event) {
	m := p.streams.live(e.A)
	if m == nil {
		p.fail("I27", "stream %#x has its turn, or wants one; there is none like that", e.A)
		return
	}
	t := p.of(m.R.parent)
	if t == nil {
		return // its connection has gone
	}
	q := p.queues[t.at]
	s := q.strand(m.R.number)
	if s == nil {
		return // beyond what is followed
	}
	if e.B != turnFramed {
		if wants := e.B == turnWants; wants == s.wants || e.B > turnFramed || e.C != 0 {
			p.fail("I27", "stream %d of connection %d says that it has something to send (1) or no more (2): %d, with %d bytes; it had something: %t", m.R.number, t.id, e.B, e.C, s.wants)
			return
		}
		s.wants = !s.wants
		q.weigh(m.R.number, s)
		return
	}
	p.frames(t, q, m.R.number, s)
	s.given -= int64(e.C)
	q.framed = append(q.framed, frame{m.R.number, uint32(e.C)})
	q.weigh(m.R.number, s)
	if s.shares && s.since != 0 {
		q.clock++ // its turn is over
		s.since = q.clock
		q.turns[s.urgency] = 0
	}
}

// weigh looks whether s waits for its turn, and ends that which it has if it does not.
func (q *queue) weigh(number uint32, s *ahead) {
	waits := s.wants && !s.gone && q.first+s.given > 0
	switch {
	case waits == (s.since != 0):
	case waits:
		q.clock++
		s.since = q.clock
	default:
		s.since = 0
		if q.turns[s.urgency] == number {
			q.turns[s.urgency] = 0
		}
	}
}

// frames is a frame of s: nobody who waits comes before it.
func (p *turn) frames(t *talk, q *queue, number uint32, s *ahead) {
	if s.since == 0 {
		p.fail("I12", "a frame of stream %d of connection %d is made; it had nothing to send (%t), or no room for that", number, t.id, !s.wants)
		return
	}
	begins := q.turns[s.urgency] != number
	for _, id := range q.alive {
		other := q.strand(id)
		switch {
		case q.blind || t.garbled || other == nil || other == s || other.since == 0:
		case other.urgency < s.urgency:
			p.fail("I12", "a frame of stream %d of connection %d, of urgency %d, is made while stream %d, of urgency %d, has something to send and room for it", number, t.id, s.urgency, id, other.urgency)
			return
		case begins && other.urgency == s.urgency && s.turn > other.since:
			p.fail("I12", "stream %d of connection %d has its second turn while stream %d waits for one; both are of urgency %d", number, t.id, id, s.urgency)
			return
		}
	}
	if begins {
		q.clock++
		s.turn, q.turns[s.urgency] = q.clock, number
	}
}

// heard implements listener.
func (p *turn) heard(t *talk, f http2.Frame) {
	q := p.queues[t.at]
	switch f := f.(type) {
	case *http2.HeadersFrame:
		q.block, q.opened = append(q.block[:0], f.HeaderBlockFragment()...), f.StreamID
		q.heads(f.HeadersEnded())
	case *http2.ContinuationFrame:
		q.block = append(q.block, f.HeaderBlockFragment()...)
		q.heads(f.HeadersEnded())
	case *http2.PriorityUpdateFrame:
		if s := q.strand(f.PrioritizedStreamID); s != nil && s.begun { // others are not there yet
			q.prioritise(f.PrioritizedStreamID, s, f.Priority)
		}
	case *http2.RSTStreamFrame:
		if s := q.strand(f.StreamID); s != nil {
			s.gone = true
			q.weigh(f.StreamID, s)
		}
	case *http2.WindowUpdateFrame:
		if s := q.strand(f.StreamID); s != nil {
			s.given += int64(f.Increment)
			q.weigh(f.StreamID, s)
		}
	case *http2.SettingsFrame:
		for i := range f.NumSettings() {
			if s := f.Setting(i); !f.IsAck() && s.ID == http2.SettingInitialWindowSize {
				q.first = int64(s.Val)
				for _, id := range q.alive {
					if s := q.strand(id); s != nil {
						q.weigh(id, s)
					}
				}
			}
		}
	}
}

// heads decompresses a request's head that is whole.
func (q *queue) heads(whole bool) {
	if !whole || q.blind {
		return
	}
	q.said = ""
	if _, err := q.decoder.Write(q.block); err != nil || q.decoder.Close() != nil {
		q.blind = true // its connection is to end
		return
	}
	s := q.strand(q.opened)
	if s == nil || s.begun {
		return // trailers
	}
	s.begun = true
	if q.said != "" {
		q.prioritise(q.opened, s, q.said)
	}
}

// prioritise gives s what a priority field says (RFC 9218 §4): what is not said, or makes no
// sense, is as usual.
func (q *queue) prioritise(id uint32, s *ahead, field string) {
	q.clock++
	if q.turns[s.urgency] == id {
		q.turns[s.urgency] = 0
	}
	if s.since != 0 {
		s.since = q.clock
	}
	s.urgency, s.shares = usualUrgency, false
	for _, member := range strings.Split(field, ",") {
		item, _, _ := strings.Cut(member, ";")
		switch key, value, _ := strings.Cut(strings.TrimSpace(item), "="); {
		case key == "u" && len(value) == 1 && value >= "0" && value < "8":
			s.urgency = value[0] - '0'
		case key == "i":
			s.shares = value == "" || value == "?1"
		}
	}
}

// said implements listener.
func (p *turn) said(t *talk, f http2.Frame) {
	d, ok := f.(*http2.DataFrame)
	if !ok || d.Length == 0 {
		return
	}
	q := p.queues[t.at]
	if is := (frame{d.StreamID, d.Length}); d.StreamID/2 >= mostStreams {
		return
	} else if len(q.framed) == 0 || q.framed[0] != is {
		p.fail("I27", "connection %d hears %v; it was not told of when it was made", t.id, d.Header())
		return
	}
	q.framed = q.framed[:copy(q.framed, q.framed[1:])]
}
