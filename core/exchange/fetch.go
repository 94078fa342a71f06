package exchange

// Answers that are fetched. A handler that knows of backends says where the answer is to
// come from, and returns with nothing written; the connection's loop then asks a backend
// and passes its answer on, piece by piece, through the filters of responses, as fast as
// the client takes it. The handler is asked again when there is something to decide: which
// backend, with what head, and what of its answer's head goes on.

import (
	"net/netip"

	"brigade/core/http1"
)

// Origin is where answers come from. Its methods do not block; any task may call them.
type Origin interface {
	// Choose names the backend that is asked next for x. tried has a bit for each one that
	// was asked before, in vain. False: there is none left.
	Choose(x *Exchange, tried uint64) (backend int, ok bool)
	// Address is where a backend is.
	Address(backend int) netip.AddrPort
	// Ask appends the head of the request for a backend, whose content is length bytes.
	// The same request has the same head each time.
	Ask(dst []byte, x *Exchange, client netip.AddrPort, backend int, length int64) []byte
	// Answer begins the response with what goes on of a backend's: Relay, fields, End. Its
	// body comes from elsewhere.
	Answer(x *Exchange, a *http1.Answer)
	// Asked says that a backend that was chosen is being asked no more, and, unless good,
	// that it failed.
	Asked(x *Exchange, backend int, good bool)
}

// Fetch has the answer come from an origin. Nothing of it may have been written.
func (x *Exchange) Fetch(o Origin) {
	x.must(partNone, "fetched")
	x.origin = o
}

// Fetched reports whether the answer is to be fetched.
func (x *Exchange) Fetched() bool { return x.origin != nil }

// From is where it is to be fetched from, told once. It is the connection's to call.
func (x *Exchange) From() Origin {
	o := x.origin
	x.origin = nil
	return o
}

// Relay is Begin for a response that is another server's: it has no fields but those
// that are added, Date and Server among them.
func (x *Exchange) Relay(status int) {
	x.relayed = true
	x.Begin(status)
}

// Interim queues an interim response, whose text is whole, before the response.
func (x *Exchange) Interim(add func(dst []byte) []byte) {
	x.must(partNone, "preceded by an interim one")
	x.page = add(x.page)
	x.flush()
}

// Started reports whether the response has begun.
func (x *Exchange) Started() bool { return x.part != partNone }

// Ship queues what the page holds of a response that goes on.
func (x *Exchange) Ship() { x.flush() }

// Filtering reports whether filters work on the response.
func (x *Exchange) Filtering() bool { return x.filtered.on }

// Forgo ends the content of the request before its response has ended: nobody wants it
// any more.
func (x *Exchange) Forgo() { x.content.drop() }
