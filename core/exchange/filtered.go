package exchange

// A response that filters work on. Its head is kept as numbers and lines until the
// handler has returned and the filters have looked at it; its body waits in a brigade
// of its own, the source, and is passed through the filters in pieces, as the
// connection has room for them: how long a response is, and how much of it is in
// memory, have nothing to do with each other when it is a file's.
//
// A server without filters gets here with a response of unknown length alone: the
// head is in the page as always, and the only filter is the one for chunks.

import (
	"brigade/core/bucket"
	"brigade/core/filter"
	"brigade/core/http1"
	"brigade/core/rt"
)

// filtered is the state of such a response.
type filtered struct {
	chain  *filter.Chain // the server's filters; nil: it has none
	line   *filter.Line  // made for the first response that needs one
	framed *filter.Line  // of a server without
	head   filter.Head
	source bucket.Brigade
	on     bool // this response is one
	plain  bool // but its head is in the page, and framed does for it
	open   *filter.Line
	carry  bucket.Request // what its end carries
}

// Filters tells which filters responses pass, and which the content that a handler
// receives; nil: none.
func (x *Exchange) Filters(output, input *filter.Chain) {
	x.filtered.chain, x.content.chain = output, input
}

func (x *Exchange) beginFiltered(status int) {
	f := &x.filtered
	f.on = true
	f.carry = x.request
	f.head.Begin(status)
}

// frame makes a response of unknown length, whose head is in the page, one for the
// filter that frames it.
func (x *Exchange) frame() {
	f := &x.filtered
	switch {
	case x.Request.Framed:
	case x.Request.Minor == 0:
		x.Close = true // its end is the connection's
	default:
		x.page = http1.AppendChunkedCoding(x.page)
	}
	f.on, f.plain = true, true
	f.carry = x.request
	f.head.Begin(x.Status)
}

// source is where the body goes to.
func (x *Exchange) source() *bucket.Brigade {
	if x.part != partBody || x.request == nil {
		x.must(partBody, "given a piece of its body")
	}
	return &x.filtered.source
}

func (x *Exchange) appendFiltered(add func(dst []byte) []byte) {
	if x.part == partHead {
		x.filtered.head.Append(add)
		return
	}
	if err := x.source().Write(add(nil)); err != nil {
		x.failure = err // the rest may go on: the connection answers instead
	}
}

// Flush has all that the body has so far be sent before what follows it.
func (x *Exchange) Flush() {
	x.queue(x.buckets.Flush())
	if x.Lives() {
		x.push()
	}
}

// Error ends the body before its time: what should have come cannot, and the client
// will see that.
func (x *Exchange) Error(err error) {
	if x.filtered.on {
		x.source().Append(x.buckets.Error(err))
		return
	}
	x.failure = err
}

// Move adds all that is in b to the body. Transient buckets are copied, and crumbs, into
// the memory of what is before them. The error is the allocator's, and what was not moved is
// left; or it says why the body goes nowhere.
func (x *Exchange) Move(b *bucket.Brigade) error {
	for k := b.Front(); k != nil; k = b.Front() {
		if err := k.SetAside(x.pool); err != nil {
			return err
		}
		b.Remove(k)
		if x.silent || k.Kind() == bucket.EndOfStream {
			k.Destroy()
			continue
		}
		one := &x.live.crossing // nothing crosses now
		one.Append(k)
		if x.filtered.on {
			x.source().Gather(one)
			continue
		}
		x.flush()
		x.behind += max(k.Len(), 0)
		x.out.Gather(one)
	}
	x.spill()
	return x.live.gone
}

// Pumping reports whether the response has been finished, and has not passed the
// filters yet.
func (x *Exchange) Pumping() bool { return x.filtered.on && x.request == nil }

