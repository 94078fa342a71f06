package filter_test

// The rules of a chain: who breaks one is named, whatever stands around; how a message is
// framed follows from its head and its request; a head's lines are a list of fields.

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"brigade/core/bucket"
	"brigade/core/filter"
	"brigade/core/http1"
	"brigade/core/rt"
)

// sins are what a filter may do wrong with the last it is given, and what is said of it.
var sins = []struct {
	name, said string
	pass       func(s *filter.Stream, in, out *bucket.Brigade)
}{
	{"leaves", "leaves 2 buckets", func(_ *filter.Stream, _, _ *bucket.Brigade) {}},
	{"holds what dies", "transient", func(s *filter.Stream, in, out *bucket.Brigade) {
		s.Held.Append(s.Buckets.Transient([]byte("x")))
		out.Concat(in)
	}},
	{"goes on", "after the end of the stream", func(s *filter.Stream, in, out *bucket.Brigade) {
		end := in.Front()
		in.Remove(end)
		out.Append(end)
		out.Append(s.Buckets.Immortal([]byte("more")))
		out.Concat(in)
	}},
	{"ends twice", "more than it was given", func(s *filter.Stream, in, out *bucket.Brigade) {
		out.Append(s.Buckets.EndOfStream())
		out.Concat(in)
	}},
	{"flushes", "more than it was given", func(s *filter.Stream, in, out *bucket.Brigade) {
		out.Append(s.Buckets.Flush())
		out.Concat(in)
	}},
	{"turns", "before the end of the stream", func(_ *filter.Stream, in, out *bucket.Brigade) {
		k := in.Front()
		in.Remove(k)
		out.Concat(in)
		out.Append(k)
	}},
	{"swallows", "before the end of the stream", nil},
	{"keeps", "keeps the end of the request", func(s *filter.Stream, in, out *bucket.Brigade) {
		end := in.Front()
		in.Remove(end)
		out.Append(end)
		s.Held.Concat(in)
	}},
	{"holds", "holds 1 buckets", func(s *filter.Stream, in, out *bucket.Brigade) {
		s.Held.Append(s.Buckets.Immortal([]byte("x")))
		out.Concat(in)
	}},
	{"drops the head", "before all of it has come", func(s *filter.Stream, in, out *bucket.Brigade) {
		out.Concat(in)
	}},
	{"adds", "more bytes than the head says", func(s *filter.Stream, in, out *bucket.Brigade) {
		out.Append(s.Buckets.Immortal([]byte("x")))
		out.Concat(in)
	}},
	{"panics", "", func(*filter.Stream, *bucket.Brigade, *bucket.Brigade) { panic("a filter") }},
}

// sinner is a filter that does right until the end has come.
type sinner struct {
	which int
	use   filter.Use
	bytes int // that it has let pass
}

func (s *sinner) Name() string { return "sinner" }

func (s *sinner) New() filter.State { return s }

func (s *sinner) Close() { s.bytes = 0 }

func (s *sinner) Digest(d rt.Digest) rt.Digest { return d.Int(s.bytes) }

func (s *sinner) Open(*filter.Stream) (filter.Use, error) { return s.use, nil }

func (s *sinner) Pass(st *filter.Stream, in, out *bucket.Brigade) error {
	sin := sins[s.which]
	end := in.Front() != nil && in.Front().Kind() == bucket.EndOfStream
	switch {
	case sin.name == "drops the head" && s.bytes == 0 && !in.Empty() && !in.Front().Kind().Metadata():
		s.bytes++
		in.Front().Destroy()
		out.Concat(in)
	case sin.name == "swallows" && end:
		in.Front().Destroy()
		out.Concat(in)
	case end && sin.pass != nil:
		// The end of the request comes by itself: it is waited for.
		st.Held.Concat(in)
	case !st.Held.Empty() && !in.Empty() && sin.pass != nil:
		var all bucket.Brigade
		all.Init(st.Buckets)
		all.Concat(st.Held)
		all.Concat(in)
		in.Concat(&all)
		sin.pass(st, in, out)
	default:
		out.Concat(in)
	}
	return nil
}

// same passes everything.
type same struct{ name string }

func (s same) Name() string { return s.name }

func (s same) New() filter.State { return s }

func (s same) Close() {}

