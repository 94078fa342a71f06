package http1

import (
	"strings"
	"testing"
)

// unchunk reads content that arrives in pieces of the given size, and returns its
// data, how many bytes it took, and how it ended.
func unchunk(content string, piece int) (data string, taken int, done bool, e *Error) {
	var c Chunked
	var all strings.Builder
	b := []byte(content)
	for end := min(piece, len(b)); ; end = min(end+piece, len(b)) {
		for {
			d, n, fin, err := c.Next(b[taken:end])
			all.Write(d)
			taken += n
			if fin || err != nil {
				return all.String(), taken, fin, err
			}
			if n == 0 {
				break
			}
		}
		if end == len(b) {
			return all.String(), taken, false, nil
		}
	}
}

func TestChunkedRFC9112Section7_1(t *testing.T) {
	for _, c := range []struct{ name, content, data, rest string }{
		{"no chunk", "0\r\n\r\n", "", ""},
		{"one chunk", "5\r\nhello\r\n0\r\n\r\n", "hello", ""},
		{"two chunks and what is behind them", "5\r\nhello\r\n6\r\n world\r\n0\r\n\r\nGET /", "hello world", "GET /"},
		{"digits in both cases, leading zeros", "00a\r\n0123456789\r\n0B\r\n0123456789a\r\n000\r\n\r\n", "01234567890123456789a", ""},
		{"data that looks like framing", "7\r\n\r\n0\r\n\r\n\r\n0\r\n\r\n", "\r\n0\r\n\r\n", ""},
		{"§7.1.1 extensions", "1;a=b;c=\"d;e\"\r\nx\r\n0;last\r\n\r\n", "x", ""},
		{"§7.1.2 trailers with names like those that may not be", "0\r\nHosts: b\r\nTransfer-Encodings: x\r\nTransfer-Encoding-: x\r\nContent-Lengt: x\r\n\r\n", "", ""},
		{"§7.1.2 trailers", "1\r\nx\r\n0\r\nA: b\r\nC:\r\n\r\n", "x", ""},
	} {
		for piece := 1; piece <= len(c.content); piece++ {
			data, taken, done, e := unchunk(c.content, piece)
			if e != nil || !done || data != c.data || c.content[taken:] != c.rest {
				t.Errorf("%s, %d bytes at a time: %q, %d taken, done %v, %v", c.name, piece, data, taken, done, e)
			}
		}
	}
}

