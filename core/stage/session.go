package stage

// HTTP/2 sessions. A connection whose first bytes are the preface gets a session
// (package http2), which its home loop runs whatever the topology: reading, framing
// and writing do not block, and one task does them for all streams, so that frames
// of many leave in one write. Streams are what other tasks work on (stream.go).
//
// A session run takes what came, frames what streams have, and writes, until nothing
// moves. Then it waits for the socket; what a stream waits for has the stream's own
// timer. Between requests a session holds no page: only its tables.
//
// Invariants: a session is run by its home, and its streams' records are touched
// by nobody else; a connection is not forgotten before its last stream is home.

import (
	"brigade/core/http2"
	"brigade/core/mem"
	"brigade/core/rt"
	"brigade/core/sys"
)

// session is what a connection has besides, if it speaks HTTP/2.
type session struct {
	http2 http2.Session
	block *mem.Block // what was read and not heard yet; nil: nothing is
	start int        // of that
	end   int
	parts parts     // of what stands in the connection's brigade
	lives []*stream // whose handlers stream, until their beams are left

	streams int        // whose records are alive
	held    int64      // bytes of their content, for handlers that want it
	idle    rt.Instant // when it has been idle for too long; 0: it is not
	busy    bool       // it is being run
	stirred bool       // it is to be run in this turn
	queued  bool       // it stands in its loop's inbox
	gone    bool       // its connection has ended, but for streams that are away
	broken  bool       // there was no memory for what it has to say
}

// The measures of a session's run.
const (
	outHigh    = 64 << 10             // bytes framed and not written, beyond which nothing is read or framed
	inBlock    = http2.Frame + 15<<10 // bytes read at a time: a frame fits, and others
	sessionRun = 16                   // times it reads and writes before others have their turn
	shareFrom  = 4 << 10              // bytes from which a frame's content is shared, not copied
	refill     = 64 << 10             // bytes of a file that a processor reads for a stream at a time
	prefaceLen = len(http2.Preface)
)

// speaks reports whether the first bytes of c are HTTP/2's preface; unsure: they may
// become that.
func (w *worker) speaks(c *Conn) (yes, unsure bool) {
	b := c.http.Unparsed()
	if b[0] != http2.Preface[0] || w.server.cfg.Streams < 0 {
		return false, false
	}
	n := min(len(b), prefaceLen)
	if string(b[:n]) != http2.Preface[:n] {
		return false, false
	}
	return n == prefaceLen, n < prefaceLen
}

// session runs c's, which begins with the preface in its input page.
func (l *loop) session(c *Conn) step {
	s := c.session
	if s == nil {
		if s = l.greet(c); s == nil {
			return stepFinish
		}
	}
	s.stirred, s.queued = false, false
	if c.http == nil {
		if next, ok := l.equip(c); !ok {
			return next
		}
	}
	if c.doomed {
		return stepFinish
	}
	s.busy = true
	l.sheet.of = c
	next := l.converse(c)
	l.sheet.empty()
	l.sheet.of = nil
	s.busy = false
	if next == stepSession {
		s.queued = true
		l.requeue(c, stepSession)
		return stepNone
	}
	return next
}

// converse runs c's session until nothing moves; stepSession: others should have their
// turn.
func (l *loop) converse(c *Conn) step {
	for range sessionRun {
		moved, ok := l.move(c)
		switch {
		case !ok:
			return stepFinish
		case !moved:
			return l.repose(c)
		}
	}
	return stepSession
}

// greet begins c's session with what was read behind the preface.
func (l *loop) greet(c *Conn) *session {
	s := &session{}
	h := c.http
	if l.heads == nil {
		l.heads = new(http2.Heads)
	}
	s.http2.Init(http2.Limits{Streams: l.server.cfg.Streams, Head: l.server.cfg.Limits.Head}, l.heads, l.now)
	h.Skip(int64(prefaceLen))
	c.session = s
	if rest := h.Unparsed(); len(rest) > 0 {
		if !l.keep(c, rest) {
			c.session = nil
			return nil
		}
		h.Skip(int64(len(rest)))
	}
	l.count.sessions++
	rt.Probe(rt.ProbeSession, c.id, 0, 0)
	return s
}

// move does once what can be done. moved: something was; false: c is to be closed.
func (l *loop) move(c *Conn) (moved, ok bool) {
	s := c.session
	moved, dry := l.recall(c)
	if dry && c.ready&sys.In != 0 && s.listens(c) {
		moved = true
		if !l.receives(c) {
			return false, false
		}
	}
	l.frame(c)
	if s.broken {
		return false, false // what is left out may not be missed
	}
	if c.ready&sys.Out != 0 && l.unsent(c) > 0 {
		moved = true
		if !l.flush(c) {
			return false, false
		}
	}
	return moved, l.spill(c)
}

