package filter

// A chain is the filters of a server, in order; a line is a chain at work for one
// connection, in one direction. A line opens all filters for a message, passes what
// there is from each to the next, and closes them when the end of the request has
// passed, or the message was given up.
//
// Invariants: what a filter returned is looked at before the next one, or the writer,
// gets it; metadata leave a filter in the order and number in which they came; a
// message of known length has that length; a state that is not open is as new.

import (
	"time"

	"brigade/core/bucket"
	"brigade/core/rt"
)

// Chain is a server's filters of one direction.
type Chain struct{ filters []Filter }

// NewChain makes the chain of a server's responses: the filters in the order in
// which a response passes them. The framing of HTTP/1.1 comes last, by itself.
func NewChain(filters ...Filter) *Chain {
	return &Chain{append(append([]Filter(nil), filters...), Chunked{})}
}

// NewInput makes the chain of requests' content.
func NewInput(filters ...Filter) *Chain { return &Chain{filters} }

// Framing reports whether the chain does nothing but framing.
func (c *Chain) Framing() bool { return len(c.filters) == 1 && c.filters[0] == Filter(Chunked{}) }

// Names are the filters' names, in order.
func (c *Chain) Names() []string {
	var list []string
	for _, f := range c.filters {
		list = append(list, f.Name())
	}
	return list
}

// Line is a chain at work for one connection. It belongs to that one's owner.
type Line struct {
	began  rt.Instant // of the call of doing
	slow   Lag        // the longest call since Slowest was asked
	stream Stream
	slots  []slot
	out    bucket.Brigade // what the filter that was called last returned
	doing  int            // the slot that is being called; -1: none
	want   int64          // bytes of the message; Unknown
	got    int64          // that have left the last filter
	open   bool
	ended  bool // the end of the request has
	failed error
	fresh  rt.Digest // of the line when it was made
}

// slot is a filter's place in a line.
type slot struct {
	filter Filter
	state  State
	use    Use
	in     bucket.Brigade
	held   bucket.Brigade
	until  rt.Instant // it pauses; 0: it does not
	marks  [marks]int // metadata that came and did not leave yet
	ended  bool       // the end of the stream has left it
}

// marks are the kinds of metadata.
const marks = int(bucket.Error-bucket.EndOfStream) + 1

// Line makes a line whose buckets are a's.
func (c *Chain) Line(a *bucket.Allocator) *Line {
	l := &Line{slots: make([]slot, len(c.filters)), doing: -1}
	l.out.Init(a)
	for i, f := range c.filters {
		t := &l.slots[i]
		t.filter, t.state = f, f.New()
		t.in.Init(a)
		t.held.Init(a)
	}
	l.fresh = l.digest()
	return l
}

// Open opens the filters for the message that s tells of. An error is a filter's;
// the line is closed again then.
func (l *Line) Open(s Stream) error {
	if l.open {
		rt.Bug("filter: a line is opened for a message, but the one before has not ended; messages follow one another")
	}
	l.stream, l.open = s, true
	l.want = Unknown
	for i := range l.slots {
		t := &l.slots[i]
		var err error
		l.enter(i)
		t.use, err = t.state.Open(&l.stream)
		l.leave()
		if err != nil {
			l.shut()
			return err
		}
	}
	if h := s.Head; h != nil {
		l.want = h.Length // in chunks goes what has none
		if s.Bodyless {
			l.want = 0
		}
	}
	return nil
}

// MayBlock reports whether a filter of the message may block, or compute for long.
func (l *Line) MayBlock() bool {
	for i := range l.slots {
		if l.slots[i].use == MayBlock {
			return true
		}
	}
	return false
}

// Doing names the filter that is being called, or was when it panicked; empty: none.
func (l *Line) Doing() string {
	if l.doing < 0 {
		return ""
	}
	return l.slots[l.doing].filter.Name()
}

// Lag is a call of a filter, and how long it took.
type Lag struct {
	Name string
	For  time.Duration
}

// Slowest is the longest call since it was asked last.
func (l *Line) Slowest() Lag {
	s := l.slow
	l.slow = Lag{}
	return s
}

// enter says that the i-th filter is being called: whoever reports a call that blocks
// can name it.
func (l *Line) enter(i int) {
	l.doing, l.began = i, rt.Now()
	if rt.Checking() {
		name := l.slots[i].filter.Name()
		rt.Probe(rt.ProbeFilter, 1, rt.Letters(name, 0), rt.Letters(name, 8))
	}
}

// leave says that it has returned.
func (l *Line) leave() {
	if d := rt.Now().Sub(l.began); d > l.slow.For {
		l.slow = Lag{l.slots[l.doing].filter.Name(), d}
	}
	l.doing = -1
	if rt.Checking() {
		rt.Probe(rt.ProbeFilter, 0, 0, 0)
	}
}

// Unwind names the filter that has panicked, which is back now; empty: none has.
func (l *Line) Unwind() (name string) {
	if name = l.Doing(); name != "" {
		l.leave()
	}
	return name
}

// shut closes every state that was opened.
func (l *Line) shut() {
	for i := range l.slots {
		t := &l.slots[i]
		t.state.Close()
		t.use, t.until, t.ended = Aside, 0, false
		t.marks = [marks]int{}
	}
	l.stream = Stream{}
	l.open, l.ended, l.failed, l.doing = false, false, nil, -1
	l.want, l.got = 0, 0
}

// Close gives up what is in the line and closes the filters. The end of the request,
// if it is there, is moved to out: only the writer passes it.
func (l *Line) Close(out *bucket.Brigade) {
	if !l.open {
		return
	}
	for i := range l.slots {
		Salvage(&l.slots[i].in, out)
		Salvage(&l.slots[i].held, out)
	}
	Salvage(&l.out, out)
	l.shut()
}

// Salvage destroys what is in b, but the end of a request, which goes to out.
func Salvage(b, out *bucket.Brigade) {
	for k := b.Front(); k != nil; k = b.Front() {
		if k.Kind() == bucket.EndOfRequest {
			b.Remove(k)
			out.Append(k)
		} else {
			k.Destroy()
		}
	}
}

// Fresh reports whether l is as it was made: it may serve another connection.
func (l *Line) Fresh() bool { return l.digest() == l.fresh }

// digest is all that may not be left from one message to the next.
func (l *Line) digest() rt.Digest {
	d := rt.Digest(0).Bool(l.open).Bool(l.ended).Bool(l.failed != nil).Int(l.out.Len()).Int(l.doing).Word(uint64(l.want)).Word(uint64(l.got))
	for i := range l.slots {
		t := &l.slots[i]
		d = d.Int(int(t.use)).Word(uint64(t.until)).Bool(t.ended).Int(t.in.Len()).Int(t.held.Len())
		for _, n := range t.marks {
			d = d.Int(n)
		}
		d = t.state.Digest(d)
	}
	return d
}
