package filter_test

// A chain is the composition of functions on strings, however the data is cut into
// buckets, whatever they are made of, wherever flushes stand, however little room there
// is behind it and however long its filters pause. All that came out of an allocator is
// back at the end, and the line is as new.

import (
	"bytes"
	"io"
	"net/http/httputil"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"brigade/core/bucket"
	"brigade/core/filter"
	"brigade/core/http1"
	"brigade/core/mem"
	"brigade/core/rt"
)

// bench is the memory of one connection, and a request.
type bench struct {
	memory  *mem.Allocator
	buckets bucket.Allocator
	pool    *mem.Pool
	request http1.Request
	head    filter.Head
	source  bucket.Brigade
	out     bucket.Brigade
	over    over
}

// over is a request that has ended, or not.
type over struct{ ended bool }

func (o *over) Ended() bool { return o.ended }
func (o *over) GiveUp()     {}

func newBench(t rapid.TB, fields string) *bench {
	b := &bench{}
	scope := &mem.Scope{Name: "test"}
	b.memory = mem.NewAllocator(1, "memory", mem.Limits{})
	b.memory.Take(scope)
	b.buckets.Init(b.memory, nil)
	b.pool = b.memory.NewPool(mem.Request)
	scope.Enter(b.pool)
	b.source.Init(&b.buckets)
	b.out.Init(&b.buckets)
	text := []byte("GET / HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n")
	if n, e := b.request.Parse(text, 0, nil); n != len(text) || e != nil {
		t.Fatalf("%q: %v", text, e)
	}
	b.head.Begin(200)
	return b
}

func (b *bench) stream(now rt.Instant) filter.Stream {
	return filter.Stream{Request: &b.request, Head: &b.head, Pool: b.pool, Buckets: &b.buckets, Now: now}
}

// cut fills the source with data, cut into buckets of all kinds, with flushes between
// them, and the end behind it.
func (b *bench) cut(t *rapid.T, data []byte) (flushes int) {
	for len(data) > 0 {
		n := rapid.IntRange(0, len(data)).Draw(t, "piece")
		part := data[:n]
		data = data[n:]
		switch rapid.IntRange(0, 4).Draw(t, "kind") {
		case 0:
			k, err := b.buckets.Copied(part)
			if err != nil {
				t.Fatal(err)
			}
			b.source.Append(k)
		case 1:
			own, err := b.pool.Copy(part)
			if err != nil {
				t.Fatal(err)
			}
			b.source.Append(b.buckets.Pool(b.pool, own))
		case 2:
			b.source.Append(b.buckets.Transient(bytes.Clone(part)))
		case 3:
			if err := b.source.Write(part); err != nil {
				t.Fatal(err)
			}
		default:
			b.source.Append(b.buckets.Immortal(part))
		}
		if rapid.IntRange(0, 5).Draw(t, "flush") == 0 {
			b.source.Append(b.buckets.Flush())
			flushes++
		}
	}
	b.source.Append(b.buckets.EndOfStream())
	b.source.Append(b.buckets.EndOfRequest(&b.over))
	return flushes
}

// passed is what came of a message: its bytes, and its metadata in order.
type passed struct {
	text []byte
	meta []bucket.Kind
}

// take takes some of what is out, as a writer would.
func (p *passed) take(b *bench, most int64) {
	for !b.out.Empty() && most > 0 {
		k := b.out.Front()
		if k.Kind().Metadata() {
			p.meta = append(p.meta, k.Kind())
			b.over.ended = k.Kind() == bucket.EndOfRequest
			b.out.Pop()
			continue
		}
		n := min(k.Len(), most)
		p.text = append(p.text, k.Memory()[:n]...)
		b.out.Consume(n)
		most -= n
		if k.Len() == 0 {
			b.out.Pop()
		}
	}
}

// pump drives a line to the end of its message.
func (b *bench) pump(t *rapid.T, l *filter.Line, now rt.Instant) *passed {
	p := new(passed)
	for turns := 0; ; turns++ {
		room := int64(rapid.IntRange(1, 300).Draw(t, "room"))
		state, err := l.Pump(&b.source, &b.out, room, now)
		if err != nil {
			t.Fatal(err)
		}
		if queued, _ := b.out.Bytes(); queued > room+growth {
			t.Fatalf("%d bytes are out, with room for %d", queued, room)
		}
		if k := b.out.Back(); state != filter.Passed && k != nil && k.Kind() == bucket.EndOfRequest {
			t.Fatalf("the end of the request is out, and the line says %d", state)
		}
		if state == filter.Paused && l.Until() <= now {
			t.Fatalf("it pauses until %v at %v", l.Until(), now)
		}
		if state == filter.Passed {
			p.take(b, 1<<40)
			return p
		}
		p.take(b, int64(rapid.IntRange(1, 400).Draw(t, "written")))
		now = now.Add(time.Duration(rapid.IntRange(0, int(50*time.Millisecond)).Draw(t, "later")))
		if turns > 1_000_000 {
			t.Fatal("it does not end")
		}
	}
}

