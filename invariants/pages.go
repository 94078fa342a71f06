package invariants

// Pages (I28): what is held serves connections, and does not grow with the requests
// that were served: so much for each connection that was open at once, in the stock
// of each task that takes pages. An allocator rounds sizes up to its classes, and
// keeps a little, hence the factor of two.

import (
	"brigade/core/rt"
	"brigade/sim"
)

var pagesChecker = Checker{
	Numbers: []string{"I28"}, Name: "pages",
	Allows: "the bytes of pages that are held are bounded by the connections that were open at once, in each task's stock",
	World:  "pages given out and taken back",
	Ops:    []rt.Op{rt.OpPage, rt.OpFreePage},
	Kinds: []rt.Kind{
		rt.ProbeLimit, rt.ProbeConnOpen, rt.ProbeConnClose, rt.ProbeSession, rt.ProbeStreamOpen, rt.ProbeStreamClose,
	},
	make: func() property { return new(pages) },
}

// spare is how many sets of pages a task may keep beyond those in use at once.
const spare = 2

// What HTTP/2 needs besides: a session, for what it has read and what it has framed; a
// stream, for a piece of a file, and what its filters make of it.
const (
	perSession = 160 << 10
	perStream  = 96 << 10
	perFeed    = 192 << 10 // what only passes through a cache, for one who reads it
)

type pages struct {
	judge
	set    uint64 // bytes that serve one connection; 0: not told
	cache  uint64 // bytes that a cache stores; 0: there is none
	held   uint64
	open   int
	peak   int        // most connections that were open at once
	takes  rows[bool] // by task
	stocks int        // tasks that took pages

	sessions int // in all: a connection that ends is not told to have had one
	streams  int
	busiest  int // most streams at once
}

// Begin implements property.
func (p *pages) Begin(s *sim.Sim) {
	p.s = s
	p.set, p.cache, p.held = 0, 0, 0
	p.open, p.peak, p.stocks = 0, 0, 0
	p.sessions, p.streams, p.busiest = 0, 0, 0
	p.takes.reset()
}

// Event implements property.
func (p *pages) Event(e *sim.Event) {
	switch e.Op {
	case rt.OpPage:
		p.held += e.B
		if t := p.takes.at(e.Task); t != nil && !*t {
			*t = true
			p.stocks++
		}
		return
	case rt.OpFreePage:
		p.held -= e.B
		return
	}
	switch kind(e) {
	case rt.ProbeLimit:
		switch e.A {
		case rt.LimitPages:
			p.set = e.B
		case rt.LimitCache:
			p.cache = e.B
		}
	case rt.ProbeSession:
		p.sessions++
	case rt.ProbeStreamOpen:
		p.streams++
		p.busiest = max(p.busiest, p.streams)
	case rt.ProbeStreamClose:
		p.streams--
	case rt.ProbeConnOpen:
		p.open++
		p.peak = max(p.peak, p.open)
	case rt.ProbeConnClose:
		p.open--
	}
}

// Quiet implements property.
func (p *pages) Quiet() {
	most := 2 * p.set * uint64((p.peak+spare)*p.stocks)
	most += 2 * perSession * uint64(min(p.sessions, p.peak))
	if p.cache > 0 {
		most += p.cache + perFeed*uint64(p.peak+p.busiest)
	}
	if most += 2 * (p.set + perStream) * uint64(p.busiest*p.stocks); p.held > most {
		p.fail("I28", "%d bytes of pages are held; %d connections at once, %d bytes each, in %d stocks with %d to spare, need %d at most", p.held, p.peak, p.set, p.stocks, spare, most)
	}
}
