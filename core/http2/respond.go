package http2

// Responses. Handlers write heads in HTTP/1.1's form; here they become field blocks.
// Fields that come again and again enter the table of field compression, with a copy
// of their value that is made when it changes; all others are sent as they are and
// kept by nobody, so that the usual response takes no memory.

import (
	"bytes"
	"strconv"
	"unsafe"

	"brigade/core/rt"
)

// values are those of fields in the table, by their place in lasting.
type values [len(lasting)]string

// lasting are the fields whose values come again.
var lasting = [...]string{"server", "date", "content-type", "accept-ranges", "vary", "cache-control", "content-encoding"}

// passing are other fields that responses have, so that their names need no lower
// case made.
var passing = [...]string{"content-length", "last-modified", "etag", "content-range", "location", "allow", "retry-after"}

// Respond begins st's response with a head in HTTP/1.1's form, status line, fields
// and empty line, or an interim one. end: nothing follows.
func (s *Session) Respond(st *Stream, text []byte, end bool) {
	if st.reset || st.answered {
		rt.Bug("http2: stream %d gets a second head, or one after it was reset; a stream has one response", st.ID)
	}
	line, rest := nextLine(text)
	if len(line) < len("HTTP/1.1 200") {
		rt.Bug("http2: the response of stream %d has no status line: %q", st.ID, line)
	}
	status := string3(line[9:12])
	interim := line[9] == '1'
	s.codec.field(":status", status, false)
	for {
		if line, rest = nextLine(rest); len(line) == 0 {
			break
		}
		if colon := bytes.IndexByte(line, ':'); colon > 0 {
			s.respondField(line[:colon], bytes.TrimLeft(line[colon+1:], " "))
		}
	}
	s.codec.headers(st.ID, end)
	st.answered = !interim
	if end {
		s.finish(st)
	}
}

// nextLine is the line at b's front, without its end, and what follows it.
func nextLine(b []byte) (line, rest []byte) {
	i := bytes.IndexByte(b, '\n')
	if i < 0 {
		return nil, nil
	}
	return bytes.TrimSuffix(b[:i], []byte("\r")), b[i+1:]
}

// respondField compresses one field. Fields about an HTTP/1.1 connection are none of
// a stream's.
func (s *Session) respondField(name, value []byte) {
	for i, known := range lasting {
		if equalFold(name, known) {
			if string(value) != s.values[i] {
				s.values[i] = string(value)
			}
			s.codec.field(known, s.values[i], false)
			return
		}
	}
	for _, known := range passing {
		if equalFold(name, known) {
			s.codec.field(known, unsafe.String(unsafe.SliceData(value), len(value)), true)
			return
		}
	}
	for _, never := range [...]string{"connection", "keep-alive", "transfer-encoding", "upgrade", "proxy-connection"} {
		if equalFold(name, never) {
			return
		}
	}
	s.codec.field(string(bytes.ToLower(name)), string(value), true)
}

// equalFold reports whether name is known, which is in lower case, but for capitals.
func equalFold(name []byte, known string) bool {
	if len(name) != len(known) {
		return false
	}
	for i, c := range name {
		if c >= 'A' && c <= 'Z' {
			c += 'a' - 'A'
		}
		if c != known[i] {
			return false
		}
	}
	return true
}

// string3 is a status; the usual ones take no memory.
func string3(b []byte) string {
	for _, known := range [...]string{"200", "206", "304", "404", "301", "400", "403", "405", "416", "503"} {
		if string(b) == known {
			return known
		}
	}
	if _, err := strconv.Atoi(string(b)); err != nil {
		rt.Bug("http2: %q is no status", b)
	}
	return string(b)
}

// Data begins a DATA frame of n bytes of st's response, which Grant has allowed and
// which follow what is in Out. end: they are the last. False: nothing was framed, and
// the session has failed, since its peer lets it send crumbs only.
func (s *Session) Data(st *Stream, n int, end bool) bool {
	if st.reset || st.sent || !st.answered || int64(n) > int64(st.window) || int64(n) > int64(s.window) {
		rt.Bug("http2: %d bytes are sent on stream %d, which has a window of %d, on a connection with %d (answered %t, ended %t, reset %t)",
			n, st.ID, st.window, s.window, st.answered, st.sent, st.reset)
	}
	switch {
	case n >= 16*crumb:
		s.meters.level[FloodWindow] = max(s.meters.level[FloodWindow]-1, 0)
	case n < crumb && !end:
		if e := s.meters.rise(FloodWindow); e != nil {
			s.settle(Event{}, e)
			return false
		}
	}
	s.codec.data(st.ID, n, end)
	st.window -= window(n)
	s.window -= window(n)
	s.meters.level[FloodUpdate] = max(s.meters.level[FloodUpdate]-4, 0)
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

// finish is the end of st's response.
func (s *Session) finish(st *Stream) {
	st.sent = true
	s.Withdraw(st)
	s.meters.ease(1)
}
