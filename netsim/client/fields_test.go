package client

// What fields of a response are blamed for.

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"brigade/core/rt"
)

var described = &File{Target: "/a.txt", Body: []byte("0123456789"), Type: "text/plain"}

// answer is a response with fields, one a line; + begins those of a file that is known.
func answer(status int, body, fields string) *Response {
	h := make(http.Header)
	if rest, known := strings.CutPrefix(fields, "+"); known {
		fields = "Date: Mon, 21 Nov 2011 14:00:00 GMT\nContent-Type: text/plain\nETag: \"x\"\n" +
			"Last-Modified: Sun, 20 Nov 2011 12:00:00 GMT\nAccept-Ranges: bytes" + rest
	}
	for line := range strings.Lines(fields) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), ": ")
		if value == "-" {
			h.Del(name)
		} else if v, sets := strings.CutPrefix(value, "= "); sets {
			h.Set(name, v)
		} else {
			h.Add(name, value)
		}
	}
	return &Response{Status: status, Header: h, Body: []byte(body)}
}

func TestFields(t *testing.T) {
	for _, x := range []struct {
		why    string // a part of what is said; empty: nothing
		status int
		body   string
		fields string
		file   *File
	}{
		{"", 200, "0123456789", "+", described},
		{"", 206, "23", "+\nContent-Range: bytes 2-3/10", described},
		{"", 206, "parts", "+\nContent-Type: = multipart/byteranges; boundary=x", described},
		{"", 304, "", "+\nContent-Type: -", described},
		{"", 416, "", "+\nContent-Range: bytes */10", described},
		{"", 405, "", "Date: Mon, 21 Nov 2011 14:00:00 GMT\nAllow: GET, HEAD", described},
		{"", 404, "", "", &File{Target: "/none", Status: 404}},
		{"", 200, "anything", "Content-Type: x/y", nil},
		{"2 fields Etag", 200, "", "ETag: \"a\"\nETag: \"b\"", nil},
		{"preferred form", 200, "", "Date: Monday, 21-Nov-11 14:00:00 GMT", nil},
		{"no Date", 200, "0123456789", "+\nDate: -", described},
		{"status 206 with Content-Range \"\"", 206, "23", "+", described},
		{"status 206 with", 206, "23", "+\nContent-Range: bytes 3-2/10", described},
		{"content of 1 bytes", 206, "2", "+\nContent-Range: bytes 2-3/10", described},
		{"where the content stands", 206, "24", "+\nContent-Range: bytes 2-3/10", described},
		{"where the content stands", 206, "23", "+\nContent-Range: bytes 2-3/11", described},
		{"parts that have their own", 206, "", "Content-Type: multipart/byteranges; boundary=x\nContent-Range: bytes 2-3/10", nil},
		{"416 of a file", 416, "", "+\nContent-Range: bytes */9", described},
		{"200 with Content-Range", 200, "0123456789", "+\nContent-Range: bytes 0-9/10", described},
		{"Allow", 405, "", "+\nAllow: GET", described},
		{"Content-Type \"\"", 200, "0123456789", "+\nContent-Type: -", described},
		{"Content-Type \"\"", 206, "23", "+\nContent-Type: -\nContent-Range: bytes 2-3/10", described},
		{"Accept-Ranges", 200, "0123456789", "+\nAccept-Ranges: -", described},
		{"Last-Modified \"\"", 304, "", "+\nLast-Modified: -", described},
		{"it had \"x\"", 200, "0123456789", "+\nETag: = \"y\"", described},
	} {
		c := &Conn{dawn: time.Date(2011, 11, 21, 14, 0, 0, 0, time.UTC).Add(-time.Hour), dialed: rt.Now(), said: &[]description{{"/a.txt", `"x"`, "Sun, 20 Nov 2011 12:00:00 GMT"}}}
		got := c.fields(answer(x.status, x.body, x.fields), Want{File: x.file})
		if x.why == "" && got != "" || !strings.Contains(got, x.why) {
			t.Errorf("status %d, %q: %q, want %q", x.status, x.fields, got, x.why)
		}
	}
}

func TestDated(t *testing.T) {
	dawn := time.Date(2011, 11, 21, 14, 0, 0, 0, time.UTC)
	c := &Conn{dialed: 5, dawn: dawn}
	at := func(d time.Duration) string { return dawn.Add(d).Format(http.TimeFormat) }
	for _, x := range []struct {
		date string
		wall time.Duration // of the minute that has passed
		ok   bool
	}{
		{at(0), time.Minute, true},
		{at(time.Minute), time.Minute, true},
		{at(-time.Second), time.Minute, true},
		{at(-10 * time.Second), time.Minute, false},
		{at(70 * time.Second), time.Minute, false},
		{"", time.Minute, false},
		{at(-10 * time.Second), 2 * time.Minute, true},
		{at(-10 * time.Second), -time.Minute, true},
	} {
		if why := c.dated(x.date, rt.Instant(5).Add(time.Minute), dawn.Add(x.wall)); (why == "") != x.ok {
			t.Errorf("%s when it was %v later: %q", x.date, x.wall, why)
		}
	}
}

// The whole of a file that was not asked for is another's answer; a part, or a few
// bytes that are alike, is not.
func TestAnothers(t *testing.T) {
	c := &Conn{files: []File{*described, {Target: "/b", Body: []byte("abcdefghij")}, {Target: "/c", Body: []byte("1")}}}
	for _, x := range []struct{ body, want string }{
		{"abcdefghij", "/b"}, {"abcde", ""}, {"0123456789", ""}, {"1", ""},
	} {
		if got := c.anothers(answer(200, x.body, ""), Want{Body: described.Body, File: described}); got != x.want {
			t.Errorf("%s: %q, want %q", x.body, got, x.want)
		}
	}
}
