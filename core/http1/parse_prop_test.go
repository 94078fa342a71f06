package http1

import (
	"bytes"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// head draws the text of a request head, sound or not: a frame of good parts in
// which each part has a chance to be one of those that have misled somebody.
var head = rapid.Custom(func(t *rapid.T) string {
	pick := func(label string, good, bad []string) string {
		if rapid.IntRange(0, 29).Draw(t, label+" odd") == 29 {
			return rapid.SampledFrom(bad).Draw(t, label)
		}
		return rapid.SampledFrom(good).Draw(t, label)
	}
	crlf := func() string {
		return pick("line end", []string{"\r\n"}, []string{"\n", "\r", "\r\r\n", "\n\r", " \r\n", ""})
	}
	sp := func() string { return pick("space", []string{" "}, []string{"  ", "\t", "", "\r"}) }
	var b strings.Builder
	b.WriteString(pick("lead", []string{""}, []string{"\r\n", "\r\n\r\n", "\r\n\r\n\r\n", "\n", " ", "\r"}))
	b.WriteString(pick("method", []string{"GET", "HEAD", "POST", "OPTIONS", "BREW"}, []string{"CONNECT", "get", "G T", "", "G@T"}) + sp())
	b.WriteString(pick("target", []string{"/", "/a/b?c", "/a%20b", "http://h/p?q", "/x"},
		[]string{"", "/#", "/%", "/\x80", "http://", "http://u@h/", "ftp://h/", "a", "http:/h", "*", "h:443", "/a\\b", "//h/x"}) + sp())
	b.WriteString(pick("version", []string{"HTTP/1.1", "HTTP/1.0"}, []string{"HTTP/1.2", "HTTP/2.0", "http/1.1", "", "HTTP/1.1x"}) + crlf())
	b.WriteString(pick("host", []string{"Host: a\r\n"}, []string{"", "Host:\r\n", "Host: a\r\nHost: a\r\n"}))
	for range rapid.IntRange(0, 5).Draw(t, "fields") {
		if rapid.IntRange(0, 3).Draw(t, "plain") > 0 {
			b.WriteString(rapid.SampledFrom(goodFields).Draw(t, "field") + crlf())
			continue
		}
		b.WriteString(pick("name", fieldNames, []string{"", " ", "Host ", "Ho st", "X\x00", "H\xf6st"}))
		b.WriteString(pick("colon", []string{":", ": "}, []string{" :", "", "::", ":\t "}))
		b.WriteString(pick("value", fieldValues, []string{"\x00", "a\rb", "a\x7fb", "\x80", "a,b", "0x5", "+5", "5, 5", "a\r\n b"}) + crlf())
	}
	b.WriteString("\r\n")
	return b.String()
})

var (
	goodFields = []string{
		"Content-Length: 5", "Transfer-Encoding: chunked", "Connection: close", "Connection: x, keep-alive", "X: y", "x:\tz ",
		"Accept: */*", "Range: bytes=0-1", "If-None-Match: *", "Pragma: no-cache", "Empty:", "Expect: 100-continue", "Obs: \x80",
	}
	fieldNames = []string{
		"Host", "Content-Length", "Transfer-Encoding", "Connection", "Expect", "X", "Range",
		"If-None-Match", "Upgrade", "Pragma", "Cookie",
	}
	fieldValues = []string{
		"a", "a", "a:80", "5", "0", "chunked", "close", "keep-alive", "100-continue", "", "bytes=0-1", "no-cache", "a\tb", "gzip, chunked",
	}
)

// feed parses b in pieces that end at the cuts, each time from memory of its own,
// as when a connection's buffer is exchanged.
func feed(b []byte, cuts []int, lim *Limits) (*Request, int, *Error) {
	r, scanned := new(Request), 0
	for _, cut := range append(cuts, len(b)) {
		if cut < scanned {
			continue
		}
		n, e := r.Parse(bytes.Clone(b[:cut]), scanned, lim)
		if n > 0 || e != nil {
			return r, n, e
		}
		scanned = cut
	}
	return r, 0, nil
}

func TestPropCutsDoNotMatter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := []byte(head.Draw(t, "head") + rapid.SampledFrom([]string{"", "GET / HTTP/1.1\r\n", "\x00"}).Draw(t, "rest"))
		lim := &Limits{
			Line: rapid.IntRange(0, 60).Draw(t, "line limit"),
			Head: rapid.IntRange(0, 150).Draw(t, "head limit"), Fields: rapid.IntRange(0, 4).Draw(t, "field limit"),
		}
		cuts := rapid.SliceOfN(rapid.IntRange(0, len(b)), 0, 4).Draw(t, "cuts")
		if rapid.Bool().Draw(t, "dribble") {
			cuts = cuts[:0]
			for i := range b {
				cuts = append(cuts, i)
			}
		}
		whole, n, e := feed(b, nil, lim)
		parts, m, f := feed(b, cuts, lim)
		if n != m || e != f || !reflect.DeepEqual(whole, parts) {
			t.Fatalf("whole: %d bytes, %v\nin parts: %d bytes, %v", n, e, m, f)
		}
	})
}

