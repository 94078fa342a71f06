package httpconn

// The model of content is the string that a client sent, behind the head that it belongs
// to and before the next: whoever takes it in has it, whoever skips it has the next
// request, and a limit is met at the first byte beyond it, however the bytes were cut
// into reads and chunks, and however little room the page has.

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"brigade/core/bucket"
	"brigade/core/http1"
	"brigade/core/mem"
	"brigade/core/rt"
)

// letter is a request with content, and what it is made of.
type letter struct {
	head    string
	content string
	framed  string // as it is sent
	chunked bool
}

func drawLetter(t *rapid.T) *letter {
	l := &letter{chunked: rapid.Bool().Draw(t, "chunked")}
	for i := range rapid.SampledFrom([]int{0, 1, 10, 50, 200}).Draw(t, "words") {
		l.content += fmt.Sprint("GET /", i, " ")
	}
	target := "/" + strings.Repeat("t", rapid.SampledFrom([]int{1, 20, 80}).Draw(t, "target"))
	l.head, l.framed = "POST "+target+" HTTP/1.1\r\nHost: a\r\n", l.content
	if !l.chunked {
		l.head += fmt.Sprintf("Content-Length: %d\r\n\r\n", len(l.content))
		return l
	}
	l.head += "Transfer-Encoding: chunked\r\n\r\n"
	l.framed = ""
	for rest := l.content; rest != ""; {
		n := rapid.IntRange(1, len(rest)).Draw(t, "chunk")
		l.framed += fmt.Sprintf("%x%s\r\n%s\r\n", n, rapid.SampledFrom([]string{"", ";a=b"}).Draw(t, "extension"), rest[:n])
		rest = rest[n:]
	}
	l.framed += "0\r\n" + rapid.SampledFrom([]string{"", "A: b\r\n"}).Draw(t, "trailer") + "\r\n"
	return l
}

// post is a Conn with a stream that comes to it.
type post struct {
	t      *rapid.T
	c      *Conn
	scope  *mem.Scope
	stream string
	serial uint64
}

// read reads some more; false: there is no more, or no room.
func (p *post) read() bool {
	room := p.c.Room()
	n := min(len(room), len(p.stream), rapid.IntRange(1, 300).Draw(p.t, "read"))
	p.c.Filled(copy(room, p.stream[:n]))
	p.stream = p.stream[n:]
	return n > 0
}

// parse reads until there is a head.
func (p *post) parse() *http1.Request {
	for {
		more, e := p.c.Parse(&limits)
		switch {
		case e != nil:
			p.t.Fatal(e)
		case !more:
			p.serial++
			p.c.Begin(p.serial)
			return &p.c.X.Request
		case !p.read():
			p.t.Fatalf("no head comes out of %q and %q", p.c.Unparsed(), p.stream)
		}
	}
}

// answer answers the current request, and ends it.
func (p *post) answer() {
	c := p.c
	c.X.Refuse(http1.ErrForbidden, "")
	c.X.Finish()
	c.Record()
	for !c.Out.Empty() {
		if k := c.Out.Front(); k.Kind() == bucket.EndOfRequest {
			c.End(k.Request().(*Request))
		}
		c.Out.Pop()
	}
}

// gather takes in the content of the request whose head was parsed, and returns how that
// ended.
func (p *post) gather() *http1.Error {
	c := p.c
	p.scope.Enter(c.Current().Pool())
	defer p.scope.Enter(c.Pool())
	if e := c.X.Receive(); e != nil {
		return e
	}
	c.Content.Want()
	if !c.Content.Wanted() || c.Content.Whole() {
		p.t.Fatal("content that is wanted is not, or has come")
	}
	for {
		c.Settle(&limits)
		if e := c.Gather(); e != nil {
			return e
		}
		if c.X.Waiting() {
			if err := c.X.Admit(); err != nil {
				p.t.Fatal(err)
			}
		}
		if c.Content.Whole() {
			return nil
		}
		if !p.read() {
			p.t.Fatalf("content does not come out of %q and %q, with room for %d", c.Unparsed(), p.stream, len(c.Room()))
		}
	}
}

// skip skips it, and returns how that ended.
func (p *post) skip() *http1.Error {
	for p.c.Content.Pending() {
		done, e := p.c.Discard()
		if e != nil {
			return e
		}
		if done == p.c.Content.Pending() {
			p.t.Fatalf("content is skipped: %t, and pending: %t", done, p.c.Content.Pending())
		}
		if !done && !p.read() {
			p.t.Fatalf("content is not skipped by %q", p.c.Unparsed())
		}
	}
	return nil
}

