package exchange

// Misuse by handlers and filters as production sees it, where no judge stops the run:
// each is an error, or a stop, that names who and which rule.

import (
	"strings"
	"testing"

	"brigade/core/bucket"
	"brigade/core/filter"
	"brigade/core/rt"
)

// stops is what f stops with; empty: it does not.
func stops(f func()) (message string) {
	defer func() {
		if f, ok := recover().(*rt.Fault); ok {
			message = f.Message
		}
	}()
	f()
	return ""
}

func TestHandlerMisuse(t *testing.T) {
	head := func(x *Exchange, n int64) {
		x.Begin(200)
		x.ContentLength(n)
		x.End()
	}
	for _, c := range []struct {
		name string
		do   func(x *Exchange)
		want string
	}{
		{"writes after the end", func(x *Exchange) {
			head(x, 0)
			x.Finish()
			x.Begin(200)
		}, "a response is begun after its end; nothing comes after that"},
		{"refuses after the end", func(x *Exchange) {
			head(x, 0)
			x.Finish()
			x.Refuse(nil, "")
		}, "a response is refused after its end"},
		{"begins twice", func(x *Exchange) {
			head(x, 0)
			x.Begin(200)
		}, "a response is begun, but it is in its body; it begins once"},
		{"ends its head twice", func(x *Exchange) {
			head(x, 0)
			x.End()
		}, "given the end of its head, but it is in its body"},
		{"gives back a bucket twice", func(x *Exchange) {
			k := x.buckets.Immortal([]byte("a"))
			k.Destroy()
			k.Destroy()
		}, "a bucket of memory is destroyed after it was destroyed; it is destroyed once"},
	} {
		for _, chain := range []*filter.Chain{nil, filter.NewChain(filter.NewCount("body"))} {
			x, _ := fixture(t, plain)
			x.Filters(chain, nil)
			if got := stops(func() { c.do(x) }); !strings.Contains(got, c.want) {
				t.Errorf("a handler that %s: %q, not %q", c.name, got, c.want)
			}
		}
	}
	for _, c := range []struct {
		name string
		do   func(x *Exchange)
		want string
	}{
		{"says nothing", func(*Exchange) {}, "writes a body without a head, or nothing"},
		{"does not end its head", func(x *Exchange) { x.Begin(200) }, "does not end the head"},
		{"writes less than it said", func(x *Exchange) {
			head(x, 2)
			x.Shared([]byte("a"))
		}, "writes a body that is not as long as its head says"},
		{"writes more than it said", func(x *Exchange) {
			head(x, 2)
			x.Shared(make([]byte, 10_000))
		}, "writes a body that is not as long as its head says"},
	} {
		x, _ := fixture(t, plain)
		if c.do(x); x.Verdict() == nil || !strings.Contains(x.Verdict().Error(), "a handler "+c.want) {
			t.Errorf("a handler that %s: %v, not %q", c.name, x.Verdict(), c.want)
		}
	}
}

// What a handler moves into its response outlives the handler, transient or not.
func TestTransientIsSetAside(t *testing.T) {
	for _, chain := range []*filter.Chain{nil, filter.NewChain(filter.NewCount("body"))} {
		x, out := fixture(t, plain)
		x.Filters(chain, nil)
		x.Begin(200)
		x.ContentLength(5)
		x.End()
		mine := []byte("mine!")
		var b bucket.Brigade
		b.Init(x.buckets)
		b.Append(x.buckets.Transient(mine))
		if err := x.Move(&b); err != nil {
			t.Fatal(err)
		}
		copy(mine, "other")
		if err := x.Open(); err != nil {
			t.Fatal(err)
		}
		if x.Finish(); x.Pumping() {
			if _, err := x.Pump(1 << 20); err != nil {
				t.Fatal(err)
			}
		}
		if text := sent(out); !strings.HasSuffix(text, "\r\n\r\nmine!") {
			t.Errorf("%q", text)
		}
	}
}

// twice is a filter that destroys what came twice.
type twice struct{}

func (twice) Name() string                            { return "twice" }
func (twice) New() filter.State                       { return twice{} }
func (twice) Open(*filter.Stream) (filter.Use, error) { return filter.Inline, nil }
func (twice) Close()                                  {}
func (twice) Digest(d rt.Digest) rt.Digest            { return d }
func (twice) Pass(_ *filter.Stream, in, _ *bucket.Brigade) error {
	k := in.Front()
	k.Destroy()
	k.Destroy()
	return nil
}

// A filter that stops is known by name afterwards.
func TestFilterThatStopsIsNamed(t *testing.T) {
	x, _ := fixture(t, plain)
	x.Filters(filter.NewChain(twice{}), nil)
	x.Begin(200)
	x.End()
	x.Shared([]byte("a body"))
	if err := x.Open(); err != nil {
		t.Fatal(err)
	}
	x.Finish()
	got := stops(func() { _, _ = x.Pump(1 << 20) })
	if name := x.Unwind(); !strings.Contains(got, "it is destroyed once, and not used afterwards") || name != "twice" {
		t.Errorf("%q in filter %q", got, name)
	}
	x.Abandon()
	if x.Pumping() || x.out.Back().Kind() != bucket.EndOfRequest {
		t.Error("a response that was given up has no end")
	}
}