// render writes a request as it is understood.
func render(r *Request) []byte {
	b := fmt.Appendf(nil, "%s %s HTTP/1.%d\r\n", r.MethodName, r.Target, r.Minor)
	for _, f := range r.Fields {
		b = AppendField(b, string(f.Name), f.Value)
	}
	return AppendEnd(b)
}

func TestPropRenderedHeadParsesToTheSame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		first, again := new(Request), new(Request)
		n, e := first.Parse([]byte(head.Draw(t, "head")), 0, nil)
		if n == 0 || e != nil {
			return
		}
		b := render(first)
		if n, e := again.Parse(b, 0, nil); n != len(b) || e != nil || !reflect.DeepEqual(first, again) {
			t.Fatalf("%q: %d bytes, %v", b, n, e)
		}
	})
}

func TestPropModelParsesToItself(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.StringMatching("X-[!#$%&'*+.^_`|~0-9A-Za-z-]{1,12}")
		value := rapid.StringMatching("([!-~\u0080-\u00ff]([ -~\t]{0,30}[!-~])?)?")
		method := rapid.StringMatching("[A-Z]{1,8}").Filter(func(s string) bool { return s != "CONNECT" }).Draw(t, "method")
		target := rapid.StringMatching(`/([a-zA-Z0-9._~!$&'()*+,;=:@|^{}-]|%[0-9a-fA-F]{2}){0,20}(\?[a-z/?%]{0,9})?`).Draw(t, "target")
		host := rapid.StringMatching(`[a-z0-9.-]{1,12}(:[0-9]{1,4})?`).Draw(t, "host")
		b := method + " " + target + " HTTP/1.1\r\nHost:" + host + "\r\n"
		var names, values []string
		for range rapid.IntRange(0, 10).Draw(t, "fields") {
			names, values = append(names, name.Draw(t, "name")), append(values, value.Draw(t, "value"))
			b += names[len(names)-1] + ": " + values[len(values)-1] + " \t\r\n"
		}
		r := new(Request)
		if n, e := r.Parse([]byte(b+"\r\n"), 0, nil); e != nil || n != len(b)+2 {
			t.Fatalf("%q: %d bytes, %v", b, n, e)
		}
		if string(r.MethodName) != method || string(r.Target) != target || string(r.Host) != host || len(r.Fields) != len(names)+1 {
			t.Fatalf("%q reads as %s %s at %s with %d fields", b, r.MethodName, r.Target, r.Host, len(r.Fields))
		}
		for i, f := range r.Fields[1:] {
			if string(f.Name) != names[i] || string(f.Value) != values[i] {
				t.Fatalf("field %d is %q: %q, want %q: %q", i, f.Name, f.Value, names[i], values[i])
			}
		}
	})
}

func TestPropValuesAsBytesAndWordsAgree(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := rapid.SliceOfN(rapid.SampledFrom([]byte{0, 9, 0x1f, 0x20, 'a', 0x7e, 0x7f, 0x80, 0xff, 1}), 0, 20).Draw(t, "value")
		if validValue(b) != validBytes(b) {
			t.Fatalf("%x: eight at a time %v", b, validValue(b))
		}
	})
}
