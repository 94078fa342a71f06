package exchange

// The model of a handler's calls is the part that its response has come to: whatever is
// called in whatever order, it is done, or stopped with the message that names the part.
// And what fails for want of memory, or in a filter, leaves what was there.

import (
	"bytes"
	"errors"
	"fmt"
	"math/bits"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"brigade/core/bucket"
	"brigade/core/filter"
	"brigade/core/http1"
	"brigade/core/mem"
	"brigade/core/rt"
	"brigade/sim"
)

// asked has y's exchange be asked what text asks.
func (y *yard) asked(text string) *mem.Pool {
	p := y.memory.NewPool(mem.Request)
	y.scope.Enter(p)
	y.x.Bind(new(counter), p)
	if n, e := y.x.Request.Parse([]byte(text), 0, nil); n == 0 || e != nil {
		y.t.Fatal(e)
	}
	return p
}

func TestCallsComeInOrder(t *testing.T) {
	const after = ", but it %s; it begins once, has its fields, ends its head, then has its body"
	rapid.Check(t, func(t *rapid.T) {
		y := newYard(t)
		minor := rapid.IntRange(0, 1).Draw(t, "minor")
		y.asked(fmt.Sprintf("GET / HTTP/1.%d\r\nHost: a\r\nConnection: upgrade, keep-alive\r\nUpgrade: talk\r\n\r\n", minor))
		x, now, ended := &y.x, partNone, false
		for range rapid.IntRange(1, 8).Draw(t, "calls") {
			need, what, to := partNone, "", now
			var do func()
			switch rapid.IntRange(0, 5).Draw(t, "call") {
			case 0:
				do, what, to = func() { x.Begin(200) }, "begun", partHead
			case 1:
				do, need, what, to = x.End, partHead, "given the end of its head", partBody
			case 2:
				do, what, to = func() { x.Refuse(http1.ErrForbidden, "") }, "refused", partWhole
			case 3:
				if minor == 0 {
					continue // it offers nothing
				}
				do, what, to = func() { x.Switch("talk", new(play)) }, "switched", partWhole
			case 4:
				if y.chain == nil || now == partNone || now == partWhole {
					continue // the connection counts bytes, and looks at the part when all is said
				}
				do, need, what = func() { _ = x.Bytes([]byte("a")) }, partBody, "given a piece of its body"
			default:
				want := map[part]string{
					partNone: "a handler writes a body without a head, or nothing; a response begins with Begin",
					partHead: "a handler does not end the head of its response; End does, before the body",
				}[now]
				if err := x.Verdict(); (err == nil) != (want == "") || err != nil && err.Error() != want && y.chain != nil {
					t.Fatalf("of a response that %s it is said %v, not %q", partNames[now], err, want)
				}
				if ended || now != partWhole {
					continue
				}
				x.Finish()
				if ended = true; stops(x.Finish) != "exchange: a response is finished, but its request has been, or never began; each is, once" {
					t.Fatal("it is finished twice")
				}
				continue
			}
			want := ""
			switch {
			case ended:
				want = "exchange: a response is " + what + " after its end; nothing comes after that"
			case need != now:
				want = "exchange: a response is " + what + fmt.Sprintf(after, partNames[now])
			}
			if got := stops(do); got != want {
				t.Fatalf("it is stopped with %q, not %q", got, want)
			}
			if want != "" {
				return
			}
			if now = to; now == partWhole && x.Status == 403 && x.Close != (minor == 0) {
				t.Fatalf("a refusal to HTTP/1.%d closes: %t", minor, x.Close)
			}
		}
	})
}

