package httpconn

import (
	"strings"
	"testing"
	"unsafe"

	"brigade/core/http1"
	"brigade/core/iobuf"
	"brigade/core/mem"
	"brigade/core/rt"
)

var sizes = Sizes{In: 256, Out: 8192}

// made is a Conn of a task of its own, in use.
func made(s Sizes) *Conn {
	c := New(1, s, nil, &mem.Scope{Name: "test"})
	c.Open()
	return c
}

func get(c *Conn, _ error) *Conn { return c }

func filled(text string) *Conn {
	c := made(sizes)
	c.Filled(copy(c.Room(), text))
	return c
}

// Records point into the input page, so it keeps still while a response is queued.
func TestPageKeepsStillWhileQueued(t *testing.T) {
	c := filled("GET /a HTTP/1.1\r\nHost: a\r\n\r\nGET /b")
	if more, e := c.Parse(&limits); more || e != nil {
		t.Fatal(more, e)
	}
	c.Begin(1)
	c.X.Begin(200)
	c.X.ContentLength(0)
	c.X.End()
	c.X.Finish()
	c.Record()
	before := unsafe.SliceData(c.Unparsed())
	c.Room()
	if unsafe.SliceData(c.Unparsed()) != before || string(c.Pending().Target) != "/a" {
		t.Errorf("the page moved under the record %q", c.Pending().Target)
	}
	c.Out.Front().Destroy()
	c.End(c.Pending())
	c.Out.Destroy()
	if c.Room(); string(c.Unparsed()) != "GET /b" || len(c.Room()) != sizes.In-len("GET /b") {
		t.Errorf("%q with room for %d after the response left", c.Unparsed(), len(c.Room()))
	}
	if c.Pending() != nil {
		t.Error("a response is still pending")
	}
}

func TestRecycleWithOutputIsABug(t *testing.T) {
	c := filled("")
	c.Begin(1)
	defer func() {
		if f, ok := recover().(*rt.Fault); !ok || !strings.Contains(f.Message, "output queued") {
			t.Error("a response that has not left was forgotten, and nobody said so")
		}
	}()
	c.Recycle()
}

func TestContentLimits(t *testing.T) {
	const head = "POST / HTTP/1.1\r\nHost: a\r\n"
	for _, x := range []struct {
		name, text string
		announced  bool // within the limit of 10, as far as announced
		done       bool
		wrong      *http1.Error
		left       string
	}{
		{"none", head + "\r\nrest", true, true, nil, "rest"},
		{"of nothing", head + "Content-Length: 0\r\n\r\nrest", true, true, nil, "rest"},
		{"at the limit", head + "Content-Length: 10\r\n\r\n0123456789rest", true, true, nil, "rest"},
		{"beyond", head + "Content-Length: 11\r\n\r\n", false, false, nil, ""},
		{"in part", head + "Content-Length: 10\r\n\r\n01234", true, false, nil, ""},
		{"chunked at the limit", head + "Transfer-Encoding: chunked\r\n\r\n5\r\n01234\r\n5\r\n56789\r\n0\r\n\r\nrest", true, true, nil, "rest"},
		{"chunked beyond", head + "Transfer-Encoding: chunked\r\n\r\n5\r\n01234\r\n6\r\n567890\r\n0\r\n\r\n", true, false, http1.ErrContentTooLarge, ""},
		{"chunked in part", head + "Transfer-Encoding: chunked\r\n\r\n5\r\n012", true, false, nil, ""},
		{"chunked, the end in part", head + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r", true, false, nil, ""},
	} {
		t.Run(x.name, func(t *testing.T) {
			c := filled(x.text)
			if more, e := c.Parse(&limits); more || e != nil {
				t.Fatal(more, e)
			}
			if ok := c.Expect(10); ok != x.announced {
				t.Fatalf("expected: %v", ok)
			}
			if !x.announced {
				return
			}
			if !c.Content.Pending() {
				if !x.done || string(c.Unparsed()) != x.left {
					t.Errorf("nothing pending, %q left", c.Unparsed())
				}
				return
			}
			done, e := c.Discard()
			if done != x.done || e != x.wrong || c.Content.Pending() == done {
				t.Errorf("done %v, error %v, pending %v", done, e, c.Content.Pending())
			}
			if done && string(c.Unparsed()) != x.left {
				t.Errorf("%q left, want %q", c.Unparsed(), x.left)
			}
		})
	}
}

func TestPoolKeepsSoMany(t *testing.T) {
	p := Pool{Sizes: sizes, Keep: 1, Scope: &mem.Scope{Name: "test"}}
	a, b := get(p.Get(iobuf.Filling)), get(p.Get(iobuf.Filling))
	p.Put(a)
	p.Put(b)
	if len(p.free) != 1 || b.in != nil {
		t.Errorf("%d kept, want 1, and the other freed", len(p.free))
	}
	if get(p.Get(iobuf.Filling)) != a {
		t.Error("what is in stock is not used")
	}
	p.Put(a)
	if p.Close(); len(p.free) != 0 || a.in != nil {
		t.Error("closed, but pages are still held")
	}
}

// What a task has beyond its own few is the shard's, for whoever is short.
func TestSurplusGoesRound(t *testing.T) {
	var d Depot
	d.Init(2, sizes)
	task := func(name string, base uint64) *Pool {
		return &Pool{Sizes: sizes, Keep: 1, Depot: &d, Scope: &mem.Scope{Name: name}, Base: base}
	}
	a, b := task("a", 1<<20), task("b", 2<<20)
	list := []*Conn{get(a.Get(0)), get(a.Get(0)), get(a.Get(0)), get(a.Get(0))}
	for _, c := range list { // as connections do, from a to b
		c.Give()
		c.Take(b.Scope)
		b.Put(c)
	}
	if len(b.free) != 1 || len(d.free) != 2 || list[3].in != nil {
		t.Errorf("the receiver keeps %d and the shard %d; want 1 and 2, and the fourth freed", len(b.free), len(d.free))
	}
	if c := get(a.Get(0)); c != list[2] || a.made != 4 {
		t.Error("the giver makes a new one while the shard has some")
	}
	scope := &mem.Scope{Name: "housekeeping"}
	d.Resize(Sizes{In: 512, Out: 8192}, scope)
	if list[1].in != nil || len(d.free) != 0 {
		t.Error("sizes have changed, and the shard keeps others")
	}
	b.Heed()
	if len(b.free) != 0 || list[0].in != nil || len(get(b.Get(0)).in) != 512 {
		t.Error("sizes have changed, and a task has others in stock")
	}
}