func (s same) Digest(d rt.Digest) rt.Digest { return d }

func (s same) Open(*filter.Stream) (filter.Use, error) { return filter.Inline, nil }

func (s same) Pass(_ *filter.Stream, in, out *bucket.Brigade) error {
	out.Concat(in)
	return nil
}

// around are filters that do right.
func around(t *rapid.T, label string) (list []filter.Filter) {
	for i := range rapid.IntRange(0, 2).Draw(t, label) {
		list = append(list, same{fmt.Sprintf("%s-%d", label, i)})
	}
	return list
}

func TestWhoBreaksARuleIsNamed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		for which, sin := range sins {
			s := &sinner{which: which, use: []filter.Use{filter.Inline, filter.MayBlock}[rapid.IntRange(0, 1).Draw(t, "use")]}
			list := append(append(around(t, "before"), s), around(t, "behind")...)
			b := newBench(t, "")
			chain := filter.NewChain(list...)
			l := chain.Line(&b.buckets)
			b.head.Length = 5
			if err := l.Open(b.stream(0)); err != nil {
				t.Fatal(err)
			}
			if names := chain.Names(); len(names) != len(list)+1 || names[len(list)] != "chunked" || !slices.Contains(names, "sinner") || chain.Framing() {
				t.Fatalf("the chain is %v, nothing but framing: %t", names, chain.Framing())
			}
			if l.MayBlock() != (s.use == filter.MayBlock) {
				t.Fatalf("it may block: %t", l.MayBlock())
			}
			b.source.Append(b.buckets.Immortal([]byte("hello")))
			b.source.Append(b.buckets.EndOfStream())
			b.source.Append(b.buckets.EndOfRequest(&b.over))
			said := func() (said string) {
				defer func() {
					if recover() != nil {
						said = l.Doing() + " panics"
						if l.Unwind() != "sinner" || l.Doing() != "" || l.Unwind() != "" {
							said = "nobody"
						}
					}
				}()
				_, err := l.Pump(&b.source, &b.out, 1<<20, 0)
				var m *filter.Misuse
				if !errors.As(err, &m) {
					t.Fatalf("who %s is not stopped: %v", sin.name, err)
				}
				if _, again := l.Pump(&b.source, &b.out, 1<<20, 0); !errors.Is(again, err) {
					t.Fatalf("who %s is let go on: %v", sin.name, again)
				}
				return err.Error()
			}()
			if want := sin.said; sin.name != "panics" && !strings.Contains(said, want) || !strings.Contains(said, "sinner") && !strings.Contains(said, "behind") {
				t.Fatalf("of who %s is said %q, not %q", sin.name, said, want)
			}
			l.Close(&b.out)
			filter.Salvage(&b.source, &b.out)
			b.over.ended = true
			if b.out.Destroy(); b.buckets.Live() != 0 || !l.Fresh() {
				t.Fatalf("after who %s %d buckets are left, as new: %t", sin.name, b.buckets.Live(), l.Fresh())
			}
		}
	})
}

