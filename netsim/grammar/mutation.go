package grammar

// Mutations: one production of a right request is changed. One row each, with the
// clause; where a server may choose, the verdict is that of a strict one.

import "strings"

// Verdict is what a server says to a request.
type Verdict struct {
	Clause   string
	Must     bool  // the clause leaves no choice; else a lenient server may accept it
	Statuses []int // any of these is right
	Late     bool  // the mistake is in the content: the response may be on its way, and any status it has is right
}

// Mutation changes one production.
type Mutation struct {
	Name string
	Verdict
	Apply func(r *Request, draw Source)
}

// refused is a mutation of the head that is answered with 400.
func refused(name, clause string, must bool, apply func(r *Request, draw Source)) Mutation {
	return Mutation{name, Verdict{Clause: clause, Must: must, Statuses: []int{400}}, apply}
}

// one draws one of list.
func one(draw Source, list ...string) string { return list[draw("variant", len(list))] }

// insert puts text into s at a place that is drawn.
func insert(s, text string, draw Source) string {
	i := draw("place", len(s)+1)
	return s[:i] + text + s[i:]
}

// within is insert, but not at either end, where whitespace is trimmed.
func within(s, text string, draw Source) string {
	if len(s) < 2 {
		return "a" + text + "b"
	}
	i := 1 + draw("place", len(s)-1)
	return s[:i] + text + s[i:]
}

// some is a field line that is drawn.
func some(r *Request, draw Source) *field { return &r.fields[draw("line", len(r.fields))] }

// plainContent makes r one with this Content-Length, and nothing behind the head.
func plainContent(r *Request, length string) {
	r.remove("Content-Length")
	r.remove("Transfer-Encoding")
	r.add("Content-Length", length)
	r.content, r.chunked = nil, false
}

// chunkedContent makes r one with this chunked content.
func chunkedContent(r *Request, content string) {
	r.remove("Content-Length")
	r.remove("Transfer-Encoding")
	r.add("Transfer-Encoding", "chunked")
	r.content, r.chunked = []byte(content), true
}

// Mutations lists them, those of the request line first, then those of fields,
// of the framing, and of chunked content.
func Mutations() []Mutation {
	list := lineMutations()
	for i := range list {
		apply := list[i].Apply
		list[i].Apply = func(r *Request, draw Source) {
			if r.Method == "HEAD" { // whether that can still be made out is not for anyone to say
				r.Method, r.method = "GET", "GET"
			}
			apply(r, draw)
		}
	}
	list = append(list, fieldMutations()...)
	return append(append(list, framingMutations()...), contentMutations()...)
}

