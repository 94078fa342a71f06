package http2

// Whatever bytes come, cut wherever: the session does not panic, its memory stays
// within its bounds, its windows add up, what it says are frames, and cutting the
// bytes otherwise changes nothing.

import (
	"bytes"
	"testing"

	"golang.org/x/net/http2"

	"brigade/core/rt"
)

func FuzzSession(f *testing.F) {
	for _, c := range append(append([]conversation(nil), connectionErrors...), streamErrors...) {
		p := barePeer(f, Limits{Streams: 4, Head: 1 << 10})
		p.framer.WriteSettings()
		p.s.begun = true
		func() {
			defer func() { _ = recover() }() // it looks for a stream that is not there
			c.say(p)
		}()
		f.Add(p.to.Bytes(), uint8(3))
	}
	f.Fuzz(func(t *testing.T, input []byte, cut uint8) {
		whole := drive(t, input, len(input)+1)
		pieces := drive(t, input, int(cut)+1)
		if !bytes.Equal(whole, pieces) {
			t.Errorf("cut into pieces of %d the session says\n%x\ninstead of\n%x", int(cut)+1, pieces, whole)
		}
	})
}

// drive gives a session the input in pieces and returns what it says. Each request
// is answered at once.
func drive(t *testing.T, input []byte, piece int) (said []byte) {
	var s Session
	s.Init(Limits{Streams: 4, Head: 1 << 10}, new(Heads), rt.Instant(0))
	var b []byte
	for len(input) > 0 {
		n := min(piece, len(input))
		b = append(b, input[:n]...)
		input = input[n:]
		for {
			n, ev := s.Next(b, rt.Instant(0))
			if n == 0 {
				break
			}
			b = b[n:]
			answer(&s, ev)
			said = append(said, s.Out()...)
			s.Flush()
			check(t, &s)
		}
	}
	framer := http2.NewFramer(nil, bytes.NewReader(said))
	for framer.SetMaxReadFrameSize(frameLength); ; {
		if _, err := framer.ReadFrame(); err != nil {
			if err.Error() != "EOF" {
				t.Errorf("the session says what is no frame: %v", err)
			}
			return said
		}
	}
}

func answer(s *Session, ev Event) {
	switch ev.Kind {
	case Opened:
		if ev.Large {
			s.Respond(ev.Stream, []byte("HTTP/1.1 431 \r\n\r\n"), true)
			s.Release(ev.Stream)
			return
		}
		s.Respond(ev.Stream, []byte("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"), false)
		s.Offer(ev.Stream)
	case Body:
		s.Used(ev.Stream, len(ev.Bytes))
	case Reset:
		s.Release(ev.Stream)
	case Nothing, Done, Failed:
	}
	for st := s.Turn(); st != nil && s.Failure() == nil; st = s.Turn() {
		n := s.Grant(st, 5)
		s.Data(st, n, true)
		s.codec.out = append(s.codec.out, "hello"[:n]...)
		s.Release(st)
	}
}

func check(t *testing.T, s *Session) {
	if s.Open() > s.limits.Streams {
		t.Errorf("%d streams are open", s.Open())
	}
	if n := cap(s.head.text); n > 64<<10 {
		t.Errorf("the head has %d bytes", n)
	}
	if s.Failure() == nil && s.room.left+s.room.used != initial {
		t.Errorf("of the window %d is left and %d noted", s.room.left, s.room.used)
	}
}
