// Package httpconn is the pooled http_conn of Grydeland's proposal (2011): parse
// state, buffers and response state of one connection's current requests, as one
// unit that moves between tasks with its connection.
//
// It belongs to the connection's owner. A connection that is idle has none: it
// takes one from its loop's pool when bytes arrive and gives it back when the
// last response has left. Read-ahead and pipelined bytes travel in it.
//
//	h, err := pool.Get(iobuf.Filling)
//	n, e := kernel.Read(fd, h.Room())
//	h.Filled(n)
//
// Who reads, parses and writes is package stage's business.
package httpconn

import (
	"net/netip"

	"brigade/core/bucket"
	"brigade/core/exchange"
	"brigade/core/http1"
	"brigade/core/iobuf"
	"brigade/core/mem"
	"brigade/core/rt"
	"brigade/core/sys"
)

// Conn is one http_conn, with memory of its own: an allocator, which moves with it,
// and a pool that lasts from Get to Put.
type Conn struct {
	X       exchange.Exchange
	Out     bucket.Brigade
	Content Content // of the current request, still to be skipped

	memory   *mem.Allocator
	buckets  bucket.Allocator
	pool     *mem.Pool // the connection's
	requests requests

	sizes    Sizes
	block    *mem.Block // the input page
	in       []byte     // its bytes
	start    int        // first byte not yet parsed
	end      int        // after the last byte read
	scanned  int        // of the bytes from start on, how many Parse has seen
	head     int        // bytes of the head parsed last
	outBlock *mem.Block

	charged bool        // it has a buffer of the budget
	class   iobuf.Class // as which that was taken
}

// Sizes are the sizes of a Conn's pages, in bytes.
type Sizes struct {
	In  int // at least the longest request head
	Out int // at least 2 × exchange.Room
}

// New makes a Conn, scope's; id is as mem.NewAllocator has it. nil: the page source
// refused.
func New(id uint64, s Sizes, k sys.Kernel, scope *mem.Scope) *Conn {
	m := mem.NewAllocator(id, "http_conn", mem.Limits{Keep: keep})
	m.Take(scope)
	in, err := m.Alloc(s.In)
	if err != nil {
		m.End()
		return nil
	}
	out, err := m.Alloc(s.Out)
	if err != nil {
		in.Drop()
		m.End()
		return nil
	}
	c := &Conn{memory: m, sizes: s, block: in, in: in.Bytes()[:s.In], outBlock: out}
	c.buckets.Init(m, k)
	c.Out.Init(&c.buckets)
	c.X.SetOutput(&c.Out, out, s.Out)
	c.tell(1)
	return c
}

// keep is how many bytes of free blocks an http_conn keeps from one request to the
// next.
const keep = 4 << 10

// Free gives the pages back. c is dead afterwards.
func (c *Conn) Free() {
	c.block.Drop()
	c.outBlock.Drop()
	c.block, c.in, c.outBlock = nil, nil, nil
	c.memory.End()
}

// Open begins c's use by a connection.
func (c *Conn) Open() { c.pool = c.memory.NewPool(mem.Connection) }

// Recycle makes c equal to a new one, but for its pages. Nothing may be queued.
func (c *Conn) Recycle() {
	if !c.Out.Empty() || c.requests.first != nil {
		rt.Bug("httpconn: recycled with output queued; its response has not left yet")
	}
	if n := c.buckets.Live(); n != 0 {
		rt.Bug("httpconn: recycled with %d buckets alive in no brigade of its own; a filter or handler keeps them", n)
	}
	c.start, c.end, c.scanned, c.head = 0, 0, 0, 0
	c.Content = Content{}
	c.X.Request.Reset()
	c.X.Next()
	c.X.Rewind()
	c.X.Date = nil
	c.X.Now, c.X.Clock, c.X.Peer = 0, 0, netip.AddrPort{}
	c.pool.Destroy()
	c.pool = nil
}

// Pool is the connection's.
func (c *Conn) Pool() *mem.Pool { return c.pool }

// Give lets go of c's memory; Take takes it.
func (c *Conn) Give() { c.memory.Give() }

// Take makes scope the owner of c and all its memory.
func (c *Conn) Take(scope *mem.Scope) {
	rt.Taken(c)
	rt.TakenBytes(c.in)
	rt.TakenBytes(c.outBlock.Bytes())
	c.memory.Take(scope)
}

// Buffered is how many bytes were read and not parsed.
func (c *Conn) Buffered() int { return c.end - c.start }

// Room is where to read to. It is empty when the page is full of bytes that have
// to stay.
func (c *Conn) Room() []byte {
	if c.requests.first == nil && c.start > 0 {
		copy(c.in, c.in[c.start:c.end])
		c.end -= c.start
		c.start = 0
	}
	return c.in[c.end:]
}

// Filled says that n bytes were read into Room.
func (c *Conn) Filled(n int) { c.end += n }

// Parse parses the next request head out of the buffered bytes. more: it is not
// complete.
func (c *Conn) Parse(lim *http1.Limits) (more bool, e *http1.Error) {
	c.X.Next()
	c.head = 0
	b := c.in[c.start:c.end]
	n, e := c.X.Request.Parse(b, c.scanned, lim)
	if e != nil {
		return false, e
	}
	if n == 0 {
		c.scanned = len(b)
		return true, nil
	}
	c.start += n
	c.scanned, c.head = 0, n
	return false, nil
}

// Head is how many bytes the head parsed last had; 0: it could not be.
func (c *Conn) Head() int { return c.head }

// Text is the head parsed last, while nothing behind it has been used up.
func (c *Conn) Text() []byte { return c.in[c.start-c.head : c.start] }

// Started reports whether a part of a request head is buffered.
func (c *Conn) Started() bool { return c.end > c.start }

// Skip drops up to n buffered bytes and returns how many.
func (c *Conn) Skip(n int64) int64 {
	n = min(n, int64(c.Buffered()))
	c.start += int(n)
	return n
}

// Unparsed are the buffered bytes.
func (c *Conn) Unparsed() []byte { return c.in[c.start:c.end] }
