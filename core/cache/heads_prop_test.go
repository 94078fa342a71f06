package cache

// Heads, keys and variants against models in other words: lists of names and values, and
// what RFC 9111 says becomes of each.

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"brigade/core/http1"
)

// pair is a field.
type pair struct{ name, value string }

func (p pair) is(name string) bool { return strings.EqualFold(p.name, name) }

func (p pair) line() string { return p.name + ": " + p.value + "\r\n" }

// anyCase writes name in one case or another.
func anyCase(t *rapid.T, name string) string {
	switch rapid.IntRange(0, 3).Draw(t, "case") {
	case 0:
		return strings.ToUpper(name)
	case 1:
		return strings.ToLower(name)
	}
	return name
}

// drawFields draws some of names, each up to twice.
func drawFields(t *rapid.T, names ...string) (list []pair) {
	for range rapid.IntRange(0, 9).Draw(t, "fields") {
		name := rapid.SampledFrom(names).Draw(t, "name")
		list = append(list, pair{anyCase(t, name), fmt.Sprint(len(list))})
	}
	return list
}

// fields are of which most are told by their names alone.
var responseFields = []string{
	"X-A", "X-B", "X-Hop", "Cache-Control", "Content-Type", "Content-Encoding", "Content-Location", "Content-Range", "ETag", "Vary",
	"Proxy-Authenticate", "Proxy-Authentication-Info", "Proxy-Authorization", "Keep-Alive", "TE", "Upgrade", "Trailer", "Age", "Server",
}

// message draws a response's fields, and whether it is chunked.
func message(t *rapid.T) (list []pair, chunked bool) {
	list = drawFields(t, responseFields...)
	switch rapid.IntRange(0, 3).Draw(t, "framing") {
	case 0:
		list = append(list, pair{anyCase(t, "Transfer-Encoding"), "chunked"})
		chunked = true
	case 1:
		list = append(list, pair{anyCase(t, "Content-Length"), "5"})
	}
	if rapid.Bool().Draw(t, "dated") {
		list = append(list, pair{anyCase(t, "Date"), date(int64(rapid.IntRange(-9, 9).Draw(t, "Date")))})
	}
	if rapid.Bool().Draw(t, "nominates") {
		list = append(list, pair{anyCase(t, "Connection"), rapid.SampledFrom([]string{"x-hop", "close", "X-B, x-hop"}).Draw(t, "Connection")})
	}
	return rapid.Permutation(list).Draw(t, "order"), chunked
}

func lines(status string, list []pair) string {
	s := status
	for _, p := range list {
		s += p.line()
	}
	return s
}

// kept are the fields of list that RFC 9111 §3.1 has a cache store, without those that it
// tells anew.
func kept(list []pair, chunked bool) (rest []pair) {
	gone := []string{
		"connection", "keep-alive", "te", "transfer-encoding", "upgrade", "proxy-connection", // RFC 9110 §7.6.1
		"proxy-authenticate", "proxy-authentication-info", "proxy-authorization", // RFC 9111 §3.1
		"content-length", "age",
	}
	if !chunked {
		gone = append(gone, "trailer")
	}
	for _, p := range list {
		if p.is("connection") {
			for _, name := range strings.Split(p.value, ",") {
				gone = append(gone, strings.ToLower(strings.TrimSpace(name)))
			}
		}
	}
	for _, p := range list {
		if !slices.Contains(gone, strings.ToLower(p.name)) {
			rest = append(rest, p)
		}
	}
	return rest
}

func dates(list []pair) bool {
	return slices.ContainsFunc(list, func(p pair) bool { return p.is("date") })
}

