package http1

// Clauses: what breaks a rule meets the refusal of that rule, however the bytes are cut,
// whatever follows them, and whatever stood before on the connection.

import (
	"bytes"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// bounded reports whether a refusal is for how much there is, and not for what it is.
func bounded(e *Error) bool {
	switch e {
	case errHeadLarge, errTargetLong, errFieldCount, errAnswerLarge, errAnswerFields, errTrailerLarge, errChunkExtLong, errChunkLarge:
		return true
	}
	return false
}

// inPieces are drawn places to cut n bytes at, in order, the end among them.
func inPieces(t *rapid.T, n int) (cuts []int) {
	for range choose(t, 4, "cuts") {
		cuts = append(cuts, min(n, choose(t, n+1, "cut")))
	}
	if n <= 40 && choose(t, 4, "byte by byte") == 0 {
		cuts = nil
		for i := range n {
			cuts = append(cuts, i)
		}
	}
	last := 0
	for i, c := range cuts {
		last = max(last, c)
		cuts[i] = last
	}
	return append(cuts, n)
}

var behind = []string{"", "\r\n", "\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\n\r\n", "\x00", "0\r\n\r\n"}

func TestPropRefusedHeads(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := new(Request)
		for _, c := range refusals {
			b := []byte(c.head)
			if !bounded(c.want) {
				b = append(b, pick(t, behind, "behind")...)
			}
			var n int
			var e *Error
			scanned := 0
			for _, cut := range inPieces(t, len(b)) {
				if n, e = r.Parse(bytes.Clone(b[:cut]), scanned, nil); n > 0 || e != nil {
					break
				}
				scanned = cut
			}
			if n != 0 || e != c.want {
				t.Fatalf("%s: %q is %d bytes, %v, not %v", c.name, b, n, e, c.want)
			}
		}
	})
}

func TestPropRefusedAnswers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := new(Answer)
		for _, c := range refusedAnswers {
			b := []byte(c.head)
			if !bounded(c.want) {
				b = append(b, pick(t, behind, "behind")...)
			}
			var n int
			var e *Error
			scanned := 0
			for _, cut := range inPieces(t, len(b)) {
				if n, e = a.Parse(bytes.Clone(b[:cut]), scanned, DefaultHead); n > 0 || e != nil {
					break
				}
				scanned = cut
			}
			// A line that has not come to its end is not judged.
			if n != 0 || e != c.want && (e != nil || strings.Contains(c.head, "\r\n\r\n")) {
				t.Fatalf("%.60q is %d bytes, %v, not %v", b, n, e, c.want)
			}
		}
	})
}

func TestPropRefusedChunks(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		for _, x := range refusedChunks {
			var c Chunked
			b := []byte(x.content + pick(t, behind, "behind"))
			at := 0
			var failed *Error
			for _, cut := range inPieces(t, len(b)) {
				for failed == nil {
					_, n, done, e := c.Next(b[at:cut])
					if at, failed = at+n, e; done {
						t.Fatalf("%s: %.60q ends after %d bytes", x.name, b, at)
					}
					if n == 0 {
						break
					}
				}
			}
			if failed != x.want {
				t.Fatalf("%s: %.60q: %v, not %v", x.name, b, failed, x.want)
			}
			if _, n, done, e := c.Next([]byte("0\r\n\r\n")); n != 0 || done || e != failed {
				t.Fatalf("%s: after a refusal %d bytes are taken, %v", x.name, n, e)
			}
		}
	})
}

func TestPropRefusedPaths(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		before := strings.Repeat("/a", choose(t, 3, "depth"))
		up := strings.Repeat("/..", strings.Count(before, "/"))
		for _, x := range []struct {
			path string
			want *Error
		}{
			{"/%00", errPathNUL},
			{"/\x00", errPathNUL},
			{"/%2f", errPathSeparator},
			{"/%2F", errPathSeparator},
			{"/%5c", errPathSeparator},
			{"/x\\y", errPathSeparator},
			{up + "/..", errPathRoot},
			{up + "/%2e%2E/", errPathRoot},
			{up + "/./..", errPathRoot},
			{"/%", errEscape},
			{"/%4", errEscape},
			{"/%4g", errEscape},
			{"/%g4", errEscape},
			{"/x%", errEscape},
		} {
			target := before + x.path + pick(t, []string{"", "?", "?%00", "/"}, "behind")
			if got, e := DecodePath(nil, []byte(target)); e != x.want || got != nil {
				t.Fatalf("%q is %q, %v, not %v", target, got, e, x.want)
			}
		}
	})
}
