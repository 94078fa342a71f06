package http2

// Which stream sends next (RFC 9218): the one of the lowest urgency; among those, who
// does not share goes on until it has nothing to send or no window, who shares (i)
// goes behind the others after each frame. Priorities of RFC 7540 are read and mean
// nothing, but that no stream may depend on itself.

import (
	"bytes"

	"brigade/core/rt"
)

// What the judge is told of a stream's turns.
const (
	turnWants  = 1 + iota // it has something to send
	turnRests             // it has no more
	turnFramed            // a frame of it is made
)

// usual is the urgency of a stream that has not said one, and urgencies how many
// there are.
const (
	usual     = 3
	urgencies = 8
)

// queue is the streams that can send now, by urgency.
type queue [urgencies]struct{ first, last *Stream }

func (q *queue) push(st *Stream) {
	l := &q[st.urgency]
	st.before, st.behind = l.last, nil
	if l.last == nil {
		l.first = st
	} else {
		l.last.behind = st
	}
	l.last = st
	st.queued = true
}

func (q *queue) remove(st *Stream) {
	l := &q[st.urgency]
	if st.before == nil {
		l.first = st.behind
	} else {
		st.before.behind = st.behind
	}
	if st.behind == nil {
		l.last = st.before
	} else {
		st.behind.before = st.before
	}
	st.queued = false // its place is told when it comes again
}

func (q *queue) front() *Stream {
	for i := range q {
		if st := q[i].first; st != nil {
			return st
		}
	}
	return nil
}

// Offer says that the host has something to send of st's response.
func (s *Session) Offer(st *Stream) {
	if !st.wants {
		st.wants = true
		rt.Probe(rt.ProbeTurn, st.Name, turnWants, 0)
	}
	s.offer(st)
}

// Withdraw says that it has not, for now.
func (s *Session) Withdraw(st *Stream) {
	if st.wants {
		st.wants = false
		rt.Probe(rt.ProbeTurn, st.Name, turnRests, 0)
	}
	if st.queued {
		s.queue.remove(st)
	}
}

// offer queues st if it can send.
func (s *Session) offer(st *Stream) {
	if st.wants && !st.queued && st.window > 0 && !st.reset {
		s.queue.push(st)
	}
}

// Turn is the stream that sends next; nil: none can.
func (s *Session) Turn() *Stream {
	if s.narrow() || s.failure != nil { // GOAWAY was the last word, whoever is still away
		return nil
	}
	return s.queue.front()
}

// Starved reports whether something is there to be sent on st, and its window or the
// connection's has no room for it.
func (s *Session) Starved(st *Stream) bool { return st.wants && (st.window <= 0 || s.narrow()) }

// prioritise gives st what a priority field says (RFC 9218 §4, §5): of its members u
// and i are known, and a value that makes no sense is passed over. What it does not say
// is as usual, whatever an earlier one said (§7).
func (s *Session) prioritise(st *Stream, value []byte) {
	urgency, parallel := uint8(usual), false
	for len(value) > 0 {
		var member []byte
		member, value = cut(value, ',')
		item, _ := cut(member, ';') // its parameters mean nothing
		key, v := cut(item, '=')
		switch v = bytes.Trim(v, " "); {
		case string(key) == "u" && len(v) == 1 && v[0] >= '0' && v[0] < '0'+urgencies:
			urgency = v[0] - '0'
		case string(key) == "i":
			parallel = len(v) == 0 || string(v) == "?1"
		}
	}
	queued := st.queued
	if queued {
		s.queue.remove(st)
	}
	st.urgency, st.parallel = urgency, parallel
	if queued {
		s.queue.push(st)
	}
}

// cut is b up to the separator, without the spaces around, and what follows that.
func cut(b []byte, separator byte) (part, rest []byte) {
	part, rest, _ = bytes.Cut(b, []byte{separator})
	return bytes.Trim(part, " "), rest
}
