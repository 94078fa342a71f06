package httpconn

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"brigade/core/bucket"
	"brigade/core/filter"
	"brigade/core/http1"
	"brigade/core/mem"
)

// What requests come out of a stream of bytes does not depend on how it was cut
// into reads.

var streams = []string{
	"GET /a HTTP/1.1\r\nHost: a\r\n\r\n",
	"\r\n\r\nHEAD /b?c HTTP/1.1\r\nHost: a\r\nReferer: here\r\nUser-Agent: me\r\n\r\n",
	"POST /c HTTP/1.1\r\nHost: a\r\nContent-Length: 12\r\n\r\nGET / HTTP/1",
	"POST /d HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n3;x=y\r\nyou\r\n0\r\nT: x\r\n\r\n",
	"PUT /e HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n",
	"GET /" + strings.Repeat("f", 150) + " HTTP/1.1\r\nHost: a\r\n\r\n",
}

var limits = http1.Limits{Line: 200, Head: 250}

// feed reads stream, cut as cut says, and lists the requests. answers: each is
// answered at once, as it is where the brigade is empty; otherwise when the page
// is full.
func feed(stream string, cut func(rest int) int, after func(c *Conn)) (list []string) {
	c := made(Sizes{In: 256, Out: 8192})
	defer func() {
		c.pool.Destroy()
		c.Free()
	}()
	for {
		for {
			if c.Content.Pending() {
				if _, e := c.Discard(); e != nil {
					return append(list, e.Error())
				}
				if c.Content.Pending() {
					break
				}
			}
			if !c.Started() {
				break
			}
			more, e := c.Parse(&limits)
			if e != nil {
				return append(list, e.Error())
			}
			if more {
				break
			}
			r := &c.X.Request
			list = append(list, fmt.Sprintf("%s %s %s %s %d", r.MethodName, r.Target, r.Referer, r.UserAgent, r.ContentLength))
			if !c.Expect(1000) {
				return append(list, "too large")
			}
			if after != nil {
				after(c)
			}
		}
		if stream == "" {
			return append(list, fmt.Sprint(c.Content.Pending(), c.Started()))
		}
		room := c.Room()
		if len(room) == 0 {
			panic("the page is full of a head that is within its limits")
		}
		n := copy(room, stream[:min(cut(len(stream)), len(stream))])
		stream = stream[n:]
		c.Filled(n)
	}
}

func TestCutsDoNotMatter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		stream := strings.Join(rapid.SliceOfN(rapid.SampledFrom(streams), 1, 6).Draw(t, "requests"), "")
		if rapid.Bool().Draw(t, "spoilt") {
			at := rapid.IntRange(0, len(stream)-1).Draw(t, "at")
			stream = stream[:at] + rapid.SampledFrom([]string{"", "\r", "\n", "\x00", "xx", strings.Repeat("y", 300)}).Draw(t, "by") + stream[at+1:]
		}
		want := feed(stream, func(int) int { return 1 }, nil)
		got := feed(stream, func(int) int { return rapid.IntRange(1, 100).Draw(t, "cut") }, nil)
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("%q gives %q, but a byte at a time %q", stream, got, want)
		}
	})
}

// A recycled Conn equals a new one, whatever it was used for: nothing of a
// connection can be seen in the next.
func TestRecycledEqualsFresh(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		stream := strings.Join(rapid.SliceOfN(rapid.SampledFrom(streams), 0, 5).Draw(t, "requests"), "")
		stream = stream[:rapid.IntRange(0, len(stream)).Draw(t, "length")]
		used := made(Sizes{In: 2048, Out: 16384})
		use(t, used, stream)
		used.Recycle()
		fresh := New(1, Sizes{In: 2048, Out: 16384}, nil, &mem.Scope{Name: "test"})
		if used.digest() != fresh.digest() {
			t.Fatal("its digest is not that of a new one: a filter is not as new")
		}
		differ(t, "Conn", reflect.ValueOf(used).Elem(), reflect.ValueOf(fresh).Elem())
	})
}

