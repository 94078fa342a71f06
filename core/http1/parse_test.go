package http1

import (
	"bytes"
	"strings"
	"testing"
)

func TestTargetFormsRFC9112Section3_2(t *testing.T) {
	for _, c := range []struct {
		line        string
		form        Form
		host        string
		path, query string // "-": nil
	}{
		{"GET /", OriginForm, "a", "/", "-"},
		{"GET /x/y?", OriginForm, "a", "/x/y", ""},
		{"GET /x?y?z", OriginForm, "a", "/x", "y?z"},
		{"GET /x?q=100%", OriginForm, "a", "/x", "q=100%"},
		{"GET //x", OriginForm, "a", "//x", "-"},
		{"GET /|{}^`[]", OriginForm, "a", "/|{}^`[]", "-"},
		{"GET http://b", AbsoluteForm, "b", "", "-"},
		{"GET HTTP://b:80/x?y", AbsoluteForm, "b:80", "/x", "y"},
		{"GET https://b?y", AbsoluteForm, "b", "", "y"},
		{"GET http://[::1]:80/", AbsoluteForm, "[::1]:80", "/", "-"},
		{"CONNECT b:443", AuthorityForm, "b:443", "-", "-"},
		{"CONNECT [::1]:443", AuthorityForm, "[::1]:443", "-", "-"},
		{"OPTIONS *", AsteriskForm, "a", "-", "-"},
		{"OPTIONS /x", OriginForm, "a", "/x", "-"},
	} {
		r := parse(t, c.line+" HTTP/1.1\r\nHost: a\r\n\r\n")
		show := func(b []byte) string {
			if b == nil {
				return "-"
			}
			return string(b)
		}
		if r.Form != c.form || show(r.Host) != c.host || show(r.Path) != c.path || show(r.Query) != c.query {
			t.Errorf("%s: form %d, host %s, path %s, query %s; want %d, %s, %s, %s", c.line,
				r.Form, show(r.Host), show(r.Path), show(r.Query), c.form, c.host, c.path, c.query)
		}
	}
}

