package client

// Content of a request of HTTP/2, sent as the server's windows allow.

import (
	"time"

	"golang.org/x/net/http2"

	"brigade/core/sys"
)

// SendReading is Send that takes in what comes meanwhile: a server that is not read from
// need not read.
func (c *Conn) SendReading(b []byte) error {
	const least = 20 * time.Millisecond
	for waited := time.Duration(0); len(b) > 0; {
		n, e := c.p.WriteWait(c.fd, b[:min(len(b), 2000)], least)
		switch e {
		case 0:
			if waited = 0; n == 0 {
				return nil
			}
			b = b[n:]
		case sys.EAGAIN:
			if waited += least; waited > c.Patience {
				return c.fail(Timeout, "the server read nothing for %v", c.Patience)
			}
		default:
			_, err := c.send(b) // which knows what it means
			return err
		}
		c.fill(0)
	}
	return nil
}

// Upload sends as much of b as fits, for st, and returns what is left. end: with its last
// byte, or by itself, the request ends.
func (s *Session) Upload(st *Stream, b []byte, end bool) (rest []byte) {
	const piece = 4000
	for !st.ended || st.Tunnel && st.code == 0 && !st.reset {
		n := min(int64(len(b)), piece, s.room, st.room)
		if n <= 0 && !(end && len(b) == 0) {
			break
		}
		last := end && int64(len(b)) == n
		s.wrote(s.framer.WriteData(st.ID, last, b[:n]))
		s.room -= n
		st.room -= n
		if b = b[n:]; last {
			break
		}
	}
	return b
}

// Trail ends st's request with trailers: name, value, name, value.
func (s *Session) Trail(st *Stream, fields ...string) {
	block := s.compress(fields...)
	first := block[:min(len(block), 16384)]
	s.wrote(s.framer.WriteHeaders(http2.HeadersFrameParam{StreamID: st.ID, BlockFragment: first, EndStream: true, EndHeaders: len(first) == len(block)}))
	if rest := block[len(first):]; len(rest) > 0 {
		s.wrote(s.framer.WriteContinuation(st.ID, true, rest))
	}
}

// Refused reports whether the server has said that it did not look at st.
func (st *Stream) Refused() bool { return st.failed && st.code == http2.ErrCodeRefusedStream }

// Ended reports whether st has, and how: true: as it should.
func (st *Stream) Ended() (ended, whole bool) { return st.ended, st.ended && !st.reset && st.code == 0 }

// Wait takes frames until done says that it is enough.
func (s *Session) Wait(done func() bool) error {
	for !done() {
		if err := s.Step(); err != nil {
			return err
		}
	}
	return nil
}

// Limit is how many streams the server takes at a time.
func (s *Session) Limit() int { return s.limit }

// Going reports whether the server has said that it takes no more streams.
func (s *Session) Going() bool { return s.goingAll }

// Sweep gives up streams that the server will not look at.
func (s *Session) Sweep() { s.sweep() }

// Judge says which stream was reset that should not have been, refused ones aside; nil:
// none was, and the session is in order. cut: those that may be.
func (s *Session) Judge(cut func(st *Stream) bool) error {
	for _, st := range s.streams {
		if cut(st) {
			continue
		}
		if st.ended && st.code != 0 && st.code != http2.ErrCodeRefusedStream && !st.reset {
			return s.conn.fail(Truncated, "stream %d was reset: %v", st.ID, st.code)
		}
	}
	if s.goingAll {
		return nil
	}
	err := s.Barrier()
	if kind, ok := KindOf(err); ok && (kind == Silent || kind == Reset) {
		return nil // it had been idle for too long by the time all was sent
	}
	return err
}