func TestHeadsAreStored(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		list, chunked := message(t)
		now := int64(rapid.IntRange(-5, 5).Draw(t, "now"))
		want := lines("HTTP/1.1 203\r\n", kept(list, chunked))
		if !dates(kept(list, chunked)) {
			want += "Date: " + date(now) + "\r\n"
		}
		want += "\r\n"
		got := string(AppendHead([]byte("before"), answer(t, lines("HTTP/1.1 203 x\r\n", list)), wall+now))
		if got != "before"+want {
			t.Fatalf("%v is stored as\n%q, not\n%q", list, got, want)
		}
		fresh, freshChunked := message(t)
		updates := slices.DeleteFunc(kept(fresh, freshChunked), func(p pair) bool {
			return strings.HasPrefix(strings.ToLower(p.name), "content-") || p.is("etag") || p.is("trailer")
		})
		stored := answer(t, strings.TrimSuffix(want, "\r\n"))
		updated := lines("HTTP/1.1 203\r\n", updates)
		if !dates(updates) {
			updated += "Date: " + date(now) + "\r\n"
		}
		for _, p := range kept(list, chunked) {
			// Of what is chunked no trace is left in the stored head but what announces trailers.
			same := func(q pair) bool { return p.is(q.name) }
			if !p.is("date") && !slices.ContainsFunc(updates, same) {
				updated += p.line()
			}
		}
		updated += "\r\n"
		if got := string(AppendUpdated(nil, stored, answer(t, lines("HTTP/1.1 304 x\r\n", fresh)), wall+now)); got != updated {
			t.Fatalf("%q, which %v brings up to date, is\n%q, not\n%q", want, fresh, got, updated)
		}
	})
}

// TestOriginsAreAsked: what an origin is asked is what the first has asked for, but for
// all of it, and under the condition that what is stored does not hold any more.
func TestOriginsAreAsked(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		list := drawFields(t, "X-A", "Accept", "If-None-Match", "If-Modified-Since", "If-Range", "Range", "Expect", "Cookie")
		once := map[string]bool{}
		list = slices.DeleteFunc(list, func(p pair) bool { // only these may stand twice
			name := strings.ToLower(p.name)
			again := once[name] && name != "x-a" && name != "accept"
			once[name] = true
			return again
		})
		for i := range list {
			switch {
			case list[i].is("expect"):
				list[i].value = "100-continue"
			case list[i].is("range"):
				list[i].value = "bytes=0-1"
			}
		}
		minor := rapid.IntRange(0, 1).Draw(t, "minor")
		start := fmt.Sprintf("/a?b HTTP/1.%d\r\nHost: h\r\n", minor)
		want := "GET " + start
		for _, p := range list {
			if !slices.Contains([]string{"if-none-match", "if-modified-since", "if-range", "range", "expect"}, strings.ToLower(p.name)) {
				want += p.line()
			}
		}
		o := new(Object)
		if rapid.Bool().Draw(t, "validates") {
			o.old = new(Object)
			if rapid.Bool().Draw(t, "tagged") {
				o.old.meta.ETag = []byte(`"t"`)
				want += "If-None-Match: \"t\"\r\n"
			}
			if rapid.Bool().Draw(t, "dated") {
				o.old.meta.LastModified = []byte(date(-5))
				want += "If-Modified-Since: " + date(-5) + "\r\n"
			}
		}
		method := rapid.SampledFrom([]string{"GET ", "HEAD "}).Draw(t, "method")
		if got := string(o.AppendRequest(nil, request(t, method+lines(start, list)))); got != want+"\r\n" {
			t.Fatalf("%v: an origin is asked\n%q, not\n%q", list, got, want)
		}
	})
}

// ask is what a request asks for, and in what words.
type ask struct {
	host, path, query string
	told              []pair // how it was first sent
}

var (
	hosts   = []string{"h", "x.example", "h:80", "h:81", "h:8080", "az-09.example:80"}
	paths   = []string{"/", "/a", "/A", "/a/", "/%61"}
	queries = []string{"", "?", "?a", "?A", "?a=1&b=2", "?b=2&a=1"}
)

func drawAsk(t *rapid.T) (a ask) {
	a.host = rapid.SampledFrom(hosts).Draw(t, "host")
	a.path = rapid.SampledFrom(paths).Draw(t, "path")
	a.query = rapid.SampledFrom(queries).Draw(t, "query")
	for _, name := range []string{"X-A", "x-forwarded-proto", "x-forwarded-host", "forwarded"} {
		if rapid.IntRange(0, 3).Draw(t, name) == 0 {
			a.told = append(a.told, pair{name, rapid.SampledFrom([]string{"1", "2"}).Draw(t, "value")})
		}
	}
	return a
}

