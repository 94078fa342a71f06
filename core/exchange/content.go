package exchange

// Content of a request, for a handler that wants it: the reader takes it out of its
// framing and passes it through the input filters as it comes; the handler is called
// when all of it is there, in buckets of the connection's memory. A handler that does
// not ask gets none, and the content is skipped. One that streams is called at once, and
// waits for more of it (live.go).

import (
	"errors"

	"brigade/core/bucket"
	"brigade/core/filter"
	"brigade/core/http1"
	"brigade/core/rt"
)

// Receiver is a handler that wants the content of some requests.
type Receiver interface {
	// Receives reports whether it wants the content of x's request. It does not block.
	Receives(x *Exchange) bool
}

// content is the state of a request's content.
type content struct {
	chain   *filter.Chain // nil: none
	line    *filter.Line  // made for the first request that needs one
	raw     bucket.Brigade
	whole   bucket.Brigade
	open    bool
	passing passing
}

func (c *content) init(a *bucket.Allocator) {
	c.raw.Init(a)
	c.whole.Init(a)
	c.passing.ready.Init(a)
}

// Receive begins to take in content. An error is the answer.
func (x *Exchange) Receive() *http1.Error {
	c := &x.content
	if c.chain == nil {
		c.chain = filter.NewInput()
	}
	if c.line == nil {
		c.line = c.chain.Line(x.buckets)
	}
	err := c.line.Open(filter.Stream{Request: &x.Request, Pool: x.pool, Buckets: x.buckets, Now: x.Clock})
	if err != nil {
		return refusal(err)
	}
	c.open = true
	return nil
}

// refusal is the answer to a request whose content a filter did not let pass: what the
// filter says, or that it failed.
func refusal(err error) *http1.Error {
	var e *http1.Error
	if errors.As(err, &e) {
		return e
	}
	return http1.ErrInternal
}

// Continue asks the client for the content that it holds back.
func (x *Exchange) Continue() {
	x.page = append(x.page, http1.Continue...)
	x.flush()
}

// Arrived adds a piece of the content, without its framing, by copying.
func (x *Exchange) Arrived(b []byte) error { return x.content.raw.Write(b) }

// Complete says that all of the content has arrived.
func (x *Exchange) Complete() { x.content.raw.Append(x.buckets.EndOfStream()) }

// Raw is what has arrived and was passed on to nobody yet.
func (x *Exchange) Raw() *bucket.Brigade { return &x.content.raw }

// Waiting reports whether something that has arrived is to pass the input filters.
func (x *Exchange) Waiting() bool { return !x.content.raw.Empty() }

// InputMayBlock reports whether an input filter of the request may block.
func (x *Exchange) InputMayBlock() bool { return x.content.open && x.content.line.MayBlock() }

// Admit passes what has arrived through the input filters. An error is a filter's.
func (x *Exchange) Admit() error {
	c := &x.content
	p, err := c.line.Pump(&c.raw, &c.whole, 1<<62, x.Clock)
	for err == nil && p == filter.More { // a flush
		p, err = c.line.Pump(&c.raw, &c.whole, 1<<62, x.Clock)
	}
	if err == nil && p == filter.Paused {
		err = &filter.Misuse{Who: "an input filter", What: "pauses; only the filters of responses may"}
	}
	return err
}

// Content is what the handler asked for; empty: nothing. What it moves out of there,
// into the response or elsewhere, is its own; the rest ends with the response.
func (x *Exchange) Content() *bucket.Brigade {
	if k := x.content.whole.Back(); k != nil && k.Kind() == bucket.EndOfStream {
		k.Destroy()
	}
	return &x.content.whole
}

// drop ends the content.
func (c *content) drop() {
	if !c.open {
		return
	}
	c.raw.Destroy()
	c.line.Close(nil) // content has no end of a request in it
	c.whole.Destroy()
	c.passing.drop()
	c.open = false
}

func (c *content) digest(d rt.Digest) rt.Digest {
	d = d.Int(c.passing.ready.Len()).Bool(c.passing.on).Bool(c.passing.ended).Bool(c.passing.closed).Int(len(c.passing.line))
	return d.Int(c.raw.Len()).Int(c.whole.Len()).Bool(c.open).Bool(c.line == nil || c.line.Fresh())
}
