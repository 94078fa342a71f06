package http2

// A session: what is true of the connection as a whole, and what each frame does.
// Frames are taken in the order they came. An error of the connection ends it with
// GOAWAY: nothing that comes afterwards is looked at. An error of a stream resets it,
// once, and its host is told.

import (
	"brigade/core/rt"
)

// Preface is what a client sends first (RFC 9113 §3.4).
const Preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"

// Limits are what a session keeps within, and tells its peer.
type Limits struct {
	Streams int // that have not ended at a time, those of running handlers included
	Head    int // bytes of a request's head in HTTP/1.1's form, and of a list of fields
}

// Session is the server's side of a connection. Init it before use.
type Session struct {
	limits  Limits
	codec   codec
	streams table
	queue   queue
	ended   ended
	meters  meters
	spare   int // bytes of DATA that crumbs may be a part of: a quarter of a crumb for each
	heads   *Heads

	window  window // what we may send
	room    credit // what the peer may send
	initial int64  // window of streams that begin

	begun   bool   // the first SETTINGS came
	last    uint32 // highest stream that the peer has begun
	told    uint32 // last stream of our GOAWAY
	warned  bool   // we sent one that promises to take every stream
	leaving bool   // we sent one that names the last
	left    bool   // the peer did
	failure *Error // of the connection

	head  head // of the field block that is being decoded
	count Counts
}

// Counts are what a session has counted.
type Counts struct {
	Resets  uint64         // streams that were reset, by either side
	Refused uint64         // streams for which there was no room
	Large   uint64         // heads that were longer than the limit
	Floods  [Floods]uint64 // connections that were ended because of
}

// Add adds what another session has counted.
func (c *Counts) Add(d *Counts) {
	c.Resets += d.Resets
	c.Refused += d.Refused
	c.Large += d.Large
	for i := range c.Floods {
		c.Floods[i] += d.Floods[i]
	}
}

// Kind is what an event is.
type Kind uint8

// The events.
const (
	Nothing Kind = iota // for the host
	Opened              // a request's head is there
	Body                // content came; whoever uses it up says so by Used
	Done                // the request has ended
	Reset               // the stream was reset, by either side: its host is done with it
	Failed              // the connection has to end; GOAWAY is in Out
)

// Event is what a frame meant for the host.
type Event struct {
	Kind   Kind
	Stream *Stream
	Bytes  []byte // of Body, until the next call; of Done: its trailers, as lines with CRLF
	Large  bool   // of Opened, Done: the head, or trailers, were longer than the limit, and are not there
}

// Init makes s ready; our SETTINGS are in Out. h is its owner's.
func (s *Session) Init(l Limits, h *Heads, now rt.Instant) {
	s.limits, s.heads = l, h
	s.window, s.initial = initial, initial
	s.room.left = initial
	s.meters.since = now
	s.codec.init(s.field)
	s.codec.announce(uint32(l.Streams), uint32(l.Head))
}

// Next takes the frame at b's front and returns how many bytes it has, 0 if it is not
// whole, and what it means.
func (s *Session) Next(b []byte, now rt.Instant) (n int, ev Event) {
	if s.failure != nil {
		return len(b), Event{}
	}
	s.meters.fall(now)
	f, n, e := s.codec.next(b)
	switch {
	case e == errIncrement:
		return n, s.settle(s.zero(f.stream))
	case e != nil:
		return n, s.settle(Event{}, e)
	case n == 0:
		return 0, Event{}
	}
	return n, s.settle(s.frameOf(&f))
}

// settle makes an event of an error of the connection.
func (s *Session) settle(ev Event, e *Error) Event {
	if e == nil {
		return ev
	}
	s.failure = e
	for i := range errCalm {
		if e == errCalm[i] {
			s.count.Floods[i]++
		}
	}
	s.goAway(e.Code, e.Reason)
	return Event{Kind: Failed}
}

