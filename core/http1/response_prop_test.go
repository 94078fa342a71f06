package http1

// What is written is read again by net/http, and means there what it was written for.

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestPropFieldStaysOneLineRFC9110Section5_5(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		value := rapid.SliceOf(rapid.SampledFrom([]byte{'\r', '\n', 0, ' ', '\t', 'a', ':', 0xff})).Draw(t, "value")
		before := bytes.Clone(value)
		b := AppendField([]byte("HTTP/1.1 200 OK\r\n"), "X", value)
		if s := AppendFieldString([]byte("HTTP/1.1 200 OK\r\n"), "X", string(value)); !bytes.Equal(b, s) {
			t.Fatalf("as a string %q, as bytes %q", s, b)
		}
		if bytes.Count(b, []byte("\n")) != 2 || bytes.Count(b, []byte("\r")) != 2 || bytes.IndexByte(b, 0) >= 0 {
			t.Fatalf("%q", b)
		}
		if !bytes.Equal(value, before) {
			t.Fatalf("the caller's value was changed to %q", value)
		}
	})
}

// Every status has three digits, and the reason that net/http knows, or none.
func TestPropStatusLines(t *testing.T) {
	renamed := map[int]string{413: "Content Too Large", 414: "URI Too Long", 416: "Range Not Satisfiable", 422: "Unprocessable Content"}
	for status := range 1100 {
		line, text := string(AppendStatusLine([]byte("before "), status)), StatusText(status)
		if want := fmt.Sprintf("before HTTP/1.1 %03d %s\r\n", status%1000, text); line != want {
			t.Fatalf("%d is %q, not %q", status, line, want)
		}
		if theirs := http.StatusText(status); text != "" && text != theirs && text != renamed[status] {
			t.Fatalf("%d is %q, and %q to net/http", status, text, theirs)
		}
		if want := status < 200 || status == 204 || status == 304; NoContent(status) != want {
			t.Fatalf("%d has no content: %t", status, !want)
		}
	}
	if StatusText(-1) != "" || StatusText(511) == "" || StatusText(100) == "" {
		t.Error("the ends of the table are not where they should be")
	}
}

func TestPropErrorResponsesReadBack(t *testing.T) {
	errors := []*Error{ErrOverloaded, ErrMethodNotAllowed, errBareLF, ErrRange, errAnswerLine, ErrHeadTooLarge, ErrMethodUnknown, errPathRoot}
	rapid.Check(t, func(t *rapid.T) {
		e := pick(t, errors, "error")
		o := ErrorResponse{
			Now: rapid.Int64Range(0, 4e9).Draw(t, "now"), Allow: pick(t, []string{"", "GET, HEAD"}, "allow"),
			Head: rapid.Bool().Draw(t, "head"), Close: rapid.Bool().Draw(t, "close"), Retry: rapid.Int64Range(0, 2).Draw(t, "retry"),
		}
		request := &http.Request{Method: "GET"}
		if o.Head {
			request.Method = "HEAD"
		}
		in := bufio.NewReader(bytes.NewReader(append(AppendErrorResponse(nil, e, o), "behind"...)))
		r, err := http.ReadResponse(in, request)
		if err != nil {
			t.Fatal(err)
		}
		want := e.Error() + "\n"
		body, err := io.ReadAll(r.Body)
		rest, _ := io.ReadAll(in)
		switch {
		case err != nil || string(rest) != "behind":
			t.Fatalf("%v, and %q is left", err, rest)
		case r.ContentLength != int64(len(fmt.Sprintf("%d %s: ", e.Status, StatusText(e.Status))+want)):
			t.Fatalf("%d bytes are announced", r.ContentLength)
		case o.Head != (len(body) == 0), !o.Head && !strings.HasSuffix(string(body), ": "+want):
			t.Fatalf("the content is %q", body)
		}
		retry := ""
		if o.Retry > 0 {
			retry = strconv.FormatInt(o.Retry, 10)
		}
		if r.Close != o.Close || r.StatusCode != e.Status || r.Header.Get("Retry-After") != retry ||
			r.Header.Get("Allow") != o.Allow || r.Header.Get("Date") != time.Unix(o.Now, 0).UTC().Format(http.TimeFormat) ||
			(r.Header["Allow"] == nil) != (o.Allow == "") {
			t.Fatalf("%+v is read as %v", o, r.Header)
		}
	})
}

// The parts of a multipart response are those that were asked for, and the whole is as
// long as was announced.
func TestPropMultipartReadsBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		file := strings.Repeat("0123456789", rapid.IntRange(1, 101).Draw(t, "tens"))
		size := int64(len(file))
		var ranges []Range
		for range rapid.IntRange(1, MaxRanges).Draw(t, "ranges") {
			start := rapid.OneOf(rapid.Int64Range(0, size-1), rapid.SampledFrom([]int64{0, min(9, size-1), min(99, size-1)})).Draw(t, "start")
			ranges = append(ranges, Range{start, rapid.Int64Range(1, size-start).Draw(t, "length")})
		}
		chance := rapid.Uint64().Draw(t, "chance")
		boundary := Boundary(func() uint64 { chance = chance*6364136223846793005 + 1442695040888963407; return chance })
		if len(boundary) != 24 || strings.Trim(boundary, "0123456789abcdef") != "" || chance != 0 && boundary[:12] == boundary[12:] {
			t.Fatalf("the boundary is %q", boundary)
		}
		kind := rapid.StringMatching("[a-z]{1,9}/[a-z]{1,9}").Draw(t, "type")
		var b []byte
		for _, r := range ranges {
			b = append(AppendPartHead(b, boundary, kind, r, size), file[r.Start:r.Start+r.Length]...)
		}
		b = AppendPartsEnd(b, boundary)
		if want := MultipartLength(boundary, kind, ranges, size); int64(len(b)) != want {
			t.Fatalf("%d bytes were written, and %d announced", len(b), want)
		}
		in := multipart.NewReader(bytes.NewReader(b), boundary)
		for _, r := range ranges {
			part, err := in.NextRawPart()
			if err != nil {
				t.Fatal(err)
			}
			data, err := io.ReadAll(part)
			place := fmt.Sprintf("bytes %d-%d/%d", r.Start, r.Start+r.Length-1, size)
			if err != nil || string(data) != file[r.Start:r.Start+r.Length] || part.Header.Get("Content-Range") != place || part.Header.Get("Content-Type") != kind {
				t.Fatalf("%v is read as %q of %v, %v", r, data, part.Header, err)
			}
		}
		if _, err := in.NextRawPart(); err != io.EOF {
			t.Fatalf("behind the last part: %v", err)
		}
	})
}

// A name's extension tells its type in any case, whatever stands before it.
func TestPropContentTypes(t *testing.T) {
	types := map[string]string{"html": "text/html; charset=utf-8", "webmanifest": "application/manifest+json", "gz": "application/gzip", "7z": "application/x-7z-compressed", "png": "image/png"}
	rapid.Check(t, func(t *rapid.T) {
		stem := pick(t, []string{"", "a", "a.b", "d.gz/", "d/a", "."}, "stem")
		extension := pick(t, []string{"html", "webmanifest", "webmanifestx", "gz", "7z", "png", "htmlhtmlhtml", "x/html", ""}, "extension")
		want := types[extension]
		if want == "" {
			want = OctetStream
		}
		if rapid.Bool().Draw(t, "capitals") {
			extension = strings.ToUpper(extension)
		}
		if got := ContentType([]byte(stem + "." + extension)); got != want {
			t.Fatalf("%s.%s is %s, not %s", stem, extension, got, want)
		}
	})
}
