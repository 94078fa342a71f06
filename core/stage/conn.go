package stage

import (
	"net/netip"

	"brigade/core/handoff"
	"brigade/core/httpconn"
	"brigade/core/iobuf"
	"brigade/core/poll"
	"brigade/core/rt"
	"brigade/core/sys"
)

// step is what a connection needs next. A worker performs the steps it may, one
// after the other, until the connection waits, ends, or needs another worker:
//
//	adopt    a home loop takes a new connection in      -> read
//	read     read and parse a request head              -> process, write, linger, (wait)
//	process  run the handler, or the filters            -> read, write, send, (wait)
//	write    write what is in memory                    -> read, send, linger, (wait)
//	send     send from a file, which may block          -> write
//	linger   nothing more to send: let the peer close   -> finish, (wait)
//	finish   close, now                                 -> (gone)
//	rest     wait at home for what wait says            -> (wait), or what that wait is for
//	tunnel   reach the other end, then move bytes       -> process, write, linger, finish, (wait)
//	session  run an HTTP/2 session                      -> linger, finish, (wait)
//	stream   frame what a stream of one has             -> (its session)
//	live     carry between the peer and a handler that  -> read, finish, (wait)
//	         streams
//	fetch    ask a backend, pass its answer on          -> process, write, stream, read, finish, (wait)
type step uint8

const (
	stepNone step = iota // it waits, went to another worker, or is gone
	stepAdopt
	stepRead
	stepProcess
	stepWrite
	stepSend
	stepLinger
	stepFinish
	stepRest
	stepTunnel
	stepSession
	stepStream
	stepLive
	stepFetch
	steps
)

var stepNames = [steps]string{"none", "adopt", "read", "process", "write", "send", "linger", "finish", "rest", "tunnel", "session", "stream", "live", "fetch"}

func (s step) String() string { return stepNames[s] }

// Conn is one connection: a client's, unless it has a service. Its owner is the task that runs its step, or
// the loop in which it waits; nobody else touches it.
type Conn struct {
	id   uint64
	fd   sys.FD
	peer netip.AddrPort
	home *loop // the loop that closes it, and in which it is idle; fixed

	owner uint32 // the owner's number; 0 in a handoff
	step  step   // what it needs next, across a handoff
	link  handoff.Link[Conn]

	before, behind *Conn // in the line of its loop

	slot    poll.Slot        // in home's table, from adopt to finish
	abroad  poll.Slot        // in a writer's table, while it waits there
	watched bool             // registered with home's poller
	lodged  bool             // registered with a writer's poller
	wait    wait             // what it waits for, while it does
	timer   poll.Timer[Conn] // of that wait, in the loop where it waits
	began   wait             // the ring of what its last timer measured, which may go on after work elsewhere
	due     rt.Instant       // its deadline
	ready   sys.Events       // what its descriptor may be ready for, as far as its owner knows

	session   *session       // nil: it speaks HTTP/1
	stream    *stream        // nil: it is a connection; else its home's record of it
	live      *stream        // nil: none; else its request, whose handler streams
	http      *httpconn.Conn // nil while it is idle
	tunnel    *tunnel        // nil: it is none, and is not about to be
	waiter    *iobuf.Waiter  // nil: it needs no place in line for a buffer
	fetch     *fetch         // nil: no answer is fetched for it
	feed      *feed          // nil: it is none of the cache's
	service   *service       // nil: it is a client's, or a stream; else a backend's
	then      step           // what follows once all is written; none: read
	closing   bool           // no further request is read
	dismissed bool           // to be closed unless a request is there by now
	cut       bool           // it was ended because the drain's deadline has passed
	ration    int64          // of a stream: how much of a file is worth reading now
	doomed    bool           // it ends as soon as its handler, which streams, has returned
	broken    bool           // its output ends in the middle of a response, for good
	shut      bool           // our direction is closed
	requests  uint64         // so far
	accepted  int64          // bytes the kernel took, in all
}

// forget ends what a timer measured.
func (c *Conn) forget() {
	c.timer.Disarm()
	c.began = waitNone
}

// ruin says that c's response cannot be made whole: it may not end as if it were.
func (c *Conn) ruin() {
	if c.broken {
		return
	}
	c.broken = true
	if c.feed == nil { // whose readers have responses
		rt.Probe(rt.ProbeRuin, c.id, 0, 0)
	}
}

// HandoffLink implements handoff.Linked.
func (c *Conn) HandoffLink() *handoff.Link[Conn] { return &c.link }

// wait is what a connection waits for. Each has its timer (table waits).
type wait uint8