// What frames a message follows from its head and its request; a body of another length
// than the head says is a misuse.
func TestFraming(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := newBench(t, "")
		count := filter.NewCount("count")
		list := around(t, "more")
		if rapid.Bool().Draw(t, "counted") {
			list = append(list, count)
		}
		chain := filter.NewChain(list...)
		l := chain.Line(&b.buckets)
		if chain.Framing() != (len(list) == 0) {
			t.Fatalf("%v does nothing but framing: %t", chain.Names(), chain.Framing())
		}
		bodies, total := int64(0), int64(0)
		for range rapid.IntRange(1, 3).Draw(t, "messages") {
			b.over.ended = false
			body := rapid.StringMatching("[a-z]{0,40}").Draw(t, "body")
			b.head.Begin(200)
			if b.head.Length != filter.Unknown || b.head.Close || b.head.Chunked() || len(b.head.Lines()) > 0 {
				t.Fatalf("a head begins as %+v", &b.head)
			}
			b.head.Add("Server", "x")
			off := int64(0)
			if rapid.Bool().Draw(t, "known") {
				off = rapid.SampledFrom([]int64{0, 0, 0, 1, -1}).Draw(t, "off")
				b.head.Length = max(0, int64(len(body))+off)
				off = b.head.Length - int64(len(body))
			}
			b.request.Minor = uint8(rapid.IntRange(0, 1).Draw(t, "minor"))
			b.request.Framed = rapid.Bool().Draw(t, "framed")
			s := b.stream(0)
			if s.Bodyless = rapid.Bool().Draw(t, "without a body"); s.Bodyless {
				body, off = "", 0
			}
			trailers := ""
			if rapid.Bool().Draw(t, "trailers") {
				s.Trailers = new(http1.Trailers)
				if trailers = rapid.SampledFrom([]string{"", "X-Sum: 1\r\n"}).Draw(t, "lines"); !s.Trailers.Add([]byte(trailers)) {
					t.Fatal("trailers are not taken in")
				}
			}
			open := b.head.Length == filter.Unknown && !s.Bodyless && !b.request.Framed
			flushes := b.cut(t, []byte(body))
			if err := l.Open(s); err != nil {
				t.Fatal(err)
			}
			if b.head.Chunked() != (open && b.request.Minor == 1) || b.head.Close != (open && b.request.Minor == 0) {
				t.Fatalf("of %+v, HTTP/1.%d, in chunks: %t, up to the end: %t", s, b.request.Minor, b.head.Chunked(), b.head.Close)
			}
			if off != 0 {
				for p := filter.More; p == filter.More; {
					var err error
					if p, err = l.Pump(&b.source, &b.out, 7, 0); err != nil {
						break
					} else if p == filter.Passed {
						t.Fatalf("a body of %d bytes passes for one of %d", len(body), b.head.Length)
					}
					b.out.Destroy()
				}
				b.over.ended = true
				l.Close(&b.out)
				filter.Salvage(&b.source, &b.out)
				b.out.Destroy()
				return
			}
			p := b.pump(t, l, 0)
			bodies, total = bodies+1, total+int64(len(body))
			if s.Bodyless {
				bodies--
			}
			want := body
			if b.head.Chunked() {
				if tail := "0\r\n" + trailers + "\r\n"; !strings.HasSuffix(string(p.text), tail) {
					t.Fatalf("%q does not end with %q", p.text, tail)
				} else if trailers == "" {
					p.text = unchunked(t, p.text)
				} else {
					p.text = unchunked(t, append(p.text[:len(p.text)-len(tail)], "0\r\n\r\n"...))
				}
			}
			if string(p.text) != want {
				t.Fatalf("%q became %q", want, p.text)
			}
			b.settled(t, l, p, flushes)
			if n, sum := count.Total(); chain.Names()[max(0, len(list)-1)] == "count" && (n != bodies || sum != total) {
				t.Fatalf("counted were %d bodies of %d bytes, not %d of %d", n, sum, bodies, total)
			}
		}
	})
}

// What is out never goes beyond its room, where nothing grows, and a flush that has come
// through goes first.
func TestRoomIsKept(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := newBench(t, "")
		body := rapid.StringMatching("[a-z]{0,200}").Draw(t, "body")
		b.head.Length = int64(len(body))
		l := filter.NewChain(around(t, "more")...).Line(&b.buckets)
		flushes := b.cut(t, []byte(body))
		next := b.buckets.Immortal([]byte("the next message"))
		b.source.Append(next)
		if err := l.Open(b.stream(0)); err != nil {
			t.Fatal(err)
		}
		p := new(passed)
		for over := false; !over; {
			room := int64(rapid.IntRange(1, 60).Draw(t, "room"))
			before, _ := b.out.Bytes()
			state, err := l.Pump(&b.source, &b.out, room, 0)
			if err != nil {
				t.Fatal(err)
			}
			queued, _ := b.out.Bytes()
			if queued > max(room, before) {
				t.Fatalf("%d bytes are out, with room for %d", queued, room)
			}
			n := 0
			for k := b.out.Front(); k != nil; k = k.Next() {
				if k.Kind() == bucket.Flush {
					n++
				}
			}
			over = state == filter.Passed
			if !over && queued < room && n == 0 || !over && b.source.Empty() {
				t.Fatalf("the line stops with %d of %d bytes and %d flushes out", queued, room, n)
			}
			if over && b.source.Front() != next || n > 1 && !over {
				t.Fatalf("the line passes by %d flushes, all: %t", n, over)
			}
			p.take(b, 1<<20)
		}
		if next.Destroy(); string(p.text) != body {
			t.Fatalf("%q became %q", body, p.text)
		}
		b.settled(t, l, p, flushes)
	})
}

