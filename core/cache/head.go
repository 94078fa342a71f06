package cache

// The head of a stored response: a text that http1.Answer parses, of the fields that are
// stored (RFC 9111 §3.1), without those that frame its content, which is stored unframed,
// and without Age, which is told anew each time. What announces trailers is stored if some
// may come. A 304 brings it up to date (§3.2, §4.3.4).

import (
	"strconv"

	"brigade/core/http1"
)

// never are fields that are not stored, beside those of the hop.
var never = [...]string{"content-length", "age", "proxy-authenticate", "proxy-authentication-info", "proxy-authorization"}

// bound are fields that belong to the content as it is stored: a 304 does not change them.
var bound = [...]string{"content-encoding", "content-type", "content-range", "content-length", "etag", "content-location", "trailer"}

func among(name []byte, list []string) bool {
	for _, s := range list {
		if is(name, s) {
			return true
		}
	}
	return false
}

// AppendHead appends the head of a, which came at now, in seconds since 1970.
func AppendHead(dst []byte, a *http1.Answer, now int64) []byte {
	dst = begin(dst, a.Status)
	dated := false
	for i := range a.Fields {
		if f := &a.Fields[i]; stored(a, f.Name) {
			dated = dated || is(f.Name, "date")
			dst = line(dst, f)
		}
	}
	if !dated { // RFC 9110 §6.6.1
		dst = append(http1.AppendDate(append(dst, "Date: "...), now), "\r\n"...)
	}
	return append(dst, "\r\n"...)
}

// AppendUpdated appends the head of a stored response, brought up to date by a 304, which
// came at now.
func AppendUpdated(dst []byte, old, fresh *http1.Answer, now int64) []byte {
	dst = begin(dst, old.Status)
	dated := false
	for i := range fresh.Fields {
		if f := &fresh.Fields[i]; updates(fresh, f.Name) {
			dated = dated || is(f.Name, "date")
			dst = line(dst, f)
		}
	}
	if !dated {
		dst = append(http1.AppendDate(append(dst, "Date: "...), now), "\r\n"...)
	}
	for i := range old.Fields {
		f := &old.Fields[i]
		if !is(f.Name, "date") && !has(fresh, f.Name) {
			dst = line(dst, f)
		}
	}
	return append(dst, "\r\n"...)
}

// has reports whether a 304 brings a field of that name up to date.
func has(a *http1.Answer, name []byte) bool {
	for i := range a.Fields {
		if f := &a.Fields[i]; len(f.Name) == len(name) && updates(a, f.Name) && equalFold(f.Name, name) {
			return true
		}
	}
	return false
}

func updates(a *http1.Answer, name []byte) bool { return stored(a, name) && !among(name, bound[:]) }

func stored(a *http1.Answer, name []byte) bool {
	return !a.HopByHop(name) && !among(name, never[:]) && (a.Chunked || !is(name, "trailer"))
}

func begin(dst []byte, status int) []byte {
	return append(strconv.AppendInt(append(dst, "HTTP/1.1 "...), int64(status), 10), "\r\n"...)
}

func line(dst []byte, f *http1.Field) []byte {
	return append(append(append(append(dst, f.Name...), ": "...), f.Value...), "\r\n"...)
}

// equalFold is bytes.EqualFold for names, which are ASCII.
func equalFold(a, b []byte) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		x, y := a[i], b[i]
		if x|0x20 >= 'a' && x|0x20 <= 'z' {
			x, y = x|0x20, y|0x20
		}
		if x != y {
			return false
		}
	}
	return true
}
