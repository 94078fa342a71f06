package http2

// Field blocks: the rules of RFC 9113 §8 over a whole list of fields, in other words than
// those that are asked field by field, and the head in HTTP/1.1's form that it stands for.

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/net/http2"
	"pgregory.net/rapid"
)

var (
	nameForm    = regexp.MustCompile("^[-!#$%&'*+.^_`|~0-9a-z]+$")
	valueForm   = regexp.MustCompile("^(?:[^\x00-\x20\x7f](?:[^\x00-\x08\x0a-\x1f\x7f]*[^\x00-\x20\x7f])?)?$")
	visibleForm = regexp.MustCompile("^[\x21-\x7e]*$")
	numberForm  = regexp.MustCompile(`^[0-9]+$`)
	ofHop       = []string{"connection", "proxy-connection", "keep-alive", "transfer-encoding", "upgrade", "http2-settings"}
)

// all are the values of a name in name, value, name, value.
func all(f []string, name string) (list []string) {
	for i := 0; i < len(f); i += 2 {
		if f[i] == name {
			list = append(list, f[i+1])
		}
	}
	return list
}

// first is the first value that is not empty.
func first(list []string) string {
	return strings.Join(slices.DeleteFunc(append(list, ""), func(s string) bool { return s == "" }), "\x00")
}

// within is as much of f as a list of limit bytes may have.
func within(f []string, limit int) []string {
	size := 0
	for i := 0; i < len(f); i += 2 {
		if size += len(f[i]) + len(f[i+1]) + 32; size > limit {
			return f[:i]
		}
	}
	return f
}

// soundFields reports whether each field of f may be there.
func soundFields(f []string, trailer bool) bool {
	regular := false
	for i := 0; i < len(f); i += 2 {
		name, value := f[i], f[i+1]
		if strings.HasPrefix(name, ":") {
			known := slices.Contains([]string{":method", ":scheme", ":authority", ":path", ":protocol"}, name)
			twice := first(all(f[:i], name)) != ""
			if !known || regular || trailer || twice || value == "" && name != ":authority" || !visibleForm.MatchString(value) {
				return false
			}
			continue
		}
		regular = true
		if !nameForm.MatchString(name) || !valueForm.MatchString(value) || slices.Contains(ofHop, name) || name == "te" && value != "trailers" {
			return false
		}
	}
	return true
}

// wayOf is what the pseudo-header fields ask for.
func wayOf(f []string) Way {
	method, path, protocol := first(all(f, ":method")), first(all(f, ":path")), first(all(f, ":protocol"))
	scheme, host := first(all(f, ":scheme")), first(all(f, ":authority"))
	named := path != "" && scheme != ""
	switch {
	case method == "CONNECT" && protocol != "" && named && host != "" && path[0] == '/':
		return Protocol
	case method == "CONNECT" && protocol == "" && path == "" && scheme == "" && host != "":
		return Connect
	case method != "" && method != "CONNECT" && protocol == "" && named && (path[0] == '/' || path == "*" && method == "OPTIONS"):
		return Resource
	}
	return nowhere
}

// judge fills in what f comes to on its stream, within limit.
func (h *heading) judge(f []string, trailer bool, limit int) {
	some := within(f, limit)
	for i := 0; i < len(some); i += 2 {
		h.list += len(some[i]) + len(some[i+1]) + 32
	}
	h.large, h.length = len(some) < len(f), -1
	h.wrong = !soundFields(some, trailer)
	if trailer {
		for i := 0; i < len(f); i += 2 {
			h.trailer += f[i] + ": " + f[i+1] + "\r\n"
		}
		return
	}
	regular := 0
	for i := 0; i < len(some); i += 2 {
		if !strings.HasPrefix(some[i], ":") {
			regular++
		}
	}
	begins := !h.large || regular > 0 // else nobody has asked yet
	hosts := all(some, "host")
	if host := first(all(some, ":authority")); host != "" {
		hosts = append([]string{host}, hosts...)
		h.wrong = h.wrong || slices.ContainsFunc(hosts, func(x string) bool { return x != host })
	} else {
		h.wrong = h.wrong || len(hosts) > 1
	}
	for _, x := range all(some, "content-length") {
		n, err := strconv.ParseInt(x, 10, 64)
		if err != nil || !numberForm.MatchString(x) || h.length >= 0 && h.length != n {
			h.wrong = true
			break
		}
		h.length = n
	}
	h.wrong = h.wrong || begins && wayOf(some) == nowhere || !h.large && h.end && h.length > 0
	h.priority = strings.Join(all(some, "priority"), ",")
	if !h.wrong && !h.large {
		h.head = h.write(some, hosts)
	}
}

