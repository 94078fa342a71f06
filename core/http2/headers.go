package http2

// HEADERS, CONTINUATION, and what a complete field block means: a request, or
// trailers. A block is decompressed whatever becomes of its stream, since the next
// one builds on it.

// headers is HEADERS.
func (s *Session) headers(f *frame) (Event, *Error) {
	if f.stream%2 == 0 {
		return Event{}, errEven
	}
	h := &s.head
	h.reset(f.stream, f.end)
	st := s.streams.find(f.stream)
	switch {
	case st != nil:
		h.trailer = true
	case f.stream > s.last:
		s.last = f.stream
		h.fresh = true
	default:
		h.ignored = true
	}
	if f.number == f.stream {
		h.wrong = errDependency
	}
	s.codec.heed(!h.ignored)
	return s.fragment(f)
}

// continuation is CONTINUATION. The Framer has seen to it that a block is open.
func (s *Session) continuation(f *frame) (Event, *Error) {
	s.head.frames++
	return s.fragment(f)
}

// fragment takes a part of a field block.
func (s *Session) fragment(f *frame) (Event, *Error) {
	h := &s.head
	if h.bytes += len(f.bytes); h.bytes > blockLength || h.frames > continuations {
		return Event{}, errCalm[FloodContinue]
	}
	if !s.codec.decode(f.bytes, f.whole) {
		return Event{}, errCompression
	}
	if !f.whole {
		return Event{}, nil
	}
	if idle := h.idle(); idle > 0 {
		if e := s.meters.rises(FloodContinue, 1+idle/idleBytes); e != nil {
			return Event{}, e
		}
	}
	switch {
	case h.trailer:
		return s.trailers(h)
	case h.fresh:
		return s.request(h)
	}
	if !s.ended.has(h.stream) {
		return Event{}, errReopened
	}
	return Event{}, s.meters.rise(FloodLate)
}

// idle is how many bytes of the block stand for no field, beyond the few that change the
// table's size (RFC 7541 §4.2 has two of those at most): a field as RFC 9113 §6.5.2 counts
// it is longer than any honest way to compress it.
func (h *head) idle() int {
	if h.ignored || h.large { // whose fields were not counted
		return 0
	}
	return h.bytes - h.list - idleBytes
}

// request is a complete head.
func (s *Session) request(h *head) (Event, *Error) {
	if s.leaving && h.stream > s.told {
		return Event{}, s.meters.rise(FloodLate) // its client was told that it will not be looked at
	}
	if len(s.streams.list) >= s.limits.Streams {
		s.count.Refused++
		s.codec.reset(h.stream, errRefused.Code)
		s.ended.add(h.stream)
		return Event{}, s.meters.rise(FloodReset)
	}
	if h.large {
		s.count.Large++
	} else if h.wrong == nil {
		h.finish()
	}
	if h.wrong != nil {
		s.count.Resets++
		s.codec.reset(h.stream, h.wrong.Code)
		s.ended.add(h.stream)
		return Event{}, s.meters.rise(FloodReset)
	}
	st := s.streams.add(h.stream)
	st.window, st.room.left = window(s.initial), initial
	st.received, st.expects, st.way = h.end, h.length, h.way()
	s.prioritise(st, h.priority)
	return Event{Kind: Opened, Stream: st, Large: h.large}, nil
}

// trailers are the fields behind a request's content, which they end.
func (s *Session) trailers(h *head) (Event, *Error) {
	st := s.streams.find(h.stream)
	switch {
	case st == nil || st.reset:
		return Event{}, s.meters.rise(FloodLate)
	case st.received:
		return s.fail(st, errEnded)
	case h.wrong != nil:
		return s.fail(st, h.wrong)
	case !h.end:
		return s.fail(st, errTrailer)
	case st.expects >= 0 && st.got != st.expects:
		return s.fail(st, errLength)
	}
	st.received = true
	if h.large {
		return Event{Kind: Done, Stream: st, Large: true}, nil
	}
	return Event{Kind: Done, Stream: st, Bytes: h.text}, nil
}

// Head is the head of the request opened last, in HTTP/1.1's form, until the next
// call.
func (s *Session) Head() []byte { return s.head.text }
