package http1

import (
	"strings"
	"testing"
)

// keptOf is what a decoder keeps of the trailers in content that comes in pieces.
func keptOf(content, connection string, piece int, answer bool) (lines string, e *Error) {
	var c Chunked
	var t Trailers
	t.Begin([]Field{{[]byte("Connection"), []byte("close")}, {[]byte("connection"), []byte(connection)}})
	c.Keep(&t)
	if answer {
		c.Answer()
	}
	for len(content) > 0 {
		_, n, done, e := c.Next([]byte(content[:min(piece, len(content))]))
		if e != nil || done {
			return string(t.Lines()), e
		}
		content = content[n:]
	}
	return string(t.Lines()), nil
}

func TestTrailersKept(t *testing.T) {
	for _, x := range []struct{ name, section, connection, want string }{
		{"none", "", "", ""},
		{"as they were sent, in order", "X-a: 1\r\nX-A:2 \r\nB:\r\n", "", "X-a: 1\r\nX-A:2 \r\nB:\r\n"},
		{"RFC 9110 §7.6.1 of the hop", "X-Own: 1\r\nA: b\r\nx-oWN: 2\r\n", "keep-alive, x-own", "A: b\r\n"},
		{"RFC 9110 §6.5.1 routing, and what the content is", "A: b\r\nX-Forwarded-For: 1\r\nForwarded: x\r\nContent-Type: x\r\ncontent-encoding: y\r\nVia: z\r\n", "", "A: b\r\n"},
		{"RFC 9110 §6.5.1 authentication", "Authorization: x\r\nSet-Cookie: y\r\ncookie: z\r\nProxy-Authenticate: v\r\nWWW-Authenticate: w\r\nAuthentication-Info: mine\r\n", "", "Authentication-Info: mine\r\n"},
		{"RFC 9110 §6.5.1 controls", "Expect: x\r\nIf-Match: *\r\nRange: y\r\nCache-Control: z\r\nTE: v\r\nTrailer: w\r\nVary: x\r\nETag: \"a\"\r\n", "", "ETag: \"a\"\r\n"},
		{"names that only begin like those", "Hosts: 1\r\nRanges: 2\r\nIfs: 3\r\nTransfer-Encodings: 4\r\n", "", "Hosts: 1\r\nRanges: 2\r\nIfs: 3\r\nTransfer-Encodings: 4\r\n"},
	} {
		content := "3\r\nabc\r\n0\r\n" + x.section + "\r\n"
		for piece := 1; piece <= len(content); piece++ {
			if got, e := keptOf(content, x.connection, piece, false); got != x.want || e != nil {
				t.Errorf("%s, %d bytes at a time: %q (%v), not %q", x.name, piece, got, e, x.want)
			}
			if got, e := keptOf(content[:len(content)-1], x.connection, piece, false); got != "" || e != nil {
				t.Errorf("%s, %d bytes at a time: %q (%v) before its end has come", x.name, piece, got, e)
			}
		}
	}
}

// A trailer that frames a request is refused, and one of a response dropped: the content
// is all there.
func TestTrailersThatFrame(t *testing.T) {
	const content = "0\r\nA: b\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\nHost: c\r\nD: e\r\n\r\n"
	if got, e := keptOf(content, "", 7, false); e != errTrailerField {
		t.Errorf("of a request: %q, %v", got, e)
	}
	if got, e := keptOf(content, "", 7, true); e != nil || got != "A: b\r\nD: e\r\n" {
		t.Errorf("of a response: %q, %v", got, e)
	}
}

func TestTrailersHaveALimit(t *testing.T) {
	long := "A: " + strings.Repeat("x", MaxTrailers-len("A: \r\n\r\n")) + "\r\n"
	if got, e := keptOf("0\r\n"+long+"\r\n", "", 100, true); e != nil || got != long {
		t.Errorf("a section of %d bytes: %d are kept, %v", MaxTrailers, len(got), e)
	}
	if got, e := keptOf("0\r\nB"+long+"\r\n", "", 100, true); e != ErrTrailersTooLarge || got != "" {
		t.Errorf("a section of %d bytes: %d are kept, %v", MaxTrailers+1, len(got), e)
	}
	var s Trailers
	if s.Add([]byte(long + "B: c\r\n")) {
		t.Errorf("a section of %d bytes is taken in", len(long)+6)
	}
	if s.Lines() != nil {
		t.Errorf("and %q of it is told", s.Lines())
	}
	if !s.Add([]byte(long)) || string(s.Lines()) != long {
		t.Errorf("a section of %d bytes is not taken in whole", len(long))
	}
}

func TestTrailersChangeHands(t *testing.T) {
	var from, to Trailers
	from.Add([]byte("A: b\r\nHost: c\r\n"))
	to.Take(&from)
	if string(to.Lines()) != "A: b\r\n" || from.Lines() != nil {
		t.Errorf("%q is there, and %q where it was", to.Lines(), from.Lines())
	}
	to.Reset()
	if to.Lines() != nil || to.Digest(0) != new(Trailers).Digest(0) {
		t.Errorf("%q is left when all is forgotten", to.Lines())
	}
}

func TestTakesTrailers(t *testing.T) {
	for head, want := range map[string]bool{
		"GET / HTTP/1.1\r\nHost: a\r\n":                                  false,
		"GET / HTTP/1.1\r\nHost: a\r\nTE: trailers\r\n":                  true,
		"GET / HTTP/1.1\r\nHost: a\r\nte: deflate;q=0.5, TRAILERS\r\n":   true,
		"GET / HTTP/1.1\r\nHost: a\r\nTE: gzip\r\nTE: trailers\r\n":      true,
		"GET / HTTP/1.1\r\nHost: a\r\nTE: trailersx\r\nTS: trailers\r\n": false,
		"GET / HTTP/1.1\r\nHost: a\r\nTrailer: x\r\n":                    false,
		"GET / HTTP/1.0\r\nHost: a\r\nTE: trailers\r\n":                  false,
	} {
		var r Request
		if n, e := r.Parse([]byte(head+"\r\n"), 0, &Limits{Line: DefaultLine, Head: DefaultHead}); n == 0 || e != nil {
			t.Fatalf("%q: %v", head, e)
		}
		if r.TakesTrailers != want {
			t.Errorf("%q: it takes trailers: %t", head, r.TakesTrailers)
		}
	}
}
