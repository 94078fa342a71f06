package http1

import (
	"strings"
	"testing"
)

// In the steady state nothing is allocated, neither for what is accepted nor for
// what is refused.
func TestNothingIsAllocated(t *testing.T) {
	var (
		r        Request
		curl     = []byte(curlHead)
		browser  = []byte(browserHead)
		absolute = []byte("GET http://[2001:db8::1]:80/a?b HTTP/1.1\r\nHost: [2001:db8::1]:80\r\n\r\n")
		post     = []byte("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n")
		bad      = []byte("GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n")
		target   = []byte("/static/a%20b/../app.3f2a1c.js?v=17")
		value    = []byte("bytes=0-1, 4-5, -1")
		content  = []byte("5;a=b\r\nhello\r\n0\r\nA: b\r\n\r\n")
		dates    = [][]byte{[]byte("Sun, 06 Nov 1994 08:49:37 GMT"), []byte("Sunday, 06-Nov-94 08:49:37 GMT"), []byte("Sun Nov  6 08:49:37 1994")}
		etag     = []byte(`"3f2a1c-5d"`)
		dst      = make([]byte, 0, 1024)
		ranges   = make([]Range, 0, MaxRanges)
		name     = []byte("a/" + strings.Repeat("b", 50) + ".WOFF2")
	)
	for _, c := range []struct {
		name string
		f    func()
	}{
		{"Parse, 5 fields", func() { _, _ = r.Parse(curl, 0, nil) }},
		{"Parse, 13 fields, in two parts", func() { _, _ = r.Parse(browser[:90], 0, nil); _, _ = r.Parse(browser, 90, nil) }},
		{"Parse, absolute form", func() { _, _ = r.Parse(absolute, 0, nil) }},
		{"Parse, chunked content", func() { _, _ = r.Parse(post, 0, nil) }},
		{"Parse, refused", func() { _, _ = r.Parse(bad, 0, nil) }},
		{"Get and HopByHop", func() { _, _ = r.Parse(curl, 0, nil); _ = r.Get("accept"); _ = r.HopByHop(name) }},
		{"DecodePath", func() { _, _ = DecodePath(dst, target) }},
		{"ParseRange", func() { _, _ = ParseRange(value, 100, ranges) }},
		{"multipart", func() {
			dst = AppendPartHead(dst[:0], "b", "text/plain", Range{1, 2}, 3)
			dst = AppendPartsEnd(dst, "b")
		}},
		{"response head", func() { dst = appendFileHead(dst[:0], &r) }},
		{"error response", func() { dst = AppendErrorResponse(dst[:0], errBareLF, ErrorResponse{}) }},
		{"ContentType", func() { _ = ContentType(name) }},
		{"dates", func() {
			for _, d := range dates {
				_, _ = ParseDate(d, now)
			}
		}},
		{"Evaluate", func() { _, _ = r.Parse(browser, 0, nil); _ = r.Evaluate(etag, then, now) }},
		{"Chunked", func() {
			c, rest := Chunked{}, content
			for done := false; !done; {
				var n int
				_, n, done, _ = c.Next(rest)
				rest = rest[n:]
			}
		}},
	} {
		if n := testing.AllocsPerRun(100, c.f); n != 0 {
			t.Errorf("%s: %v allocations", c.name, n)
		}
	}
}
