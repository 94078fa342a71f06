package http1

import (
	"bufio"
	"bytes"
	"io"
	"net/http"
	"strings"
	"testing"
)

func TestStatusLinesRFC9112Section4(t *testing.T) {
	for status := range 700 {
		line := string(AppendStatusLine(nil, status))
		if text := StatusText(status); text != "" {
			if text != http.StatusText(status) && status != 413 && status != 414 && status != 416 && status != 422 {
				t.Errorf("%d is %q, and %q to net/http", status, text, http.StatusText(status))
			}
			if want := "HTTP/1.1 " + string(AppendInt(nil, int64(status))) + " " + text + "\r\n"; line != want {
				t.Errorf("%q, want %q", line, want)
			}
		} else if want := "HTTP/1.1 " + strings.Repeat("0", 3-len(AppendInt(nil, int64(status)))) + string(AppendInt(nil, int64(status))) + " \r\n"; line != want {
			t.Errorf("%q, want %q (§4: the space stays when the reason is empty)", line, want)
		}
	}
	for _, status := range []int{200, 206, 301, 304, 400, 403, 404, 405, 408, 412, 413, 414, 416, 417, 431, 500, 501, 502, 503, 504, 505} {
		if StatusText(status) == "" {
			t.Errorf("%d has no reason phrase", status)
		}
	}
	for status, want := range map[int]bool{100: true, 204: true, 304: true, 200: false, 404: false} {
		if NoContent(status) != want {
			t.Errorf("NoContent(%d) is %v", status, !want)
		}
	}
}

func TestResponseHeadReadsBack(t *testing.T) {
	r := parse(t, curlHead)
	response, err := http.ReadResponse(bufio.NewReader(bytes.NewReader(append(appendFileHead(nil, r), make([]byte, 12345)...))), nil)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"Date": "Sun, 06 Nov 1994 08:49:37 GMT", "Last-Modified": "Sun, 06 Nov 1994 08:49:37 GMT",
		"Content-Type": "text/html; charset=utf-8", "ETag": `"5d-3f2a1c"`, "Connection": "",
	} {
		if got := response.Header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	if response.ContentLength != 12345 || response.StatusCode != 200 {
		t.Errorf("%d with %d bytes", response.StatusCode, response.ContentLength)
	}
}

func TestChunkedResponseReadsBack(t *testing.T) {
	b := AppendEnd(AppendChunkedCoding(AppendStatusLine(nil, 200)))
	b = append(append(AppendChunkHead(b, 26), "abcdefghijklmnopqrstuvwxyz\r\n"...), LastChunk...)
	response, err := http.ReadResponse(bufio.NewReader(strings.NewReader(Continue+string(b))), nil)
	if err != nil || response.StatusCode != 100 {
		t.Fatalf("the interim response: %v", err)
	}
	response, err = http.ReadResponse(bufio.NewReader(bytes.NewReader(b)), nil)
	if err != nil {
		t.Fatal(err)
	}
	if body, err := io.ReadAll(response.Body); err != nil || len(body) != 26 {
		t.Errorf("%q, %v", body, err)
	}
}

func TestAppendConnectionRFC9112Section9_3(t *testing.T) {
	one, zero := get(t), parse(t, "GET / HTTP/1.0\r\n\r\n")
	for _, c := range []struct {
		r          *Request
		persistent bool
		want       string
	}{
		{one, true, ""},
		{one, false, "Connection: close\r\n"},
		{zero, true, "Connection: keep-alive\r\n"},
		{zero, false, "Connection: close\r\n"},
	} {
		if got := string(AppendConnection(nil, c.r, c.persistent)); got != c.want {
			t.Errorf("HTTP/1.%d, persistent %v: %q", c.r.Minor, c.persistent, got)
		}
	}
}

func TestErrorResponse(t *testing.T) {
	b := AppendErrorResponse(nil, errBareLF, ErrorResponse{Now: then, Close: true})
	const want = "HTTP/1.1 400 Bad Request\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n" +
		"Content-Type: text/plain; charset=utf-8\r\nX-Content-Type-Options: nosniff\r\nContent-Length: 81\r\nConnection: close\r\n\r\n" +
		"400 Bad Request: a line ends with LF alone; lines end with CRLF (RFC 9112 §2.2)\n"
	if string(b) != want {
		t.Errorf("got\n%s\nwant\n%s", b, want)
	}
	head := AppendErrorResponse(nil, ErrMethodNotAllowed, ErrorResponse{Now: then, Allow: "GET, HEAD", Head: true, Retry: 5})
	for _, part := range []string{"405 Method", "\r\nAllow: GET, HEAD\r\n", "\r\nRetry-After: 5\r\n"} {
		if !bytes.Contains(head, []byte(part)) {
			t.Errorf("%q is not in %s", part, head)
		}
	}
	if !bytes.HasSuffix(head, []byte("\r\n\r\n")) {
		t.Error("RFC 9110 §9.3.2: the response to HEAD has a body")
	}
}