// growth is more than any filter of the model makes of what it is given at once.
const growth = 70_000

// settled holds that all is as it was.
func (b *bench) settled(t *rapid.T, l *filter.Line, p *passed, flushes int) {
	want := make([]bucket.Kind, 0, flushes+2)
	for range flushes {
		want = append(want, bucket.Flush)
	}
	want = append(want, bucket.EndOfStream, bucket.EndOfRequest)
	if len(p.meta) != len(want) {
		t.Fatalf("metadata %v, not %v", p.meta, want)
	}
	for i := range want {
		if p.meta[i] != want[i] {
			t.Fatalf("metadata %v, not %v", p.meta, want)
		}
	}
	b.over.ended = true
	b.source.Destroy()
	b.out.Destroy()
	if n := b.buckets.Live(); n != 0 {
		t.Fatalf("%d buckets are left", n)
	}
	if !l.Fresh() {
		t.Fatal("the line is not as new")
	}
}

// unchunked is a body out of its chunks.
func unchunked(t rapid.TB, text []byte) []byte {
	r := bytes.NewReader(text)
	b, err := io.ReadAll(httputil.NewChunkedReader(r))
	rest, _ := io.ReadAll(r)
	if err != nil || string(rest) != "\r\n" && len(rest) != 0 {
		t.Fatalf("chunks that net/http does not read: %v, rest %q", err, rest)
	}
	return b
}

// function is a filter of the model, and what it does to a string.
type function struct {
	name string
	of   func(s string) string
	pass func(st *toy, s *filter.Stream, in, out *bucket.Brigade) error
}

// toy is a function's state.
type toy struct {
	of    function
	calls int
	tail  []byte
}

func (f function) Name() string { return f.name }

func (f function) New() filter.State { return &toy{of: f} }

func (y *toy) Open(s *filter.Stream) (filter.Use, error) {
	s.Head.Length = filter.Unknown
	return filter.Inline, nil
}

func (y *toy) Pass(s *filter.Stream, in, out *bucket.Brigade) error {
	y.calls++
	return y.of.pass(y, s, in, out)
}

func (y *toy) Close() { y.calls, y.tail = 0, nil }

func (y *toy) Digest(d rt.Digest) rt.Digest { return d.Int(y.calls).Int(len(y.tail)) }

// each makes a pass that maps the bytes of each bucket.
func each(f func(b []byte) []byte) func(*toy, *filter.Stream, *bucket.Brigade, *bucket.Brigade) error {
	return func(_ *toy, s *filter.Stream, in, out *bucket.Brigade) error {
		for k := in.Front(); k != nil; k = in.Front() {
			in.Remove(k)
			if k.Kind().Metadata() {
				out.Append(k)
				continue
			}
			out.Append(s.Buckets.Transient(f(bytes.Clone(k.Memory()))))
			k.Destroy()
		}
		return nil
	}
}