// What is announced to be too long is refused at once, and leaves the line as it was; where
// there are no filters all passes.
func TestInputs(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		announced := rapid.IntRange(0, 12).Draw(t, "announced")
		b := newBench(t, fmt.Sprintf("Content-Length: %d\r\n", announced))
		chain := filter.NewInput()
		if rapid.Bool().Draw(t, "limited") {
			chain = filter.NewInput(same{"before"}, filter.Limit{Most: 10})
		}
		if chain.Framing() || filter.NewInput(same{"alone"}).Framing() || filter.NewChain(filter.Chunked{}).Framing() {
			t.Fatal("a chain without framing does nothing else, or one that does more")
		}
		l := chain.Line(&b.buckets)
		s := b.stream(0)
		s.Head = nil
		for range 2 {
			err := l.Open(s)
			if over := announced > 10 && len(chain.Names()) > 0; over != (err != nil) {
				t.Fatalf("%d bytes are announced, 10 at most: %v", announced, err)
			} else if over {
				if !l.Fresh() {
					t.Fatal("the line is not as new")
				}
				continue
			}
			body := strings.Repeat("x", announced)
			b.cut(t, []byte(body))
			p := b.pump(t, l, 0)
			if b.over.ended = true; string(p.text) != body || !l.Fresh() {
				t.Fatalf("%q became %q, and the line is as new: %t", body, p.text, l.Fresh())
			}
			b.over.ended = false
		}
		b.over.ended = true
		l.Close(&b.out)
	})
}

func TestHeadIsAList(t *testing.T) {
	names := []string{"Server", "server", "Serve", "ETag", "Content-Type", "Content-Typ"}
	rapid.Check(t, func(t *rapid.T) {
		h := new(filter.Head)
		h.Begin(200)
		var list [][2]string
		for range 20 {
			name, value := rapid.SampledFrom(names).Draw(t, "name"), rapid.SampledFrom([]string{"", "a", "b: c"}).Draw(t, "value")
			alike := func(f [2]string) bool { return strings.EqualFold(f[0], name) }
			switch rapid.IntRange(0, 4).Draw(t, "act") {
			case 0, 1:
				h.Add(name, value)
				list = append(list, [2]string{name, value})
			case 2:
				h.Set(name, value)
				list = append(slices.DeleteFunc(list, alike), [2]string{name, value})
			case 3:
				h.Remove(name)
				list = slices.DeleteFunc(list, alike)
			case 4:
				h.Append(func(dst []byte) []byte { return append(dst, name+":"+value+"\r\n"...) })
				list = append(list, [2]string{name, value})
			}
			for _, name = range names {
				got, i := h.Get(name), slices.IndexFunc(list, alike)
				if i >= 0 && string(got) != list[i][1] || i < 0 && got != nil {
					t.Fatalf("%s is %q among %q", name, got, list)
				}
			}
		}
		if n := strings.Count(string(h.Lines()), "\r\n"); n != len(list) {
			t.Fatalf("%q are %d lines, not %d", h.Lines(), n, len(list))
		}
		if h.Clear(); h.Digest(0) != new(filter.Head).Digest(0) || h.Get("Server") != nil {
			t.Fatalf("after Clear it is %+v", h)
		}
	})
}