// write is the head in HTTP/1.1's form.
func (h *heading) write(f, hosts []string) string {
	method, target := first(all(f, ":method")), first(all(f, ":path"))
	lines := ""
	switch wayOf(f) {
	case Connect:
		target = hosts[0]
	case Protocol:
		method, lines = "GET", "upgrade: "+first(all(f, ":protocol"))+"\r\nconnection: upgrade\r\n"
	case Resource, nowhere:
	}
	if host := first(all(f, ":authority")); host != "" {
		lines += "host: " + host + "\r\n"
	}
	measured := false
	for i := 0; i < len(f); i += 2 {
		switch name := f[i]; {
		case name[0] == ':', name == "cookie", name == "host" && first(all(f, ":authority")) != "", name == "content-length" && measured:
			continue
		default:
			lines += name + ": " + f[i+1] + "\r\n"
			measured = measured || name == "content-length"
		}
	}
	if !h.end && h.length < 0 && wayOf(f) == Resource {
		lines += "transfer-encoding: chunked\r\n"
	}
	crumbs := all(f, "cookie")
	for len(crumbs) > 0 && crumbs[0] == "" {
		crumbs = crumbs[1:]
	}
	if cookie := strings.Join(crumbs, "; "); cookie != "" {
		lines += "cookie: " + cookie + "\r\n"
	}
	return method + " " + target + " HTTP/1.1\r\n" + lines + "\r\n"
}

// drawField draws a field, sound for the most part.
func drawField(t *rapid.T) []string {
	name := pick(t, []string{"x-a", "host", "cookie", "cookie", "content-length", "content-length", "priority", "priority", "te", "accept"}, "name")
	if choose(t, 8, "wrong") == 0 {
		name = pick(t, []string{
			"connection", "proxy-connection", "keep-alive", "transfer-encoding", "upgrade", "http2-settings", ":path", ":x", "X-A", "", "x:a", "x a", "x\x80", "x\x7f", "~z", "{",
		}, "name")
	}
	values := []string{"b", "", " b", "b ", "\tb", "b\t", "a\tb", "a b", "b\x1f", "\x7f", "\x80", "trailers"}
	switch name {
	case "host":
		values = []string{"a", "a", "", "b"}
	case "content-length":
		values = []string{"3", "0", "4", "03", "+3", "", "3a", "9223372036854775807", "9223372036854775808"}
	case "priority":
		values = []string{"u=1", "i", "u=7, i=?0", "u=/", "u=:", "x=1", "u=12", "ix", "ix;", "i;", "j;x", "i=1", "ii;", "i;x=?0", "u", "=", "u=0, u=8"}
	case "te":
		values = []string{"trailers", "Trailers", ""}
	}
	if choose(t, 4, "plain") > 0 {
		return []string{name, values[0]}
	}
	return []string{name, pick(t, values, "value")}
}

