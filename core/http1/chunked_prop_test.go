package http1

import (
	"io"
	"net/http/httputil"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// chunkedContent draws content that is mostly sound.
var chunkedContent = rapid.Custom(func(t *rapid.T) string {
	return strings.Join(rapid.SliceOfN(rapid.SampledFrom([]string{
		"5\r\nhello\r\n", "1;a=b\r\nx\r\n", "00a\r\n0123456789\r\n", "0\r\n\r\n", "0\r\n", "\r\n", "\n", "\r", "A: b\r\n", "f", "3", " ", ";", "\x00",
	}), 0, 8).Draw(t, "parts"), "")
})

func TestPropChunkedCutsDoNotMatter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		content := chunkedContent.Draw(t, "content")
		data, taken, done, e := unchunk(content, max(1, len(content)))
		data1, taken1, done1, e1 := unchunk(content, rapid.IntRange(1, 9).Draw(t, "piece"))
		if e != e1 || done != done1 || e == nil && (taken != taken1 || data != data1) {
			t.Fatalf("whole: %q, %d, %v, %v\nin pieces: %q, %d, %v, %v", data, taken, done, e, data1, taken1, done1, e1)
		}
	})
}

func TestPropChunksComeBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var b []byte
		want := ""
		for _, chunk := range rapid.SliceOf(rapid.StringN(1, 300, -1)).Draw(t, "chunks") {
			b = append(append(AppendChunkHead(b, len(chunk)), chunk...), "\r\n"...)
			want += chunk
		}
		b = append(b, LastChunk...)
		data, taken, done, e := unchunk(string(b), rapid.IntRange(1, 100).Draw(t, "piece"))
		if data != want || taken != len(b) || !done || e != nil {
			t.Fatalf("%q of %q, %d of %d taken, done %v, %v", data, want, taken, len(b), done, e)
		}
	})
}

// stricterChunks are the refusals that net/http/httputil does not share. Its reader
// leaves the trailer section to its caller, and so all that is wrong in there.
var stricterChunks = map[*Error]string{
	errBareLF:       "RFC 9112 §2.2: LF alone may be taken for a line end",
	errBareCR:       "RFC 9112 §2.2: in an extension, net/http drops what it does not know unread",
	errChunkSize:    "RFC 9112 §7.1.1: whitespace behind the size is bad, and may be read past",
	errChunkExt:     "RFC 9112 §7.1.1: extensions are dropped there without a look at their bytes",
	errChunkExtLong: "RFC 9112 §7.1.1: both bound extensions, each in its own way",
	errChunkLarge:   "RFC 9112 §7.1: 17 digits with leading zeros are a size that fits; here 16 are the most",
	errChunkEnd:     "RFC 9112 §7.1: LF alone behind the data",
	errFold:         "RFC 9112 §7.1.2: trailers are left unread there",
	errName:         "RFC 9112 §7.1.2: as above",
	errNameEmpty:    "RFC 9112 §7.1.2: as above",
	errNameSpace:    "RFC 9112 §7.1.2: as above",
	errNoColon:      "RFC 9112 §7.1.2: as above",
	errValue:        "RFC 9112 §7.1.2: as above",
	errTrailerField: "RFC 9110 §6.5.1: as above",
	errTrailerLarge: "RFC 9112 §7.1.2: as above",
}

// sameChunks fails if content that is accepted here means something else to
// net/http/httputil, or if it accepts what is refused here for a reason that is not
// listed.
func sameChunks(t interface{ Fatalf(string, ...any) }, content string) {
	data, _, done, e := unchunk(content, max(1, len(content)))
	if e == nil && !done {
		return
	}
	theirs, err := io.ReadAll(httputil.NewChunkedReader(strings.NewReader(content)))
	switch {
	case e != nil && err == nil && stricterChunks[e] == "":
		t.Fatalf("%q is %q to net/http/httputil, and refused here: %v", content, theirs, e)
	case e == nil && (err != nil || string(theirs) != data):
		t.Fatalf("%q is %q here, and %q, %v to net/http/httputil", content, data, theirs, err)
	}
}

func TestPropChunkedAgreesWithNetHTTP(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) { sameChunks(t, chunkedContent.Draw(t, "content")) })
}
