package invariants

// Endings (I18) under HTTP/1.1: a response that its server says it cannot make whole must
// not look whole to who gets it (RFC 9112 §8). Its chunks have no last one from then on, or,
// if the connection's end is to be its end, that end is a reset. And it is the last:
// whoever counts its content would take what followed for the rest of it. What is sent is
// read as a client would, its heads by net/http; how many of the bytes are a response's its
// server says when that has ended, or was given up (account holds it to that).
//
// Content of a length that its head has told, all of which was handed over before its
// handler failed, is whole: nobody is blamed for that, and what is too short shows. Nor are
// responses to HEAD told apart, which look short. Sessions have rules of their own
// (session.go).

import (
	"bufio"
	"bytes"
	"net/http"
	"slices"

	"brigade/core/rt"
	"brigade/sim"
)

// lingerZero is the option of sockets that makes a close a reset, as the calls' records
// have it.
const lingerZero = 3

var endingChecker = Checker{
	Numbers: []string{"I18"}, Name: "ending",
	Allows: "a response of HTTP/1.1 that cannot be made whole does not look whole: its chunks do not end, its connection is reset where its end is that, and nothing follows it",
	World:  "write, with its bytes; sendfile, shutdown, setsockopt, close",
	Ops:    []rt.Op{rt.OpWrite, rt.OpSendfile, rt.OpShutdown, rt.OpSetOption, rt.OpClose},
	Kinds: []rt.Kind{
		rt.ProbeConnOpen, rt.ProbeConnClose, rt.ProbeSession, rt.ProbeStreamOpen, rt.ProbeStreamClose, rt.ProbeRequest, rt.ProbeResponse, rt.ProbeState, rt.ProbeRuin,
	},
	make: func() property { return &ending{heads: make(map[string]answer)} },
}

type ending struct {
	judge
	connections roster[respondent]
	replies     []reply // by index of connection
	heads       map[string]answer
}

// respondent is a connection, or a stream of one.
type respondent struct {
	parent  uint64 // of a stream
	session bool   // it speaks HTTP/2
	request uint64 // the last that was begun
	replies uint64 // that have ended, or were given up
	ruined  uint64 // whose response cannot be made whole; 0: none
	spoiled bool   // and has been given up: nothing may follow
	open    bool   // whose end the connection's was to be
	resets  bool   // its close is to be a reset, or was refused to be one
}

// answer is what a head says of the content behind it.
type answer struct {
	first part
	left  int64
}

// part is what comes next of a response.
type part uint8

const (
	partHead  part = iota
	partBytes      // so many bytes
	partSize       // of a chunk: its size
	partExtra      // what stands behind that in its line
	partChunk      // of its bytes, so many
	partBreak      // the line end behind them
	partTrailer
	partNone // it is whole
	partRest // it ends with its connection
	partLost // nobody knows
)

// reply is the response that is being sent.
type reply struct {
	pending []byte // written last, and not known to be all of this response
	head    []byte
	took    uint64 // bytes of it that were read
	chunked bool
	ruined  bool // it had no end when it was said that it cannot be made whole
	next    part
	left    int64 // bytes of what is next; of a trailer: of its line
}

// Begin implements property.
func (p *ending) Begin(s *sim.Sim) {
	p.s = s
	p.connections.reset()
}

// Event implements property.
func (p *ending) Event(e *sim.Event) {
	if e.Op == rt.OpProbe {
		p.probe(e)
		return
	}
	m := p.connections.on(fd(e))
	if m == nil || m.R.session {
		return
	}
	switch e.Op {
	case rt.OpWrite, rt.OpSendfile:
		p.writes(e, m)
	case rt.OpSetOption:
		m.R.resets = m.R.resets || e.Call != nil && e.Call.Flags == lingerZero
	case rt.OpShutdown, rt.OpClose:
		if e.C == 0 && m.R.open && !m.R.resets {
			p.fail("I18", "connection %d ends (%v), and with it the response to request %d, as if it were whole; only a reset says that it is not", m.id, e.Op, m.R.ruined)
		}
		if e.C == 0 && e.Op == rt.OpClose {
			p.connections.closed(fd(e))
		}
	}
}