func TestAcceptedHeads(t *testing.T) {
	for _, c := range []struct{ name, head string }{
		{"RFC 9112 §2.2: one empty line before the request line", "\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"},
		{"RFC 9112 §2.2: two of them", "\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"},
		{"RFC 9112 §3.2: HTTP/1.0 needs no Host", "GET / HTTP/1.0\r\n\r\n"},
		{"RFC 9110 §2.5: a later minor version", "GET / HTTP/1.7\r\nHost: a\r\n\r\n"},
		{"RFC 9110 §9.1: an unknown method", "BREW /pot HTTP/1.1\r\nHost: a\r\n\r\n"},
		{"RFC 9110 §5.5: tab and obs-text in a value", "GET / HTTP/1.1\r\nHost: a\r\nX: a\tb\xff c\r\n\r\n"},
		{"RFC 9110 §5.5: an empty value", "GET / HTTP/1.1\r\nHost: a\r\nX:\r\nY:  \t \r\n\r\n"},
		{"RFC 9110 §5.6.2: every tchar in a name", "GET / HTTP/1.1\r\nHost: a\r\n!#$%&'*+-.^_`|~09azAZ: x\r\n\r\n"},
		{"RFC 9110 §8.6: leading zeros", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0000000000000000000000005\r\n\r\n"},
		{"RFC 9110 §10.1.1: HTTP/1.0 knows no Expect", "GET / HTTP/1.0\r\nExpect: magic\r\n\r\n"},
		{"RFC 3986 §3.2.3: an empty port", "GET / HTTP/1.1\r\nHost: a:\r\n\r\n"},
		{"RFC 9112 §2.2: bytes up to the limit", "GET /" + strings.Repeat("x", DefaultLine-len("GET / HTTP/1.1\r\n")) + " HTTP/1.1\r\nHost: a\r\n\r\n"},
		{"as many fields as there may be", "GET / HTTP/1.1\r\nHost: a\r\n" + strings.Repeat("a: b\r\n", MaxFields-1) + "\r\n"},
	} {
		r := new(Request)
		if n, e := r.Parse([]byte(c.head), 0, nil); e != nil || n != len(c.head) {
			t.Errorf("%s: %d of %d bytes, %v", c.name, n, len(c.head), e)
		}
	}
}

// refusals are heads that two parties could read differently, or that this one
// does not read, with the refusal they meet.
var refusals = []struct {
	name, head string
	want       *Error
}{
	{"RFC 9112 §2.2 three empty lines", "\r\n\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", errEmptyLines},
	{"RFC 9112 §2.2 LF before the request line", "\nGET / HTTP/1.1\r\n", errBareLF},
	{"RFC 9112 §2.2 CR before the request line", "\rGET / HTTP/1.1\r\n", errBareCR},
	{"RFC 9112 §2.2 request line ends with LF", "GET / HTTP/1.1\nHost: a\r\n\r\n", errBareLF},
	{"RFC 9112 §2.2 field line ends with LF", "GET / HTTP/1.1\r\nHost: a\nX: y\r\n\r\n", errBareLF},
	{"RFC 9112 §2.2 head ends with LF", "GET / HTTP/1.1\r\nHost: a\r\n\n", errBareLF},
	{"RFC 9112 §2.2 CR in the method", "GE\rT / HTTP/1.1\r\n", errBareCR},
	{"RFC 9112 §2.2 CR in the target", "GET /\r HTTP/1.1\r\n", errBareCR},
	{"RFC 9112 §2.2 CR in the version", "GET / HTTP/1.1\r\r\n", errBareCR},
	{"RFC 9112 §2.2 CR in a name", "GET / HTTP/1.1\r\nX\r: y\r\n", errBareCR},
	{"RFC 9112 §2.2 CR in a value", "GET / HTTP/1.1\r\nX: y\rz\r\n", errBareCR},
	{"RFC 9112 §2.2 CR before CRLF", "GET / HTTP/1.1\r\nX: y\r\r\n", errBareCR},
	{"RFC 9112 §3 two spaces before the target", "GET  / HTTP/1.1\r\n", errLineSpace},
	{"RFC 9112 §3 two spaces before the version", "GET /  HTTP/1.1\r\n", errLineSpace},
	{"RFC 9112 §3 space behind the version", "GET / HTTP/1.1 \r\n", errLineSpace},
	{"RFC 9112 §3 space before the method", " GET / HTTP/1.1\r\n", errLineSpace},
	{"RFC 9112 §3 tab behind the method", "GET\t/ HTTP/1.1\r\n", errLineSpace},
	{"RFC 9112 §3 tab behind the target", "GET /\tHTTP/1.1\r\n", errLineSpace},
	{"RFC 9112 §3.2 space in the target", "GET /a b HTTP/1.1\r\n", errLineSpace},
	{"RFC 9112 §3 HTTP/0.9", "GET /\r\n", errNoVersion},
	{"RFC 9112 §3 method alone", "GET\r\n", errNoVersion},
	{"RFC 9112 §3 method and space", "GET \r\n", errTargetEmpty},
	{"RFC 9112 §3 no version behind the space", "GET / \r\n", errNoVersion},
	{"RFC 9110 §9.1 method no token", "G(T / HTTP/1.1\r\n", errMethod},
	{"RFC 9110 §9.1 TLS on a plain port", "\x16\x03\x01", errMethod},
	{"RFC 9112 §2.3 lower case", "GET / http/1.1\r\n", errProtocol},
	{"RFC 9112 §2.3 other protocol", "GET / ICY/1.1\r\n", errProtocol},
	{"RFC 9112 §2.3 two digits", "GET / HTTP/1.10\r\n", errProtocol},
	{"RFC 9112 §2.3 no digit", "GET / HTTP/1.x\r\n", errProtocol},
	{"RFC 9112 §2.3 comma", "GET / HTTP/1,1\r\n", errProtocol},
	{"RFC 9110 §15.6.6 version 2", "GET / HTTP/2.0\r\n", errVersion},
	{"RFC 9110 §15.6.6 version 0", "GET / HTTP/0.9\r\n", errVersion},
	{"RFC 9112 §3.2 fragment", "GET /a#b HTTP/1.1\r\n", errTargetByte},
	{"RFC 9112 §3.2 backslash", "GET /a\\b HTTP/1.1\r\n", errTargetByte},
	{"RFC 9112 §3.2 NUL", "GET /\x00 HTTP/1.1\r\n", errTargetByte},
	{"RFC 9112 §3.2 not ASCII", "GET /\xc3\xa4 HTTP/1.1\r\n", errTargetByte},
	{"RFC 9112 §3.2 no slash", "GET a HTTP/1.1\r\n", errTargetForm},
	{"RFC 9112 §3.2 opaque", "GET http:a HTTP/1.1\r\n", errTargetForm},
	{"RFC 9112 §3.2.2 other scheme", "GET ftp://a/ HTTP/1.1\r\n", errScheme},
	{"RFC 9112 §3.2.2 no host", "GET http:///x HTTP/1.1\r\n", errAuthority},
	{"RFC 9112 §3.2.2 port no number", "GET http://a:b/ HTTP/1.1\r\n", errAuthority},
	{"RFC 9110 §4.2.4 user", "GET http://u@a/ HTTP/1.1\r\n", errUserinfo},
	{"RFC 9112 §3.2.3 CONNECT without port", "CONNECT a HTTP/1.1\r\n", errConnect},
	{"RFC 9112 §3.2.3 CONNECT with empty port", "CONNECT a: HTTP/1.1\r\n", errConnect},
	{"RFC 9112 §3.2.3 CONNECT with path", "CONNECT /a HTTP/1.1\r\n", errConnect},
	{"RFC 9112 §3.2.4 GET *", "GET * HTTP/1.1\r\n", errAsterisk},
	{"RFC 3986 §2.1 half an escape", "GET /%2 HTTP/1.1\r\n", errEscape},
	{"RFC 3986 §2.1 no hexadecimal digit", "GET /%2g HTTP/1.1\r\n", errEscape},
	{"RFC 9112 §5.2 folded line", "GET / HTTP/1.1\r\nHost: a\r\n b: c\r\n", errFold},
	{"RFC 9112 §5.2 folded with a tab", "GET / HTTP/1.1\r\nHost: a\r\n\tb\r\n", errFold},
	{"RFC 9112 §2.2 space before the first field", "GET / HTTP/1.1\r\n Host: a\r\n", errFold},
	{"RFC 9112 §5.1 space before the colon", "GET / HTTP/1.1\r\nHost : a\r\n", errNameSpace},
	{"RFC 9112 §5.1 tab before the colon", "GET / HTTP/1.1\r\nHost\t: a\r\n", errNameSpace},
	{"RFC 9112 §5 no name", "GET / HTTP/1.1\r\n: a\r\n", errNameEmpty},
	{"RFC 9112 §5 no colon", "GET / HTTP/1.1\r\nHost\r\n", errNoColon},
	{"RFC 9110 §5.1 name no token", "GET / HTTP/1.1\r\nHo(st: a\r\n", errName},
	{"RFC 9110 §5.1 NUL in a name", "GET / HTTP/1.1\r\nHo\x00st: a\r\n", errName},
	{"RFC 9110 §5.5 NUL in a value", "GET / HTTP/1.1\r\nX: a\x00b\r\n", errValue},
	{"RFC 9110 §5.5 DEL in a value", "GET / HTTP/1.1\r\nX: 123456789\x7f\r\n", errValue},
	{"RFC 9110 §5.5 control in a long value", "GET / HTTP/1.1\r\nX: 1234567\x01tabs\tand more\r\n", errValue},
	{"RFC 9112 §3.2 no Host", "GET / HTTP/1.1\r\n\r\n", errHostNone},
	{"RFC 9112 §3.2 no Host with absolute form", "GET http://a/ HTTP/1.1\r\n\r\n", errHostNone},
	{"RFC 9112 §3.2 two Hosts", "GET / HTTP/1.1\r\nHost: a\r\nhost: a\r\n\r\n", errHostTwice},
	{"RFC 9112 §3.2 two Hosts in HTTP/1.0", "GET / HTTP/1.0\r\nHost: a\r\nhost: b\r\n\r\n", errHostTwice},
	{"RFC 9112 §3.2 empty Host", "GET / HTTP/1.1\r\nHost:\r\n\r\n", errHostValue},
	{"RFC 9112 §3.2 list in Host", "GET / HTTP/1.1\r\nHost: a,b\r\n\r\n", errHostValue},
	{"RFC 9112 §3.2 space in Host", "GET / HTTP/1.1\r\nHost: a b\r\n\r\n", errHostValue},
	{"RFC 9112 §3.2 path in Host", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", errHostValue},
	{"RFC 9112 §3.2 escape in Host", "GET / HTTP/1.1\r\nHost: %61\r\n\r\n", errHostValue},
	{"RFC 9112 §3.2 user in Host", "GET / HTTP/1.1\r\nHost: u@a\r\n\r\n", errHostValue},
	{"RFC 9112 §3.2 bad Host beside absolute form", "GET http://a/ HTTP/1.1\r\nHost: b/c\r\n\r\n", errHostValue},
	{"RFC 6585 §5 too many fields", "GET / HTTP/1.1\r\nHost: a\r\n" + strings.Repeat("a: b\r\n", MaxFields) + "\r\n", errFieldCount},
	{"RFC 6585 §5 large head", "GET / HTTP/1.1\r\nHost: a\r\nX: " + strings.Repeat("y", DefaultHead), errHeadLarge},
	{"RFC 9112 §3 long target", "GET /" + strings.Repeat("x", DefaultLine), errTargetLong},
	{"RFC 9112 §3 long target, complete", "GET /" + strings.Repeat("x", DefaultLine) + " HTTP/1.1\r\nHost: a\r\n\r\n", errTargetLong},
}

func TestRefusedHeads(t *testing.T) {
	for _, c := range refusals {
		r := new(Request)
		n, e := r.Parse([]byte(c.head), 0, nil)
		if e != c.want || n != 0 {
			t.Errorf("%s: %d bytes and %v, want %v", c.name, n, e, c.want)
			continue
		}
		if r.Fields != nil || r.Host != nil && r.Form != AbsoluteForm || r.ContentLength != 0 {
			t.Errorf("%s: a refused request shows more than its request line", c.name)
		}
	}
}

func TestRefusedHeadShowsItsRequestLine(t *testing.T) {
	r := new(Request)
	if _, e := r.Parse([]byte("PUT /x HTTP/1.1\r\nbad\r\n"), 0, nil); e != errNoColon {
		t.Fatalf("got %v", e)
	}
	if r.Method != PUT || string(r.Target) != "/x" {
		t.Errorf("the log would see %s %q", r.Method, r.Target)
	}
}

func TestIncompleteHeads(t *testing.T) {
	const head = "\r\nPOST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\n"
	for i := range head {
		r := new(Request)
		shown := NoMethod
		if i >= len("\r\nPOST /x HTTP/1.1\r\n") {
			shown = POST
		}
		if n, e := r.Parse([]byte(head[:i]), 0, nil); n != 0 || e != nil || r.Method != shown || r.Fields != nil {
			t.Errorf("the first %d bytes are a head: %d, %v, %s", i, n, e, r.Method)
		}
	}
	for text, shown := range map[string]Method{"HEAD": NoMethod, "HEAD ": HEAD, "HEAD /x HTT": HEAD, "HEADS /x": NoMethod} {
		r := new(Request)
		if n, e := r.Parse([]byte(text), 0, nil); n != 0 || e != nil || r.Method != shown {
			t.Errorf("%q: %d, %v, %s; a refusal has to know that it is a HEAD", text, n, e, r.Method)
		}
	}
}

func TestPipelinedHeads(t *testing.T) {
	b := []byte("GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: b\r\n\r\nGET")
	r := new(Request)
	for _, want := range []string{"/1", "/2"} {
		n, e := r.Parse(b, 0, nil)
		if e != nil || string(r.Target) != want {
			t.Fatalf("%d bytes, %v, target %q, want %s", n, e, r.Target, want)
		}
		b = b[n:]
	}
	if !bytes.Equal(b, []byte("GET")) {
		t.Errorf("%q is left", b)
	}
}

func TestLimits(t *testing.T) {
	const head = "GET / HTTP/1.1\r\nHost: a\r\nX: y\r\n\r\n"
	for _, c := range []struct {
		name string
		lim  Limits
		want *Error
	}{
		{"all as large as needed", Limits{16, len(head), 2}, nil},
		{"line", Limits{15, 0, 0}, errTargetLong},
		{"head", Limits{0, len(head) - 1, 0}, errHeadLarge},
		{"head shorter than the line", Limits{0, 10, 0}, errTargetLong},
		{"fields", Limits{0, 0, 1}, errFieldCount},
		{"more fields than there can be", Limits{0, 0, 1 << 20}, nil},
	} {
		if _, e := new(Request).Parse([]byte(head), 0, &c.lim); e != c.want {
			t.Errorf("%s: %v, want %v", c.name, e, c.want)
		}
	}
}