// listens reports whether c's session reads on: not while its peer does not take
// what it is sent, so that memory is bounded.
func (s *session) listens(c *Conn) bool {
	if c.shut {
		return false
	}
	return c.home.unsent(c) < outHigh
}

// receives reads once, into the loop's memory, behind what is left of a frame, and hears
// that. False: c is to be closed.
func (l *loop) receives(c *Conn) bool {
	s := c.session
	if l.inbound == nil {
		l.inbound = make([]byte, inBlock)
	}
	b := l.inbound
	had := 0
	if s.block != nil {
		had = copy(b, s.block.Bytes()[s.start:s.end])
	}
	n, e := l.kernel.Read(c.fd, b[had:])
	switch {
	case e == sys.EINTR:
		return true
	case e == sys.EAGAIN:
		c.ready &^= sys.In
		return true
	case e != sys.OK || n == 0:
		return false // a peer that has said all takes no response either
	case n < len(b)-had && c.ready&sys.RdHup == 0:
		c.ready &^= sys.In // as in receive
	}
	l.count.heard += uint64(n)
	l.clocked()
	s.start, s.end = 0, 0
	heard := l.hear(c, b[:had+n])
	return l.keep(c, b[heard:had+n])
}

// keep keeps what was read and not heard. False: there is no memory for it.
func (l *loop) keep(c *Conn, b []byte) bool {
	s := c.session
	if s.block != nil && (len(b) == 0 || s.block.Room() < len(b)) {
		s.block.Drop()
		s.block = nil
	}
	if s.start, s.end = 0, len(b); len(b) == 0 {
		return true
	}
	if s.block == nil {
		block, err := c.http.Out.Allocator().Alloc(len(b))
		if err != nil {
			s.end = 0
			return false
		}
		s.block = block
	}
	copy(s.block.Bytes(), b)
	return true
}

// recall hears what was kept. moved: there was a whole frame. dry: none is left.
func (l *loop) recall(c *Conn) (moved, dry bool) {
	s := c.session
	if s.block == nil {
		return false, true
	}
	n := l.hear(c, s.block.Bytes()[s.start:s.end])
	if s.start += n; s.start == s.end {
		l.keep(c, nil)
	}
	return n > 0, s.listens(c)
}

// hear takes whole frames off b's front, as long as there is room for what they may have
// the session say, and returns their length.
func (l *loop) hear(c *Conn, b []byte) (heard int) {
	s := c.session
	for heard < len(b) && s.listens(c) {
		n, ev := s.http2.Next(b[heard:], l.now)
		if n == 0 {
			break
		}
		heard += n
		l.obey(c, ev)
		l.tell(c, nil)
	}
	return heard
}

// obey does what a frame means.
func (l *loop) obey(c *Conn, ev http2.Event) {
	switch ev.Kind {
	case http2.Nothing:
	case http2.Opened:
		c.dismissed = false
		c.session.idle = 0
		l.opens(c, ev.Stream, ev.Large)
	case http2.Body:
		l.content(c, ev.Stream.Host.(*stream), ev.Bytes)
	case http2.Done:
		l.concludes(c, ev.Stream.Host.(*stream), ev)
	case http2.Reset:
		l.dead(ev.Stream.Host.(*stream))
	case http2.Failed:
		l.allDead(c)
	}
}

// repose is a run after which nothing moves: c ends, or waits.
func (l *loop) repose(c *Conn) step {
	s := c.session
	h := &s.http2
	if l.draining || c.dismissed {
		if l.draining && h.Begun() {
			h.Warn() // what is on its way is answered, too
		} else {
			h.GoAway() // what had come by then was read
		}
		l.tell(c, nil)
		if c.ready&sys.Out != 0 && !l.flush(c) || !l.spill(c) {
			return stepFinish
		}
	}
	blocked := !c.http.Out.Empty()
	if (h.Failure() != nil || h.Leaving() && s.streams == 0) && !blocked && len(s.lives) == 0 {
		return l.farewell(c)
	}
	l.watch(c)
	if !blocked && h.Failure() == nil {
		l.attest(c)
	}
	switch {
	case blocked:
		return l.park(c, waitWrite)
	case h.Failure() != nil:
		return l.park(c, waitHandler) // which are told; nothing that comes is heard any more
	case s.streams > 0:
		if s.start == s.end && len(s.lives) == 0 { // handlers that stream have memory of it
			l.shelve(c) // nor does one whose streams wait
		}
		return l.park(c, waitStreams)
	}
	if s.start < s.end || !h.Begun() || h.Warned() {
		return l.park(c, waitHeader)
	}
	l.shelve(c)
	return l.rests(c)
}

