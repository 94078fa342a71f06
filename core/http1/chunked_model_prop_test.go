package http1

// Chunked content as a whole, by regular expression, beside the decoder that takes it byte
// by byte (RFC 9112 §7.1).

import (
	"regexp"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

var (
	chunkForm   = regexp.MustCompile("^([0-9A-Fa-f]{1,16})(;[^\x00-\x08\x0a-\x1f\x7f]{0,255})?\r\n")
	trailerForm = regexp.MustCompile("^((?:[-!#$%&'*+.^_`|~0-9A-Za-z]+:[^\x00-\x08\x0a-\x1f\x7f]*\r\n)*)\r\n")
)

// unchunked is what content comes to: its data, how long it is, and the trailers that go
// on. Not ok: it is refused, or has no end.
func unchunked(b, connection string, mild bool) (data string, length int, kept string, ok bool) {
	rest, excess := b, 0
	for {
		m := chunkForm.FindStringSubmatch(rest)
		if m == nil {
			return "", 0, "", false
		}
		size, err := strconv.ParseInt(m[1], 16, 64)
		if excess = max(0, excess+len(m[0])+2-16-int(min(size, 16384))); err != nil || excess > 16384 {
			return "", 0, "", false
		}
		if rest = rest[len(m[0]):]; size == 0 {
			break
		}
		if size > int64(len(rest)) || !strings.HasPrefix(rest[size:], "\r\n") {
			return "", 0, "", false
		}
		data, rest = data+rest[:size], rest[size+2:]
	}
	m := trailerForm.FindStringSubmatch(rest)
	if m == nil || len(m[0]) > 8192 {
		return "", 0, "", false
	}
	for line := range strings.SplitAfterSeq(m[1], "\r\n") {
		name, _, is := strings.Cut(line, ":")
		frames := has([]string{"host", "content-length", "transfer-encoding"}, name)
		if is && frames && !mild {
			return "", 0, "", false
		}
		if is && !has(members([]string{connection}), name) && !never.MatchString(name) {
			kept += line
		}
	}
	return data, len(b) - len(rest) + len(m[0]), kept, true
}

// never are the names of fields that do not trail.
var never = regexp.MustCompile(`(?i)^(content-.*|if-.*|proxy-.*|x-forwarded-.*|connection|keep-alive|te|trailer|transfer-encoding|upgrade|host|forwarded|via|` +
	`authorization|www-authenticate|cookie|set-cookie|cache-control|expect|max-forwards|pragma|range|age|date|expires|location|retry-after|vary|warning)$`)

// drawChunked draws content that is sound, or nearly so.
func drawChunked(t *rapid.T) string {
	var b strings.Builder
	for range choose(t, 4, "chunks") {
		size := pick(t, []int{1, 2, 9, 10, 15, 16, 255}, "size")
		digits := strconv.FormatInt(int64(size), 16)
		if rapid.Bool().Draw(t, "capitals") {
			digits = strings.ToUpper(digits)
		}
		if choose(t, 4, "padded") == 0 {
			digits = strings.Repeat("0", 14+choose(t, 3, "zeros")-len(digits)) + digits
		}
		b.WriteString(digits)
		if choose(t, 4, "extended") == 0 {
			b.WriteString(";" + strings.Repeat(pick(t, []string{"x", "x", "x", "x", "\t", "\x7f", "\x1f", "\x80"}, "byte"), pick(t, []int{0, 3, 254, 255, 256}, "extension")))
		}
		b.WriteString("\r\n" + strings.Repeat("d", size) + "\r\n")
	}
	if choose(t, 30, "wasteful") == 0 {
		// As much as is borne, or a little less or more.
		b.WriteString(strings.Repeat("1;"+strings.Repeat("x", 249)+"\r\nd\r\n", 68))
		b.WriteString("1;" + strings.Repeat("x", 209+choose(t, 5, "more")) + "\r\nd\r\n")
	}
	b.WriteString(pick(t, []string{"0\r\n", "0\r\n", "000\r\n", "0;x\r\n", "7fffffffffffffff\r\n", "8000000000000000\r\n", "ffffffffffffffff\r\n"}, "last"))
	return b.String() + drawSection(t) + "\r\n"
}

// drawSection draws the lines of a trailer section.
func drawSection(t *rapid.T) string {
	var b strings.Builder
	for range pick(t, []int{0, 0, 1, 2, 4}, "trailers") {
		name := pick(t, []string{"A", "X-Sum", "x-own", "Host", "content-LENGTH", "Transfer-Encoding", "Transfer-Encodinh", "Transfer-Encodings", "Hosts", "Content-Type", "If-Match", "Proxy-X", "x-forwarded-for", "Vary", "WWW-Authenticate", "Varz", "If", "Proxy-Authenticationx", "Set-Cookies", "date", "@", "[", "Ag^"}, "name")
		b.WriteString(name + ":" + pick(t, []string{"", " v", "v\t", "a:b", "\x80", "v", "v\x7f", "\x1f"}, "value") + "\r\n")
	}
	if choose(t, 20, "long") == 0 {
		b.WriteString("A:" + strings.Repeat("v", 8192-6-choose(t, 3, "short")) + "\r\n")
	}
	return b.String()
}

func TestPropChunkedIsItsModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		for range 10 {
			b := []byte(drawChunked(t))
			if choose(t, 3, "changed") == 0 {
				i := choose(t, len(b), "place")
				if len(b) > 1000 {
					i = len(b) - 1 - choose(t, 40, "from the end")
				}
				b[i] = pick(t, []byte("\r\n\t ;:0fFgG/@`\x00\x1f\x7f\xffx"), "byte")
			}
			mild, connection := rapid.Bool().Draw(t, "answer"), pick(t, []string{"", "x-own", "close, X-OWN ,,", "x-sum"}, "connection")
			want, length, kept, ok := unchunked(string(b), connection, mild)
			var c Chunked
			var trailers Trailers
			trailers.Begin([]Field{{[]byte("Connection"), []byte(connection)}, {[]byte("connectiom"), []byte("A")}})
			if keeps := rapid.Bool().Draw(t, "keeps"); keeps {
				c.Keep(&trailers)
			} else {
				kept = ""
			}
			if mild {
				c.Answer()
			}
			b = append(b, "GET "...)
			got, at, over := "", 0, false
			var failed *Error
			for _, cut := range inPieces(t, len(b)) {
				for !over && failed == nil {
					data, n, done, e := c.Next(b[at:cut])
					got, at, over, failed = got+string(data), at+n, done, e
					if n == 0 {
						break
					}
				}
			}
			lines := string(trailers.Lines())
			switch {
			case over != ok || ok && failed != nil:
				t.Fatalf("%.300q ends: %t, %v; it should: %t", b, over, failed, ok)
			case ok && (got != want || at != length || lines != kept):
				t.Fatalf("%.300q has %q, takes %d of %d, and keeps %q, not %q", b, got, at, length, lines, kept)
			case !ok && lines != "":
				t.Fatalf("%.300q is no content, and keeps %q", b, lines)
			}
			if ok {
				if data, n, done, e := c.Next(b[at:]); len(data)+n > 0 || !done || e != nil {
					t.Fatalf("behind the end %d bytes are taken: %t, %v", n, done, e)
				}
			}
		}
	})
}