// frameOf does what f says.
func (s *Session) frameOf(f *frame) (Event, *Error) {
	if !s.begun && (f.kind != frameSettings || f.end) {
		return Event{}, errPreface
	}
	switch f.kind {
	case frameData:
		return s.data(f)
	case frameHeaders:
		return s.headers(f)
	case frameContinuation:
		return s.continuation(f)
	case frameReset:
		return s.resetBy(f)
	case frameSettings:
		return s.settings(f)
	case framePing:
		return s.ping(f)
	case frameGoAway:
		if s.left { // it has been said
			return Event{}, s.meters.rise(FloodLate)
		}
		s.left = true
		return Event{}, nil
	case frameWindow:
		if e := s.meters.rise(FloodUpdate); e != nil {
			return Event{}, e
		}
		return s.windowUpdate(f)
	case framePriority, frameUpdate:
		return s.priority(f)
	case framePush:
		return Event{}, errPush
	case frameUnknown:
	}
	return Event{}, s.meters.rise(FloodLate)
}

// of is stream id, which has to have begun; nil and no error: it is gone.
func (s *Session) of(id uint32) (*Stream, *Error) {
	if st := s.streams.find(id); st != nil {
		return st, nil
	}
	if id > s.last || id%2 == 0 {
		return nil, errIdle
	}
	return nil, s.meters.rise(FloodLate)
}

// zero is a window that grows by nothing.
func (s *Session) zero(id uint32) (Event, *Error) {
	st, e := s.of(id)
	switch {
	case st == nil:
		return Event{}, e
	case st.reset:
		return Event{}, s.meters.rise(FloodLate)
	}
	return s.fail(st, errIncrement)
}

// fail resets st because of e. Who has us reset streams is no better than who resets them
// (CVE-2025-8671): what was begun for them was for nothing.
func (s *Session) fail(st *Stream, e *Error) (Event, *Error) {
	if e := s.meters.rise(FloodReset); e != nil {
		return Event{}, e
	}
	s.Cancel(st, e.Code)
	return Event{Kind: Reset, Stream: st}, nil
}

// Cancel resets st.
func (s *Session) Cancel(st *Stream, c Code) {
	if st.reset || st.sent && st.received {
		return
	}
	s.codec.reset(st.ID, c)
	s.ended.add(st.ID)
	s.kill(st)
}

// kill makes st dead.
func (s *Session) kill(st *Stream) {
	s.Withdraw(st)
	st.reset = true
	s.count.Resets++
}

// Release lets st go: its host is done with it, and what it sent stands before what
// Out has from now on. A request that has not ended by then is not waited for
// (RFC 9113 §8.1), unless the connection ends: GOAWAY was the last word then.
func (s *Session) Release(st *Stream) {
	if !st.reset && !st.received && s.failure == nil {
		s.codec.reset(st.ID, NoError)
		s.ended.add(st.ID)
	}
	s.Withdraw(st)
	s.streams.remove(st)
}

// resetBy is RST_STREAM.
func (s *Session) resetBy(f *frame) (Event, *Error) {
	st, e := s.of(f.stream)
	switch {
	case st == nil:
		return Event{}, e
	case st.reset: // and it runs
		return Event{}, s.meters.rise(FloodLate)
	}
	if e := s.meters.rise(FloodReset); e != nil {
		return Event{}, e
	}
	s.kill(st)
	return Event{Kind: Reset, Stream: st}, nil
}

// data is DATA.
func (s *Session) data(f *frame) (Event, *Error) {
	if !s.room.take(f.length) {
		return Event{}, errWindowWhole
	}
	if len(f.bytes) == 0 && !f.end {
		if e := s.meters.rise(FloodEmpty); e != nil {
			return Event{}, e
		}
	}
	st, e := s.of(f.stream)
	switch {
	case st == nil:
		s.Took(f.length)
		if e == nil && !s.ended.has(f.stream) {
			s.codec.reset(f.stream, StreamClosed)
			s.ended.add(f.stream)
		}
		return Event{}, e
	case st.reset:
		s.Took(f.length)
		return Event{}, s.meters.rise(FloodLate)
	case st.received:
		s.Took(f.length)
		return s.fail(st, errEnded)
	case !st.room.take(f.length):
		s.Took(f.length)
		return s.fail(st, errWindow)
	}
	st.got += int64(len(f.bytes))
	if st.expects >= 0 && (st.got > st.expects || f.end && st.got < st.expects) {
		s.Took(f.length)
		return s.fail(st, errLength)
	}
	st.received = f.end
	s.Used(st, f.length-len(f.bytes))
	return Event{Kind: Body, Stream: st, Bytes: f.bytes}, nil
}