// What a filter, or the memory, refuses leaves nothing of the response, and another may
// take its place; what was not moved is left where it was.
func TestRefusedByFilter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		y := newYard(t)
		y.chain = filter.NewChain(gate{refuses: errDisk})
		y.x.Filters(y.chain, nil)
		p := y.asked(plain)
		c := y.x.request.(*counter)
		mark := y.x.Mark()
		y.x.Begin(200)
		y.x.End()
		y.x.Shared([]byte("a body"))
		if err := y.x.Open(); !errors.Is(err, errDisk) || y.x.Opened() || y.x.Pumping() || y.out.Len() != mark {
			t.Fatalf("%v, opened: %t, %d queued", err, y.x.Opened(), y.out.Len())
		}
		if rapid.Bool().Draw(t, "another") {
			if !y.x.Rollback(mark) {
				t.Fatal("it cannot be taken back")
			}
			y.x.Refuse(http1.ErrInternal, "")
			y.x.Finish()
		} else {
			y.x.Abandon()
		}
		y.take(1 << 40)
		if !c.ended || y.ends != 1 || len(y.taken) > 0 && !strings.HasPrefix(string(y.taken), "HTTP/1.1 500 ") {
			t.Fatalf("%d ends, and %q", y.ends, y.taken)
		}
		p.Destroy()
		y.settled()
	})
}

// thief is a filter that keeps the end of the request to itself.
type thief struct{ took **bucket.Bucket }

func (thief) Name() string                            { return "thief" }
func (f thief) New() filter.State                     { return f }
func (thief) Open(*filter.Stream) (filter.Use, error) { return filter.Inline, nil }
func (thief) Close()                                  {}
func (thief) Digest(d rt.Digest) rt.Digest            { return d }
func (f thief) Pass(_ *filter.Stream, in, out *bucket.Brigade) error {
	if k := in.Back(); k != nil && k.Kind() == bucket.EndOfRequest {
		in.Remove(k)
		*f.took = k
	}
	out.Concat(in)
	return nil
}

// A request whose end a filter has lost ends all the same, once.
func TestLostEndIsMade(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		y := newYard(t)
		var took *bucket.Bucket
		y.chain = filter.NewChain(thief{&took})
		y.x.Filters(y.chain, nil)
		y.asked(plain)
		y.x.Begin(200)
		y.x.End()
		y.x.Shared([]byte("a body"))
		if err := y.x.Open(); err != nil {
			t.Fatal(err)
		}
		y.x.Finish()
		_, err := y.x.Pump(1 << 20)
		if err == nil || !strings.HasPrefix(err.Error(), "filter thief keeps the end of the request") {
			t.Fatalf("a filter that keeps an end is told %v", err)
		}
		y.x.Abandon()
		if y.take(1 << 40); y.ends != 1 || y.x.Pumping() {
			t.Fatalf("%d ends", y.ends)
		}
	})
}

// Where there is no memory for a piece, it and what is behind it stay where they were, and
// the verdict says so of what was added in passing.
func TestNoMemoryForAPiece(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		y := newYard(t)
		y.memory.Give()
		y.memory = mem.NewAllocator(2, "memory", mem.Limits{Out: 30_000})
		y.memory.Take(y.scope)
		a := new(bucket.Allocator)
		a.Init(y.memory, &y.shelf)
		y.out.Init(a)
		var err error
		if y.page, err = y.memory.Alloc(yardPage); err != nil {
			t.Fatal(err)
		}
		y.x = Exchange{}
		y.x.SetOutput(&y.out, y.page, yardPage)
		y.x.Filters(y.chain, nil)
		y.asked(plain)
		y.x.Begin(200)
		y.x.End()
		var from bucket.Brigade
		from.Init(a)
		sizes := rapid.SliceOfN(rapid.SampledFrom([]int{1, 200, 5000, 40_000}), 1, 4).Draw(t, "sizes")
		for _, n := range sizes {
			from.Append(a.Transient(bytes.Repeat([]byte{'t'}, n)))
		}
		left := 30_000 - yardPage
		first := slices.IndexFunc(sizes, func(n int) bool {
			size := max(1<<bits.Len(uint(n-1)), 256) // blocks are powers of two
			left -= size
			return left < 0
		})
		err = y.x.Move(&from)
		var full *mem.Full
		switch {
		case first >= 0 && errors.As(err, &full) && from.Len() == len(sizes)-first:
		case first < 0 && err == nil && from.Empty():
		default:
			t.Fatalf("of %v %d are left: %v", sizes, from.Len(), err)
		}
		if err != nil {
			return
		}
		y.x.Append(func(dst []byte) []byte { return append(dst, make([]byte, 100_000)...) })
		if err := y.x.Verdict(); !errors.As(err, &full) {
			t.Fatalf("after much more the verdict is %v", err)
		}
	})
}

