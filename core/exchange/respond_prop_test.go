package exchange

// The model of a response is a text: the lines that a handler added, between those that
// every response has and those that follow from its length, and the bytes of its body,
// whatever they were made of, whichever filters they pass, and however little room there
// is behind them. All that it took is back at the end, and nothing of it is left.

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http/httputil"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"brigade/core/bucket"
	"brigade/core/filter"
	"brigade/core/http1"
	"brigade/core/mem"
	"brigade/core/rt"
	"brigade/core/sys"
)

// shelf is a kernel whose files are known by their bytes, and which counts how often
// each was closed.
type shelf struct {
	sys.Kernel
	closed map[sys.FD]int
	opened sys.FD
}

func (s *shelf) Close(fd sys.FD) sys.Errno {
	s.closed[fd]++
	return sys.OK
}

// onDisk is what file fd has from off on.
func onDisk(fd sys.FD, off, n int64) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(int64(fd)*31 + off + int64(i))
	}
	return b
}

// sieve is a filter that changes nothing, but may block, or make lengths unknown.
type sieve struct{ blocks, unsized, restates bool }

func (s sieve) Name() string      { return "sieve" }
func (s sieve) New() filter.State { return s }
func (s sieve) Open(m *filter.Stream) (filter.Use, error) {
	if s.unsized && !m.Bodyless {
		m.Head.Length = filter.Unknown
	}
	if s.restates && m.Head.Status == 200 {
		m.Head.Status = 203
	}
	if s.blocks {
		return filter.MayBlock, nil
	}
	return filter.Inline, nil
}

func (sieve) Pass(_ *filter.Stream, in, out *bucket.Brigade) error {
	out.Concat(in)
	return nil
}
func (sieve) Close()                       {}
func (sieve) Digest(d rt.Digest) rt.Digest { return d }

// counter is a request that ends when its end has passed.
type counter struct{ ended bool }

func (c *counter) Ended() bool { return c.ended }
func (c *counter) GiveUp()     {}

// yard is an exchange with its memory.
type yard struct {
	t       *rapid.T
	x       Exchange
	out     bucket.Brigade
	memory  *mem.Allocator
	scope   *mem.Scope
	shelf   shelf
	chain   *filter.Chain
	sieve   sieve // in the chain
	page    *mem.Block
	taken   []byte
	ends    int
	flushes int
}

const yardPage = 16 << 10

func newYard(t *rapid.T) *yard {
	y := &yard{t: t, shelf: shelf{closed: make(map[sys.FD]int)}, scope: &mem.Scope{Name: "test"}}
	y.memory = mem.NewAllocator(1, "memory", mem.Limits{})
	y.memory.Take(y.scope)
	a := new(bucket.Allocator)
	a.Init(y.memory, &y.shelf)
	y.out.Init(a)
	var err error
	if y.page, err = y.memory.Alloc(yardPage); err != nil {
		t.Fatal(err)
	}
	y.x.SetOutput(&y.out, y.page, yardPage)
	if rapid.Bool().Draw(t, "filtered") {
		y.sieve = sieve{rapid.Bool().Draw(t, "blocks"), rapid.Bool().Draw(t, "unsized"), rapid.Bool().Draw(t, "restates")}
		y.chain = filter.NewChain(filter.NewCount("body"), y.sieve)
	}
	y.x.Filters(y.chain, nil)
	return y
}

// reply is what a handler does.
type reply struct {
	request  string
	status   int
	close    bool
	framed   bool // the request came by HTTP/2
	declared int64
	early    bool // the length stands before the fields
	lines    string
	body     []byte
	failure  error
	flushes  int
}

// bodyless reports whether no body is sent.
func (r *reply) bodyless() bool {
	return strings.HasPrefix(r.request, "HEAD") || r.status < 200 || r.status == 204 || r.status == 304
}

