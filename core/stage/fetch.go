package stage

// Answers that are fetched from a backend (exchange.Origin). The home loop of the client's
// connection does it, in every topology: no processor and no task waits for a backend, and
// the connection to it is one of the loop's own, kept from one request to the next
// (backend.go). Nothing is held but what the client has not taken: bytes are read into the
// loop's one buffer when all that came before has left, so that a backend is slowed down by
// its own socket. Grydeland's second http_conn is not needed for that; he wants it where
// workers block, so that they can hand a fetch on.
//
//	phase   what happens                                     ends
//	find    is it in the cache, if there is one? (share.go)  choose, look
//	look, read  what is there is passed on                   it is whole
//	choose  a backend is named; a kept connection, or a new  ask, reach
//	reach   it is connected to                               ask
//	ask     the request leaves                               all of it has, or an answer came first: hear
//	hear    the head of the answer comes                     it is whole: pass
//	pass    its content goes through to the client           it is whole: the connection is kept, or closed
//
// As long as nothing of a response has begun, what fails may be tried again (fetch_fail.go).
// Later there is no answer but a reset: the client must not take a part for the whole.
//
// The client's reset ends the fetch at once; its FIN does not: who has said all may still
// want to hear the answer (RFC 9112 §9.6).

import (
	"brigade/core/exchange"
	"brigade/core/http1"
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
	phase   fetching
	origin  exchange.Origin
	far     *Conn  // the backend's end; nil: there is none
	tap     *tap   // reads an object of the cache in its place; nil: nothing does
	turned  int    // times that what it waited for was not for it
	why     string // it asks a backend, if there is a cache, as RFC 9211 has it
	backend int    // of far
	tried   uint64 // backends that were asked in vain
	tries   int
	fresh   bool         // no kept connection is taken any more
	failure *http1.Error // what the client gets if there is nothing left to try

	length int64 // bytes of the request's content
	asked  int64 // bytes of the request that far took
	whole  bool  // that was all of it
	deaf   bool  // far takes no more of it
	heard  bool  // something of an answer came
	began  bool  // the response to the client has begun

	part    flow // of a head that is not whole
	scanned int
	interim int // interim responses so far

	end     http1.End
	left    int64 // of content that has a length
	chunks  http1.Chunked
	keeps   bool // far may be kept when the content has ended
	pumping bool // filters of the response have more to pass on
	failed  bool // one of them has failed
	rounds  int  // since others had their turn
}

// The measures of a fetch.
const (
	fetchTries   = 3  // backends, or connections, that are asked for one request
	fetchRounds  = 16 // pieces that pass before others have their turn
	fetchInterim = 16 // interim responses that one request may bring
)

// engage begins a fetch for c.
func (l *loop) engage(c *Conn) *fetch {
	n := len(l.fetches)
	if n == 0 {
		l.fetches = append(l.fetches, new(fetch))
		n = 1
	}
	f := l.fetches[n-1]
	l.fetches = l.fetches[:n-1]
	x := &c.http.X
	if f.origin = x.From(); c.feed != nil {
		f.origin = c.feed.origin
	} else if l.server.cache != nil {
		f.phase = fetchFind
	}
	f.length, _ = x.Content().Bytes()
	if c.http.Out.Empty() {
		x.Rewind() // all of the page is for the head that comes
	}
	c.fetch = f
	return f
}

// disengage forgets c's fetch, which has no far end.
func (l *loop) disengage(c *Conn) {
	f := c.fetch
	c.fetch = nil
	if f.tap != nil {
		l.untap(f)
	}
	l.drop(&f.part)
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
	if c.feed != nil && c.feed.object.GiveUp(false) {
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

// awaitFar leaves c waiting for its backend, for what w says; wants is what the backend's
// end has to be ready for.
func (l *loop) awaitFar(c *Conn, w wait, wants sys.Events) step {
	b := c.fetch.far
	if !l.look(b.fd, &b.watched, wants, false, b.slot) {
		return l.lost(c, http1.ErrOverloaded, "the poller does not watch it")
	}
	b.service.waits, b.service.wants = true, wants
	if c.lone() {
		l.expect(c, w)
		return stepNone
	}
	return l.park(c, w)
}

// gives has what there is of the response go to the client, and the fetch go on behind it.
func (w *worker) gives(c *Conn, next step) step {
	c.forget()
	if c.stream != nil {
		return stepStream
	}
	c.then = next
	return stepWrite
}

// tardy is a fetch whose backend has taken too long.
func (l *loop) tardy(c *Conn, w wait) step {
	if c.fetch.tap != nil {
		return l.tired(c)
	}
	l.attends(c.fetch.far)
	c.forget()
	why := "nothing more of its answer came in time"
	switch w {
	case waitReach:
		why = "it was not reached in time"
	case waitAsk:
		why = "it does not take the request"
	case waitAnswer:
		why = "it does not answer in time"
	default:
	}
	return l.lost(c, http1.ErrGatewayTimeout, why)
}