var functions = []function{
	{"same", func(s string) string { return s }, func(_ *toy, _ *filter.Stream, in, out *bucket.Brigade) error {
		out.Concat(in)
		return nil
	}},
	{"upper", strings.ToUpper, each(bytes.ToUpper)},
	{"double", func(s string) string {
		var b strings.Builder
		for i := range len(s) {
			b.Write([]byte{s[i], s[i]})
		}
		return b.String()
	}, each(func(b []byte) (d []byte) {
		for _, c := range b {
			d = append(d, c, c)
		}
		return d
	})},
	{"brackets", func(s string) string { return "<" + s + ">" }, func(y *toy, s *filter.Stream, in, out *bucket.Brigade) error {
		if y.calls == 1 {
			out.Append(s.Buckets.Immortal([]byte("<")))
		}
		for k := in.Front(); k != nil; k = in.Front() {
			in.Remove(k)
			if k.Kind() == bucket.EndOfStream {
				if err := out.Write([]byte(">")); err != nil {
					return err
				}
			}
			out.Append(k)
		}
		return nil
	}},
	{"splits", func(s string) string { return s }, func(_ *toy, _ *filter.Stream, in, out *bucket.Brigade) error {
		for k := in.Front(); k != nil; k = in.Front() {
			if k.Len() > 1 {
				k.Split(k.Len() / 2)
			}
			in.Remove(k)
			out.Append(k)
		}
		return nil
	}},
	// It holds the last three bytes until it knows that they are the last.
	{"starred", func(s string) string {
		n := max(len(s)-3, 0)
		return s[:n] + strings.Repeat("*", len(s)-n)
	}, func(y *toy, s *filter.Stream, in, out *bucket.Brigade) error {
		for k := in.Front(); k != nil; k = in.Front() {
			in.Remove(k)
			if !k.Kind().Metadata() {
				y.tail = append(y.tail, k.Memory()...)
				k.Destroy()
				if n := max(len(y.tail)-3, 0); n > 0 {
					out.Append(s.Buckets.Transient(bytes.Clone(y.tail[:n])))
					y.tail = y.tail[n:]
				}
				continue
			}
			if k.Kind() == bucket.EndOfStream {
				out.Append(s.Buckets.Transient(bytes.Repeat([]byte("*"), len(y.tail))))
			}
			out.Append(k)
		}
		return nil
	}},
	// It keeps all but metadata that are not the end, until the end.
	{"backwards", func(s string) string {
		b := []byte(s)
		for i := range len(b) / 2 {
			b[i], b[len(b)-1-i] = b[len(b)-1-i], b[i]
		}
		return string(b)
	}, func(_ *toy, s *filter.Stream, in, out *bucket.Brigade) error {
		if err := in.SetAside(s.Pool); err != nil {
			return err
		}
		for k := in.Front(); k != nil; k = in.Front() {
			in.Remove(k)
			switch {
			case !k.Kind().Metadata():
				s.Held.Append(k)
				continue
			case k.Kind() == bucket.EndOfStream:
				for h := s.Held.Back(); h != nil; h = s.Held.Back() {
					b := bytes.Clone(h.Memory())
					h.Destroy()
					for i := range len(b) / 2 {
						b[i], b[len(b)-1-i] = b[len(b)-1-i], b[i]
					}
					if err := out.Write(b); err != nil {
						return err
					}
				}
			}
			out.Append(k)
		}
		return nil
	}},
	// It pauses at each piece.
	{"hesitates", func(s string) string { return s }, func(_ *toy, s *filter.Stream, in, out *bucket.Brigade) error {
		out.Concat(s.Held)
		if in.Empty() {
			return nil
		}
		if err := in.SetAside(s.Pool); err != nil {
			return err
		}
		s.Held.Concat(in)
		s.Pause(s.Now.Add(30 * time.Millisecond))
		return nil
	}},
}

func TestChainIsComposition(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var list []filter.Filter
		var of []function
		for _, i := range rapid.SliceOfN(rapid.IntRange(0, len(functions)-1), 0, 4).Draw(t, "filters") {
			of = append(of, functions[i])
			list = append(list, functions[i])
		}
		b := newBench(t, "")
		l := filter.NewChain(list...).Line(&b.buckets)
		for range rapid.IntRange(1, 3).Draw(t, "messages") {
			data := rapid.StringMatching(`[a-z]{0,200}`).Draw(t, "data")
			want := data
			for _, f := range of {
				want = f.of(want)
			}
			b.over.ended = false
			b.head.Begin(200)
			flushes := b.cut(t, []byte(data))
			if err := l.Open(b.stream(0)); err != nil {
				t.Fatal(err)
			}
			p := b.pump(t, l, 0)
			if got := unchunked(t, p.text); string(got) != want {
				t.Fatalf("%q became %q, not %q", data, got, want)
			}
			b.settled(t, l, p, flushes)
		}
	})
}

// A message that is given up at any moment leaves nothing behind, and its end is there
// for the writer.
func TestGivenUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var list []filter.Filter
		for _, i := range rapid.SliceOfN(rapid.IntRange(0, len(functions)-1), 0, 4).Draw(t, "filters") {
			list = append(list, functions[i])
		}
		b := newBench(t, "")
		l := filter.NewChain(list...).Line(&b.buckets)
		b.cut(t, []byte(rapid.StringMatching(`[a-z]{0,200}`).Draw(t, "data")))
		if err := l.Open(b.stream(0)); err != nil {
			t.Fatal(err)
		}
		for range rapid.IntRange(0, 5).Draw(t, "pumps") {
			if _, err := l.Pump(&b.source, &b.out, int64(rapid.IntRange(1, 100).Draw(t, "room")), 0); err != nil {
				t.Fatal(err)
			}
			if b.source.Empty() {
				break
			}
		}
		filter.Salvage(&b.source, &b.out)
		l.Close(&b.out)
		n := 0
		for k := b.out.Front(); k != nil; k = k.Next() {
			if k.Kind() == bucket.EndOfRequest {
				n++
			}
		}
		b.over.ended = true
		b.out.Destroy()
		if n != 1 || b.buckets.Live() != 0 || !l.Fresh() {
			t.Fatalf("%d ends, %d buckets left, as new: %t", n, b.buckets.Live(), l.Fresh())
		}
	})
}