func lineMutations() []Mutation {
	return []Mutation{
		refused("many empty lines", "RFC 9112 §2.2", false, func(r *Request, _ Source) { r.lead = "\r\n\r\n\r\n" }),
		refused("bare LF before", "RFC 9112 §2.2", false, func(r *Request, _ Source) { r.lead = "\n" }),
		refused("bare CR before", "RFC 9112 §2.2", true, func(r *Request, _ Source) { r.lead = "\r" }),
		refused("whitespace before", "RFC 9112 §3", false, func(r *Request, draw Source) { r.lead = one(draw, " ", "\t") }),
		refused("no token as method", "RFC 9110 §9.1", true, func(r *Request, draw Source) {
			r.method = insert(r.method, one(draw, "\x00", "(", "/", "@", "\x80", ":", "\""), draw)
		}),
		refused("no method", "RFC 9112 §3", true, func(r *Request, _ Source) { r.method = "" }),
		refused("spaces in the request line", "RFC 9112 §3", false, func(r *Request, draw Source) {
			if s := one(draw, "  ", "\t", " \t", "\v", "\f", "\r"); draw("which", 2) == 0 {
				r.space1 = s
			} else {
				r.space2 = s
			}
		}),
		refused("space in the target", "RFC 9112 §3.2", false, func(r *Request, draw Source) { r.target = within(r.target, " ", draw) }),
		refused("no target", "RFC 9112 §3.2", true, func(r *Request, _ Source) { r.target = "" }),
		refused("byte in the target", "RFC 9112 §3.2", true, func(r *Request, draw Source) {
			r.target += one(draw, "\x00", "#x", "\\", "<", ">", "\"", "\x7f", "\x80", "\x01")
		}),
		refused("escape in the path", "RFC 3986 §2.1", true, func(r *Request, draw Source) {
			r.target = one(draw, "/%", "/%2", "/%zz", "/a%g0", "/%%41")
		}),
		refused("form of the target", "RFC 9112 §3.2", true, func(r *Request, draw Source) {
			r.target = one(draw, "a", "test", "?a", "http:/a", "http//test/", "mailto:a")
		}),
		refused("authority in the target", "RFC 9112 §3.2.2", true, func(r *Request, draw Source) {
			r.target = one(draw, "http:///a", "http://:80/", "http://a:b/", "http://a:65536/", "http://u@test/", "http://[::1/", "http://a,b/", "http://%61/")
		}),
		refused("scheme of the target", "RFC 9112 §3.2.2", false, func(r *Request, draw Source) { r.target = one(draw, "ftp://test/", "ws://test/") }),
		refused("asterisk", "RFC 9112 §3.2.4", true, func(r *Request, _ Source) { r.method, r.target = "GET", "*" }),
		refused("CONNECT without port", "RFC 9112 §3.2.3", true, func(r *Request, draw Source) {
			r.method, r.target = "CONNECT", one(draw, "test", "/a", "test:", "http://test/")
		}),
		refused("no version", "RFC 9112 §3", false, func(r *Request, _ Source) { r.space2, r.proto = "", "" }),
		refused("form of the version", "RFC 9112 §2.3", true, func(r *Request, draw Source) {
			r.proto = one(draw, "http/1.1", "HTTP/1", "HTTP/1.", "HTTP/1.10", "HTTP/01.1", "HTTP /1.1", "HTTP/a.b", "HTTP/1.1x", "HTTPS/1.1", "HTTP/-1.1")
		}),
		{"major version", Verdict{Clause: "RFC 9110 §15.6.6", Statuses: []int{505}}, func(r *Request, draw Source) {
			r.proto = one(draw, "HTTP/2.0", "HTTP/0.9", "HTTP/3.1", "HTTP/9.9")
		}},
		refused("bare LF behind the request line", "RFC 9112 §2.2", false, func(r *Request, _ Source) { r.end = "\n" }),
		refused("CR CR LF", "RFC 9112 §2.2", true, func(r *Request, _ Source) { r.end = "\r\r\n" }),
	}
}

