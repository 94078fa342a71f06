package kv_test

import (
	"bufio"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"brigade/core/bucket"
	"brigade/core/exchange"
	"brigade/core/handler/kv"
	"brigade/core/http1"
	"brigade/core/mem"
)

// desk is a handler, and a task's part of it.
type desk struct {
	t     rapid.TB
	h     *kv.Handler
	local exchange.Local
}

func newDesk(t rapid.TB, o kv.Options) *desk {
	t.Helper()
	h, err := kv.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return &desk{t, h, h.Local()}
}

// over is a request that has ended.
type over struct{}

func (over) Ended() bool { return true }
func (over) GiveUp()     {}

// answer is a response, and whether a loop gave it.
type answer struct {
	*http.Response
	body   string
	inline bool
}

// ask answers one request as a server does; content comes in two pieces.
func (d *desk) ask(method, target, content string, fields ...string) answer {
	d.t.Helper()
	text := method + " " + target + " HTTP/1.1\r\nHost: a\r\n"
	for _, f := range fields {
		text += f + "\r\n"
	}
	if content != "" && !strings.Contains(text, "chunked") {
		text += "Content-Length: " + strconv.Itoa(len(content)) + "\r\n"
	}
	m, scope := mem.NewAllocator(1, "memory", mem.Limits{}), &mem.Scope{Name: "test"}
	m.Take(scope)
	a := new(bucket.Allocator)
	a.Init(m, nil)
	x, out := new(exchange.Exchange), new(bucket.Brigade)
	out.Init(a)
	page, err := m.Alloc(16 << 10)
	if err != nil {
		d.t.Fatal(err)
	}
	x.SetOutput(out, page, 16<<10)
	pool := m.NewPool(mem.Request)
	scope.Enter(pool)
	x.Bind(over{}, pool)
	if n, e := x.Request.Parse([]byte(text+"\r\n"), 0, nil); n == 0 || e != nil {
		d.t.Fatalf("%q is no request: %v", text, e)
	}
	if content != "" && d.h.Receives(x) {
		d.receive(x, content)
	}
	x.Date = http1.AppendDate(nil, 0)
	r := answer{inline: d.local.Inline(x)}
	if !r.inline {
		d.h.Handle(x)
	}
	if v := x.Verdict(); v != nil {
		d.t.Fatalf("%q: %v", text, v)
	}
	x.Finish()
	var b strings.Builder
	for k := out.Front(); k != nil; k = out.Front() {
		b.Write(k.Memory())
		k.Destroy()
	}
	pool.Destroy()
	page.Drop()
	m.End()
	r.read(d.t, method, b.String())
	return r
}

// receive has content arrive.
func (d *desk) receive(x *exchange.Exchange, content string) {
	d.t.Helper()
	if e := x.Receive(); e != nil {
		d.t.Fatal(e)
	}
	half := len(content) / 2
	for _, piece := range []string{content[:half], content[half:]} {
		if err := x.Arrived([]byte(piece)); err != nil {
			d.t.Fatal(err)
		}
	}
	x.Complete()
	if err := x.Admit(); err != nil {
		d.t.Fatal(err)
	}
}

// read reads a response with net/http, which must find its end where it is.
func (r *answer) read(t rapid.TB, method, text string) {
	t.Helper()
	b := bufio.NewReader(strings.NewReader(text))
	var err error
	if r.Response, err = http.ReadResponse(b, &http.Request{Method: method}); err != nil {
		t.Fatalf("%q: %v", text, err)
	}
	body, err := io.ReadAll(r.Body)
	if rest, _ := io.ReadAll(b); err != nil || len(rest) > 0 {
		t.Fatalf("%q: %v, and behind it comes %q", text, err, rest)
	}
	r.body = string(body)
}

// want holds an answer to a status.
func (d *desk) want(why string, a answer, status int) string {
	d.t.Helper()
	if a.StatusCode != status {
		d.t.Errorf("%s: %d %q, want %d", why, a.StatusCode, a.body, status)
	}
	return a.Header.Get("Etag")
}

