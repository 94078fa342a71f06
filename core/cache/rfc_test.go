package cache

// The rules of RFC 9111, clause by clause, as tables.

import (
	"testing"
	"time"

	"brigade/core/http1"
)

const wall = 1_800_000_000 // "now" of these tests, in seconds since 1970

// tb is a test, or one of rapid's.
type tb interface {
	Helper()
	Fatalf(format string, args ...any)
}

// answer parses the head of a response.
func answer(t tb, head string) *http1.Answer {
	t.Helper()
	a := new(http1.Answer)
	if n, e := a.Parse([]byte(head+"\r\n"), 0, 1<<16); e != nil || n != len(head)+2 {
		t.Fatalf("%q: %d, %v", head, n, e)
	}
	return a
}

func meta(t tb, head string) *Meta {
	t.Helper()
	m := new(Meta)
	m.Read(answer(t, head), wall)
	return m
}

// request parses the head of a request.
func request(t tb, head string) *http1.Request {
	t.Helper()
	r := new(http1.Request)
	if n, e := r.Parse([]byte(head+"\r\n"), 0, nil); e != nil || n != len(head)+2 {
		t.Fatalf("%q: %d, %v", head, n, e)
	}
	return r
}

func wish(t tb, head string) *Wish {
	t.Helper()
	w := new(Wish)
	w.Read(request(t, head))
	return w
}

// date is a date so many seconds from wall.
func date(seconds int64) string { return string(http1.AppendDate(nil, wall+seconds)) }

const get = "GET /a HTTP/1.1\r\nHost: h\r\n"

func TestStorable(t *testing.T) {
	old := "Date: " + date(0) + "\r\nLast-Modified: " + date(-1000) + "\r\n"
	for _, x := range []struct {
		why      string
		request  string
		response string
		want     bool
	}{
		{"§3: it says for how long", get, "HTTP/1.1 200 OK\r\nCache-Control: max-age=9\r\n", true},
		{"§3: Expires does, too", get, "HTTP/1.1 200 OK\r\nDate: " + date(0) + "\r\nExpires: " + date(9) + "\r\n", true},
		{"§4.2.2: it may be guessed", get, "HTTP/1.1 200 OK\r\n" + old, true},
		{"§4.2.2: not for a status that is not made for that", get, "HTTP/1.1 302 x\r\n" + old, false},
		{"§3: unless it says so", get, "HTTP/1.1 302 x\r\nCache-Control: max-age=9\r\n", true},
		{"§3: or that it is public", get, "HTTP/1.1 302 x\r\nCache-Control: public\r\n" + old, true},
		{"nothing could come of it", get, "HTTP/1.1 200 OK\r\n", false},
		{"never fresh, but it can be asked about", get, "HTTP/1.1 200 OK\r\nETag: \"a\"\r\n", true},
		{"§5.2.2.4: no-cache is for validation", get, "HTTP/1.1 200 OK\r\nCache-Control: no-cache\r\nETag: W/\"a\"\r\n", true},
		{"a tag that is none validates nothing", get, "HTTP/1.1 200 OK\r\nETag: a\r\n", false},
		{"of two tags neither does", get, "HTTP/1.1 200 OK\r\nETag: \"a\"\r\nETag: \"b\"\r\n", false},
		{"§5.2.2.5: no-store", get, "HTTP/1.1 200 OK\r\nCache-Control: max-age=9, No-Store\r\n", false},
		{"no-store in another line", get, "HTTP/1.1 200 OK\r\nCache-Control: max-age=9\r\nCache-Control: no-store\r\n", false},
		{"no-store in spite of must-understand", get, "HTTP/1.1 200 OK\r\nCache-Control: max-age=9, must-understand, no-store\r\n", false},
		{"§5.2.2.7: private", get, "HTTP/1.1 200 OK\r\nCache-Control: max-age=9, private\r\n", false},
		{"private for a field is private", get, "HTTP/1.1 200 OK\r\nCache-Control: max-age=9, private=\"x\"\r\n", false},
		{"what cannot be read forbids", get, "HTTP/1.1 200 OK\r\nCache-Control: max-age=9, \"\r\n", false},
		{"what is not known does not", get, "HTTP/1.1 200 OK\r\nCache-Control: max-age=9, x, y=\"a, no-store\"\r\n", true},
		{"§4.1: Vary *", get, "HTTP/1.1 200 OK\r\nCache-Control: max-age=9\r\nVary: a, *\r\n", false},
		{"a Vary that is no list", get, "HTTP/1.1 200 OK\r\nCache-Control: max-age=9\r\nVary: a b\r\n", false},
		{"a Vary that is one", get, "HTTP/1.1 200 OK\r\nCache-Control: max-age=9\r\nVary: , a,b\r\n", true},
		{"whatever sets a cookie is somebody's", get, "HTTP/1.1 200 OK\r\nCache-Control: public, max-age=9\r\nSet-Cookie: a=b\r\n", false},
		{"§3: a part", get, "HTTP/1.1 206 x\r\nCache-Control: max-age=9\r\n", false},
		{"§3: 304", get, "HTTP/1.1 304 x\r\nCache-Control: max-age=9\r\n", false},
		{"a status of which nothing is known", get, "HTTP/1.1 299 x\r\nCache-Control: max-age=9\r\n", false},
		{"an error that says so is not stored either", get, "HTTP/1.1 500 x\r\nCache-Control: max-age=9\r\n", false},
		{"404", get, "HTTP/1.1 404 x\r\nCache-Control: max-age=9\r\n", true},
		{"§5.2.1.5: the request says no-store", get + "Cache-Control: no-store\r\n", "HTTP/1.1 200 OK\r\nCache-Control: max-age=9\r\n", false},
		{"a part was asked for", get + "Range: bytes=0-1\r\n", "HTTP/1.1 200 OK\r\nCache-Control: max-age=9\r\n", false},
		{"HEAD", "HEAD /a HTTP/1.1\r\nHost: h\r\n", "HTTP/1.1 200 OK\r\nCache-Control: max-age=9\r\n", false},
		{"POST", "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n", "HTTP/1.1 200 OK\r\nCache-Control: max-age=9\r\n", false},
		{"GET with content", "GET /a HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n", "HTTP/1.1 200 OK\r\nCache-Control: max-age=9\r\n", false},
		{"§3.5: Authorization", get + "Authorization: x\r\n", "HTTP/1.1 200 OK\r\nCache-Control: max-age=9\r\n", false},
		{"§3.5: and public", get + "Authorization: x\r\n", "HTTP/1.1 200 OK\r\nCache-Control: max-age=9, public\r\n", false},
		{"§5.2.2.10: s-maxage is enough", get, "HTTP/1.1 200 OK\r\nCache-Control: s-maxage=1\r\n", true},
		{"s-maxage=0 is for nobody", get, "HTTP/1.1 200 OK\r\nCache-Control: s-maxage=0, max-age=9\r\n", false},
	} {
		if got := Storable(wish(t, x.request), meta(t, x.response)); got != x.want {
			t.Errorf("%s: %q answered by %q: %t", x.why, x.request, x.response, got)
		}
	}
}

