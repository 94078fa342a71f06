package scenario

// Trailers (RFC 9110 §6.5), both ways through the proxy. Each request that has some, or
// asks for some, has a number of its own, and what trails it and its answer tells that
// number: so what was lost shows, and what was made up, and what is another's. Among them
// are fields that may not go on, of every kind.
//
//	client                      its request's go on          it hears the answer's
//	HTTP/1.1                    if content came in chunks    if it has said TE: trailers
//	HTTP/2                      if it said no length         always
//	more than a section holds   no: 431, or a cut
//
// An input filter that may block has content collected, and sent with its length: then
// there is no place for them.

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"brigade/netsim/client"
	"brigade/sim"
)

// kept are trailers that go on, of that number, and what they are of.
func kept(number, of string) http.Header {
	return http.Header{"X-Sum": {number + " " + of, "again"}, "X-Empty": {""}}
}

// unkept are fields that do not go on behind content; each is X-Own, or stands for a kind.
var unkept = [...]string{"X-Own: 2", "Content-Type: x/y", "If-Match: *", "Authorization: Basic eDp5", "Cookie: a=b", "Set-Cookie: a=b", "X-Forwarded-For: 6.6.6.6", "Cache-Control: no-store", "Trailer: x"}

// trailing are lines of both kinds, in an order that is drawn.
func trailing(h http.Header) (lines []string) {
	for _, name := range slices.Sorted(maps.Keys(h)) {
		for _, v := range h[name] {
			lines = append(lines, name+": "+v)
		}
		if i := sim.Choose("unkept trailer", 1+len(unkept)); i > 0 {
			lines = append(lines, unkept[i-1])
		}
	}
	return lines
}

// asText is lines as they stand behind the last chunk.
func asText(lines []string) string {
	var b strings.Builder
	for _, s := range lines {
		b.WriteString(s + "\r\n")
	}
	return b.String()
}

// some are a header's fields that have values: net/http has those that were announced, too.
func some(h http.Header) http.Header {
	list := make(http.Header)
	for name, values := range h {
		if len(values) > 0 {
			list[name] = values
		}
	}
	return list
}

// same reports whether two headers are equal.
func same(a, b http.Header) bool {
	return maps.EqualFunc(some(a), some(b), func(x, y []string) bool { return slices.Equal(x, y) })
}

// hears judges the trailers of a request that has come to an origin.
func (o *origins) hears(q *http.Request) {
	want := make(http.Header)
	if q.Header.Get("X-Trailed") != "" && q.ContentLength < 0 {
		want = kept(q.Header.Get("X-Number"), "asked")
	}
	switch {
	case q.Header.Get("X-Excess") != "" && q.ContentLength < 0:
		sim.Failf("I28", fmt.Sprintf("an origin hears all of a request whose trailers are more than may be: %s", q.RequestURI))
	case !same(q.Trailer, want):
		sim.Failf("I19", fmt.Sprintf("an origin hears the trailers %v behind %s, number %s; sent were %v", q.Trailer, q.RequestURI, q.Header.Get("X-Number"), want))
	}
}

// trailed is the answer to q in chunks, with trailers. Empty: it has none to have them.
func (o *origins) trailed(q *http.Request, head string, body []byte) string {
	if q.Method == http.MethodHead || body == nil {
		return ""
	}
	number := q.Header.Get("X-Number")
	switch {
	case o.larder != nil:
		if number = o.larder.trails(q.URL.Path); number == "" {
			return ""
		}
		head += "X-Trailed: " + number + "\r\n"
	case q.Header.Get("X-Trail") == "":
		return ""
	}
	lines := trailing(kept(number, q.URL.Path))
	if sim.Choose("announced", 2) == 1 {
		head += "Trailer: X-Sum, X-Empty\r\n"
	}
	return head + "Transfer-Encoding: chunked\r\n\r\n" + strings.TrimSuffix(chunked(body), "\r\n") + asText(lines) + "\r\n"
}

// trailed is a client of HTTP/1.1 that sends trailers, and asks for some.
func trailed(p *plan) behaviour {
	return behaviour{"trailed", 2, func(c *client.Client) error {
		conn, err := c.Dial()
		if err != nil {
			return err
		}
		defer conn.Close()
		for left := 1 + sim.Choose("trailed requests", 3); left > 0; left-- {
			r, err := p.trails(c, conn)
			if err != nil || r == nil || r.Close {
				return err
			}
		}
		return nil
	}}
}

// trails makes one request. No response and no error: it was too much, and cut.
func (p *plan) trails(c *client.Client, conn *client.Conn) (*client.Response, error) {
	i := sim.Choose("trailed target", len(fetchable))
	n := p.origins.once.number()
	want := client.Want{Status: 200, Body: content(target(i), fetchable[i]), Also: c.Files[0].Also}
	head := " " + target(i) + " HTTP/1.1\r\nHost: test\r\nConnection: x-own\r\nX-Own: 1\r\nX-Trail: 1\r\nX-Number: " + n + "\r\n"
	if sim.Choose("takes trailers", 4) > 0 {
		head += "Connection: TE\r\nTE: trailers\r\n"
		want.Trailer = kept(n, target(i))
	}
	if sim.Choose("trailed content", 3) == 0 {
		if err := conn.Send([]byte("GET" + head + "\r\n")); err != nil {
			return nil, err
		}
		return conn.Response(want)
	}
	body := content("upload", p.sentOn())
	lines := trailing(kept(n, "asked"))
	head = "POST" + head + "X-Trailed: 1\r\nX-Size: " + strconv.Itoa(len(body)) + "\r\n"
	want.Also = append(want.Also[:len(want.Also):len(want.Also)], 502) // a kept connection may have been closed, and POST is not sent again
	much := p.input == limited && len(body) > mostContent
	if much {
		want.Also = append(want.Also, 413)
	}
	if sim.Choose("excess", 8) == 1 {
		much = true
		head += "X-Excess: 1\r\n"
		lines = append(lines, "X-Long: "+strings.Repeat("x", 9000))
		want.Also = append(want.Also, 431)
	}
	if sim.Choose("announced", 2) == 1 {
		head += "Trailer: X-Sum, X-Empty\r\n"
	}
	err := conn.Send([]byte(head + "Transfer-Encoding: chunked\r\n\r\n" + strings.TrimSuffix(chunked(body), "\r\n") + asText(lines) + "\r\n"))
	if err != nil {
		return nil, err
	}
	r, err := conn.Response(want)
	if kind, ok := client.KindOf(err); much && ok && kind == client.Truncated {
		return nil, nil // the origin had begun to answer before it was too much
	}
	if r != nil && (much || conn.Cut()) {
		r.Close = true // it may have been answered before it was too much, or had come
	}
	return r, err
}

// trails adds trailers to a transfer that begins, whose request's fields are these.
func (t *transfer) trails(o *origins, of string) (fields []string) {
	n := o.once.number()
	fields = []string{"x-number", n, "x-trail", "1", "x-trailed", "1"}
	t.trailer = kept(n, of)
	if sim.Choose("says te", 2) == 1 {
		fields = append(fields, "te", "trailers")
	}
	for _, line := range trailing(kept(n, "asked")) {
		name, value, _ := strings.Cut(line, ": ")
		if name == "X-Own" {
			continue // there is no Connection field to name it
		}
		t.trail = append(t.trail, strings.ToLower(name), value)
	}
	if sim.Choose("excess", 8) == 1 {
		fields = append(fields, "x-excess", "1")
		t.trail = append(t.trail, "x-long", strings.Repeat("x", 9000))
	}
	return fields
}