const (
	waitNone    wait = iota
	waitFirst        // nothing has been received yet
	waitHeader       // a part of a head is here
	waitIdle         // between requests: may be closed at any time
	waitBody         // content that nobody wants has to go by
	waitWrite        // the peer does not take the response
	waitLinger       // the peer has to close
	waitRoom         // every processor has enough to do
	waitPace         // a filter of the response lets nothing more pass yet
	waitDial         // the other end of a tunnel has to answer
	waitTunnel       // a tunnel has nothing to move
	waitHalf         // nor has one of which one end has said all
	waitFlow         // an end does not take what the other sent
	waitWindow       // a stream's peer does not open its window
	waitStreams      // a session's streams are worked on, or wait themselves
	waitBuffer       // there is no buffer to read a request into
	waitPage         // nor one to read into for a tunnel
	waitHandler      // a handler that streams has to take content, or to give more
	waitReach        // a backend has to be connected to
	waitAsk          // it has to take the request
	waitAnswer       // it has to answer
	waitMore         // more of its answer has to come
	waitKept         // a connection to a backend serves nobody
	waitShared       // what is shared with others has to come
	waitReaders      // a feed's readers have to take more
	waits
)

// ring is the wait in whose ring w's timer is: a head's time runs from the first
// moment of the connection, whether or not its first byte has come, or there is a buffer
// for it.
func (w wait) ring() wait {
	if w == waitFirst || w == waitBuffer {
		return waitHeader
	}
	return w
}

// needs is what the descriptor has to be ready for, for w to end well; 0: it is not
// the descriptor that w waits for.
func (w wait) needs() sys.Events {
	switch w {
	case waitWrite:
		return sys.Out
	case waitRoom, waitPace, waitNone, waitWindow, waitBuffer, waitHandler:
		return 0
	case waitReach, waitAsk, waitAnswer, waitMore, waitKept, waitShared, waitReaders:
		return 0 // it is another's
	case waitDial, waitTunnel, waitHalf, waitFlow, waitPage:
		return sys.In | sys.Out | sys.RdHup // which of them is for the tunnel to tell
	case waitFirst, waitHeader, waitIdle, waitBody, waitLinger, waitStreams, waits:
	}
	return sys.In
}

// needs is what c's descriptor has to be ready for, for its wait to end well: a session
// goes on with whatever can, and so does one whose handler streams.
func (c *Conn) needs(w wait) (e sys.Events) {
	if c.fetch != nil && c.next(w) == stepFetch {
		if w == waitWrite {
			e = sys.Out
		}
		return e | c.fetch.near
	}
	if c.session == nil && c.live == nil || w == waitLinger || w == waitBuffer {
		return w.needs()
	}
	if c.session != nil && c.session.listens(c) || c.live != nil && c.live.live.listens() {
		e = sys.In
	}
	if c.http != nil && !c.http.Out.Empty() {
		e |= sys.Out
	}
	return e
}

// next is the step that follows when c's wait ends well.
func (c *Conn) next(w wait) step {
	switch {
	case w == waitLinger:
	case c.session != nil:
		return stepSession
	case c.live != nil:
		return stepLive
	case c.fetch != nil && (w == waitBody || w == waitWrite && c.then == stepFetch):
		return stepFetch
	}
	return w.then()
}

// then is the step that follows when w ends well.
func (w wait) then() step {
	switch w {
	case waitWrite:
		return stepWrite
	case waitLinger:
		return stepLinger
	case waitPace:
		return stepProcess
	case waitDial, waitTunnel, waitHalf, waitFlow, waitPage:
		return stepTunnel
	case waitReach, waitAsk, waitAnswer, waitMore, waitShared, waitReaders:
		return stepFetch
	case waitNone, waitFirst, waitHeader, waitIdle, waitBody, waitRoom, waitWindow, waitStreams, waitBuffer, waitHandler, waitKept, waits:
	}
	return stepRead
}

var waitNames = [waits]string{"none", "first", "header", "idle", "body", "write", "linger", "room", "pace", "dial", "tunnel", "half", "flow", "window", "streams", "buffer", "page", "handler", "reach", "ask", "answer", "more", "kept", "shared", "readers"}

func (w wait) String() string { return waitNames[w] }

// take makes w the owner of c, and of its memory, after a handoff.
func (c *Conn) take(w *worker) {
	rt.Taken(c)
	rt.Probe(rt.ProbeTaken, c.id, uint64(c.step), uint64(w.number))
	if c.http != nil {
		c.http.Take(&w.scope)
	}
	if c.owner != 0 {
		rt.Bug("ownership: connection %d taken by task %d, but owned by task %d", c.id, w.number, c.owner)
	}
	c.owner = w.number
}

// let makes c and its memory nobody's, for a handoff.
func (c *Conn) let() {
	if c.waiter != nil {
		rt.Bug("connection %d is handed over, and stands in line for a buffer where it was; it leaves that first", c.id)
	}
	if c.http != nil {
		c.http.Give()
	}
	c.owner = 0
}

// must stops a task that works on a connection it does not own.
func (c *Conn) must(owner uint32) {
	if c.owner != owner {
		rt.Bug("ownership: connection %d touched by task %d, owned by task %d", c.id, owner, c.owner)
	}
}