// drawBlock draws the fields of a request.
func drawBlock(t *rapid.T) (f []string) {
	kind := [][]string{get, posting(), {":method", "OPTIONS", ":scheme", "http", ":path", "*", ":authority", "a"}, {":method", "CONNECT", ":authority", "a:1"}, extended}
	f = slices.Clone(pick(t, kind, "kind"))
	if choose(t, 4, "odd") == 0 {
		i := 2 * choose(t, len(f)/2, "pseudo")
		switch choose(t, 7, "how") {
		case 0:
			f = slices.Delete(f, i, i+2)
		case 1:
			f[i+1] = pick(t, []string{"", "x", "*", "/ x", "/\x7f", "/\x80", "CONNECT", "OPTIONS", "/~!"}, "said")
		case 2:
			f = append(f, f[i], f[i+1])
		case 3:
			f = append([]string{"x-a", "b"}, f...)
		case 4: // behind a field
			name, value := f[i], f[i+1]
			f = append(slices.Delete(f, i, i+2), "x-a", "b", name, value)
		case 5:
			f = append(f, pick(t, []string{":protocol", ":authority", ":path", ":x"}, "name"), pick(t, []string{"", "a"}, "more"))
		case 6: // hosts, and nobody who says which
			f = without(f, ":authority")
			for range 1 + choose(t, 2, "hosts") {
				f = append(f, "host", pick(t, []string{"a", "", "a", "b"}, "host"))
			}
		}
	}
	for range pick(t, []int{0, 0, 1, 2, 4}, "fields") {
		f = append(f, drawField(t)...)
	}
	return f
}

// A request is opened with the head that its fields stand for, or reset.
func TestFieldsMeanAHead(t *testing.T) {
	const limit = 3 * keep / 2
	rapid.Check(t, func(t *rapid.T) {
		p := barePeer(nil, Limits{Streams: 1000, Head: limit})
		p.framer.WriteSettings()
		p.pump()
		p.from.Reset()
		for i := range 40 {
			p.events = nil
			h := &heading{id: uint32(2*i + 1), end: rapid.Bool().Draw(t, "end")}
			f := drawBlock(t)
			if choose(t, 10, "long") == 0 {
				size := limit - 40*len(f) + choose(t, 41, "size")
				f = append(f, "x-long", strings.Repeat("v", max(size, 0)))
				f = append(f, drawField(t)...)
			}
			h.judge(f, false, limit)
			p.send(t, h.id, h.end, f)
			if text := p.s.head.text; cap(text) > max(keep, 2*len(text)) {
				t.Fatalf("%d bytes are kept for a head of %d", cap(text), len(text))
			}
			st := p.s.streams.find(h.id)
			switch {
			case (st == nil) != h.wrong:
				t.Fatalf("%q, end %t: opened: %t; it is wrong: %t", f, h.end, st != nil, h.wrong)
			case st == nil:
				p.mustSay(t, h.id)
				continue
			case h.large != (len(p.events) == 2):
				t.Fatalf("%q, end %t: %q, too large: %t", f, h.end, p.events, h.large)
			case !h.large && p.heads[h.id] != h.head:
				t.Fatalf("%q, end %t: the head is %q, not %q", f, h.end, p.heads[h.id], h.head)
			case !h.large && st.Way() != wayOf(f):
				t.Fatalf("%q asks for way %d", f, st.Way())
			case !h.large:
				var c copied
				if newTwin(1).rank(&c, h.priority); int(st.urgency) != c.urgency || st.parallel != c.parallel {
					t.Fatalf("%q has urgency %d, and shares: %t", f, st.urgency, st.parallel)
				}
			}
		}
	})
}

// mustSay holds that stream id was reset for its fields.
func (p *peer) mustSay(t *rapid.T, id uint32) {
	said := p.said()
	if want := "RST_STREAM " + strconv.Itoa(int(id)) + " PROTOCOL_ERROR"; len(said) != 1 || said[0] != want {
		t.Fatalf("the session said %q, not %q", said, want)
	}
}

// send sends a field block, in as many frames as is drawn.
func (p *peer) send(t *rapid.T, id uint32, end bool, f []string) {
	b := slices.Clone(p.fields(f...))
	cut := len(b)
	if choose(t, 4, "continued") == 0 {
		cut = rapid.IntRange(0, len(b)).Draw(t, "cut")
	}
	p.framer.WriteHeaders(http2.HeadersFrameParam{StreamID: id, BlockFragment: b[:cut], EndStream: end, EndHeaders: cut == len(b), PadLength: uint8(pick(t, []int{0, 0, 9}, "pad"))})
	if cut < len(b) {
		half := rapid.IntRange(cut, len(b)).Draw(t, "half")
		p.framer.WriteContinuation(id, false, b[cut:half])
		p.framer.WriteContinuation(id, true, b[half:])
	}
	p.pump()
}