// restated is the status, when filters have seen it.
func (r *reply) restated(y *yard) int {
	if y.chain != nil && y.sieve.restates && r.status == 200 {
		return 203
	}
	return r.status
}

// head is what the head of the response has to be, and how the body behind it is framed.
func (r *reply) head(y *yard) (text string, chunked, closes bool) {
	one := strings.Contains(r.request, " HTTP/1.1")
	sized := r.declared >= 0 && (r.bodyless() || y.chain == nil || !y.sieve.unsized)
	closes = r.close
	length := ""
	switch {
	case sized && y.chain != nil && (r.status == 204 || r.status < 200):
	case sized:
		length = fmt.Sprintf("Content-Length: %d\r\n", r.declared)
	case r.bodyless() || r.framed:
	case one:
		length, chunked = "Transfer-Encoding: chunked\r\n", true
	default:
		closes = true
	}
	text = string(http1.AppendStatusLine(nil, r.restated(y))) + "Server: brigade\r\nDate: a date\r\n"
	if r.early && y.chain == nil && sized {
		text += length + r.lines
	} else {
		text += r.lines + length
	}
	switch {
	case closes:
		text += "Connection: close\r\n"
	case !one:
		text += "Connection: keep-alive\r\n"
	}
	return text + "\r\n", chunked, closes
}

// write does what r says, of which the body is drawn piece by piece.
func (y *yard) write(r *reply, pieces int) {
	x, t := &y.x, y.t
	x.Begin(r.status)
	if r.early && r.declared >= 0 {
		x.ContentLength(r.declared)
	}
	for range rapid.IntRange(0, 3).Draw(t, "fields") {
		switch rapid.IntRange(0, 2).Draw(t, "field") {
		case 0:
			x.Field("X-Field", "a\r\nb\x00c")
			r.lines += "X-Field: a  b c\r\n"
		case 1:
			x.Lines([]byte("X-A: 1\r\nX-B: 2\r\n"))
			r.lines += "X-A: 1\r\nX-B: 2\r\n"
		default:
			x.Append(func(dst []byte) []byte { return append(dst, "X-C: 3\r\n"...) })
			r.lines += "X-C: 3\r\n"
		}
	}
	if !r.early && r.declared >= 0 {
		x.ContentLength(r.declared)
	}
	x.End()
	for range pieces {
		y.piece(r)
	}
}

// piece adds a piece to the body.
func (y *yard) piece(r *reply) {
	x, t := &y.x, y.t
	n := rapid.SampledFrom([]int{0, 1, 100, inline - 1, inline, inline + 1, 9000, 20_000}).Draw(t, "size")
	b := bytes.Repeat([]byte{byte('a' + len(r.body)%26)}, n)
	var err error
	switch rapid.IntRange(0, 6).Draw(t, "piece") {
	case 0:
		err = x.Bytes(b)
	case 1:
		x.Shared(b)
	case 2:
		var own []byte
		own, err = x.Pool().Copy(b)
		x.Own(own)
	case 3:
		if n > 100 {
			b = b[:100]
		}
		x.Append(func(dst []byte) []byte { return append(dst, b...) })
	case 4:
		y.shelf.opened++
		fd := y.shelf.opened + 100
		x.File(fd, 7, int64(n), false)
		x.File(fd, 3, 9, true)
		b = append(onDisk(fd, 7, int64(n)), onDisk(fd, 3, 9)...)
	case 5:
		x.Flush()
		r.flushes++
		b = nil
	default:
		err = y.move(b)
	}
	if err != nil {
		t.Fatal(err)
	}
	r.body = append(r.body, b...)
}

// move moves b, as a transient bucket that dies at once and one that does not, and the
// end of its stream, which the response has of its own.
func (y *yard) move(b []byte) error {
	var from bucket.Brigade
	a := y.out.Allocator()
	from.Init(a)
	mine := bytes.Clone(b[:len(b)/2])
	from.Append(a.Transient(mine))
	from.Append(a.Immortal(b[len(b)/2:]))
	from.Append(a.EndOfStream())
	err := y.x.Move(&from)
	for i := range mine {
		mine[i] = '!'
	}
	if from.Len() != 0 {
		y.t.Fatalf("%d buckets were not moved", from.Len())
	}
	return err
}