func use(t *rapid.T, c *Conn, stream string) {
	c.Filled(copy(c.Room(), stream))
	for i := uint64(1); c.Started(); i++ {
		if more, e := c.Parse(&limits); more || e != nil {
			break
		}
		c.Expect(1000)
		c.Begin(i)
		c.X.Date, c.X.Now, c.X.Clock = []byte("a date"), 5, 6
		c.X.Close = true
		filtered := rapid.Bool().Draw(t, "filtered")
		if c.X.Filters(nil, nil); filtered {
			c.X.Filters(chain, nil)
		}
		c.X.Begin(200)
		shared := rapid.Bool().Draw(t, "shared")
		if !rapid.Bool().Draw(t, "unknown length") {
			c.X.ContentLength(map[bool]int64{true: 5000}[shared])
		}
		c.X.End()
		if shared {
			c.X.Shared(make([]byte, 5000))
		}
		c.X.Note = "a note"
		if err := c.X.Open(); err != nil {
			t.Fatal(err)
		}
		c.X.Finish()
		switch {
		case !c.X.Pumping():
		case rapid.Bool().Draw(t, "abandoned"):
			c.X.Abandon()
		default:
			if _, err := c.X.Pump(1 << 20); err != nil {
				t.Fatal(err)
			}
		}
		c.Record()
		c.Discard()
		if c.Content.Pending() {
			break
		}
	}
	for !c.Out.Empty() {
		k := c.Out.Front()
		c.Pending().Sent += k.Len()
		if k.Kind() == bucket.EndOfRequest {
			c.End(k.Request().(*Request))
		}
		c.Out.Pop()
	}
}

// chain counts, holds and frames.
var chain = filter.NewChain(filter.NewCount("body"), filter.Range{}, filter.Rate{PerSecond: 1 << 40})

// kept are the fields in which a recycled Conn may differ: pages and where they
// are, its allocator and stocks, which Recycle holds to have everything back, and
// the capacity of lists.
var kept = map[string]bool{
	"Conn.block": true, "Conn.in": true, "Conn.outBlock": true, "Conn.memory": true, "Conn.buckets": true,
	"Conn.X.filtered.chain": true, "Conn.X.filtered.line": true, "Conn.X.filtered.framed": true,
	"Conn.X.filtered.source.alloc": true, "Conn.X.content.chain": true, "Conn.X.content.line": true,
	"Conn.X.content.passing.ready.alloc": true, "Conn.X.content.passing.tail": true,
	"Conn.X.content.raw.alloc": true, "Conn.X.content.whole.alloc": true, "Conn.X.live.crossing.alloc": true,
	"Conn.requests.nodes": true, "Conn.Out.alloc": true, "Conn.X.buckets": true, "Conn.X.out": true, "Conn.X.block": true,
}

// differ compares all that two values hold, unexported fields too. Of slices the
// elements up to the capacity must be zero: what is beyond the length would be
// seen again.
func differ(t *rapid.T, path string, used, fresh reflect.Value) {
	if kept[path] {
		return
	}
	switch used.Kind() {
	case reflect.Struct:
		for i := range used.NumField() {
			differ(t, path+"."+used.Type().Field(i).Name, used.Field(i), fresh.Field(i))
		}
	case reflect.Array:
		for i := range used.Len() {
			differ(t, fmt.Sprintf("%s[%d]", path, i), used.Index(i), fresh.Index(i))
		}
	case reflect.Slice:
		if used.Len() != fresh.Len() && path != "Conn.X.Request.store" { // the room for fields
			t.Fatalf("%s: %d elements, a new one has %d", path, used.Len(), fresh.Len())
		}
		if path == "Conn.X.page" || path == "Conn.X.filtered.head.lines" {
			return // bytes of the page, or of a head
		}
		all := used.Slice3(0, used.Cap(), used.Cap())
		for i := range all.Len() {
			if !all.Index(i).IsZero() {
				t.Fatalf("%s[%d] keeps %v", path, i, all.Index(i))
			}
		}
	default:
		if !used.Equal(fresh) {
			t.Fatalf("%s: %v, a new one has %v", path, used, fresh)
		}
	}
}