func TestContentIsWhatWasSent(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := &post{t: t, scope: &mem.Scope{Name: "test"}}
		p.c = New(1, sizes, nil, p.scope)
		fresh := p.c.digest()
		p.c.Open()
		p.scope.Enter(p.c.Pool())
		var list []*letter
		for range rapid.IntRange(1, 4).Draw(t, "letters") {
			list = append(list, drawLetter(t))
			p.stream += list[len(list)-1].head + list[len(list)-1].framed
		}
		const last = "GET /last HTTP/1.1\r\nHost: a\r\n\r\n"
		p.stream += last
		for _, l := range list {
			r := p.parse()
			if n, target := p.c.InFlight(); n != 1 || string(target) != string(r.Target) || p.c.Head() != len(l.head) {
				t.Fatalf("%d in flight, the oldest for %q, and a head of %d bytes", n, target, p.c.Head())
			}
			limit := int64(max(len(l.content)+rapid.SampledFrom([]int{-1, 0, 1}).Draw(t, "limit"), 0))
			fits := int64(len(l.content)) <= limit
			if p.c.Expect(limit) != (fits || l.chunked) {
				t.Fatalf("%d bytes fit into %d, or not", len(l.content), limit)
			}
			if !fits && !l.chunked {
				return
			}
			if p.c.Content.Pending() != (l.chunked || l.content != "") {
				t.Fatalf("content of %d bytes is pending: %t", len(l.content), p.c.Content.Pending())
			}
			var e *http1.Error
			wanted := r.HasContent() && rapid.Bool().Draw(t, "wanted")
			if wanted {
				e = p.gather()
			} else {
				p.answer()
				e = p.skip()
			}
			if (e != nil) == fits || e != nil && e != http1.ErrContentTooLarge {
				t.Fatalf("content of %d bytes ends with %v at a limit of %d", len(l.content), e, limit)
			}
			if e != nil {
				return
			}
			if wanted {
				p.compare(l)
				p.c.Content.Forget()
				p.answer()
			}
			if p.c.Content.Pending() || p.c.Content.Wanted() {
				t.Fatal("content is pending that has come")
			}
		}
		if r := p.parse(); string(r.Target) != "/last" {
			t.Fatalf("after content comes %q", r.Target)
		}
		p.answer()
		if n, _ := p.c.InFlight(); n != 0 || p.c.Started() || p.stream != "" {
			t.Fatalf("%d in flight, %q left", n, p.c.Unparsed())
		}
		if p.c.Recycle(); p.c.digest() != fresh {
			t.Fatal("a recycled one is not as new")
		}
		p.c.Free()
	})
}

// compare compares what was taken in with what was sent, and the head, which has been
// moved, with what it was.
func (p *post) compare(l *letter) {
	got := ""
	for k := p.c.X.Content().Front(); k != nil; k = k.Next() {
		got += string(k.Memory())
	}
	r := &p.c.X.Request
	if line := fmt.Sprintf("%s %s HTTP/1.%d\r\n", r.MethodName, r.Target, r.Minor); got != l.content || !strings.HasPrefix(l.head, line) {
		p.t.Fatalf("%q has content %q, not %q", line, got, l.content)
	}
	if free := len(p.c.Room()); free != sizes.In-len(l.head)-p.c.Buffered() {
		p.t.Fatalf("there is room for %d bytes behind a head of %d and %d buffered", free, len(l.head), p.c.Buffered())
	}
}