// Who holds a loop up is the slowest filter of either direction since it was asked last,
// and one that is being called has a name.
func TestSlowestFilter(t *testing.T) {
	type visit struct{ in, out time.Duration }
	rapid.Check(t, func(t *rapid.T) {
		visits := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) visit {
			d := []time.Duration{0, time.Millisecond, 2 * time.Millisecond}
			return visit{rapid.SampledFrom(d).Draw(t, "in"), rapid.SampledFrom(d).Draw(t, "out")}
		}), 1, 4).Draw(t, "visits")
		if r := sim.Run(sim.Options{Seed: 1}, func() {
			for _, v := range visits {
				x, out := fixture(t, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\n")
				x.Filters(filter.NewChain(naps{"out", v.out}), filter.NewInput(naps{"in", v.in}))
				if s := x.Slowest(); s.For != 0 || x.Unwind() != "" {
					rt.Bug("before anything %q took %v", s.Name, s.For)
				}
				if e := x.Receive(); e != nil {
					rt.Bug("%v", e)
				}
				_ = x.Arrived([]byte("a"))
				x.Complete()
				if err := x.Admit(); err != nil {
					rt.Bug("%v", err)
				}
				x.Begin(200)
				x.End()
				x.Shared([]byte("a"))
				if err := x.Open(); err != nil {
					rt.Bug("%v", err)
				}
				x.Finish()
				if _, err := x.Pump(1 << 20); err != nil {
					rt.Bug("%v", err)
				}
				want := filter.Lag{Name: "out", For: v.out}
				if v.in > v.out {
					want = filter.Lag{Name: "in", For: v.in}
				}
				got := x.Slowest()
				if got.For != want.For || got.For > 0 && got.Name != want.Name || x.Slowest().For != 0 {
					rt.Bug("the slowest is %v, not %v", got, want)
				}
				out.Destroy()
				x.block.Drop()
			}
		}); r.Verdict != nil && r.Verdict.Invariant == "" {
			t.Fatal(r.Verdict)
		}
	})
}

// naps is a filter that sleeps once for each piece, and panics if that is for ever.
type naps struct {
	name string
	nap  time.Duration
}

func (n naps) Name() string                          { return n.name }
func (n naps) New() filter.State                     { return n }
func (naps) Open(*filter.Stream) (filter.Use, error) { return filter.Inline, nil }
func (naps) Close()                                  {}
func (naps) Digest(d rt.Digest) rt.Digest            { return d }
func (n naps) Pass(_ *filter.Stream, in, out *bucket.Brigade) error {
	if n.nap < 0 {
		panic("a mistake")
	}
	if k := in.Front(); k != nil && !k.Kind().Metadata() {
		rt.Sleep(n.nap)
	}
	out.Concat(in)
	return nil
}

// A filter that panics is known by its name afterwards, in whichever direction.
func TestWhoPanickedIsNamed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x, _ := fixture(t, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\n")
		in := rapid.Bool().Draw(t, "input")
		nap := map[bool]time.Duration{true: -1}
		x.Filters(filter.NewChain(naps{"out", nap[!in]}), filter.NewInput(naps{"in", nap[in]}))
		if e := x.Receive(); e != nil {
			t.Fatal(e)
		}
		_ = x.Arrived([]byte("a"))
		panics := func(f func()) (did bool) {
			defer func() { did = recover() != nil }()
			f()
			return false
		}
		if panics(func() { _ = x.Admit() }) != in {
			t.Fatal("the input filter panics, or not")
		}
		if in {
			if got := x.Unwind(); got != "in" || x.Unwind() != "" {
				t.Fatalf("%q panicked", got)
			}
			return
		}
		x.Begin(200)
		x.End()
		x.Shared([]byte("a"))
		if err := x.Open(); err != nil {
			t.Fatal(err)
		}
		x.Finish()
		if !panics(func() { _, _ = x.Pump(1 << 20) }) {
			t.Fatal("the output filter does not panic")
		}
		if got := x.Unwind(); got != "out" || x.Unwind() != "" {
			t.Fatalf("%q panicked", got)
		}
	})
}
