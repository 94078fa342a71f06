package grammar

// A request in parts, RFC 9112 §2.1: each production that a mutation may change is
// a part of its own.

import (
	"bytes"
	"fmt"
	"strings"
)

// Source draws a number from 0 to n-1; label says what for.
type Source func(label string, n int) int

// field is a field line.
type field struct{ name, colon, value, end string }

// Request is a request in parts.
type Request struct {
	Method string // as the server understands it
	lead   string // before the request line
	method string // as it is written
	space1 string
	target string
	space2 string
	proto  string
	end    string // of the request line
	fields []field
	blank  string // the empty line
	// Content as it is sent, with chunk framing if it is chunked.
	content []byte
	chunked bool
}

// Text is the request as it is sent.
func (r *Request) Text() []byte {
	b := []byte(r.lead + r.method + r.space1 + r.target + r.space2 + r.proto + r.end)
	for _, f := range r.fields {
		b = append(b, f.name+f.colon+f.value+f.end...)
	}
	return append(append(b, r.blank...), r.content...)
}

// HeadSize is how much of the text is the head.
func (r *Request) HeadSize() int { return len(r.Text()) - len(r.content) }

// LineSize is how much of the head is the request line, with its end.
func (r *Request) LineSize() int {
	return len(r.method + r.space1 + r.target + r.space2 + r.proto + r.end)
}

// add appends a field line, as it should be written.
func (r *Request) add(name, value string) {
	r.fields = append(r.fields, field{name, ": ", value, "\r\n"})
}

// put inserts a field line at a place that is drawn.
func (r *Request) put(draw Source, f field) {
	i := draw("place", len(r.fields)+1)
	r.fields = append(r.fields[:i:i], append([]field{f}, r.fields[i:]...)...)
}

// at is the index of the field called name, which is there.
func (r *Request) at(name string) int {
	for i, f := range r.fields {
		if strings.EqualFold(f.name, name) {
			return i
		}
	}
	panic(fmt.Sprintf("grammar: %q has no field %s", r.Text(), name))
}

// remove takes the field called name away, if it is there.
func (r *Request) remove(name string) {
	var kept []field
	for _, f := range r.fields {
		if !strings.EqualFold(f.name, name) {
			kept = append(kept, f)
		}
	}
	r.fields = kept
}

// Close adds what asks the server to close after the response.
func (r *Request) Close() { r.add("Connection", "close") }

// methods that a derivation picks from. Those with content are not GET or HEAD.
var methods = []string{"GET", "GET", "GET", "HEAD", "POST", "PUT", "OPTIONS", "DELETE"}

// Derive makes a right request for target, which is in origin form.
func Derive(draw Source, target string) Request {
	pick := func(label string, list ...string) string { return list[draw(label, len(list))] }
	r := Request{space1: " ", space2: " ", proto: "HTTP/1.1", end: "\r\n", blank: "\r\n"}
	r.Method = pick("method", methods...)
	r.method = r.Method
	r.lead = pick("lead", "", "", "", "", "\r\n", "\r\n\r\n") // §2.2
	r.target = target + pick("query", "", "", "?", "?a=b&c[]={|}", "?/../%zz")
	host := pick("host", "test", "TEST.", "test:80", "127.0.0.1", "[::1]:80", "a.b-c_d~e")
	if draw("absolute", 6) == 5 { // §3.2.2
		r.target = pick("scheme", "http", "HTTP", "https") + "://" + host + r.target
		host = pick("authority", host, "other") // it is the target's that counts
	}
	r.add(pick("host field", "Host", "host", "HOST"), host)
	for range draw("fields", 4) {
		r.put(draw, field{
			pick("name", "X", "Accept", "User-Agent", "!#$%&'*+-.^_`|~09azAZ", "Cookie", "Via", "Trailer-X"),
			pick("colon", ":", ": ", ":\t ", ":  "),
			pick("value", "", "a", "*/*", "a\tb  c", "\"a\\\"b\"", "\x80\xff", "a, b;c=\"d\"", "chunked", "Content-Length: 5"),
			pick("trailing", "\r\n", " \r\n", "\t\r\n"),
		})
	}
	if r.Method != "GET" && r.Method != "HEAD" || draw("content anyway", 8) == 7 {
		r.withContent(draw)
	}
	return r
}

// withContent gives r content, RFC 9112 §6: none, of a length, or chunked. What it
// says looks like a request, for whoever takes it for one.
func (r *Request) withContent(draw Source) {
	text := "GET /smuggled HTTP/1.1\r\nHost: test\r\n\r\n"
	text = text[:draw("content", len(text)+1)]
	switch draw("framing", 3) {
	case 0:
		r.put(draw, field{"Content-Length", ": ", "0", "\r\n"})
	case 1:
		zeros := []string{"", "", "00"}[draw("zeros", 3)]
		r.put(draw, field{"Content-Length", ": ", fmt.Sprintf("%s%d", zeros, len(text)), "\r\n"})
		r.content = []byte(text)
	default:
		r.put(draw, field{"Transfer-Encoding", ":", []string{"chunked", "Chunked", " chunked\t"}[draw("coding", 3)], "\r\n"})
		r.chunked = true
		r.content = chunks(draw, text)
	}
}

// chunks frames text, §7.1.
func chunks(draw Source, text string) []byte {
	var b bytes.Buffer
	size := 1 + draw("chunk", 12)
	for len(text) > 0 {
		k := min(size, len(text))
		format := []string{"%x", "%X", "00%x"}[draw("digits", 3)]
		fmt.Fprintf(&b, format, k)
		b.WriteString([]string{"", "", ";a", ";a=b;c=\"d;\""}[draw("extension", 4)])
		b.WriteString("\r\n" + text[:k] + "\r\n")
		text = text[k:]
	}
	b.WriteString([]string{"0", "000", "0;last"}[draw("last", 3)] + "\r\n")
	b.WriteString([]string{"", "", "A: b\r\n", "A:\r\nContent-Type: 9\r\n"}[draw("trailers", 4)])
	b.WriteString("\r\n")
	return b.Bytes()
}
