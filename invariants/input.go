package invariants

// Input (I19): each byte that is read from a connection is part of one message, in
// order, and a request is parsed where one begins, never out of content. What the
// bytes mean is told by net/http, which is asked once for each different head; so a
// server that reads them otherwise is found by the length of its next head. Bytes
// that were read are not forgotten in a buffer: a connection waits between requests
// when all that it has read is used up, and for the rest of a head when it has not
// got one (I07).
//
// Where net/http refuses a head the server may accept it, or the other way round:
// from there on only the numbers of bytes are compared.

import (
	"bytes"

	"brigade/core/rt"
	"brigade/sim"
)

var inputChecker = Checker{
	Numbers: []string{"I19", "I07", "I24"}, Name: "input",
	Allows: "requests are parsed where one begins in the bytes read from their connection, and none of these is forgotten, or counted twice",
	World:  "read, with its bytes",
	Ops:    []rt.Op{rt.OpRead, rt.OpClose},
	Kinds:  []rt.Kind{rt.ProbeConnOpen, rt.ProbeRequest, rt.ProbeState, rt.ProbeTunnel, rt.ProbeSession, rt.ProbeConnClose, rt.ProbeTotal},
	make:   func() property { return &input{heads: make(map[string]framing)} },
}

type input struct {
	judge
	connections roster[intake]
	streams     []stream // by index of connection
	heads       map[string]framing
	read        uint64 // from all
}

// intake is what was read from a connection and what was made of it.
type intake struct {
	read     uint64
	requests uint64
	heads    uint64
	lost     bool  // nobody knows where the next message begins
	refused  bool  // the server has refused a request
	spoilt   bool  // content was read that cannot be understood
	body     int64 // bytes of content still to come; chunkedBody: in chunks
}

// stream is what was read and not told of yet.
type stream struct {
	rest  []byte  // not framed yet
	heads []whole // complete, oldest first
	first int     // of heads: how many were told of
}

// told drops the oldest head.
func (s *stream) told() {
	if s.first++; s.first == len(s.heads) {
		s.heads, s.first = s.heads[:0], 0
	}
}

// of is the stream of a connection.
func (i *input) of(m *member[intake]) *stream {
	k := int(i.connections.index(m))
	for k >= len(i.streams) {
		i.streams = append(i.streams, stream{})
	}
	return &i.streams[k]
}

// whole is the length of a complete head, and of the empty lines before it.
type whole struct{ head, lines int }

// Begin implements property.
func (i *input) Begin(s *sim.Sim) {
	i.s, i.read = s, 0
	i.connections.reset()
	for k := range i.streams {
		s := &i.streams[k]
		s.rest, s.heads, s.first = s.rest[:0], s.heads[:0], 0
	}
}

// Event implements property.
func (i *input) Event(e *sim.Event) {
	switch {
	case e.Op == rt.OpProbe:
		i.probe(e)
	case e.C != 0:
	case e.Op == rt.OpClose:
		i.connections.closed(fd(e))
	default:
		if m := i.connections.on(fd(e)); m != nil {
			i.take(m, e)
		}
	}
}

// take takes what was read.
func (i *input) take(m *member[intake], e *sim.Event) {
	r, n := &m.R, moved(e)
	r.read += uint64(n)
	i.read += uint64(n)
	if r.lost || n == 0 {
		return
	}
	if e.Call == nil || int64(len(e.Call.Buf)) < n {
		r.lost = true
		return
	}
	s := i.of(m)
	b := append(s.rest, e.Call.Buf[:n]...)
	s.rest = append(b[:0], i.frame(r, s, b)...)
}

