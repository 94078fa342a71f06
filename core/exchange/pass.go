package exchange

// Content that goes on as it comes, to where the answer is fetched from. It passes the
// input filters like any other, a piece at a time, and is framed anew behind them: as it
// is if its length is known, else in chunks (RFC 9112 §7.1). What is ready to go is a
// brigade, whose bytes its sender takes off, or keeps to send them once more.
//
// Trailers go on behind content in chunks, and are dropped behind any other: there is no
// place for them (RFC 9112 §7.1.2).
//
// A client that waits for 100 (RFC 9110 §10.1.1) holds its content back. Whether it comes
// nevertheless nobody knows: so a response to one that still waits ends the connection.

import (
	"brigade/core/bucket"
	"brigade/core/http1"
)

// Passer is a handler that has the content of some requests go where their answers are
// fetched from, as it comes. It is called when the head is there.
type Passer interface {
	// Passes reports whether that is so with x's request. It does not block.
	Passes(x *Exchange) bool
}

// passing is the state of such content.
type passing struct {
	on       bool
	ended    bool           // all of it is in ready, or was
	closed   bool           // and so is what ends the chunks
	ready    bucket.Brigade // framed
	line     []byte         // where a chunk's first line is made
	tail     []byte         // what is behind a chunk, and what is behind the last
	trailers http1.Trailers
}

// drop forgets all of it.
func (p *passing) drop() {
	p.ready.Destroy()
	p.trailers.Reset()
	p.on, p.ended, p.closed, p.line = false, false, false, p.line[:0]
}

// Pass begins to take in content that goes on as it comes. An error is the answer.
func (x *Exchange) Pass() *http1.Error {
	if e := x.Receive(); e != nil {
		return e
	}
	x.content.passing.on = true
	return nil
}

// Passing reports whether the request's content goes on as it comes.
func (x *Exchange) Passing() bool { return x.content.passing.on }

// Onward frames what the input filters have let pass. b is all that is to go on, with
// what was left in it; ended: nothing comes behind that. chunks: the framing, which is
// the same each time. The error is the allocator's.
func (x *Exchange) Onward(chunks bool) (b *bucket.Brigade, ended bool, err error) {
	c := &x.content
	p := &c.passing
	size := int64(0)
	for k := c.whole.Front(); k != nil; k = k.Next() {
		size += max(k.Len(), 0)
	}
	framed := size > 0 && chunks
	if framed {
		p.line = http1.AppendChunkHead(p.line[:0], int(size))
		if err := p.ready.Write(p.line); err != nil {
			return nil, false, err
		}
	}
	for k := c.whole.Front(); k != nil; k = c.whole.Front() {
		c.whole.Remove(k)
		p.ended = p.ended || k.Kind() == bucket.EndOfStream
		if k.Kind().Metadata() {
			k.Destroy()
			continue
		}
		p.ready.Append(k)
	}
	if p.tail == nil && chunks {
		p.tail = []byte("\r\n" + http1.LastChunk)
	}
	if framed {
		p.ready.Append(x.buckets.Immortal(p.tail[:2]))
	}
	if p.ended && chunks && !p.closed {
		p.closed = true
		if lines := p.trailers.Lines(); len(lines) > 0 {
			if err := p.ready.Write(http1.AppendLastChunk(nil, lines)); err != nil { // which may be long, and is rare
				return nil, false, err
			}
		} else {
			p.ready.Append(x.buckets.Immortal(p.tail[2:]))
		}
	}
	return &p.ready, p.ended, nil
}

// ContentTrailers are those behind the request's content.
func (x *Exchange) ContentTrailers() *http1.Trailers { return &x.content.passing.trailers }

// Trailers are those behind the response's body. They are there when it is finished.
func (x *Exchange) Trailers() *http1.Trailers { return &x.trailers }

// TakesTrailers reports whether the client is sent those of another server's response: with
// HTTP/2, which has a place for them, always; with HTTP/1.1 if it has said that it does not
// drop them (RFC 9110 §10.1.4). That one was announced by Trailer says nothing of the client.
func (x *Exchange) TakesTrailers() bool {
	return (x.Request.Framed || x.Request.TakesTrailers) && !x.Bodyless()
}

// Hold says that the client waits to be asked for the content.
func (x *Exchange) Hold() { x.holds = true }

// Holds reports whether it does, still.
func (x *Exchange) Holds() bool { return x.holds }

// Asked says that the client waits no more: it was asked, or its content has come.
func (x *Exchange) Asked() { x.holds = false }
