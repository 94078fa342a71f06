package invariants

// Accounts (I22): of each connection, bytes that the kernel took = bytes of its
// responses = bytes in the log. And records (I23): requests are numbered from 1,
// each has one response, in order, and if there is a log, one record.

import (
	"brigade/core/rt"
	"brigade/sim"
)

// dropped is what a record that found no room tells instead of its bytes.
const dropped = ^uint64(0)

var accountChecker = Checker{
	Numbers: []string{"I22", "I23"}, Name: "account",
	Allows: "each request has one response and one log record, in order, of as many bytes as the kernel took",
	World:  "write, sendfile",
	Ops:    []rt.Op{rt.OpOpen, rt.OpWrite, rt.OpSendfile, rt.OpClose},
	Kinds:  naming,
	make:   func() property { return new(account) },
}

type account struct {
	judge
	connections roster[balance]
	files       rows[bool] // by descriptor
	logs        bool       // there is a log: a record was seen, or a write to a file
}

// balance is one connection's account.
type balance struct {
	sent      uint64 // bytes that the kernel took
	answered  uint64 // bytes of responses
	last      uint64 // of those, the last's
	requests  uint64
	responses uint64
	records   uint64
	session   bool   // it speaks HTTP/2, and says things of its own
	parent    uint64 // of a stream: its connection
}

// Begin implements property.
func (a *account) Begin(s *sim.Sim) {
	a.s = s
	a.connections.reset()
	a.files.reset()
	a.logs = false
}

// Event implements property.
func (a *account) Event(e *sim.Event) {
	if e.Op == rt.OpProbe {
		a.probe(e)
		return
	}
	if e.C != 0 {
		return
	}
	switch e.Op {
	case rt.OpOpen:
		if n, ok := made(e); ok {
			if f := a.files.at(n); f != nil {
				*f = true
			}
		}
	case rt.OpClose:
		if f := a.files.get(fd(e)); f != nil {
			*f = false
		}
		a.connections.closed(fd(e))
	default:
		if m := a.connections.on(fd(e)); m != nil {
			m.R.sent += uint64(moved(e))
		} else if f := a.files.get(fd(e)); f != nil && *f {
			a.logs = true
		}
	}
}

func (a *account) probe(e *sim.Event) {
	k := kind(e)
	if k == rt.ProbeConnOpen {
		a.connections.add(e.A, told(e))
		return
	}
	if k == rt.ProbeStreamOpen {
		if m := a.connections.add(e.A, -1); m != nil {
			m.R.parent = e.B
		}
		return
	}
	if !names(k) {
		return
	}
	m := a.connections.live(e.A)
	if m == nil {
		return // count says so
	}
	switch k {
	case rt.ProbeRequest:
		if m.R.requests++; e.B != m.R.requests {
			a.fail("I23", "request %d of connection %d is said to be its %d.", m.R.requests, m.id, e.B)
		}
	case rt.ProbeResponse:
		a.response(e, m)
	case rt.ProbeLogged:
		a.record(e, m)
	case rt.ProbeSession:
		m.R.session = true
	case rt.ProbeConnClose, rt.ProbeStreamClose:
		a.finish(e, m)
		m.gone = true
	}
}

func (a *account) response(e *sim.Event, m *member[balance]) {
	b := &m.R
	if c := a.connections.find(b.parent); isStream(m.id) && c != nil {
		// A stream's bytes are its connection's, which outlives it unless it is away.
		c.R.answered += e.C
		b.sent += e.C
		if c.R.answered > c.R.sent {
			a.fail("I22", "connection %d has streams with responses of %d bytes; the kernel took %d", c.id, c.R.answered, c.R.sent)
			return
		}
	}
	if a.logs && b.records != b.responses {
		a.fail("I23", "connection %d has response %d, but response %d has no log record", m.id, e.B, b.responses)
		return
	}
	b.responses++
	b.answered += e.C
	b.last = e.C
	switch {
	case e.B != b.responses:
		a.fail("I23", "response %d of connection %d is said to be for request %d; each has one, in order", b.responses, m.id, e.B)
	case b.responses > b.requests:
		a.fail("I23", "connection %d has response %d, but %d requests", m.id, b.responses, b.requests)
	case b.answered > b.sent:
		a.fail("I22", "connection %d has responses of %d bytes; the kernel took %d", m.id, b.answered, b.sent)
	}
}

func (a *account) record(e *sim.Event, m *member[balance]) {
	a.logs = true
	b := &m.R
	b.records++
	switch {
	case b.records != b.responses || e.B != b.responses:
		a.fail("I23", "log record %d of connection %d is for request %d, after %d responses; each has one, at once", b.records, m.id, e.B, b.responses)
	case e.C != dropped && e.C != b.last:
		a.fail("I22", "request %d of connection %d is logged with %d bytes; its response had %d", e.B, m.id, e.C, b.last)
	}
}

// finish is the end of a connection: nothing may be owed.
func (a *account) finish(e *sim.Event, m *member[balance]) {
	b := &m.R
	switch {
	case e.C != b.sent:
		a.fail("I22", "connection %d says that it sent %d bytes; the kernel took %d", m.id, e.C, b.sent)
	case b.answered != b.sent && !b.session:
		a.fail("I22", "connection %d has responses of %d bytes; the kernel took %d", m.id, b.answered, b.sent)
	case b.responses != b.requests:
		a.fail("I23", "connection %d ends with %d requests, but %d responses, complete or given up", m.id, b.requests, b.responses)
	case a.logs && b.records != b.responses:
		a.fail("I23", "connection %d ends with %d responses, but %d log records", m.id, b.responses, b.records)
	}
}

// End implements property.
func (a *account) End() {
	for i := range a.connections.members {
		if m := &a.connections.members[i]; a.logs && m.R.records != m.R.responses {
			a.fail("I23", "connection %d had %d responses, but %d log records, and there is a log", m.id, m.R.responses, m.R.records)
			return
		}
	}
}