func fieldMutations() []Mutation {
	return []Mutation{
		refused("space before colon", "RFC 9112 §5.1", true, func(r *Request, draw Source) {
			some(r, draw).colon = one(draw, " :", "\t:", "  : ")
		}),
		refused("folded line", "RFC 9112 §5.2", false, func(r *Request, draw Source) {
			some(r, draw).end = one(draw, "\r\n \r\n", "\r\n\tX: y\r\n", "\r\n Content-Length: 3\r\n")
		}),
		refused("whitespace before the first field", "RFC 9112 §2.2", false, func(r *Request, draw Source) {
			r.fields[0].name = one(draw, " ", "\t") + r.fields[0].name
		}),
		refused("no colon", "RFC 9112 §5", true, func(r *Request, draw Source) { r.put(draw, field{"Nothing", "", "", "\r\n"}) }),
		refused("no name", "RFC 9112 §5", true, func(r *Request, draw Source) { r.put(draw, field{"", ":", "a", "\r\n"}) }),
		refused("name no token", "RFC 9110 §5.1", true, func(r *Request, draw Source) {
			f := some(r, draw)
			f.name = "X" + one(draw, "\x00", "(", "/", "\x80", "\"", ";", "{") + f.name
		}),
		refused("control character in a value", "RFC 9110 §5.5", false, func(r *Request, draw Source) {
			f := some(r, draw)
			f.value = within(f.value, one(draw, "\x00", "\x01", "\x1b", "\x7f", "\v"), draw)
		}),
		refused("bare CR in a value", "RFC 9112 §2.2", true, func(r *Request, draw Source) {
			f := some(r, draw)
			f.value = within(f.value, one(draw, "\r", "\rX: y"), draw)
		}),
		refused("bare LF behind a field", "RFC 9112 §2.2", false, func(r *Request, draw Source) { some(r, draw).end = "\n" }),
		refused("bare CR behind a field", "RFC 9112 §2.2", true, func(r *Request, draw Source) { some(r, draw).end = "\r" }),
		refused("bare LF as the empty line", "RFC 9112 §2.2", false, func(r *Request, _ Source) { r.blank = "\n" }),
		refused("CR CR LF as the empty line", "RFC 9112 §2.2", true, func(r *Request, _ Source) { r.blank = "\r\r\n" }),
		refused("no Host", "RFC 9112 §3.2", true, func(r *Request, _ Source) { r.remove("Host") }),
		refused("two Hosts", "RFC 9112 §3.2", true, func(r *Request, draw Source) {
			r.put(draw, field{one(draw, "Host", "host"), ": ", one(draw, "test", "other", ""), "\r\n"})
		}),
		refused("value of Host", "RFC 9112 §3.2", true, func(r *Request, draw Source) {
			r.fields[r.at("Host")].value = one(draw, "a b", "a,b", "a/b", "u@a", "a:b", ":80", "[::1", "a:99999", "a\"", "%61", "[fe80::1%25lo]")
		}),
		{"expectation", Verdict{Clause: "RFC 9110 §10.1.1", Statuses: []int{417}}, func(r *Request, draw Source) {
			r.put(draw, field{"Expect", ": ", one(draw, "100-continued", "x", "100-continue, x", "200-ok"), "\r\n"})
		}},
	}
}

func framingMutations() []Mutation {
	const hidden = "GET /smuggled HTTP/1.1\r\nHost: test\r\n\r\n"
	return []Mutation{
		refused("length and chunked", "RFC 9112 §6.1", false, func(r *Request, draw Source) {
			chunkedContent(r, "0\r\n\r\n")
			r.put(draw, field{"Content-Length", ": ", one(draw, "5", "0", "44"), "\r\n"})
		}),
		refused("two lengths", "RFC 9112 §6.3", true, func(r *Request, draw Source) {
			plainContent(r, "0")
			r.put(draw, field{"Content-Length", ": ", "38", "\r\n"})
			r.content = []byte(hidden)
		}),
		refused("one length twice", "RFC 9110 §8.6", false, func(r *Request, draw Source) {
			plainContent(r, "0")
			r.put(draw, field{one(draw, "Content-Length", "content-length"), ": ", "0", "\r\n"})
		}),
		refused("list of lengths", "RFC 9112 §6.3", false, func(r *Request, draw Source) { plainContent(r, one(draw, "0, 0", "0,38")) }),
		refused("form of the length", "RFC 9110 §8.6", true, func(r *Request, draw Source) {
			plainContent(r, one(draw, "", "+0", "-1", "0x0", "0 0", "1e1", "0;a", "\"0\"", "a", "9223372036854775808", "18446744073709551616"))
		}),
		refused("chunked twice", "RFC 9112 §6.1", true, func(r *Request, draw Source) {
			chunkedContent(r, "0\r\n\r\n")
			r.put(draw, field{"Transfer-Encoding", ": ", one(draw, "chunked", "identity", "", "gzip"), "\r\n"})
		}),
		refused("chunked is not last", "RFC 9112 §6.3", true, func(r *Request, draw Source) {
			chunkedContent(r, "0\r\n\r\n")
			r.fields[r.at("Transfer-Encoding")].value = one(draw, "chunked, gzip", "chunked, chunked", "chunked;a=b", "\"chunked\"", "chun ked")
		}),
		{"unknown coding", Verdict{Clause: "RFC 9112 §6.1", Statuses: []int{501}}, func(r *Request, draw Source) {
			chunkedContent(r, "0\r\n\r\n")
			r.fields[r.at("Transfer-Encoding")].value = one(draw, "gzip, chunked", "xchunked", "identity", "x")
		}},
		refused("chunked in HTTP/1.0", "RFC 9112 §6.1", false, func(r *Request, _ Source) {
			chunkedContent(r, "0\r\n\r\n")
			r.proto = "HTTP/1.0"
		}),
		refused("control character around the coding", "RFC 9110 §5.5", true, func(r *Request, draw Source) {
			chunkedContent(r, "0\r\n\r\n")
			f := &r.fields[r.at("Transfer-Encoding")]
			f.value = one(draw, "\vchunked", "chunked\v", "\fchunked", "\x00chunked", "chunked\x00")
		}),
	}
}