// changed is a, but for one thing, or for nothing.
func (a ask) changed(t *rapid.T) ask {
	switch other := drawAsk(t); rapid.IntRange(0, 5).Draw(t, "changed") {
	case 0:
		a.host = other.host
	case 1:
		a.path = other.path
	case 2:
		a.query = other.query
	case 3:
		a.told = other.told
	}
	return a
}

// means is what the key of a is to tell apart.
func (a ask) means(trusted bool) string {
	s := strings.TrimSuffix(a.host, ":80") + a.path + a.query
	for _, p := range a.told {
		if trusted && p.name != "X-A" {
			s += "\n" + p.line()
		}
	}
	return s
}

// write is one of the requests that ask for a.
func (a ask) write(t *rapid.T) string {
	target := a.path + a.query
	if rapid.Bool().Draw(t, "absolute") {
		if a.path == "/" && rapid.Bool().Draw(t, "no path") {
			target = a.query
		}
		target = "http://" + anyCase(t, a.host) + target
	}
	return lines("GET "+target+" HTTP/1.1\r\nHost: "+anyCase(t, a.host)+"\r\n", a.told)
}

// TestKeysAreTargets: two requests have one key if they ask for one URI, and if they say the
// same of how they were first sent, where that is passed on.
func TestKeysAreTargets(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		trusted := rapid.Bool().Draw(t, "trusted")
		a := drawAsk(t)
		b := a.changed(t)
		first, second := a.write(t), b.write(t)
		key := AppendKey([]byte("k"), request(t, first), trusted)
		other := AppendKey([]byte("k"), request(t, second), trusted)
		if !strings.HasPrefix(string(key), "khttp://") {
			t.Fatalf("the key of %q is %q", first, key)
		}
		if (string(key) == string(other)) != (a.means(trusted) == b.means(trusted)) {
			t.Fatalf("%q and %q have the keys %q and %q", first, second, key, other)
		}
		for _, target := range []string{"OPTIONS *", "CONNECT h:80"} {
			if k := AppendKey(nil, request(t, target+" HTTP/1.1\r\nHost: h:80\r\n"), trusted); len(k) != 0 {
				t.Fatalf("%s has the key %q", target, k)
			}
		}
	})
}

// TestVariantsAreLines: two requests are of one variant if they have the same lines in the
// fields that a response varies by.
func TestVariantsAreLines(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		names := rapid.SliceOfN(rapid.SampledFrom([]string{"a", "ab", "b-c", "q0"}), 0, 4).Draw(t, "names")
		head, want := "HTTP/1.1 200 OK\r\n", ""
		for i := 0; i < len(names); {
			head += "vary:"
			for n := rapid.IntRange(1, 3).Draw(t, "in a line"); n > 0 && i < len(names); n, i = n-1, i+1 {
				head += rapid.SampledFrom([]string{" ", ",\t ", "", " , ,"}).Draw(t, "before") + anyCase(t, names[i]) + rapid.SampledFrom([]string{",", " \t,", ","}).Draw(t, "behind")
				want += names[i] + ","
			}
			head += "\r\n"
		}
		a := answer(t, head)
		vary := AppendVary(nil, a.Fields)
		var m Meta
		if m.Read(a, wall); m.VaryAll || string(vary) != want {
			t.Fatalf("%q varies by %q, not %q (all: %t)", head, vary, want, m.VaryAll)
		}
		var variants, means [2]string
		list := drawFields(t, "a", "ab", "b-c", "x")
		for j := range list {
			list[j].value = rapid.SampledFrom([]string{"", "1", "1, 2"}).Draw(t, "value")
		}
		for i := range variants {
			if i > 0 && len(list) > 0 { // the other is the same, but for a line
				switch at := rapid.IntRange(0, len(list)-1).Draw(t, "at"); rapid.IntRange(0, 3).Draw(t, "changed") {
				case 0:
					list[at].value = rapid.SampledFrom([]string{"", "1", "1, 2"}).Draw(t, "value")
				case 1:
					list = slices.Delete(list, at, at+1)
				case 2:
					list[at].name = anyCase(t, list[at].name)
				}
			}
			for _, name := range names {
				for _, p := range list {
					if p.is(name) {
						means[i] += p.value + "|"
					}
				}
				means[i] += "#"
			}
			variants[i] = string(AppendVariant(nil, vary, request(t, lines(get, list))))
		}
		if (variants[0] == variants[1]) != (means[0] == means[1]) {
			t.Fatalf("of %q, %q and %q are the variants %q and %q", vary, means[0], means[1], variants[0], variants[1])
		}
	})
}

