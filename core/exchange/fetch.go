package exchange

// Answers that are fetched. A handler that knows of backends says where the answer is to
// come from, and returns with nothing written; the connection's loop then asks a backend
// and passes its answer on, piece by piece, through the filters of responses, as fast as
// the client takes it. The handler is asked again when there is something to decide: which
// backend, with what head, and what of its answer's head goes on.

import (
	"net/netip"

	"brigade/core/bucket"
	"brigade/core/http1"
)

// Origin is where answers come from. Its methods do not block; any task may call them.
type Origin interface {
	// Choose names the backend that is asked next for x. tried has a bit for each one that
	// was asked before, in vain. False: there is none left.
	Choose(x *Exchange, tried uint64) (backend int, ok bool)
	// Address is where a backend is.
	Address(backend int) netip.AddrPort
	// Ask appends the head of the request for a backend, whose content is length bytes, or,
	// if that is negative, comes in chunks. The same request has the same head each time.
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

// Lends reports whether the response takes bytes that are lent: nobody looks at them but
// the kernel.
func (x *Exchange) Lends() bool { return !x.filtered.on && !x.silent }

// Lend adds bytes to the body that stay their owner's, as long as he keeps them; then
// Keep has to be called.
func (x *Exchange) Lend(b []byte) {
	x.flush()
	x.behind += int64(len(b))
	x.out.Append(x.buckets.Transient(b))
}

// Keep copies what was lent and has not left: into the page as far as that has room, so
// that no more of it is in other memory than there is a second buffer for. The error is the
// allocator's.
func (x *Exchange) Keep() error {
	if x.out.Volatile() == 0 {
		return nil
	}
	k := x.out.Back()
	if k.Kind() != bucket.Transient || x.out.Volatile() > 1 || len(x.page) != x.mark {
		return x.out.SetAside(x.pool)
	}
	b := k.Memory()
	k.Destroy()
	n := min(len(b), x.Free())
	x.page = append(x.page, b[:n]...)
	x.flush()
	for b = b[n:]; len(b) > 0; b = b[n:] {
		n = min(len(b), x.room) // blocks like the page, of which there are others
		if err := x.out.Write(b[:n]); err != nil {
			return err
		}
	}
	return nil
}

// Stow keeps b at the end of the page in the place of what was stowed before: it is no
// output, and the page is its owner's anyway. False: there is no room.
func (x *Exchange) Stow(b []byte) bool {
	x.stowed = 0
	if len(b) > x.Free() {
		return false
	}
	x.stowed = len(b)
	copy(x.Stowed(), b)
	return true
}

// Stowed is what was stowed.
func (x *Exchange) Stowed() []byte { return x.page[:cap(x.page)][cap(x.page)-x.stowed:] }

// Unstow forgets it.
func (x *Exchange) Unstow() { x.stowed = 0 }

// Forgo ends the content of the request before its response has ended: nobody wants it
// any more.
func (x *Exchange) Forgo() { x.content.drop() }