// take is a writer: it takes up to most bytes.
func (y *yard) take(most int64) {
	for !y.out.Empty() && most > 0 {
		k := y.out.Front()
		n := min(k.Len(), most)
		switch k.Kind() {
		case bucket.Flush:
			y.flushes++
		case bucket.EndOfRequest:
			y.ends++
			k.Request().(*counter).ended = true
		case bucket.File:
			f, off := k.File()
			y.taken = append(y.taken, onDisk(f.FD, off, n)...)
		default:
			if !k.Kind().Metadata() {
				y.taken = append(y.taken, k.Memory()[:n]...)
			}
		}
		if y.out.Consume(n); k.Len() == 0 {
			y.out.Pop()
		}
		most -= n
	}
}

func drawReply(t *rapid.T, y *yard, declared bool) *reply {
	r := &reply{
		request: rapid.SampledFrom([]string{"GET / HTTP/1.1", "HEAD / HTTP/1.1", "POST / HTTP/1.1", "GET / HTTP/1.0", "HEAD / HTTP/1.0"}).Draw(t, "request"),
		status:  rapid.SampledFrom([]int{200, 200, 200, 206, 404, 599, 204, 304, 199}).Draw(t, "status"),
		close:   rapid.Bool().Draw(t, "close"), early: rapid.Bool().Draw(t, "early"), declared: filter.Unknown,
	}
	if declared {
		r.declared = 0
	}
	x := &y.x
	if n, e := x.Request.Parse([]byte(r.request+"\r\nHost: a\r\n\r\n"), 0, nil); n == 0 || e != nil {
		t.Fatal(e)
	}
	x.Date, x.Close = []byte("a date"), r.close
	r.framed = strings.HasPrefix(r.request, "POST") && rapid.Bool().Draw(t, "framed")
	x.Request.Framed = r.framed
	return r
}

// TestResponseIsText has one exchange answer several requests.
func TestResponseIsText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		y := newYard(t)
		fresh := y.x.Digest(0)
		for range rapid.IntRange(1, 3).Draw(t, "requests") {
			c, p := new(counter), y.memory.NewPool(mem.Request)
			y.scope.Enter(p)
			y.x.Bind(c, p)
			if y.x.Pool() != p {
				t.Fatal("the request's pool is another")
			}
			whole := y.respond()
			if !whole {
				y.giveUp()
			}
			y.take(1 << 40)
			if y.ends != 1 || !y.out.Empty() {
				t.Fatalf("%d ends, %d buckets left", y.ends, y.out.Len())
			}
			y.ends, y.flushes, y.taken = 0, 0, nil
			y.x.Rewind()
			y.x.Next()
			y.x.Request.Reset()
			y.x.Date = nil
			p.Destroy()
			if got := y.x.Digest(0); got != fresh || y.x.Free() != yardPage {
				t.Fatalf("something of the response is left: %+v", y.x)
			}
		}
		y.settled()
	})
}

// settled holds that all is back.
func (y *yard) settled() {
	want := make(map[sys.FD]int)
	for fd := range y.shelf.opened {
		want[fd+101] = 1
	}
	if !maps.Equal(y.shelf.closed, want) {
		y.t.Fatalf("files are closed %v, not %v", y.shelf.closed, want)
	}
	y.page.Drop()
	if n := y.out.Allocator().Live(); n != 0 || y.memory.Out() != 0 {
		y.t.Fatalf("%d buckets and %d bytes are out", n, y.memory.Out())
	}
	y.memory.End()
}

var errDisk = errors.New("a disk failed")

