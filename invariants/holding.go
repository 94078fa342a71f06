package invariants

// What one connection holds (I28), at any time of its life: an allocator serves one
// connection between requests, or one stream, and so much of it is out at a time: its
// pages, what was read and what is framed and not written, a piece of a file with what
// filters made of it, and content that a handler waits for, as far as the limit goes; a
// session has a window's worth besides of each stream whose handler reads while it comes.
// A peer that sends without end, or takes nothing, must not make that more.

import (
	"brigade/core/rt"
	"brigade/sim"
)

var holdingChecker = Checker{
	Numbers: []string{"I28"}, Name: "holding",
	Allows: "the bytes out of an allocator that serves a connection or stream are bounded at any time, by pages, by the content that a request may have, and by a window for each stream",
	World:  "nothing: it is memory",
	Kinds:  []rt.Kind{rt.ProbeLimit, rt.ProbeBlock, rt.ProbePoolOpen, rt.ProbeStreamOpen, rt.ProbeStreamClose},
	make:   func() property { return new(hoards) },
}

// hoards is what is out of each allocator.
type hoards struct {
	judge
	pages   uint64 // of a connection; 0: not told
	content uint64 // of a request, as long as it may be
	streams uint64 // that are open
	held    map[uint64]hoard
}

// hoard is what is out of an allocator.
type hoard struct {
	out    uint64
	serves bool // a connection: it has had such a pool
}

// Begin implements property.
func (h *hoards) Begin(s *sim.Sim) {
	h.s, h.pages, h.content, h.streams = s, 0, 0, 0
	if h.held == nil {
		h.held = make(map[uint64]hoard)
	}
	clear(h.held)
}

// Event implements property.
func (h *hoards) Event(e *sim.Event) {
	id := e.A >> 32
	switch kind(e) {
	case rt.ProbeLimit:
		switch e.A {
		case rt.LimitPages:
			h.pages = max(h.pages, e.B) // those in use go on
		case rt.LimitContent:
			h.content = e.B
		}
		return
	case rt.ProbeStreamOpen:
		h.streams++
		return
	case rt.ProbeStreamClose:
		h.streams--
		return
	case rt.ProbePoolOpen:
		k := h.held[id]
		if e.C != connectionPool || k.serves {
			return
		}
		k.serves = true
		h.held[id] = k
		if h.pages > 0 && h.content == 0 {
			h.fail("I28", "allocator %d serves a connection, and no limit of content was told", id)
		}
		return
	}
	k := h.held[id]
	switch e.B {
	case blockWent:
		k.out += e.C
	case blockFreed, blockCollected:
		k.out -= e.C
	}
	h.held[id] = k
	// Content comes in pieces, each in a block that is larger by a quarter at most.
	if most := 2*h.pages + perSession + 2*h.content + h.streams*firstWindow*5/4; k.serves && h.pages > 0 && k.out > most {
		h.fail("I28", "allocator %d has %d bytes out; pages of %d bytes, a session, content of %d and %d streams need %d at most", id, k.out, h.pages, h.content, h.streams, most)
	}
}
