package stage

// Answers that are fetched from a backend (exchange.Origin). The home loop of the client's
// connection does it, in every topology: no processor and no task waits for a backend, and
// the connection to it is one of the loop's own, kept from one request to the next
// (backend.go). The loop has both directions of both sockets meanwhile.
//
//	phase   what happens                                     ends
//	find    is it in the cache, if there is one? (share.go)  choose, look
//	look, read  what is there is passed on                   it is whole
//	choose  a backend is named; a kept connection, or a new  ask, reach
//	reach   it is connected to                               ask
//	ask     the request leaves, its content as it comes      all of it has, or an answer came first: hear
//	hear    the head of the answer comes                     it is whole: pass
//	pass    its content goes through to the client           it is whole: the connection is kept, or closed
//
// Nothing is held but what somebody has not taken, a piece each way: content of a request
// is read when the backend has all that came before (fetch_ask.go), and an answer's when
// the client has (fetch_pass.go), so that each is slowed down by its own socket. An answer
// may come while the request still leaves; then both go on.
//
// As long as nothing of a response has begun, what fails may be tried again, if all of it
// is still there (fetch_fail.go). Later there is no answer but a reset: the client must
// not take a part for the whole.
//
// The client's reset ends the fetch at once; its FIN does not: who has said all may still
// want to hear the answer (RFC 9112 §9.6).

import (
	"net/netip"

	"brigade/core/exchange"
	"brigade/core/http1"
	"brigade/core/iobuf"
	"brigade/core/sys"
)

// fetching is the phase of a fetch.
type fetching uint8

const (
	fetchChoose fetching = iota
	fetchReach
	fetchAsk
	fetchHear
	fetchPass
	fetchFind
	fetchLook
	fetchRead
)

// fetch is what a connection, or a stream, has while its answer is fetched. It belongs to
// the connection's owner; far is the home's.
type fetch struct {
	phase    fetching
	origin   exchange.Origin
	far      *Conn      // the backend's end; nil: there is none
	near     sys.Events // what the client's end has to be ready for, while it waits
	tap      *tap       // reads an object of the cache in its place; nil: nothing does
	turned   int        // times that what it waited for was not for it
	why      string     // it asks a backend, if there is a cache, as RFC 9211 has it
	backend  int        // of far
	tried    uint64     // backends that were asked in vain
	tries    int
	fresh    bool           // no kept connection is taken any more
	late     bool           // a backend was left because it did not answer in time
	failure  *http1.Error   // what the client gets if there is nothing left to try
	whose    netip.AddrPort // the backend that failed last
	blame    string         // why it did
	heard    bool           // something of an answer came
	began    bool           // the response to the client has begun
	outgoing                // what is sent

	scanned int // of a head that is not whole, and is stowed in the output page
	interim int // interim responses so far

	end     http1.End
	left    int64 // of content that has a length
	came    int64 // bytes of content and its framing, so far
	chunks  http1.Chunked
	keeps   bool // far may be kept when the content has ended
	pumping bool // filters of the response have more to pass on
	failed  bool // one of them has failed
	extra   bool // it has a second buffer, for a piece that is more than a page
	rounds  int  // since others had their turn
}

// The measures of a fetch.
const (
	fetchTries   = 3  // backends, or connections, that are asked for one request
	fetchRounds  = 16 // pieces that pass before others have their turn
	fetchInterim = 16 // interim responses that one request may bring
)

// blank is an unused fetch.
func (l *loop) blank() *fetch {
	n := len(l.fetches)
	if n == 0 {
		return new(fetch)
	}
	f := l.fetches[n-1]
	l.fetches = l.fetches[:n-1]
	return f
}

// engage begins a fetch for c.
func (l *loop) engage(c *Conn) *fetch {
	f, x := l.blank(), &c.http.X
	if f.origin = x.From(); c.feed != nil {
		f.origin = c.feed.origin
	} else if l.server.cache != nil {
		f.phase = fetchFind
	}
	c.fetch = f
	f.chunks.Answer()
	l.prepares(c)
	if c.http.Out.Empty() {
		x.Rewind() // all of the page is for the head that comes
	}
	return f
}

// disengage forgets c's fetch, which has no far end.
func (l *loop) disengage(c *Conn) {
	f := c.fetch
	l.economises(c)
	c.forget()
	c.http.X.Unstow()
	c.fetch = nil
	if c.then == stepFetch {
		c.then = stepNone
	}
	if f.tap != nil {
		l.untap(f)
	}
	*f = fetch{}
	l.fetches = append(l.fetches, f)
}

// unfetch ends c's fetch, whatever it has come to. good: it is not the backend's fault.
func (l *loop) unfetch(c *Conn, good bool) {
	if c.fetch.far != nil {
		l.letGo(c, false, good)
	}
	l.disengage(c)
}