// rests leaves c idle. Frames that begin no stream do not prolong that, nor do parts
// of frames.
func (l *loop) rests(c *Conn) step {
	s := c.session
	if s.idle != 0 {
		c.began, c.due = waitIdle, s.idle
	}
	next := l.park(c, waitIdle)
	s.idle = c.timer.Deadline()
	return next
}

// watch gives each stream that waits for its peer a timer, and takes it from those
// that wait no more.
func (l *loop) watch(c *Conn) {
	h := &c.session.http2
	for i := len(h.Streams()) - 1; i >= 0; i-- { // one may go
		st := h.Streams()[i]
		r := st.Host.(*stream)
		if v := r.live; v != nil && !v.spared {
			l.times(c, r)
			continue
		}
		if r.place != placeHome {
			continue
		}
		sc := r.conn
		switch {
		case sc.tunnel != nil:
			l.awaits(r)
		case sc.fetch != nil && sc.fetch.far != nil && sc.fetch.far.service.waits:
		case sc.fetch != nil && sc.fetch.tap != nil && sc.fetch.tap.waits:
		case !st.Answered() && !st.Received():
			l.expect(sc, waitBody)
		case h.Starved(st) && c.http.Out.Empty():
			l.expect(sc, waitWindow)
		case sc.wait == waitPace && sc.timer.Armed():
		default:
			sc.timer.Disarm()
		}
	}
}

// attest tells the judge what the session takes its windows to be.
func (l *loop) attest(c *Conn) {
	if !rt.Checking() {
		return
	}
	h := &c.session.http2
	send, room, used := h.Windows()
	rt.Probe(rt.ProbeWindow, c.id, uint64(uint32(send))<<32|uint64(uint32(room)), uint64(used))
	for _, st := range h.Streams() {
		send, room := st.Windows()
		rt.Probe(rt.ProbeWindow, st.Host.(*stream).id, uint64(uint32(send))<<32|uint64(uint32(room)), 0)
	}
}

// expect arms sc's timer for w, unless it runs.
func (l *loop) expect(sc *Conn, w wait) {
	if sc.wait == w && sc.timer.Armed() {
		return
	}
	sc.timer.Disarm()
	l.rings[w].Arm(&sc.timer, sc, l.now)
	sc.wait = w
	rt.Probe(rt.ProbeState, sc.id, uint64(w), uint64(sc.timer.Deadline()))
}

// shelve gives back what an idle session does not need.
func (l *loop) shelve(c *Conn) {
	s := c.session
	if s.block != nil {
		s.block.Drop()
		s.block = nil
	}
	s.start, s.end = 0, 0
	l.pool.Put(c.http)
	c.http = nil
}

// farewell ends c's session: all has been said, and the peer is to close.
func (l *loop) farewell(c *Conn) step {
	l.shelve(c)
	c.closing, c.shut = true, true
	if l.kernel.Shutdown(c.fd, sys.ShutWrite) != sys.OK {
		return stepFinish
	}
	return stepLinger
}

// requeue has c go on with s after the others in the loop.
func (l *loop) requeue(c *Conn, s step) {
	l.scope.Leave(nil)
	l.hand(c, s, l)
}

// stir has c's session run in this turn: one of its streams has something for it.
func (l *loop) stir(c *Conn) {
	s := c.session
	if s.busy || s.stirred || s.queued || s.gone || c.shut {
		return
	}
	s.stirred = true
	l.stirred = append(l.stirred, c)
}

// rouse runs the sessions that were stirred, once for all that has come together.
func (l *loop) rouse() {
	for i := 0; i < len(l.stirred); i++ {
		c := l.stirred[i]
		if s := c.session; s.stirred && !s.gone {
			l.leave(c)
			l.run(c, stepSession)
		}
		l.stirred[i] = nil
	}
	l.stirred = l.stirred[:0]
}

// lapsed is a session whose wait has lasted too long, if that is not as with HTTP/1.1.
func (l *loop) lapsed(c *Conn, w wait) step {
	switch w {
	case waitStreams:
		c.forget() // its streams have timers, or are being answered
		return stepSession
	case waitIdle, waitHeader:
		if h := &c.session.http2; h.Warned() {
			h.GoAway() // its peer does not say that it has heard
		}
		return l.dismiss(c)
	default: // its peer does not take what it is sent
		return stepFinish
	}
}

// endSession gives up what c's session has. True: streams are away, and the last of
// them ends the connection.
func (l *loop) endSession(c *Conn) bool {
	s := c.session
	s.stirred = false
	l.count.http2.Add(s.http2.Counts())
	l.count.sessionsEnded++
	if h := c.http; h != nil {
		for !h.Out.Empty() {
			h.Out.Pop()
		}
	}
	l.outlast(c)
	s.parts.drop(l)
	l.allDead(c)
	if c.http != nil {
		l.shelve(c)
	}
	s.gone = s.streams > 0
	return s.gone
}