// respond answers as drawn, perhaps after an attempt that is taken back. False: it is
// to be given up.
func (y *yard) respond() bool {
	t, x := y.t, &y.x
	if rapid.IntRange(0, 3).Draw(t, "attempt") == 0 && !y.attempt() {
		return false
	}
	r := drawReply(t, y, rapid.Bool().Draw(t, "declared"))
	if r.declared == 0 {
		// What is said of the length comes before the body, which is short then.
		n := rapid.SampledFrom([]int{0, 1, 100, inline, inline + 1, 9000}).Draw(t, "length")
		r.declared = max(int64(n+rapid.SampledFrom([]int{0, 0, 0, 1, -1}).Draw(t, "too much")), 0)
		y.write(r, 0)
		r.body = bytes.Repeat([]byte{'='}, n)
		x.Shared(r.body[:n/3])
		if err := x.Bytes(r.body[n/3:]); err != nil {
			t.Fatal(err)
		}
	} else {
		y.write(r, rapid.IntRange(0, 4).Draw(t, "pieces"))
	}
	if rapid.IntRange(0, 5).Draw(t, "fails") == 0 {
		x.Error(errDisk)
		r.failure = errDisk
	}
	if x.Status != r.status || x.Finished() {
		t.Fatalf("status %d, finished: %t", x.Status, x.Finished())
	}
	if !y.judged(r) {
		return false
	}
	return y.send(r)
}

// judged compares what the exchange says of r's length with the truth. False: it is
// not to be sent.
func (y *yard) judged(r *reply) bool {
	err := y.x.Verdict()
	filtered := y.chain != nil || r.declared < 0 && !r.bodyless()
	var want error
	switch {
	case filtered:
	case r.failure != nil:
		want = r.failure
	case r.declared != int64(len(r.body)) && !r.bodyless():
		want = &filter.Misuse{Who: "a handler", What: "writes a body that is not as long as its head says; a response has the length that was declared"}
	}
	if fmt.Sprint(err) != fmt.Sprint(want) {
		y.t.Fatalf("the verdict on a body of %d bytes, said to be %d, is %v, not %v", len(r.body), r.declared, err, want)
	}
	return err == nil
}

// send passes r through its filters, if there are any, and compares. False: a filter
// would not have it.
func (y *yard) send(r *reply) bool {
	t, x := y.t, &y.x
	head, chunked, closes := r.head(y)
	if err := x.Open(); err != nil {
		t.Fatal(err)
	}
	if opened := y.chain != nil || r.declared < 0 && !r.bodyless(); x.Opened() != opened || opened && x.MayBlock() != y.sieve.blocks {
		t.Fatalf("opened: %t", x.Opened())
	}
	x.Finish()
	if !x.Finished() {
		t.Fatal("it is not finished")
	}
	wrong := r.failure != nil || y.chain != nil && !y.sieve.unsized && r.declared >= 0 && r.declared != int64(len(r.body))
	if r.bodyless() {
		wrong = r.failure != nil && y.chain != nil
	}
	for x.Pumping() {
		p, err := x.Pump(int64(rapid.IntRange(1, 9000).Draw(t, "room")))
		if err != nil {
			if !wrong {
				t.Fatalf("%v, of a body of %d bytes, said to be %d", err, len(r.body), r.declared)
			}
			return false
		}
		if (p == filter.Passed) == x.Pumping() {
			t.Fatalf("progress %d, pumping: %t", p, x.Pumping())
		}
		y.take(int64(rapid.IntRange(1, 9000).Draw(t, "written")))
	}
	if wrong {
		t.Fatalf("a body of %d bytes that fails with %v is sent as one of %d", len(r.body), r.failure, r.declared)
	}
	y.take(1 << 40)
	text, body, _ := strings.Cut(string(y.taken), "\r\n\r\n")
	if text += "\r\n\r\n"; text != head || x.Close != closes {
		t.Fatalf("the head is %q, not %q; closing: %t", text, head, x.Close)
	}
	if x.Status != r.restated(y) || !r.bodyless() && y.flushes != r.flushes {
		t.Fatalf("status %d, and %d flushes of %d", x.Status, y.flushes, r.flushes)
	}
	want := string(r.body)
	if r.bodyless() {
		want = ""
	}
	if chunked {
		body = unchunked(t, body)
	}
	if body != want {
		t.Fatalf("the body has %d bytes, not %d, or others", len(body), len(want))
	}
	return true
}