func contentMutations() []Mutation {
	late := func(name, clause string, must bool, contents ...string) Mutation {
		v := Verdict{Clause: clause, Must: must, Statuses: []int{400}, Late: true}
		return Mutation{name, v, func(r *Request, draw Source) {
			r.method, r.Method = "POST", "POST"
			chunkedContent(r, one(draw, contents...))
		}}
	}
	long := strings.Repeat("a", 300)
	return []Mutation{
		late("form of a chunk's size", "RFC 9112 §7.1", true, "x\r\n", "\r\n", "-1\r\n", "+1\r\na\r\n0\r\n\r\n", "0x1\r\na\r\n0\r\n\r\n", "1_0\r\n", ";a\r\n", "g\r\n"),
		late("size of a chunk", "RFC 9112 §7.1", true, "8000000000000000\r\n", "10000000000000000\r\n", "fffffffffffffffff\r\n"),
		late("space beside a chunk's size", "RFC 9112 §7.1.1", false, "1 \r\na\r\n0\r\n\r\n", " 1\r\na\r\n0\r\n\r\n", "1 ;a\r\na\r\n0\r\n\r\n", "1\t\r\na\r\n0\r\n\r\n"),
		late("line end of a chunk's size", "RFC 9112 §2.2", false, "1\na\r\n0\r\n\r\n", "1\ra\r\n0\r\n\r\n", "1\r\ra\r\n", "1;a\na\r\n0\r\n\r\n", "1;a\rb\r\na\r\n0\r\n\r\n"),
		late("length of a chunk", "RFC 9112 §7.1", true, "1\r\nab\r\n0\r\n\r\n", "2\r\na\r\n0\r\n\r\n", "1\r\na0\r\n\r\n"),
		late("line end of a chunk", "RFC 9112 §7.1", false, "1\r\na\n0\r\n\r\n", "1\r\na\r0\r\n\r\n"),
		late("control character in an extension", "RFC 9112 §7.1.1", true, "1;\x00\r\na\r\n0\r\n\r\n", "1;a=\x01\r\na\r\n0\r\n\r\n"),
		late("long extension", "RFC 9112 §7.1.1", false, "1;"+long+"\r\na\r\n0\r\n\r\n"),
		late("line end of the last chunk", "RFC 9112 §2.2", false, "0\n\r\n", "0\r\n\n", "0\r\n\rX"),
		late("trailer that frames", "RFC 9110 §6.5.1", false, "0\r\nContent-Length: 9\r\n\r\n", "1\r\na\r\n0\r\nA: b\r\ntransfer-encoding: gzip\r\n\r\n", "0\r\nHost: other\r\n\r\n"),
		late("trailer", "RFC 9112 §7.1.2", false, "0\r\n a: b\r\n\r\n", "0\r\na\r\n\r\n", "0\r\n: b\r\n\r\n", "0\r\na : b\r\n\r\n", "0\r\na: b\r\n c\r\n\r\n", "0\r\na: \x00\r\n\r\n", "0\r\na: b\n\r\n", "0\r\na(: b\r\n\r\n"),
	}
}
