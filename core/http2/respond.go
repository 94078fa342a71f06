package http2

// Responses: their heads (heads.go has what is prepared of those), then DATA frames,
// whose bytes their host adds, and trailers, if there are any.

import (
	"brigade/core/rt"
)

// Respond begins st's response with a head in HTTP/1.1's form, status line, fields
// and empty line, or an interim one. end: nothing follows.
func (s *Session) Respond(st *Stream, text []byte, end bool) {
	if st.reset || st.answered {
		rt.Bug("http2: stream %d gets a second head, or one after it was reset; a stream has one response", st.ID)
	}
	p, date := s.heads.of(text)
	s.codec.status(p.status)
	if len(date) > 0 {
		s.codec.lasting(dateField, date)
	}
	for i, v := range p.values {
		if v.to > 0 {
			s.codec.lasting(i, p.text[v.from:v.to])
		}
	}
	s.codec.block = append(s.codec.block, p.rest...)
	s.codec.headers(st.ID, end)
	st.answered = p.status[0] != '1'
	if end {
		s.finish(st)
	}
}

// Data begins a DATA frame of n bytes of st's response, which Grant has allowed and
// which follow what is in Out. end: they are the last. False: nothing was framed, and
// the session has failed, since its peer lets it send crumbs only.
func (s *Session) Data(st *Stream, n int, end bool) bool {
	if st.reset || st.sent || !st.answered || int64(n) > int64(st.window) || int64(n) > int64(s.window) {
		rt.Bug("http2: %d bytes are sent on stream %d, which has a window of %d, on a connection with %d (answered %t, ended %t, reset %t)",
			n, st.ID, st.window, s.window, st.answered, st.sent, st.reset)
	}
	s.spare = min(s.spare+n, 16*crumb)
	switch {
	case n >= 16*crumb:
		s.meters.level[FloodWindow] = max(s.meters.level[FloodWindow]-1, 0)
	case n < crumb && !end && (int64(n) == int64(st.window) || int64(n) == int64(s.window)):
		if s.spare >= crumb/4 {
			s.spare -= crumb / 4
			break // the odd end of a window that is wide enough comes back as one, again and again
		}
		if e := s.meters.rise(FloodWindow); e != nil {
			s.settle(Event{}, e)
			return false
		}
	}
	s.codec.data(st.ID, n, end)
	st.window -= window(n)
	s.window -= window(n)
	s.meters.level[FloodUpdate] = max(s.meters.level[FloodUpdate]-4, -owed)
	if n > 0 {
		rt.Probe(rt.ProbeTurn, st.Name, turnFramed, uint64(n))
	}
	if end {
		s.finish(st)
		return true
	}
	if st.queued && (st.parallel || st.window <= 0) {
		s.queue.remove(st)
		s.offer(st)
	}
	return true
}

// Trail ends st's response with trailers, lines in HTTP/1.1's form. They take no room in a
// window.
func (s *Session) Trail(st *Stream, lines []byte) {
	if st.reset || st.sent || !st.answered {
		rt.Bug("http2: stream %d gets trailers (answered %t, ended %t, reset %t); they end a response that has begun", st.ID, st.answered, st.sent, st.reset)
	}
	s.codec.settle()
	s.codec.block = s.heads.trailers(s.codec.block, lines)
	s.codec.headers(st.ID, true)
	s.finish(st)
}

// End ends st's response, of which all was sent: it takes no room in a window.
func (s *Session) End(st *Stream) {
	if st.reset || st.sent || !st.answered {
		rt.Bug("http2: the response of stream %d ends (answered %t, ended %t, reset %t); one that has begun does, once", st.ID, st.answered, st.sent, st.reset)
	}
	s.codec.data(st.ID, 0, true)
	s.finish(st)
}

// finish is the end of st's response.
func (s *Session) finish(st *Stream) {
	st.sent = true
	s.Withdraw(st)
	s.meters.ease(1)
}