// A range is of what a GET is answered with 200 and a known length, by its strong
// validator.
func TestRangeStandsAside(t *testing.T) {
	const body = "0123456789"
	rapid.Check(t, func(t *rapid.T) {
		for range 20 {
			rapidly := func(list ...string) string { return list[int(rapid.Byte().Draw(t, "which"))%len(list)] }
			field := rapidly("", "bytes=2-4", "bytes=2-4", "bytes=2-4", "bytes=20-", "bytes=x")
			condition := rapidly("", "", `"a"`, `"a"`, `"b"`, `W/"a"`, "Sun, 06 Nov 1994 08:49:37 GMT")
			tag := rapidly("", `"a"`, `"a"`, `W/"a"`)
			status := []int{200, 200, 200, 404, 206}[int(rapid.Byte().Draw(t, "status"))%5]
			method := []http1.Method{http1.GET, http1.GET, http1.HEAD, http1.POST}[int(rapid.Byte().Draw(t, "method"))%4]
			said, unknown := rapid.Bool().Draw(t, "said"), rapid.IntRange(0, 5).Draw(t, "unknown") == 5
			ranged := rapid.IntRange(0, 5).Draw(t, "ranged already") == 5
			fields := ""
			if field != "" {
				fields += "Range: " + field + "\r\n"
			}
			if condition != "" {
				fields += "If-Range: " + condition + "\r\n"
			}
			b := newBench(t, fields)
			b.request.Method = method
			h := &b.head
			h.Begin(status)
			if h.Length = int64(len(body)); unknown {
				h.Length = filter.Unknown
			}
			if tag != "" {
				h.Add("ETag", tag)
			}
			if said {
				h.Add("Accept-Ranges", "none")
			}
			if ranged {
				h.Add("Content-Range", "bytes 0-9/10")
			}
			l := filter.NewChain(filter.Range{}).Line(&b.buckets)
			flushes := b.cut(t, []byte(body))
			if err := l.Open(b.stream(0)); err != nil {
				t.Fatal(err)
			}
			able := status == 200 && !unknown && method == http1.GET && !ranged
			met := condition == "" || condition == tag && strings.HasPrefix(tag, `"`)
			text, code, place := body, status, ""
			switch {
			case !able || !met || field == "" || field == "bytes=x":
			case field == "bytes=20-":
				text, code, place = "", 416, "bytes */10"
			default:
				text, code, place = "234", 206, "bytes 2-4/10"
			}
			accepts := ""
			if said {
				accepts = "none"
			} else if able {
				accepts = "bytes"
			}
			p := b.pump(t, l, 0)
			if h.Chunked() {
				p.text = unchunked(t, p.text)
			}
			if string(p.text) != text || h.Status != code || string(h.Get("Accept-Ranges")) != accepts || !ranged && string(h.Get("Content-Range")) != place {
				t.Fatalf("%s with %q of %d, tag %q: %d %q, %q", method, fields, status, tag, h.Status, p.text, h.Lines())
			}
			b.settled(t, l, p, flushes)
		}
	})
}

// A filter that pauses is called again when its time has come, and not before; the last
// one that pauses goes on first.
func TestPausesEnd(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := newBench(t, "")
		b.head.Length = 10
		l := filter.NewChain(naps{1}, naps{2}).Line(&b.buckets)
		if err := l.Open(b.stream(0)); err != nil || l.Until() != 0 {
			t.Fatal(err, l.Until())
		}
		b.cut(t, []byte("0123456789"))
		now, naps := rt.Instant(1), 0
		for {
			state, err := l.Pump(&b.source, &b.out, 1000, now)
			if err != nil {
				t.Fatal(err)
			}
			if state == filter.Passed {
				break
			}
			if state == filter.Paused {
				until := l.Until()
				if naps++; until <= now {
					t.Fatalf("it pauses until %d at %d", until, now)
				}
				n := b.out.Len()
				if state, _ = l.Pump(&b.source, &b.out, 1000, until-1); state != filter.Paused || b.out.Len() != n {
					t.Fatal("a pause ends before its time")
				}
				now = until
			}
		}
		if naps < 2 {
			t.Fatalf("there were %d pauses", naps)
		}
		b.over.ended = true
		b.out.Destroy()
	})
}

// naps is a filter that pauses once for each time that something comes to it.
type naps struct{ long int }

func (n naps) Name() string { return "naps" }

func (n naps) New() filter.State { return n }

func (n naps) Close() {}

func (n naps) Digest(d rt.Digest) rt.Digest { return d }

func (n naps) Open(*filter.Stream) (filter.Use, error) { return filter.Inline, nil }

func (n naps) Pass(s *filter.Stream, in, out *bucket.Brigade) error {
	if in.Empty() {
		out.Concat(s.Held)
		return nil
	}
	if err := in.SetAside(s.Pool); err != nil {
		return err
	}
	s.Held.Concat(in)
	s.Pause(s.Now.Add(time.Duration(n.long) * time.Millisecond))
	return nil
}