// TestStock has http_conns go round between a task's stock and its shard's.
func TestStock(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var d Depot
		now, room := sizes, rapid.IntRange(0, 3).Draw(t, "depot")
		d.Init(room, now)
		p := &Pool{Sizes: now, Keep: rapid.IntRange(0, 2).Draw(t, "keep"), Scope: &mem.Scope{Name: "test"}, Base: 100}
		alone := rapid.Bool().Draw(t, "alone")
		if !alone {
			p.Depot = &d
		}
		var own, shared, out []*Conn
		made, changed := uint64(0), false
		for range rapid.IntRange(1, 40).Draw(t, "operations") {
			switch op := rapid.SampledFrom([]string{"get", "get", "put", "put", "resize", "heed"}).Draw(t, "operation"); {
			case op == "get":
				if len(own) == 0 && !alone {
					n := len(shared) - min(max(p.Keep, 1), len(shared))
					own, shared = append(own, shared[n:]...), shared[:n]
				}
				var want *Conn
				for want == nil && len(own) > 0 {
					n := len(own) - 1
					if want, own = own[n], own[:n]; want.sizes != p.Sizes {
						want = nil
					}
				}
				c := get(p.Get(0))
				if want == nil {
					made++
					if c.memory.Name() != "http_conn" || c.Pool().ID()>>32 != 100+made {
						t.Fatalf("one that is new is number %d, not %d", c.Pool().ID()>>32, 100+made)
					}
				} else if c != want {
					t.Fatal("another comes than that which was given last")
				}
				if c.memory.Holder() != p.Scope || len(c.Room()) != p.Sizes.In || c.X.Free() != p.Sizes.Out {
					t.Fatalf("one of %+v has room for %d and %d", p.Sizes, len(c.Room()), c.X.Free())
				}
				out = append(out, c)
			case op == "put" && len(out) > 0:
				i := rapid.IntRange(0, len(out)-1).Draw(t, "which")
				c := out[i]
				out = append(out[:i], out[i+1:]...)
				fits, into := c.sizes == p.Sizes, !alone && len(shared) < room && c.sizes == now
				p.Put(c)
				switch {
				case fits && len(own) < p.Keep:
					own = append(own, c)
				case fits && into:
					if shared = append(shared, c); c.memory.Holder() != nil {
						t.Fatal("one in the shard's stock is somebody's")
					}
					continue
				case c.block != nil:
					t.Fatal("one that nobody keeps has its pages")
				}
			case op == "resize" && !alone:
				now.In += 64
				now.Out += 128
				d.Resize(now, p.Scope)
				shared, changed = nil, true
			case op == "heed":
				if p.Heed(); !changed {
					break
				}
				changed = false
				if p.Sizes != now {
					t.Fatalf("sizes are %+v, not %+v", p.Sizes, now)
				}
				for _, c := range own {
					if c.block != nil {
						t.Fatal("one in stock from before has its pages")
					}
				}
				own = nil
			}
		}
		for _, c := range out {
			p.Put(c)
		}
		p.Close()
		d.Close(p.Scope)
		for _, c := range append(append(own, shared...), out...) {
			if c.block != nil {
				t.Fatal("one has its pages at the end")
			}
		}
		if p.free != nil {
			t.Fatal("something is in stock after the end")
		}
	})
}

// Requests end in order, once.
func TestRequestsEndInOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := made(Sizes{In: 256, Out: 16 << 10})
		var list []*Request
		next := uint64(1)
		for range rapid.IntRange(1, 30).Draw(t, "operations") {
			if rapid.Bool().Draw(t, "begins") && (len(list) == 0 || list[len(list)-1].queued) && len(list) < 10 {
				c.Begin(next)
				r := c.Current()
				if r == nil || r.Sequence != next || r.Ended() || r.Pool() == nil || c.X.Pool() != r.Pool() {
					t.Fatalf("request %d is %+v", next, r)
				}
				next++
				c.X.Request.Referer, c.X.Request.UserAgent, c.X.Request.Minor = []byte("from"), []byte("agent"), 1
				c.X.Request.MethodName, c.X.Request.Target = []byte("GET"), fmt.Appendf(nil, "/%d", r.Sequence)
				if n, target := c.InFlight(); n != len(list)+1 || n == 1 && string(target) != string(c.X.Request.Target) {
					t.Fatalf("%d in flight, the oldest for %q", n, target)
				}
				c.X.Status = int(200 + r.Sequence)
				c.Record()
				if want := fmt.Sprintf("/%d", r.Sequence); string(r.Target) != want || string(r.Method) != "GET" || string(r.Referer) != "from" || string(r.UserAgent) != "agent" || r.Minor != 1 || r.Status != int(200+r.Sequence) || c.Current() != nil {
					t.Fatalf("what is kept of request %d is %+v", next-1, r)
				}
				list = append(list, r)
				continue
			}
			if len(list) == 0 {
				continue
			}
			i := rapid.IntRange(0, min(1, len(list)-1)).Draw(t, "which")
			r := list[i]
			want := ""
			if i > 0 {
				want = fmt.Sprintf("httpconn: request %d ends, but it is not the oldest in flight; requests end in order, once", r.Sequence)
			} else if c.Pending() != r {
				t.Fatal("the oldest is another")
			}
			if got := stopped(func() { c.End(r) }); got != want {
				t.Fatalf("its end is stopped with %q, not %q", got, want)
			}
			if want != "" {
				return
			}
			list = list[1:]
			if !r.Ended() || c.Pending() == r {
				t.Fatal("a request that has ended has not")
			}
		}
	})
}

// stopped is what f is stopped with; empty: it is not.
func stopped(f func()) (message string) {
	defer func() {
		if f, ok := recover().(*rt.Fault); ok {
			message = f.Message
		}
	}()
	f()
	return ""
}