func (p *ending) probe(e *sim.Event) {
	switch kind(e) {
	case rt.ProbeConnOpen:
		p.opens(p.connections.add(e.A, told(e)))
		return
	case rt.ProbeStreamOpen:
		if m := p.connections.add(e.A, -1); m != nil {
			m.R.parent = e.B
		}
		return
	case rt.ProbeRuin:
		p.ruins(e)
		return
	}
	m := p.connections.live(e.A)
	if m == nil {
		return // count says so
	}
	switch kind(e) {
	case rt.ProbeSession:
		m.R.session = true
	case rt.ProbeRequest:
		m.R.request = e.B
	case rt.ProbeResponse:
		if !isStream(m.id) && !m.R.session {
			p.responds(e, m)
		}
	case rt.ProbeState:
		if m.R.spoiled && e.B == rt.WaitIdle {
			p.fail("I18", "connection %d waits for another request; the response to request %d cannot be made whole, and its client waits for the rest", m.id, m.R.ruined)
		}
	case rt.ProbeConnClose, rt.ProbeStreamClose:
		m.gone = true
	}
}

// opens is a connection's begin.
func (p *ending) opens(m *member[respondent]) {
	if m == nil {
		return
	}
	k := int(p.connections.index(m))
	for k >= len(p.replies) {
		p.replies = append(p.replies, reply{})
	}
	p.replies[k].pending = p.replies[k].pending[:0]
	p.replies[k].ruined = false
	p.replies[k].ready()
}

// ruins is a response that cannot be made whole: that to the request begun last.
func (p *ending) ruins(e *sim.Event) {
	m := p.connections.live(e.A)
	if m == nil {
		p.fail("I18", "the response of connection or stream %#x cannot be made whole; there is none like that", e.A)
		return
	}
	if isStream(m.id) {
		if m = p.connections.live(m.R.parent); m == nil {
			return // it has ended
		}
	}
	m.R.ruined = m.R.request
	r := &p.replies[p.connections.index(m)]
	if m.R.replies+1 == m.R.request { // else all that is pending is of those before it
		p.reads(r, len(r.pending))
	}
	r.ruined = r.next != partNone
}

// writes is bytes that the kernel took.
func (p *ending) writes(e *sim.Event, m *member[respondent]) {
	n := moved(e)
	if n == 0 {
		return
	}
	if m.R.spoiled {
		p.fail("I18", "connection %d is sent %d bytes behind the response to request %d, which cannot be made whole; they would be taken for the rest", m.id, n, m.R.ruined)
		return
	}
	r := &p.replies[p.connections.index(m)]
	p.reads(r, len(r.pending)) // what was written before was this response's
	switch {
	case e.Op == rt.OpSendfile:
		r.passes(n)
	case e.Call == nil || int64(len(e.Call.Buf)) < n:
		r.next = partLost
	default:
		r.pending = append(r.pending[:0], e.Call.Buf[:n]...)
	}
}

// responds is the end of a response, or its having been given up.
func (p *ending) responds(e *sim.Event, m *member[respondent]) {
	r := &p.replies[p.connections.index(m)]
	if e.C > r.took {
		p.reads(r, int(min(e.C-r.took, uint64(len(r.pending)))))
	}
	m.R.replies++
	if m.R.ruined != 0 && e.B == m.R.ruined {
		m.R.spoiled, m.R.open = true, r.next == partRest
		if r.next == partNone && r.chunked && r.ruined {
			p.fail("I18", "the response to request %d of connection %d looks whole, of %d bytes, and cannot be made so", e.B, m.id, e.C)
		}
	}
	r.ready()
}