// frame takes whole messages off b, as far as there are any, and returns the rest.
func (i *input) frame(r *intake, s *stream, b []byte) []byte {
	for !r.lost {
		switch {
		case r.body == chunkedBody:
			n, ok := chunks(b)
			if !ok {
				r.lost, r.spoilt = true, true
			}
			if n == 0 {
				return b
			}
			b, r.body = b[n:], 0
		case r.body > 0:
			n := min(r.body, int64(len(b)))
			if b, r.body = b[n:], r.body-n; r.body > 0 {
				return b
			}
		}
		if r.requests == 0 && bytes.HasPrefix(b, []byte("PRI * HTTP/2.0\r\n")) {
			return b // HTTP/2's preface, or what is to become it
		}
		lines := emptyLines(b)
		end := bytes.Index(b[lines:], []byte("\r\n\r\n"))
		if end < 0 {
			return b
		}
		head := b[lines : lines+end+4]
		f := i.framing(head)
		if !f.ok {
			r.lost = true
			return b
		}
		s.heads = append(s.heads, whole{len(head), lines})
		b, r.body = b[lines+len(head):], f.body
	}
	return b
}

func (i *input) probe(e *sim.Event) {
	switch kind(e) {
	case rt.ProbeConnOpen:
		i.connections.add(e.A, told(e))
		return
	case rt.ProbeTotal:
		if e.A == rt.TotalHeard && e.B > i.read {
			i.fail("I24", "the server counts %d bytes heard; %d were read from its connections", e.B, i.read)
		}
		return
	}
	m := i.connections.live(e.A)
	if m == nil {
		return // count says so
	}
	switch kind(e) {
	case rt.ProbeConnClose:
		m.gone = true
	case rt.ProbeSession:
		i.session(m)
	case rt.ProbeState:
		i.waits(e, m)
	case rt.ProbeTunnel:
		m.R.lost = true // what comes now is between the two ends
	case rt.ProbeRequest:
		i.request(e, m)
	}
}

// session is the begin of HTTP/2, which begins a connection: its preface has to have
// been read, and nothing before it. What follows is for other checkers.
func (i *input) session(m *member[intake]) {
	if m.R.requests > 0 || m.R.read < prefaceLength {
		i.fail("I19", "connection %d has a session, after %d requests and %d bytes; one begins with a preface of %d bytes, and a connection with it", m.id, m.R.requests, m.R.read, prefaceLength)
	}
	m.R.lost = true
}

// prefaceLength is how long HTTP/2's preface is.
const prefaceLength = 24

// request is a head that the server has parsed, or refused.
func (i *input) request(e *sim.Event, m *member[intake]) {
	r, s := &m.R, i.of(m)
	r.requests++
	r.heads += max(e.C, 1)
	switch {
	case r.heads > r.read:
		i.fail("I19", "connection %d has %d requests with heads of %d bytes at least; %d were read from it", m.id, r.requests, r.heads, r.read)
		return
	case r.refused:
		i.fail("I19", "connection %d has request %d after one that was refused: what follows that is no request", m.id, e.B)
		return
	case e.C == 0:
		r.refused, r.lost = true, true
		return
	case len(s.heads) > 0:
		if w := s.heads[s.first]; e.C != uint64(w.head) && e.C != uint64(w.head+w.lines) {
			i.fail("I19", "request %d of connection %d has a head of %d bytes; where one begins there is one of %d", e.B, m.id, e.C, w.head)
			return
		}
		s.told()
	case r.spoilt:
		i.fail("I19", "connection %d has request %d after content that cannot be understood: where the next one begins nobody knows", m.id, e.B)
	case !r.lost:
		i.fail("I19", "request %d of connection %d has a head of %d bytes; none begins, and is complete, in what was read", e.B, m.id, e.C)
	}
}

// waits is the begin of a wait: nothing may be forgotten.
func (i *input) waits(e *sim.Event, m *member[intake]) {
	r := &m.R
	if r.lost {
		return
	}
	between := e.B == rt.WaitFirst || e.B == rt.WaitIdle
	s := i.of(m)
	switch {
	case (between || e.B == rt.WaitHeader) && len(s.heads) > 0:
		i.fail("I07", "connection %d waits in state %s, but a request of %d bytes was read and is complete", m.id, stateNames[e.B], s.heads[s.first].head)
	case between && len(s.rest) > 0:
		i.fail("I07", "connection %d waits in state %s with %d bytes that were read and are not used", m.id, stateNames[e.B], len(s.rest))
	case between && r.body != 0:
		i.fail("I19", "connection %d waits in state %s, but content is still to come", m.id, stateNames[e.B])
	}
}
