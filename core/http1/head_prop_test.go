package http1

// Heads that are written from a drawn meaning, which has to be found in them again.

import (
	"fmt"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// sayings are fields that mean something, with what they may say.
var sayings = []struct {
	name   string
	values []string
}{
	{"host", []string{"a", "a:80", "[::1]", "", "a b", "b:65536"}},
	{"content-length", []string{"5", "0", "0", "0", "1", "007", "9223372036854775807", "9223372036854775808", "", "+5", "5, 5", "5/", "5:", "92233720368547758070"}},
	{"transfer-encoding", []string{"chunked", "Chunked", "gzip, chunked", "gzip", "chunked, gzip", "chunked, chunked", "gzip, br", ",chunked", "chunked;a=b", "", "(, chunked", "chunkee"}},
	{"te", []string{"trailers", "gzip, Trailers", "trailerz", ""}},
	{"expect", []string{"100-continue", "100-Continue , ", "", "x", "100-continue, x", ","}},
	{"connection", []string{"close", "keep-alive", "Upgrade", "x-own, close", "closf", "keep-alivf", ", ,te", "x-OWN", "upgradf", "keep-alive , Close", "range", "x-own, keep-alive", "x-own, upgrade"}},
	{"keep-alive", []string{"1"}},
	{"proxy-connection", []string{"1"}},
	{"range", []string{"bytes=0-1", ""}},
	{"if-range", []string{`"a"`, ""}},
	{"if-match", []string{"*", ""}},
	{"if-none-match", []string{`W/"b"`, ""}},
	{"if-modified-since", []string{"then", ""}},
	{"if-unmodified-since", []string{"now", ""}},
	{"referer", []string{"r", "s", "x-own", "range, close"}},
	{"user-agent", []string{"u", ""}},
	{"upgrade", []string{"websocket", "h2c"}},
	{"x-own", []string{"v", "1234567\t9", "\x80\xff", " two  words\t"}},
}

// drawFields draws fields: names in any case, some that are only like one that is known.
func drawFields(t *rapid.T, most int) (list []pair) {
	for range rapid.IntRange(0, most).Draw(t, "fields") {
		x := pick(t, sayings, "field")
		b := []byte(x.name)
		switch choose(t, 6, "form") {
		case 0:
			b = []byte(strings.ToUpper(x.name))
		case 1:
			i := rapid.IntRange(0, len(b)-1).Draw(t, "letter")
			b[i] = pick(t, []byte("xzAZ-^"), "other")
		case 2:
			b = b[:len(b)-1]
		}
		value := x.values[0]
		if choose(t, 3, "odd") == 0 {
			value = pick(t, x.values, "value")
		}
		list = append(list, pair{string(b), strings.Trim(value, " \t")})
	}
	return list
}

// drawTarget draws a target of bytes that one may have, in one of its forms or nearly so.
var drawTarget = rapid.Custom(func(t *rapid.T) string {
	path := pick(t, []string{"/", "/a/b", "/%41", "/%4", "/%", "/%g0", "/%0g", "", "/a:b//"}, "path")
	query := pick(t, []string{"", "", "?", "?a?b", "?%"}, "query")
	switch choose(t, 6, "form") {
	case 0:
		return pick(t, []string{"http", "HTTPS", "ftp", "http:", ""}, "scheme") + "://" + drawAuthority.Draw(t, "authority") + path + query
	case 1:
		return pick(t, []string{"*", "a", "a:b", "http:/a", "http:/", "http:a", ":", "://", "**"}, "other")
	case 2:
		return drawAuthority.Draw(t, "authority") + pick(t, []string{":80", ":", "", ":65535", ":65536"}, "port")
	}
	return "/" + path + query
}).Filter(func(s string) bool { return s != "" })

// drawAuthority draws an authority of bytes that a target may have, sound or nearly so.
var drawAuthority = rapid.Custom(func(t *rapid.T) string {
	sound := []string{"::", "::1", "1:2:3:4:5:6:7:8", "1::8", "1:2:3:4:5:6:7::", "::2:3:4:5:6:7:8", "::ffff:127.0.0.1", "1:2:3:4:5:6:1.22.255.0", "1::10.200.3.4", "a:b:c:d:e:f:abcd:0123", "::1.2.3", "::18446744073709551617.2.3.4", "::0001.2.3.4"}
	switch choose(t, 4, "host") {
	case 0:
		b := []byte(pick(t, sound, "address"))
		if i := choose(t, len(b), "place"); rapid.Bool().Draw(t, "changed") {
			x := pick(t, []string{":", ".", "0", "1", "5", "9", "f", "g", "", "::", "12", ":1", "256", "1."}, "by")
			b = append(append(append([]byte(nil), b[:i]...), x...), b[i+choose(t, 2, "instead"):]...)
		}
		return "[" + string(b) + "]" + pick(t, []string{"", "", ":80", "x", ":"}, "behind")
	case 1:
		return pick(t, []string{"u@a", "a,b", "%61", "", "[", "[]", "[::1", "a:b", "a:80:80", "a:00065535", "a:65536", "a:99999999999999999999", "[v1.a]", "]", ":80", "a:9;"}, "odd")
	}
	return pick(t, []string{"a", "A-b.c_d~e", "127.0.0.1", "!$&'()*+;="}, "name")
})

// text writes a head down, with whitespace where there may be some.
func text(t *rapid.T, lead, line string, fields []pair) string {
	var b strings.Builder
	b.WriteString(lead + line + "\r\n")
	for _, f := range fields {
		space := rapid.SampledFrom([]string{" ", "", "\t", "  "})
		b.WriteString(f.name + ":" + space.Draw(t, "before") + f.value + space.Draw(t, "behind") + "\r\n")
	}
	return b.String() + "\r\n"
}

// inParts parses b in parts, which end anywhere, and with more behind it.
func inParts(t *rapid.T, r *Request, b []byte, lim *Limits) (n int, e *Error) {
	scanned := 0
	for range choose(t, 4, "cuts") {
		cut := rapid.IntRange(scanned, len(b)).Draw(t, "cut")
		if n, e = r.Parse(b[:cut], scanned, lim); n > 0 || e != nil {
			return n, e
		}
		scanned = cut
	}
	return r.Parse(b, scanned, lim)
}

// A head means what was drawn, whatever the one before it meant; what is refused shows
// its request line, and nothing else.
func TestPropHeadsMeanWhatWasDrawn(t *testing.T) {
	used := new(Request)
	rapid.Check(t, func(t *rapid.T) {
		for range 20 {
			lead := pick(t, []string{"", "", "\r\n", "\r\n\r\n"}, "lead")
			method := pick(t, []string{"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "OPTIONS", "TRACE", "CONNECT", "PATCH", "get", "BREW", "HEADS"}, "method")
			target := "/"
			if rapid.Bool().Draw(t, "any target") {
				target = drawTarget.Draw(t, "target")
			}
			minor := pick(t, []int{1, 1, 1, 0, 7}, "minor")
			want := &meaning{Minor: min(minor, 1)}
			fields := []pair{{"Host", "a"}}
			if choose(t, 10, "hostless") == 0 {
				fields = nil
			}
			fields = append(fields, drawFields(t, 6)...)
			line := fmt.Sprintf("%s %s HTTP/1.%d", method, target, minor)
			head := text(t, lead, line, fields)
			size := len(head) - len(lead)
			lim := &Limits{Line: len(line) + 2, Head: size, Fields: len(fields)}
			var limit *Error
			most := MaxFields
			switch choose(t, 10, "limit") {
			case 0:
				lim.Line, limit = lim.Line-1, errTargetLong
			case 1:
				if lim.Head--; lim.Head >= lim.Line {
					limit = errHeadLarge
				}
			case 2:
				lim.Fields--
				if most = lim.Fields; most <= 0 {
					most = MaxFields
				}
			}
			e := want.aim(method, target)
			line1 := *want
			switch {
			case limit == errTargetLong:
				e = limit
			case e == nil && limit != nil:
				e = limit
			case e == nil:
				want.Fields = fields
				e = want.mean(most)
			}
			got, problem := inParts(t, used, []byte(head+"GET / HTTP/1.1\r\n"), lim)
			fresh := new(Request)
			n, again := fresh.Parse([]byte(head), 0, lim)
			if problem != e || again != e || got != n || e == nil && n != len(head) {
				t.Fatalf("%q with %+v: %d of %d bytes, %v (%v); want %v", head, lim, got, len(head), problem, again, e)
			}
			if e == nil {
				if m := meant(fresh); !reflect.DeepEqual(m, want) {
					t.Fatalf("%q means %+v, not %+v", head, m, want)
				}
				sameHop(t, fresh, fields)
			} else {
				shown(t, fresh, &line1, limit == errTargetLong)
			}
			if used.Digest(0) != fresh.Digest(0) {
				t.Fatalf("%q: something of an earlier request is left: %+v", head, used)
			}
		}
	})
}

// shown holds what a refused request shows against its line.
func shown(t *rapid.T, r *Request, line *meaning, long bool) {
	line.Length, line.Persistent = 0, line.Minor > 0
	m := meant(r)
	m.Known = nil
	sound := *line
	if e := sound.aim(line.Method, line.Target); e != nil || long {
		hidden := &meaning{Path: "-", Query: "-", Host: "-"}
		if head := line.Method == "HEAD"; !reflect.DeepEqual(m, hidden) || (r.Method == HEAD) != head {
			t.Fatalf("a line that is refused shows %+v", m)
		}
		return
	}
	if !reflect.DeepEqual(m, line) {
		t.Fatalf("a refused request shows %+v, and its line is %+v", m, line)
	}
}

// sameHop asks for each field by its name.
func sameHop(t *rapid.T, r *Request, fields []pair) {
	for _, name := range []string{"te", "upgrade", "Connection", "KEEP-alive", "proxy-connection", "transfer-encoding", "x-own", "range", "close", "host", "", "proxy-connectioo", "transfer-encodinh", "td", "upgradf"} {
		if got, want := r.HopByHop([]byte(name)), ofHopPlain(fields, name); got != want {
			t.Fatalf("%s is of the hop: %t, among %v", name, got, fields)
		}
		got, want := r.Get(name), values(fields, name)
		if (got != nil) != (len(want) > 0) || got != nil && string(got) != want[0] {
			t.Fatalf("%s is %q, among %v", name, got, fields)
		}
	}
	m := r.Method
	if string(r.MethodName) != m.String() && m != Other || m == Other && regexp.MustCompile("^(GET|HEAD|POST|PUT|DELETE|OPTIONS|TRACE|CONNECT|PATCH)$").Match(r.MethodName) {
		t.Fatalf("%s is method %s", r.MethodName, m)
	}
	if safe := m == GET || m == HEAD || m == OPTIONS || m == TRACE; m.Safe() != safe || m.Idempotent() != (safe || m == PUT || m == DELETE) {
		t.Fatalf("%s is safe: %t, idempotent: %t", m, m.Safe(), m.Idempotent())
	}
}

// headForm is the grammar of a head, but for what the target and the fields mean.
var headForm = regexp.MustCompile("^(?:\r\n){0,2}([-!#$%&'*+.^_`|~0-9A-Za-z]+) ([-._~!$&'()*+,;=:@/?%\\[\\]^`{|}0-9A-Za-z]+) HTTP/1\\.([0-9])\r\n" +
	"((?:[-!#$%&'*+.^_`|~0-9A-Za-z]+:[^\x00-\x08\x0a-\x1f\x7f]*\r\n)*)\r\n")

// plainHead is the verdict of the model on a whole text.
func plainHead(b string) (m *meaning, ok bool) {
	parts := headForm.FindStringSubmatch(b)
	if parts == nil {
		return nil, false
	}
	m = &meaning{Minor: min(int(parts[3][0]-'0'), 1)}
	for line := range strings.SplitSeq(strings.TrimSuffix(parts[4], "\r\n"), "\r\n") {
		if name, value, is := strings.Cut(line, ":"); is {
			m.Fields = append(m.Fields, pair{name, strings.Trim(value, " \t")})
		}
	}
	return m, m.aim(parts[1], parts[2]) == nil && m.mean(MaxFields) == nil
}

// A head in which one byte is another is one if the grammar says so.
func TestPropOneByte(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		for range 20 {
			fields := append([]pair{{"Host", "a"}}, drawFields(t, 3)...)
			b := []byte(text(t, pick(t, []string{"", "\r\n", "\r\n\r\n", "\r\n\r\n\r\n"}, "lead"),
				"GET "+drawTarget.Draw(t, "target")+" HTTP/1.1", fields))
			i := rapid.IntRange(0, len(b)-1).Draw(t, "place")
			x := rapid.OneOf(rapid.SampledFrom([]byte("\r\n\t :,;/%?@[]\x00\x1f\x20\x7e\x7f\x80\xff09azAZ`{\"#")), rapid.Byte()).Draw(t, "byte")
			switch choose(t, 3, "how") {
			case 0:
				b[i] = x
			case 1:
				b = append(b[:i], append([]byte{x}, b[i:]...)...)
			case 2:
				b = append(b[:i], b[i+1:]...)
			}
			r := new(Request)
			n, e := inParts(t, r, b, nil)
			m, ok := plainHead(string(b))
			if ok != (n > 0) || n > 0 && e != nil {
				t.Fatalf("%q: %d bytes, %v; it is one: %t", b, n, e, ok)
			}
			if got := meant(r); ok && !reflect.DeepEqual(got, m) {
				t.Fatalf("%q means %+v, not %+v", b, got, m)
			}
		}
	})
}

func TestPropAuthorities(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		for range 50 {
			if s := drawAuthority.Draw(t, "authority"); validAuthority([]byte(s)) != soundAuthority(s) {
				t.Fatalf("%q passes: %t", s, !soundAuthority(s))
			}
		}
	})
}