// TestAdmits: what is stored may answer one with Authorization only if that is said (§3.5).
func TestAdmits(t *testing.T) {
	for control, want := range map[string]bool{
		"max-age=9": false, "max-age=9, public": true, "max-age=9, must-revalidate": true, "s-maxage=9": true, "max-age=9, proxy-revalidate": false,
	} {
		m := meta(t, "HTTP/1.1 200 OK\r\nCache-Control: "+control+"\r\n")
		if got := Admits(m, wish(t, get+"Authorization: x\r\n")); got != want {
			t.Errorf("%s admits one with Authorization: %t", control, got)
		}
		if !Admits(m, wish(t, get)) {
			t.Errorf("%s does not admit one without", control)
		}
	}
}

func TestLifetime(t *testing.T) {
	const s = time.Second
	for _, x := range []struct {
		why, fields string
		want        time.Duration
	}{
		{"§4.2.1: s-maxage before all", "Cache-Control: max-age=5, s-maxage=7\r\nExpires: " + date(9) + "\r\n", 7 * s},
		{"max-age before Expires", "Cache-Control: max-age=5\r\nExpires: " + date(9) + "\r\n", 5 * s},
		{"Expires is counted from Date", "Date: " + date(-10) + "\r\nExpires: " + date(9) + "\r\n", 19 * s},
		{"without one, from when it came", "Expires: " + date(9) + "\r\n", 9 * s},
		{"§5.3: an Expires that is no date has passed", "Expires: 0\r\n", 0},
		{"one that is before Date", "Date: " + date(0) + "\r\nExpires: " + date(-9) + "\r\n", 0},
		{"of two the earlier", "Expires: " + date(9) + "\r\nExpires: " + date(4) + "\r\n", 4 * s},
		{"§4.2.1: of two the smaller", "Cache-Control: max-age=9\r\nCache-Control: max-age=3\r\n", 3 * s},
		{"no number is none", "Cache-Control: max-age=x\r\n", 0},
		{"nor is a fraction", "Cache-Control: max-age=1.5\r\n", 0},
		{"nor is nothing", "Cache-Control: max-age\r\n", 0},
		{"in quotes, as some have it", "Cache-Control: max-age=\"7\"\r\n", 7 * s},
		{"§1.2.2: too much", "Cache-Control: max-age=99999999999999999999\r\n", most * s},
		{"§4.2.2: a tenth", "Date: " + date(0) + "\r\nLast-Modified: " + date(-1000) + "\r\n", 100 * s},
		{"a day at most", "Date: " + date(0) + "\r\nLast-Modified: " + date(-100_000_000) + "\r\n", 24 * time.Hour},
		{"changed in the future", "Date: " + date(0) + "\r\nLast-Modified: " + date(1000) + "\r\n", 0},
		{"nothing is known", "", 0},
	} {
		if got := Lifetime(meta(t, "HTTP/1.1 200 OK\r\n"+x.fields)); got != x.want {
			t.Errorf("%s: %q lives %v, not %v", x.why, x.fields, got, x.want)
		}
	}
}