// A size is any number below 2 to the 63, in 16 digits at most.
func TestPropChunkSizes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		size := pick(t, []uint64{1, 15, 16, 1 << 59, 1<<59 - 1, 1 << 62, 1<<63 - 1, 1<<63 - 16, 1 << 63, 1<<63 + 1, 1<<64 - 1}, "size")
		digits := strconv.FormatUint(size, 16)
		digits = strings.Repeat("0", choose(t, 18-len(digits), "zeros")) + digits
		var c Chunked
		b := []byte(digits + "\r\ndata")
		data, n, done, e := c.Next(b)
		fits := size < 1<<63 && len(digits) <= 16
		if (e == nil) != fits || done || fits && (n != len(digits)+2+len(data) || len(data) != int(min(size, 4))) || !fits && e != errChunkLarge {
			t.Fatalf("a chunk of %s: %q, %d, %t, %v", digits, data, n, done, e)
		}
		if c.Keeps() {
			t.Fatal("nobody keeps trailers")
		}
	})
}

// Lines that are taken in at once are kept as those that come byte by byte, and go on to
// whom they are given.
func TestPropTrailersAtOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var from, to Trailers
		for range 5 {
			section := drawSection(t)
			if trailerForm.FindString(section+"\r\n") != section+"\r\n" {
				continue
			}
			_, _, kept, _ := unchunked("0\r\n"+section+"\r\n", "x-own", true)
			from.Begin([]Field{{[]byte("CONNECTION"), []byte("close, x-own")}})
			if ok := from.Add([]byte(section)); ok != (len(section) <= MaxTrailers) {
				t.Fatalf("a section of %d bytes is taken: %t", len(section), ok)
			} else if !ok {
				if from.Lines() != nil {
					t.Fatal("a part of it is told")
				}
				continue
			}
			if len(section) > MaxTrailers-2 {
				continue // with its end it is too long for content
			}
			to.Take(&from)
			if string(to.Lines()) != kept || from.Lines() != nil || from.Digest(0) != new(Trailers).Digest(0) {
				t.Fatalf("%.300q goes on as %q, not %q, and %q is left", section, to.Lines(), kept, from.Lines())
			}
			if to.Reset(); to.Lines() != nil || to.Digest(0) != new(Trailers).Digest(0) {
				t.Fatalf("%q is left", to.Lines())
			}
		}
	})
}