func TestEveryErrorCanBeSent(t *testing.T) {
	errors := []*Error{
		ErrForbidden, ErrNotFound, ErrMethodNotAllowed, ErrTimeout, ErrPrecondition, ErrContentTooLarge, ErrRange,
		ErrInternal, ErrMethodUnknown, ErrBadGateway, ErrOverloaded, ErrGatewayTimeout, errPathNUL, errPathSeparator, errPathRoot,
	}
	for _, c := range refusals {
		errors = append(errors, c.want)
	}
	for _, e := range errors {
		response, err := http.ReadResponse(bufio.NewReader(bytes.NewReader(AppendErrorResponse(nil, e, ErrorResponse{Close: true}))), nil)
		if err != nil {
			t.Errorf("%v: %v", e, err)
			continue
		}
		body, err := io.ReadAll(response.Body)
		if err != nil || response.StatusCode != e.Status || StatusText(e.Status) == "" || !strings.Contains(string(body), e.Error()) {
			t.Errorf("%v: %d %q, %v", e, response.StatusCode, body, err)
		}
		if e.Clause[:4] != "RFC " || strings.ContainsAny(e.Reason, "\r\n\t") {
			t.Errorf("%q of %q is no line with a clause", e.Reason, e.Clause)
		}
	}
}

func TestContentType(t *testing.T) {
	for path, want := range map[string]string{
		"index.html": "text/html; charset=utf-8", "A.HTM": "text/html; charset=utf-8", "a/b.CSS": "text/css; charset=utf-8",
		"x.js": "text/javascript; charset=utf-8", "x.mjs": "text/javascript; charset=utf-8", "x.json": "application/json",
		"x.svg": "image/svg+xml", "x.png": "image/png", "x.JPG": "image/jpeg", "x.jpeg": "image/jpeg", "x.gif": "image/gif",
		"x.webp": "image/webp", "x.avif": "image/avif", "favicon.ico": "image/vnd.microsoft.icon",
		"x.txt": "text/plain; charset=utf-8", "README.md": "text/markdown; charset=utf-8", "x.xml": "text/xml; charset=utf-8",
		"x.pdf": "application/pdf", "x.wasm": "application/wasm", "x.woff2": "font/woff2", "x.woff": "font/woff", "x.ttf": "font/ttf",
		"x.mp4": "video/mp4", "x.webm": "video/webm", "x.mp3": "audio/mpeg", "x.ogg": "audio/ogg", "x.zip": "application/zip",
		"x.tar.gz": "application/gzip", "x.csv": "text/csv; charset=utf-8", "x.ics": "text/calendar; charset=utf-8",
		"x.xhtml": "application/xhtml+xml", "x.atom": "application/atom+xml", "x.rss": "application/rss+xml",
		"x.yml": "application/yaml", "x.rtf": "application/rtf", "x.epub": "application/epub+zip", "x.apng": "image/apng",
		"x.bmp": "image/bmp", "x.tiff": "image/tiff", "x.otf": "font/otf", "x.ogv": "video/ogg", "x.mov": "video/quicktime",
		"x.m4a": "audio/mp4", "x.wav": "audio/wav", "x.flac": "audio/flac", "x.aac": "audio/aac", "x.vtt": "text/vtt; charset=utf-8",
		"x.zst": "application/zstd", "x.tar": "application/x-tar", "x.bz2": "application/x-bzip2", "x.xz": "application/x-xz",
		"x.7z": "application/x-7z-compressed", "x.bin": OctetStream, "app.webmanifest": "application/manifest+json",
		"": OctetStream, "html": OctetStream, "a.html/b": OctetStream, "a.": OctetStream, "x.thisisnotatype": OctetStream, ".html": "text/html; charset=utf-8",
	} {
		if got := ContentType([]byte(path)); got != want {
			t.Errorf("%q is %s, want %s", path, got, want)
		}
	}
}
