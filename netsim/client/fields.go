package client

// Fields of a response, by RFC 9110. Some are owed with a status, some mean nothing
// beside another, and what describes a file is the same in each response that has
// it: a whole, a part, a head alone, or the news that nothing has changed.

import (
	"bytes"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"brigade/core/rt"
)

// single are the fields that come once at most (RFC 9110 §5.3).
var single = []string{
	"Date", "Server", "Content-Type", "Content-Range", "Etag", "Last-Modified", "Location", "Accept-Ranges",
}

// fields judges r's fields and returns what is wrong with them; empty: nothing.
func (c *Conn) fields(r *Response, w Want) string {
	for _, name := range single {
		if n := len(r.Header.Values(name)); n > 1 {
			return fmt.Sprintf("%d fields %s (RFC 9110 §5.3)", n, name)
		}
	}
	for _, name := range []string{"Date", "Last-Modified"} {
		if v := r.Header.Get(name); v != "" && !imf(v) {
			return fmt.Sprintf("%s: %s is no date in the preferred form (RFC 9110 §5.6.7)", name, v)
		}
	}
	if why := place(r, w); why != "" {
		return why
	}
	if c.fetched && r.Header.Get("X-Own") != "" {
		return "X-Own, which was for the proxy alone (RFC 9110 §7.6.1)"
	}
	if w.File == nil || w.File.Type == "" {
		return ""
	}
	if why := c.dated(r.Header.Get("Date"), rt.Now(), rt.Wall()); why != "" {
		return why
	}
	return c.described(r, w.File)
}

// dated judges the date of a response that is all there now: it was made since the
// connection was, unless the time of day was set meanwhile. Seconds are rounded, and
// clocks may be coarse.
func (c *Conn) dated(date string, now rt.Instant, wall time.Time) string {
	const slack = 2 * time.Second
	if date == "" {
		return "no Date from a server that has a clock (RFC 9110 §6.6.1)"
	}
	if c.stepped {
		return ""
	}
	step := wall.Sub(c.dawn) - now.Sub(c.dialed)
	if step.Abs() > 100*time.Millisecond {
		return ""
	}
	t, err := http.ParseTime(date)
	if err != nil || t.Before(c.dawn.Add(-slack)) || t.After(wall.Add(slack)) {
		return fmt.Sprintf("Date: %s, between %s and %s (RFC 9110 §6.6.1)", date, c.dawn.UTC().Format(http.TimeFormat), wall.UTC().Format(http.TimeFormat))
	}
	return ""
}

// imf reports whether v is a date as servers have to send it.
func imf(v string) bool {
	t, err := http.ParseTime(v)
	return err == nil && t.UTC().Format(http.TimeFormat) == v
}

// trails judges what has trailed a body. room: its framing lets something.
func trails(got, want http.Header, room bool) string {
	n := 0
	for name, values := range got {
		if len(values) == 0 {
			continue // it was announced
		}
		if n++; !slices.Equal(values, want[name]) {
			return fmt.Sprintf("%s: %q trails the body, not %q (RFC 9110 §6.5)", name, values, want[name])
		}
	}
	if room && n < len(want) {
		return fmt.Sprintf("%v trails the body, not %v (RFC 9110 §6.5)", got, want)
	}
	return ""
}

// place judges where r's content stands in the whole.
func place(r *Response, w Want) string {
	v := r.Header.Get("Content-Range")
	switch r.Status {
	case http.StatusPartialContent:
		several := strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/byteranges")
		switch {
		case several && v != "":
			return "Content-Range beside parts that have their own (RFC 9110 §15.3.7.2)"
		case several:
			return ""
		}
		var from, to, size int
		if n, err := fmt.Sscanf(v+"\n", "bytes %d-%d/%d\n", &from, &to, &size); n != 3 || err != nil || from > to || to >= size {
			return fmt.Sprintf("status 206 with Content-Range %q (RFC 9110 §15.3.7.1)", v)
		}
		if w.Method != http.MethodHead && to-from+1 != len(r.Body) {
			return fmt.Sprintf("Content-Range %q and content of %d bytes (RFC 9110 §14.4)", v, len(r.Body))
		}
		if f := w.File; f != nil && f.Type != "" && (size != len(f.Body) || !bytes.Equal(f.Body[from:to+1], r.Body)) {
			return fmt.Sprintf("Content-Range %q is not where the content stands in the %d bytes of %s", v, len(f.Body), f.Target)
		}
	case http.StatusRequestedRangeNotSatisfiable:
		if f := w.File; f != nil && f.Type != "" && v != "bytes */"+strconv.Itoa(len(f.Body)) {
			return fmt.Sprintf("status 416 of a file of %d bytes with Content-Range %q (RFC 9110 §15.5.17)", len(f.Body), v)
		}
	default:
		if v != "" {
			return fmt.Sprintf("status %d with Content-Range (RFC 9110 §14.4)", r.Status)
		}
	}
	return ""
}

// description is what responses have said of a file.
type description struct{ target, etag, modified string }

// described judges what r says of the file f.
func (c *Conn) described(r *Response, f *File) string {
	now := description{f.Target, r.Header.Get("Etag"), r.Header.Get("Last-Modified")}
	switch r.Status {
	case http.StatusMethodNotAllowed:
		if allow := r.Header.Get("Allow"); !strings.Contains(allow, "GET") || !strings.Contains(allow, "HEAD") {
			return fmt.Sprintf("status 405 with Allow %q (RFC 9110 §15.5.6)", allow)
		}
		return ""
	case http.StatusOK, http.StatusPartialContent:
		several := r.Status != http.StatusOK && strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/byteranges; boundary=")
		if v := r.Header.Get("Content-Type"); v != f.Type && !several {
			return fmt.Sprintf("%s has Content-Type %q, not %q (RFC 9110 §8.3)", f.Target, v, f.Type)
		}
	case http.StatusNotModified: // all that a cache needs to know which it is, §15.4.5
	default:
		return ""
	}
	if v := r.Header.Get("Accept-Ranges"); v != "bytes" {
		return fmt.Sprintf("%s has Accept-Ranges %q (RFC 9110 §14.3)", f.Target, v)
	}
	if len(now.etag) < 3 || now.etag[0] != '"' || now.etag[len(now.etag)-1] != '"' || now.modified == "" {
		return fmt.Sprintf("%s has ETag %q and Last-Modified %q (RFC 9110 §8.8)", f.Target, now.etag, now.modified)
	}
	if c.said == nil {
		return ""
	}
	said := *c.said
	i := slices.IndexFunc(said, func(d description) bool { return d.target == f.Target })
	if i < 0 {
		*c.said = append(said, now)
	} else if said[i] != now {
		return fmt.Sprintf("%s has ETag %s and Last-Modified %s; it had %s and %s, and is the same", f.Target, now.etag, now.modified, said[i].etag, said[i].modified)
	}
	return ""
}