func TestConversation(t *testing.T) {
	d := newDesk(t, kv.Options{Path: "/kv/"})
	d.want("nothing yet", d.ask("GET", "/kv/a", ""), 404)
	one := d.want("something new, RFC 9110 §9.3.4", d.ask("PUT", "/kv/a", "one"), 201)
	a := d.ask("GET", "/kv/a", "")
	if tag := d.want("what was put", a, 200); a.body != "one" || tag != one || a.Header.Get("Content-Type") != "application/octet-stream" {
		t.Errorf("%q with %s and type %q", a.body, tag, a.Header.Get("Content-Type"))
	}
	if a := d.ask("HEAD", "/kv/a", ""); a.StatusCode != 200 || a.ContentLength != 3 || a.body != "" || a.Header.Get("Etag") != one {
		t.Errorf("HEAD: %v", a)
	}
	d.want("it is cached, §13.1.2", d.ask("GET", "/kv/a", "", "If-None-Match: "+one), 304)
	d.want("only if there is none, §13.1.2", d.ask("PUT", "/kv/a", "x", "If-None-Match: *"), 412)
	two := d.want("a swap, §13.1.1", d.ask("PUT", "/kv/a", "two", "If-Match: "+one), 204)
	d.want("a swap that comes late", d.ask("PUT", "/kv/a", "x", "If-Match: "+one), 412)
	d.want("a weak tag matches nothing here, §8.8.3.2", d.ask("PUT", "/kv/a", "x", "If-Match: W/"+two), 412)
	d.want("another's deletion", d.ask("DELETE", "/kv/a", "", "If-Match: "+one), 412)
	d.want("one's own", d.ask("DELETE", "/kv/a", "", "If-Match: \"x\", "+two), 204)
	d.want("it is gone", d.ask("DELETE", "/kv/a", ""), 404)
	d.want("and no condition changes that, §13.2.1", d.ask("DELETE", "/kv/a", "", "If-Match: "+two), 404)
	d.want("nothing to swap", d.ask("PUT", "/kv/a", "x", "If-Match: *"), 412)
	d.want("a list that cannot be read lets no change through", d.ask("PUT", "/kv/a", "x", "If-None-Match: x"), 412)
	if again := d.want("the same value once more", d.ask("PUT", "/kv/a", "one", "If-None-Match: *"), 201); again == one {
		t.Errorf("it has the tag %s that it had before it was deleted", again)
	}
	if a := d.ask("PUT", "/kv/a", ""); a.StatusCode != 204 || !a.inline {
		t.Errorf("an empty value: %d, inline %v", a.StatusCode, a.inline)
	}
	if a := d.ask("GET", "/kv/a", ""); a.StatusCode != 200 || a.ContentLength != 0 || !a.inline {
		t.Errorf("an empty value: %v", a)
	}
}

func TestKeys(t *testing.T) {
	d := newDesk(t, kv.Options{Path: "/kv/", Key: 5})
	d.want("a key", d.ask("PUT", "/kv/a%62/c", "x"), 201)
	d.want("the same URI, RFC 3986 §6.2.2", d.ask("GET", "/kv/./ab//c?q", ""), 200)
	d.want("no key", d.ask("GET", "/kv/", ""), 404)
	d.want("no key either", d.ask("PUT", "/other", "x"), 404)
	d.want("the longest", d.ask("PUT", "/kv/%61bcde", "x"), 201)
	d.want("one byte more", d.ask("PUT", "/kv/abcdef", "x"), 414)
	d.want("a NUL", d.ask("GET", "/kv/%00", ""), 400)
	d.want("above the root", d.ask("GET", "/../kv/a", ""), 400)
}

func TestRefusals(t *testing.T) {
	d := newDesk(t, kv.Options{Path: "/", Value: 10, Total: 2*128 + 14})
	if a := d.ask("POST", "/a", "x"); a.StatusCode != 405 || a.Header.Get("Allow") != "GET, HEAD, PUT, DELETE" {
		t.Errorf("POST: %v", a)
	}
	d.want("no method", d.ask("BREW", "/a", ""), 501)
	d.want("a part, RFC 9110 §14.5", d.ask("PUT", "/a", "x", "Content-Range: bytes 0-0/2"), 400)
	d.want("a coding", d.ask("PUT", "/a", "x", "Content-Encoding: gzip"), 415)
	d.want("too long, said before", d.ask("PUT", "/a", "eleven byte"), 413)
	d.want("too long, in chunks", d.ask("PUT", "/a", "eleven byte", "Transfer-Encoding: chunked"), 413)
	d.want("nothing of that was stored", d.ask("GET", "/a", ""), 404)
	d.want("as long as may be", d.ask("PUT", "/a", "ten bytes."), 201)
	d.want("one more", d.ask("PUT", "/b", "xx"), 201)
	d.want("there is no room, RFC 4918 §11.5", d.ask("PUT", "/b", "xxx"), 507)
	d.want("nor for another", d.ask("PUT", "/c", ""), 507)
	d.want("what was there still is", d.ask("GET", "/b", ""), 200)
	d.want("and the other is made smaller", d.ask("PUT", "/a", "x"), 204)
	d.want("so that there is", d.ask("PUT", "/b", "xxx"), 204)
	d.want("or taken away", d.ask("DELETE", "/a", ""), 204)
	d.want("for another", d.ask("PUT", "/c", ""), 201)
}

func TestOptions(t *testing.T) {
	for _, o := range []kv.Options{{}, {Path: "kv/"}, {Path: "/kv"}, {Path: "/", Key: -1}, {Path: "/", Value: -1}, {Path: "/", Total: -1}} {
		if _, err := kv.New(o); err == nil {
			t.Errorf("%+v makes a handler", o)
		}
	}
}