func TestInitialAge(t *testing.T) {
	const s = time.Second
	for _, x := range []struct {
		why, fields string
		delay, want time.Duration
	}{
		{"§4.2.3: as long as it took", "Date: " + date(0) + "\r\n", 300 * time.Millisecond, 300 * time.Millisecond},
		{"by its date", "Date: " + date(-8) + "\r\n", s, 8 * s},
		{"by its own account", "Date: " + date(-8) + "\r\nAge: 20\r\n", s, 21 * s},
		{"the older of two", "Age: 20\r\nAge: 30\r\n", 0, 30 * s},
		{"no number", "Age: x\r\n", 0, 0},
		{"from the future", "Date: " + date(50) + "\r\n", s, s},
	} {
		if got := InitialAge(meta(t, "HTTP/1.1 200 OK\r\n"+x.fields), x.delay, wall); got != x.want {
			t.Errorf("%s: %q is %v old, not %v", x.why, x.fields, got, x.want)
		}
	}
}

func TestUse(t *testing.T) {
	const s = time.Second
	for _, x := range []struct {
		why               string
		control, response string
		age               time.Duration
		want              Use
	}{
		{"§4.2: fresh", "", "max-age=10", 10*s - 1, Fresh},
		{"as old as it may become", "", "max-age=10", 10 * s, Validate},
		{"§5.2.2.4: no-cache", "", "max-age=10, no-cache", 0, Validate},
		{"for a field, too", "", "max-age=10, no-cache=\"x\"", 0, Validate},
		{"§5.2.1.4: the request's no-cache", "no-cache", "max-age=10", 0, Validate},
		{"§5.2.1.1: max-age", "max-age=3", "max-age=10", 3 * s, Fresh},
		{"and older", "max-age=3", "max-age=10", 3*s + 1, Validate},
		{"§5.2.1.3: min-fresh", "min-fresh=4", "max-age=10", 6 * s, Fresh},
		{"not for long enough", "min-fresh=4", "max-age=10", 6*s + 1, Validate},
		{"a min-fresh that is no number", "min-fresh=x", "max-age=10", 0, Validate},
		{"§5.2.1.2: max-stale", "max-stale=5", "max-age=10", 15 * s, Stale},
		{"staler", "max-stale=5", "max-age=10", 15*s + 1, Validate},
		{"as stale as it is", "max-stale", "max-age=10", 999 * s, Stale},
		{"a max-stale that is no number", "max-stale=x", "max-age=10", 11 * s, Validate},
		{"max-age holds beside max-stale", "max-stale, max-age=12", "max-age=10", 13 * s, Validate},
		{"§5.2.2.2: must-revalidate", "max-stale", "max-age=10, must-revalidate", 11 * s, Validate},
		{"§5.2.2.8: proxy-revalidate", "max-stale", "max-age=10, proxy-revalidate", 11 * s, Validate},
		{"§5.2.2.10: s-maxage", "max-stale", "s-maxage=10", 11 * s, Validate},
		{"what cannot be read asks for care", "\"", "max-age=10", 0, Validate},
		{"and of Pragma nobody takes notice beside it", "max-age=9\r\nPragma: no-cache", "max-age=10", 0, Fresh},
	} {
		w := wish(t, get+"Cache-Control: "+x.control+"\r\n")
		if got := UseFor(meta(t, "HTTP/1.1 200 OK\r\nCache-Control: "+x.response+"\r\n"), w, x.age); got != x.want {
			t.Errorf("%s: %q at %v for %q: %d, not %d", x.why, x.response, x.age, x.control, got, x.want)
		}
	}
	if got := UseFor(meta(t, "HTTP/1.1 200 OK\r\nCache-Control: max-age=10\r\n"), wish(t, get+"Pragma: x, no-cache\r\n"), 0); got != Validate {
		t.Errorf("§5.4: Pragma: %d", got)
	}
}