// ready is for the next response.
func (r *reply) ready() {
	r.head, r.took, r.next, r.left, r.chunked = r.head[:0], 0, partHead, 0, false
}

// passes is n bytes that nobody has seen.
func (r *reply) passes(n int64) {
	r.took += uint64(n)
	switch {
	case r.next == partRest, r.next == partNone:
	case (r.next == partBytes || r.next == partChunk) && n <= r.left:
		r.counts(n)
	default:
		r.next = partLost
	}
}

// counts is n bytes of what has a number of them.
func (r *reply) counts(n int64) {
	if r.left -= n; r.left > 0 {
		return
	}
	switch r.next {
	case partChunk:
		r.next, r.left = partBreak, 2
	case partBreak:
		r.next = partSize
	default:
		r.next = partNone
	}
}

// reads takes the first n bytes that are pending.
func (p *ending) reads(r *reply, n int) {
	b := r.pending[:n]
	r.took += uint64(n)
	for len(b) > 0 {
		k := 1
		switch r.next {
		case partHead:
			k = p.begins(r, b)
		case partBytes, partChunk, partBreak:
			k = int(min(r.left, int64(len(b))))
			r.counts(int64(k))
		case partSize, partExtra:
			r.sizes(b[0])
		case partTrailer:
			r.trails(b[0])
		case partNone, partRest, partLost:
			k = len(b)
		}
		b = b[k:]
	}
	r.pending = slices.Delete(r.pending, 0, n)
}

// sizes is a byte of the line before a chunk.
func (r *reply) sizes(c byte) {
	switch digit := bytes.IndexByte([]byte("0123456789abcdef"), c|0x20); {
	case c == '\n' && r.left == 0:
		r.next = partTrailer
	case c == '\n':
		r.next = partChunk
	case c == '\r', r.next == partExtra:
	case digit >= 0 && c > ' ':
		r.left = r.left<<4 | int64(digit)
	default:
		r.next = partExtra
	}
}

// trails is a byte of the trailer section, which ends with an empty line.
func (r *reply) trails(c byte) {
	switch {
	case c == '\n' && r.left == 0:
		r.next = partNone
	case c == '\n':
		r.left = 0
	case c != '\r':
		r.left++
	}
}

// longestHead is the most bytes that a head is followed for.
const longestHead = 1 << 16

// begins takes a part of a head off b's front, and returns how many bytes it has.
func (p *ending) begins(r *reply, b []byte) int {
	had := len(r.head)
	r.head = append(r.head, b...)
	end := bytes.Index(r.head[max(had-3, 0):], []byte("\r\n\r\n"))
	if end < 0 {
		if len(r.head) > longestHead {
			r.next = partLost
		}
		return len(b)
	}
	end += max(had-3, 0) + 4
	a := p.answer(r.head[:end])
	r.head, r.next, r.left, r.chunked = r.head[:0], a.first, a.left, a.first == partSize
	return end - had
}

// answer says what follows head.
func (p *ending) answer(head []byte) answer {
	a, known := p.heads[string(head)]
	if known {
		return a
	}
	if len(p.heads) >= mostHeads {
		clear(p.heads)
	}
	a = answer{first: partLost}
	if q, err := http.ReadResponse(bufio.NewReader(bytes.NewReader(head)), nil); err == nil {
		_ = q.Body.Close()
		switch {
		case q.StatusCode == http.StatusSwitchingProtocols:
		case q.StatusCode < 200:
			a.first = partHead // an interim one: the response is still to come
		case len(q.TransferEncoding) > 0:
			a.first = partSize
		case q.ContentLength < 0:
			a.first = partRest
		case q.ContentLength == 0, q.StatusCode == http.StatusNoContent, q.StatusCode == http.StatusNotModified:
			a.first = partNone
		default:
			a = answer{partBytes, q.ContentLength}
		}
	}
	p.heads[string(head)] = a
	return a
}