// fetch performs the step of that name.
func (l *loop) fetch(c *Conn) step {
	if r := c.stream; r != nil {
		r.place = placeHome
		if r.dead || r.parent.session.gone {
			l.release(r)
			return stepNone
		}
	}
	switch d := c.feed; {
	case d == nil:
	case d.cargo != nil:
		if s := l.goesAhead(c); s != stepFetch {
			return s
		}
	case d.object.GiveUp(false):
		return l.unfeed(c)
	}
	l.face(c)
	f := c.fetch
	if f == nil {
		f = l.engage(c)
	}
	if b := f.far; b != nil {
		l.attends(b)
	}
	if f.tap != nil {
		f.tap.waits = false
	}
	if !c.lone() && l.failed(c.fd, &c.ready) {
		return stepFinish
	}
	if f.failed {
		return l.breaks(c, "a filter failed")
	}
	if !c.http.Out.Empty() {
		if s := l.drains(c); s != stepFetch {
			return s
		}
	}
	for {
		s := stepFetch
		switch f.phase {
		case fetchChoose:
			s = l.choose(c)
		case fetchReach:
			s = l.reached(c)
		case fetchAsk:
			s = l.asks(c)
		case fetchHear:
			s = l.hears(c)
		case fetchPass:
			s = l.passesOn(c)
		case fetchFind:
			s = l.finds(c)
		case fetchLook:
			s = l.looks(c)
		case fetchRead:
			s = l.readsOn(c)
		}
		if s != stepFetch {
			return s
		}
	}
}

// drains is a fetch of which something for the client has not left: that goes first, but
// for what goes the other way.
func (l *loop) drains(c *Conn) step {
	if c.fetch.far != nil && c.fetch.phase > fetchReach {
		if s := l.lifts(c); s != stepFetch {
			return s
		}
	}
	if c.stream != nil {
		return stepNone // its session frames it, and comes back
	}
	return l.ships(c)
}

// awaitFar leaves c waiting for its backend, for what w says; far is what the backend's
// end has to be ready for, or near its own.
func (l *loop) awaitFar(c *Conn, w wait, far, near sys.Events) step {
	c.fetch.near = near
	if !l.minds(c, far) {
		return l.lost(c, http1.ErrOverloaded, "the poller does not watch it")
	}
	if c.lone() {
		l.expect(c, w)
		return stepNone
	}
	return l.park(c, w)
}

// minds has the backend's end tell when it is ready for wants. False: it cannot.
func (l *loop) minds(c *Conn, wants sys.Events) bool {
	b := c.fetch.far
	if !l.look(b.fd, &b.watched, wants, false, b.slot) {
		return false
	}
	b.service.waits, b.service.wants = true, wants
	return true
}

// gives has what there is of the response go to the client, by whoever writes, and c go on
// with next behind it.
func (w *worker) gives(c *Conn, next step) step {
	c.forget()
	if c.stream != nil {
		return stepStream
	}
	c.then = next
	return stepWrite
}

// ships has what there is of the response go to the client from here. stepFetch: all of
// it has.
func (l *loop) ships(c *Conn) step {
	if c.stream != nil {
		c.forget()
		return stepStream
	}
	f := c.fetch
	f.near = 0
	asks := f.far != nil
	if asks {
		f.near = f.outgoing.near()
	}
	c.then = stepFetch
	s, blocked := l.writes(c)
	switch {
	case blocked:
		if c.http.X.Keep() != nil || asks && f.unsent() && !l.minds(c, sys.Out) {
			return stepFinish
		}
		return l.park(c, waitWrite)
	case s == stepFetch:
		l.economises(c)
		c.http.X.Rewind()
	}
	return s
}

// bite is how much of an answer is read at once: as much as the page has room for, if the
// client does not take it, or more if there is a second buffer for that.
func (l *loop) bite(c *Conn) int {
	p := l.server.cfg.Pages
	f := c.fetch
	if !f.extra && !l.buffers.Pressed() {
		f.extra = l.buffers.Take(iobuf.Freeing)
	}
	if !f.extra {
		return min(p.Out-exchange.Room, len(l.sink))
	}
	return min(p.Out-exchange.Room+p.In+p.Out, len(l.sink))
}

// economises gives the second buffer back: nothing is in it.
func (l *loop) economises(c *Conn) {
	if f := c.fetch; f.extra {
		f.extra = false
		l.buffers.Put(iobuf.Freeing)
	}
}

// tardy is a fetch whose backend, or client, has taken too long.
func (l *loop) tardy(c *Conn, w wait) step {
	if c.fetch.tap != nil {
		return l.tired(c)
	}
	l.attends(c.fetch.far)
	c.forget()
	why := "nothing more of its answer came in time"
	switch w {
	case waitBody:
		return l.spoiled(c, http1.ErrTimeout)
	case waitReach:
		why = "it was not reached in time"
	case waitAsk:
		why = "it does not take the request"
	case waitAnswer:
		why = "it does not answer in time"
	default:
	}
	if f := c.fetch; (w == waitAsk || w == waitAnswer) && !f.heard && !f.late && c.repeats() {
		f.late = true
		return l.leaves(c, http1.ErrGatewayTimeout, why)
	}
	return l.lost(c, http1.ErrGatewayTimeout, why)
}