// unchunked is a body out of its chunks, as net/http reads it.
func unchunked(t *rapid.T, text string) string {
	in := strings.NewReader(text)
	b, err := io.ReadAll(httputil.NewChunkedReader(in))
	if err != nil || !strings.HasSuffix(text, "0\r\n\r\n") {
		t.Fatalf("%q is not in chunks: %v", text, err)
	}
	return string(b)
}

// attempt begins a response and takes it back. False: a part of it was queued.
func (y *yard) attempt() bool {
	t, x := y.t, &y.x
	mark := x.Mark()
	r := drawReply(t, y, rapid.Bool().Draw(t, "attempt declared"))
	free := x.Free()
	y.write(r, rapid.IntRange(0, 2).Draw(t, "attempt pieces"))
	if rapid.Bool().Draw(t, "half a file") {
		y.shelf.opened++
		x.File(y.shelf.opened+100, 0, 10, false)
	}
	queued := y.out.Len() != mark
	if ok := x.Rollback(mark); ok == queued {
		t.Fatalf("%d buckets are queued, taken back: %t", y.out.Len()-mark, ok)
	}
	if queued {
		return false
	}
	if x.Free() != free || x.Status != 0 {
		t.Fatalf("%d bytes are free, not %d; status %d", x.Free(), free, x.Status)
	}
	return true
}

// giveUp gives up what is not queued of the response.
func (y *yard) giveUp() {
	y.x.Abandon()
	if k := y.out.Back(); k == nil || k.Kind() != bucket.EndOfRequest || y.x.Pumping() || y.x.Opened() || !y.x.Finished() {
		y.t.Fatal("a response that was given up has no end")
	}
	y.x.Abandon()
}

// What is small is copied behind what is there, as long as that leaves room for the
// heads of others; what is not stands for itself.
func TestWhatIsCopied(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		y := newYard(t)
		y.chain = nil
		y.x.Filters(nil, nil)
		c, p := new(counter), y.memory.NewPool(mem.Request)
		y.scope.Enter(p)
		y.x.Bind(c, p)
		r := drawReply(t, y, true)
		r.declared = 0
		y.write(r, 0)
		head, _, _ := r.head(y)
		free, waits, buckets := yardPage-len(head), true, 0
		flush := func() {
			if waits {
				waits = false
				buckets++
			}
		}
		for range rapid.IntRange(0, 6).Draw(t, "pieces") {
			near := free - Room/2
			n := max(rapid.SampledFrom([]int{0, 1, inline, inline + 1, near - 1, near, near + 1, free}).Draw(t, "size"), 0)
			b := make([]byte, n)
			shared := n > free || rapid.Bool().Draw(t, "shared")
			switch {
			case r.bodyless():
			case !shared, n <= inline && n <= near:
				free -= n
				waits = waits || n > 0
			default:
				flush()
				buckets++
			}
			if shared {
				y.x.Shared(b)
			} else if err := y.x.Bytes(b); err != nil {
				t.Fatal(err)
			}
			if y.x.Free() != free || y.out.Len() != buckets {
				t.Fatalf("after %d bytes %d are free and %d buckets queued, not %d and %d", n, y.x.Free(), y.out.Len(), free, buckets)
			}
		}
		flush()
		y.x.Finish()
		if y.out.Len() != buckets+1 {
			t.Fatalf("%d buckets are queued, not %d and the end", y.out.Len(), buckets)
		}
		y.take(1 << 40)
		p.Destroy()
		y.settled()
	})
}