// Open opens the filters for the response, which its handler has written: they look
// at the head, which is queued then. An error is a filter's, and nothing of the response
// has been queued; without filters there is nothing to do, nor if they are open.
func (x *Exchange) Open() error {
	f := &x.filtered
	if !f.on || f.open != nil {
		return nil
	}
	if f.plain {
		if f.framed == nil {
			f.framed = filter.NewChain().Line(x.buckets)
		}
		f.open = f.framed
	} else {
		if f.line == nil {
			f.line = f.chain.Line(x.buckets)
		}
		f.open = f.line
	}
	f.head.Close = x.Close
	err := f.open.Open(filter.Stream{
		Request: &x.Request, Head: &f.head, Pool: x.pool, Buckets: x.buckets, Now: x.Clock, Bodyless: x.Bodyless(),
		Trailers: &x.trailers,
	})
	if err != nil {
		f.open = nil
		return err
	}
	if !f.plain {
		x.writeHead()
	}
	x.flush()
	return nil
}

// writeHead writes the head as the filters left it.
func (x *Exchange) writeHead() {
	h := &x.filtered.head
	x.Status, x.Close = h.Status, h.Close
	x.statusLine(h.Status)
	x.page = append(x.page, h.Lines()...)
	switch {
	case h.Chunked():
		x.page = http1.AppendChunkedCoding(x.page)
	case h.Length != filter.Unknown && h.Status != 204 && h.Status >= 200:
		x.page = http1.AppendContentLength(x.page, h.Length)
	}
	x.endHead()
}

// Opened reports whether Open was called, and the response has not ended since.
func (x *Exchange) Opened() bool { return x.filtered.open != nil }

// MayBlock reports whether a filter of the response may block.
func (x *Exchange) MayBlock() bool { return x.filtered.open.MayBlock() }

// Pump passes on what there is of the response until room bytes are queued. Passed:
// all of it is queued, its end included if the response has been finished.
func (x *Exchange) Pump(room int64) (filter.Progress, error) {
	f := &x.filtered
	p, err := f.open.Pump(&f.source, x.out, room, x.Clock)
	if err == nil && p == filter.Passed && x.request == nil {
		x.settle()
	}
	return p, err
}

// Unwind names the filter that has panicked, which is back now; empty: none has.
func (x *Exchange) Unwind() string {
	switch {
	case x.filtered.open != nil:
		return x.filtered.open.Unwind()
	case x.content.line != nil:
		return x.content.line.Unwind()
	}
	return ""
}

// Slowest is the filter whose call took longest since it was asked last.
func (x *Exchange) Slowest() (s filter.Lag) {
	for _, l := range [...]*filter.Line{x.filtered.line, x.content.line} {
		if l != nil {
			if c := l.Slowest(); c.For > s.For {
				s = c
			}
		}
	}
	return s
}

// Abandon gives up what is not queued of the response, and queues its end.
func (x *Exchange) Abandon() {
	f := &x.filtered
	if x.request != nil {
		x.Finish()
	}
	if !f.on {
		return
	}
	before := x.out.Len()
	filter.Salvage(&f.source, x.out)
	if f.open != nil {
		f.open.Close(x.out)
	}
	if x.out.Len() == before {
		x.out.Append(x.buckets.EndOfRequest(f.carry)) // a filter has lost it
	}
	x.settle()
}

// forget gives up a response of which nothing is queued.
func (x *Exchange) forget() {
	x.filtered.source.Destroy()
	if x.file != nil {
		x.file.Drop()
		x.file = nil
	}
	if x.filtered.on {
		x.settle()
	}
}

// settle ends the state of a response that filters have worked on.
func (x *Exchange) settle() {
	f := &x.filtered
	f.head.Clear()
	f.on, f.plain, f.open, f.carry = false, false, nil, nil
	if x.request == nil {
		x.pool = nil
	}
}

// digest tells d what may not be left.
func (f *filtered) digest(d rt.Digest) rt.Digest {
	d = f.head.Digest(d).Int(f.source.Len()).Bool(f.on).Bool(f.plain).Bool(f.open != nil).Bool(f.carry != nil)
	return d.Bool(f.line == nil || f.line.Fresh()).Bool(f.framed == nil || f.framed.Fresh())
}