// refusedChunks are contents that are none, with the refusal they meet.
var refusedChunks = []struct {
	name, content string
	want          *Error
}{
	{"RFC 9112 §7.1 no size", "\r\n", errChunkSize},
	{"RFC 9112 §7.1 extension alone", ";a\r\n", errChunkSize},
	{"RFC 9112 §7.1 no digit", "g\r\n", errChunkSize},
	{"RFC 9112 §7.1 sign", "+5\r\nhello", errChunkSize},
	{"RFC 9112 §7.1 prefix", "0x5\r\nhello", errChunkSize},
	{"RFC 9112 §7.1 underscore", "1_0\r\n", errChunkSize},
	{"RFC 9112 §7.1.1 space behind the size", "5 \r\nhello\r\n", errChunkSize},
	{"RFC 9112 §7.1.1 space before an extension", "5 ;a\r\nhello\r\n", errChunkSize},
	{"RFC 9112 §7.1 space before the size", " 5\r\nhello\r\n", errChunkSize},
	{"RFC 9112 §7.1 64 bits", "8000000000000000\r\n", errChunkLarge},
	{"RFC 9112 §7.1 65 bits", "10000000000000000\r\n", errChunkLarge},
	{"RFC 9112 §7.1 zeros without end", strings.Repeat("0", 17), errChunkLarge},
	{"RFC 9112 §7.1 LF behind the size", "5\nhello", errBareLF},
	{"RFC 9112 §7.1 CR behind the size", "5\rhello", errBareCR},
	{"RFC 9112 §7.1.1 LF in an extension", "5;a\nhello", errBareLF},
	{"RFC 9112 §7.1.1 CR in an extension", "5;a\rb\r\n", errBareCR},
	{"RFC 9112 §7.1.1 NUL in an extension", "5;\x00\r\n", errChunkExt},
	{"RFC 9112 §7.1.1 long extension", "5;" + strings.Repeat("a", maxChunkExt), errChunkExtLong},
	{"RFC 9112 §7.1.1 many extensions", strings.Repeat("1;"+strings.Repeat("a", 250)+"\r\nx\r\n", 80), errChunkExtLong},
	{"RFC 9112 §7.1 data too long", "5\r\nhello!\r\n", errChunkEnd},
	{"RFC 9112 §7.1 LF behind the data", "5\r\nhello\n0\r\n\r\n", errChunkEnd},
	{"RFC 9112 §7.1 CR behind the data", "5\r\nhello\r0\r\n\r\n", errChunkEnd},
	{"RFC 9112 §7.1.2 LF ends the trailers", "0\r\n\n", errBareLF},
	{"RFC 9112 §7.1.2 CR ends the trailers", "0\r\n\rX", errBareCR},
	{"RFC 9112 §7.1.2 folded trailer", "0\r\nA: b\r\n c\r\n\r\n", errFold},
	{"RFC 9112 §7.1.2 trailer without colon", "0\r\nA\r\n\r\n", errNoColon},
	{"RFC 9112 §7.1.2 trailer without name", "0\r\n: b\r\n\r\n", errNameEmpty},
	{"RFC 9112 §7.1.2 space before the colon", "0\r\nA : b\r\n\r\n", errNameSpace},
	{"RFC 9112 §7.1.2 name no token", "0\r\nA(: b\r\n\r\n", errName},
	{"RFC 9112 §7.1.2 LF in a name", "0\r\nA\n: b\r\n\r\n", errBareLF},
	{"RFC 9112 §7.1.2 LF in a value", "0\r\nA: b\n\r\n", errBareLF},
	{"RFC 9112 §7.1.2 CR in a value", "0\r\nA: b\rc\r\n", errBareCR},
	{"RFC 9112 §7.1.2 NUL in a value", "0\r\nA: \x00\r\n", errValue},
	{"RFC 9110 §6.5.1 a length behind the content", "0\r\ncontent-LENGTH: 5\r\n\r\n", errTrailerField},
	{"RFC 9110 §6.5.1 a coding behind the content", "0\r\nA: b\r\nTransfer-Encoding: chunked\r\n\r\n", errTrailerField},
	{"RFC 9110 §6.5.1 a host behind the content", "0\r\nHost:\r\n\r\n", errTrailerField},
	{"RFC 9112 §7.1.2 long trailers", "0\r\nA: " + strings.Repeat("b", maxTrailerBytes), errTrailerLarge},
}

func TestRefusedChunks(t *testing.T) {
	for _, c := range refusedChunks {
		for _, piece := range []int{1, 7, len(c.content)} {
			if _, _, done, e := unchunk(c.content, piece); e != c.want || done {
				t.Errorf("%s, %d bytes at a time: done %v, %v, want %v", c.name, piece, done, e, c.want)
			}
		}
	}
}

func TestChunkedStaysFailed(t *testing.T) {
	var c Chunked
	for _, s := range []string{"x", "0\r\n\r\n", ""} {
		if _, n, done, e := c.Next([]byte(s)); n != 0 || done || e != errChunkSize {
			t.Errorf("after a failure, %q: %d, %v, %v", s, n, done, e)
		}
	}
}

func TestChunkedStaysDone(t *testing.T) {
	var c Chunked
	for _, s := range []string{"0\r\n\r\n", "0\r\n\r\n", ""} {
		_, n, done, e := c.Next([]byte(s))
		if !done || e != nil {
			t.Errorf("%q: %d, %v, %v", s, n, done, e)
		}
		if s = "not its bytes"; n > 5 {
			t.Errorf("%s were taken: %d", s, n)
		}
	}
}

func TestManySmallChunksAreNoAbuse(t *testing.T) {
	content := strings.Repeat("1\r\nx\r\n", 100_000) + "0\r\n\r\n"
	if data, _, done, e := unchunk(content, len(content)); !done || e != nil || len(data) != 100_000 {
		t.Errorf("%d bytes, done %v, %v", len(data), done, e)
	}
}
