package bucket

// Every misuse names the thing and the rule, in production too.

import (
	"strings"
	"testing"

	"brigade/core/mem"
	"brigade/core/rt"
)

// wants runs f, which has to be stopped by a message with all these words.
func wants(t *testing.T, words string, f func()) {
	t.Helper()
	defer func() {
		t.Helper()
		fault, ok := recover().(*rt.Fault)
		if !ok {
			t.Errorf("nobody was stopped; want %q", words)
			return
		}
		for _, w := range strings.Split(words, "; ") {
			if !strings.Contains(fault.Message, w) {
				t.Errorf("%q does not say %q", fault.Message, w)
			}
		}
	}()
	f()
}

// going is a request that has not ended.
type going struct{}

func (going) Ended() bool { return false }
func (going) GiveUp()     {}

func TestMisuse(t *testing.T) {
	for _, x := range []struct {
		name, words string
		f           func(a *Allocator, b *Brigade, p *mem.Pool)
	}{
		{"foreign bucket", "immortal bucket of memory 2 is put into a brigade of memory 1; holds buckets of one allocator; beam", func(_ *Allocator, b *Brigade, _ *mem.Pool) {
			b.Append(second().Immortal(nil))
		}},
		{"foreign brigade", "bucket of memory 2 is put into a brigade of memory 1", func(_ *Allocator, b *Brigade, _ *mem.Pool) {
			var c Brigade
			c.Init(second())
			c.Append(c.alloc.Flush())
			b.Concat(&c)
		}},
		{"foreign block", "a block of memory 2 in a heap bucket of memory 1", func(a *Allocator, _ *Brigade, _ *mem.Pool) {
			block, _ := second().Alloc(1)
			a.Heap(block, 0, 1)
		}},
		{"foreign pool", "bytes of request pool 1 of memory 1 (made by loop) in a bucket of memory 2", func(_ *Allocator, _ *Brigade, p *mem.Pool) {
			second().Pool(p, nil)
		}},
		{"in two brigades", "in one at most", func(a *Allocator, b *Brigade, _ *mem.Pool) {
			k := a.Flush()
			b.Append(k)
			b.Append(k)
		}},
		{"destroyed twice", "is destroyed after it was destroyed; once", func(a *Allocator, _ *Brigade, _ *mem.Pool) {
			k := a.Flush()
			k.Destroy()
			k.Destroy()
		}},
		{"used when destroyed", "is split after it was destroyed", func(a *Allocator, _ *Brigade, _ *mem.Pool) {
			k := a.Immortal([]byte("abc"))
			k.Destroy()
			k.Split(1)
		}},
		{"end of a request copied", "end-of-request bucket of memory 1 is copied; end twice", func(a *Allocator, _ *Brigade, _ *mem.Pool) {
			a.EndOfRequest(going{}).Copy()
		}},
		{"end of a request dropped", "only the writer passes it", func(a *Allocator, _ *Brigade, _ *mem.Pool) {
			a.EndOfRequest(going{}).Destroy()
		}},
		{"transient kept", "filter gzip keeps a brigade with 1 transient buckets; set them aside", func(a *Allocator, b *Brigade, _ *mem.Pool) {
			b.Append(a.Transient([]byte("gone soon")))
			b.Kept("filter gzip")
		}},
		{"pool ends under its buckets", "destroyed by loop with 1 buckets that stand for its bytes", func(a *Allocator, b *Brigade, p *mem.Pool) {
			data, _ := p.Alloc(3)
			b.Append(a.Pool(p, data))
			p.Destroy()
		}},
		{"split of metadata", "a flush bucket of 0 bytes is split at 0", func(a *Allocator, _ *Brigade, _ *mem.Pool) { a.Flush().Split(0) }},
		{"split outside", "a immortal bucket of 3 bytes is split at 4", func(a *Allocator, _ *Brigade, _ *mem.Pool) {
			a.Immortal([]byte("abc")).Split(4)
		}},
		{"a file's memory", "has no bytes in memory", func(a *Allocator, _ *Brigade, _ *mem.Pool) {
			a.File(NewFile(a.kernel, 9), 0, 5).Memory()
		}},
		{"a file let go of", "more often than it was held", func(a *Allocator, _ *Brigade, _ *mem.Pool) {
			f := NewFile(a.kernel, 9)
			f.Drop()
			f.Drop()
		}},
		{"sent after the end", "after the end of its stream", func(a *Allocator, b *Brigade, _ *mem.Pool) {
			var bm Beam
			bm.Init("beam", 100, nil, nil)
			b.Append(a.EndOfStream())
			_, _ = bm.Send(b)
			b.Append(a.Flush())
			_, _ = bm.Send(b)
		}},
		{"used after it was sent", "sent through a beam", func(a *Allocator, b *Brigade, _ *mem.Pool) {
			var bm Beam
			bm.Init("beam", 100, nil, nil)
			k := a.Flush()
			b.Append(k)
			_, _ = bm.Send(b)
			k.Destroy()
		}},
	} {
		t.Run(x.name, func(t *testing.T) {
			a, _, p := fixture()
			b := new(Brigade)
			b.Init(a)
			wants(t, x.words, func() { x.f(a, b, p) })
		})
	}
}

// second is another allocator.
func second() *Allocator {
	a := new(Allocator)
	m := mem.NewAllocator(2, "memory 2", mem.Limits{})
	m.Take(&mem.Scope{Name: "other"})
	a.Init(m, new(kernel))
	return a
}

// Room behind a bucket that was split is the other half's bytes.
func TestWriteLeavesSharedBlocksAlone(t *testing.T) {
	a, _, _ := fixture()
	b, rest := new(Brigade), new(Brigade)
	b.Init(a)
	rest.Init(a)
	_ = b.Write([]byte("leftright"))
	k, _ := b.Partition(4)
	b.Split(k, rest)
	_ = b.Write([]byte("LEFT"))
	if got := text(b) + "|" + text(rest); got != "leftLEFT|right" {
		t.Errorf("%q", got)
	}
	rest.Destroy()
	if _ = b.Write([]byte("!")); b.Len() != 2 || text(b) != "leftLEFT!" {
		t.Errorf("%q in %d buckets: a block that nobody shares is written on", text(b), b.Len())
	}
}

// A bucket handle of a bucket that is gone has none.
func TestHandle(t *testing.T) {
	a, _, _ := fixture()
	k := a.Flush()
	h := k.Handle()
	if h.Get() != k {
		t.Error("a handle of a bucket does not have it")
	}
	k.Destroy()
	for range 20 {
		a.Flush()
	}
	if h.Get() != nil || (Handle{}).Get() != nil {
		t.Error("a handle has a bucket that is gone, or never was")
	}
}