// ping is PING.
func (s *Session) ping(f *frame) (Event, *Error) {
	if f.end {
		if s.warned && string(f.bytes) == lastCall {
			s.GoAway()
		}
		return Event{}, s.meters.rise(FloodPing) // we ask for nothing else
	}
	s.codec.pong(f.bytes)
	return Event{}, s.meters.rise(FloodPing)
}

// priority is PRIORITY or PRIORITY_UPDATE.
func (s *Session) priority(f *frame) (Event, *Error) {
	if e := s.meters.rise(FloodPriority); e != nil {
		return Event{}, e
	}
	if f.kind == frameUpdate {
		if f.number%2 == 0 {
			return Event{}, errPriority
		}
		if st := s.streams.find(f.number); st != nil && !st.reset {
			s.prioritise(st, f.bytes)
		}
		return Event{}, nil
	}
	if f.number != f.stream {
		return Event{}, nil
	}
	switch st := s.streams.find(f.stream); {
	case st != nil && st.reset: // and it runs
		return Event{}, s.meters.rise(FloodLate)
	case st != nil:
		return s.fail(st, errDependency)
	case f.stream > s.last:
		return Event{}, errDependsIdle // which must not be reset (RFC 9113 §6.4)
	}
	return Event{}, nil
}

// Warn says that no more requests should come, and takes those that come all the same,
// which may be on their way (RFC 9113 §6.8): a PING goes along, and when that comes back
// the peer has heard, and GoAway follows by itself.
func (s *Session) Warn() {
	if s.warned || s.leaving {
		return
	}
	s.warned = true
	s.codec.goAway(largest, NoError, "")
	s.codec.ping([]byte(lastCall))
}

// lastCall is what the PING of Warn has.
const lastCall = "lastcall"

// Warned reports whether Warn was called.
func (s *Session) Warned() bool { return s.warned }

// GoAway says that no more requests are taken: those that have begun are answered.
func (s *Session) GoAway() {
	if !s.leaving {
		s.goAway(NoError, "")
	}
}

func (s *Session) goAway(c Code, reason string) {
	if !s.leaving { // else what was refused since is not taken in (RFC 9113 §6.8)
		s.told = s.last
	}
	s.leaving = true
	s.codec.goAway(s.told, c, reason)
}

// Begun reports whether the peer's first SETTINGS have come.
func (s *Session) Begun() bool { return s.begun }

// Leaving reports whether no more requests are to come: either side has said so.
func (s *Session) Leaving() bool { return s.leaving || s.left }

// Failure is why the connection has to end; nil: it has not.
func (s *Session) Failure() *Error { return s.failure }

// Open is how many streams have not been let go.
func (s *Session) Open() int { return len(s.streams.list) }

// Streams are those that have not been let go, oldest first. The slice is the
// session's, and changes with the next Release.
func (s *Session) Streams() []*Stream { return s.streams.list }

// Counts is what was counted so far.
func (s *Session) Counts() *Counts { return &s.count }

// Out is what has to be sent; Flush forgets it.
func (s *Session) Out() []byte { return s.codec.out }

// Flush says that what was in Out is on its way.
func (s *Session) Flush() {
	if cap(s.codec.out) > keep {
		s.codec.out = nil
	}
	s.codec.out = s.codec.out[:0]
}

// keep is the most memory that a session keeps for what it sends, and for a head.
const keep = 4 << 10