// TestMetaIsTheOlder: of what is said twice the older counts, a validator that is said
// twice is none, and neither is a tag that is no tag.
func TestMetaIsTheOlder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var list []pair
		want := Meta{Date: wall, Expires: NoDate, Modified: NoDate}
		older := func(at *int64, none, v int64) {
			if *at == none || v < *at {
				*at = v
			}
		}
		dated := int64(NoDate)
		tags, changes := []string{}, []int64{}
		for range rapid.IntRange(0, 6).Draw(t, "fields") {
			at := int64(rapid.IntRange(-9, 9).Draw(t, "at"))
			text, good := date(at), rapid.IntRange(0, 3).Draw(t, "good") > 0
			if !good {
				text = rapid.SampledFrom([]string{"0", "", "Tue", "-1"}).Draw(t, "bad")
			}
			switch name := rapid.SampledFrom([]string{"Date", "Expires", "Last-Modified", "ETag", "Age", "Set-Cookie"}).Draw(t, "name"); name {
			case "Date":
				list = append(list, pair{name, text})
				if good {
					older(&dated, NoDate, wall+at)
				}
			case "Expires":
				list = append(list, pair{name, text})
				if good {
					older(&want.Expires, NoDate, wall+at)
				} else {
					want.Expires = 0
				}
			case "Last-Modified":
				list = append(list, pair{name, text})
				if changes = append(changes, NoDate); good {
					changes[len(changes)-1] = wall + at
				}
			case "ETag":
				tag := rapid.SampledFrom([]string{`"a"`, `W/"a"`, `a`, `""`, `"a`, ``}).Draw(t, "tag")
				list = append(list, pair{name, tag})
				tags = append(tags, tag)
			case "Age":
				n := rapid.SampledFrom([]int64{0, 7, 30, 1 << 40}).Draw(t, "age")
				list = append(list, pair{name, fmt.Sprint(n)})
				want.Age = max(want.Age, min(n, 1<<31-1))
			case "Set-Cookie":
				list = append(list, pair{name, "a=b"})
				want.Cookie = true
			}
		}
		if dated != NoDate {
			want.Date = dated
		}
		if len(tags) == 1 && strings.Count(tags[0], `"`) == 2 {
			want.ETag = []byte(tags[0])
		}
		if len(changes) == 1 && changes[0] != NoDate {
			want.Modified = changes[0]
		}
		m := meta(t, lines("HTTP/1.1 200 OK\r\n", list))
		if m.Date != want.Date || m.Expires != want.Expires || m.Modified != want.Modified || string(m.ETag) != string(want.ETag) || m.Age != want.Age ||
			m.Cookie != want.Cookie || m.VaryAll || (m.LastModified != nil) != (want.Modified != NoDate) || m.Validates() != (want.ETag != nil || want.Modified != NoDate) {
			t.Fatalf("%v says %+v, not %+v", list, m, want)
		}
		if t0, ok := http1.ParseDate(m.LastModified, wall); m.LastModified != nil && (!ok || t0 != m.Modified) {
			t.Fatalf("%q is no date of %d", m.LastModified, m.Modified)
		}
	})
}