func TestKey(t *testing.T) {
	for _, x := range []struct{ why, head, want string }{
		{"the plain one", "GET /a?b HTTP/1.1\r\nHost: h\r\n", "http://h/a?b"},
		{"a host in any case", "GET / HTTP/1.1\r\nHost: H.Example:8080\r\n", "http://h.example:8080/"},
		{"the port that is meant", "GET / HTTP/1.1\r\nHost: h:80\r\n", "http://h/"},
		{"in absolute form", "GET http://H:80?q HTTP/1.1\r\nHost: other\r\n", "http://h/?q"},
		{"an empty query is one", "GET /? HTTP/1.1\r\nHost: h\r\n", "http://h/?"},
		{"targets stay as they are", "GET /A//b/../%61%2f?x=1&a=%20 HTTP/1.1\r\nHost: h\r\n", "http://h/A//b/../%61%2f?x=1&a=%20"},
		{"no host", "GET / HTTP/1.0\r\n", ""},
		{"the server as such", "OPTIONS * HTTP/1.1\r\nHost: h\r\n", ""},
		{"forwarded fields are not looked at", "GET / HTTP/1.1\r\nHost: h\r\nX-Forwarded-Host: evil\r\n", "http://h/"},
	} {
		if got := string(AppendKey(nil, request(t, x.head), false)); got != x.want {
			t.Errorf("%s: %q, not %q", x.why, got, x.want)
		}
	}
	a := string(AppendKey(nil, request(t, "GET / HTTP/1.1\r\nHost: h\r\nX-Forwarded-Host: evil\r\n"), true))
	b := string(AppendKey(nil, request(t, "GET / HTTP/1.1\r\nHost: h\r\nX-Forwarded-Proto: evil\r\n"), true))
	c := string(AppendKey(nil, request(t, "GET / HTTP/1.1\r\nHost: h\r\n"), true))
	if a == b || a == c || b == c {
		t.Errorf("what origins are told is no part of the key: %q, %q, %q", a, b, c)
	}
}

func TestVariants(t *testing.T) {
	vary := AppendVary(nil, answer(t, "HTTP/1.1 200 OK\r\nVary: Accept-Encoding,,\tFOO\r\nVary: bar\r\n").Fields)
	if string(vary) != "accept-encoding,foo,bar," {
		t.Fatalf("it varies by %q", vary)
	}
	variant := func(fields string) string {
		return string(AppendVariant(nil, vary, request(t, get+fields)))
	}
	same := variant("ACCEPT-ENCODING: gzip\r\nother: 1\r\n")
	if got := variant("other: 2\r\naccept-encoding:  gzip \r\n"); got != same {
		t.Errorf("%q and %q are of one variant", got, same)
	}
	seen := map[string]string{same: "gzip"}
	for _, fields := range []string{
		"", "accept-encoding:\r\n", "foo: gzip\r\n", "accept-encoding: gzip\r\naccept-encoding: gzip\r\n", "accept-encoding: gzip\r\nfoo:\r\n",
		"accept-encoding: gzip\r\nbar:\r\n", "accept-encoding: GZIP\r\n", "bar: gzip\r\n",
	} {
		v := variant(fields)
		if other, twice := seen[v]; twice {
			t.Errorf("%q is of the variant of %q", fields, other)
		}
		seen[v] = fields
	}
}

func TestHeads(t *testing.T) {
	a := answer(t, "HTTP/1.1 200 OK\r\nConnection: x-own\r\nX-Own: 1\r\nAge: 5\r\nContent-Length: 3\r\nETag: \"a\"\r\nTransfer-encodinG2: y\r\nTrailer: z\r\nCache-Control: max-age=5\r\nX: 1\r\nX: 2\r\n")
	text := AppendHead(nil, a, wall)
	want := "HTTP/1.1 200\r\nETag: \"a\"\r\nTransfer-encodinG2: y\r\nCache-Control: max-age=5\r\nX: 1\r\nX: 2\r\nDate: " + date(0) + "\r\n\r\n"
	if string(text) != want {
		t.Errorf("stored as %q, not %q", text, want)
	}
	old := new(http1.Answer)
	if n, e := old.Parse(text, 0, len(text)); n != len(text) || e != nil {
		t.Fatalf("what was stored is no head: %d, %v", n, e)
	}
	fresh := answer(t, "HTTP/1.1 304 x\r\nContent-Length: 9\r\nContent-Type: no\r\nx: 3\r\nAge: 7\r\nDate: "+date(8)+"\r\n")
	want = "HTTP/1.1 200\r\nx: 3\r\nDate: " + date(8) + "\r\nETag: \"a\"\r\nTransfer-encodinG2: y\r\nCache-Control: max-age=5\r\n\r\n"
	if got := string(AppendUpdated(nil, old, fresh, wall)); got != want {
		t.Errorf("brought up to date as %q, not %q", got, want)
	}
}
