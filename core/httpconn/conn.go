// Package httpconn is the pooled http_conn of Grydeland's proposal (2011): parse
// state, buffers and response state of one connection's current requests, as one
// unit that moves between tasks with its connection.
//
// It belongs to the connection's owner. A connection that is idle has none: it
// takes one from its loop's pool when bytes arrive and gives it back when the
// last response has left. Read-ahead and pipelined bytes travel in it.
//
//	h := pool.Get()
//	n, e := kernel.Read(fd, h.Room())
//	h.Filled(n)
//
// Who reads, parses and writes is package stage's business.
package httpconn

import (
	"brigade/core/bucket"
	"brigade/core/exchange"
	"brigade/core/http1"
	"brigade/core/rt"
)

// Record is what the access log needs of a request until its response has left.
// Slices are parts of the input page, which keeps still until then.
type Record struct {
	Method    []byte
	Target    []byte
	Referer   []byte
	UserAgent []byte
	Minor     uint8
	Status    int
	Sequence  uint64 // of the request on its connection, from 1
	Sent      int64  // bytes of the response that the kernel accepted
}

// Conn is one http_conn.
type Conn struct {
	X       exchange.Exchange
	Out     bucket.Brigade
	Records []Record // of responses in Out, oldest first
	Content Content  // of the current request, still to be skipped

	in       []byte // page
	start    int    // first byte not yet parsed
	end      int    // after the last byte read
	scanned  int    // of the bytes from start on, how many Parse has seen
	head     int    // bytes of the head parsed last
	answered int    // index of the oldest record whose response is in Out
	outPage  []byte
}

// Sizes are the sizes of a Conn's pages, in bytes.
type Sizes struct {
	In  int // at least the longest request head
	Out int // at least 2 × exchange.Room
}

// New makes a Conn. nil: the page source refused.
func New(s Sizes) *Conn {
	in := rt.Pages(s.In)
	if in == nil {
		return nil
	}
	out := rt.Pages(s.Out)
	if out == nil {
		rt.FreePages(in)
		return nil
	}
	c := &Conn{in: in, outPage: out}
	c.Out.SetPage(out)
	c.X.SetOutput(&c.Out, out)
	return c
}

// Free gives the pages back. c is dead afterwards.
func (c *Conn) Free() {
	rt.FreePages(c.in)
	rt.FreePages(c.outPage)
	c.in, c.outPage = nil, nil
}

// Recycle makes c equal to a new one, but for its pages. Nothing may be queued.
func (c *Conn) Recycle() {
	if !c.Out.Empty() {
		rt.Bug("httpconn: recycled with output queued; its response has not left yet")
	}
	c.start, c.end, c.scanned, c.head, c.answered = 0, 0, 0, 0, 0
	clear(c.Records)
	c.Records = c.Records[:0]
	c.Content = Content{}
	c.X.Request.Reset()
	c.X.Next()
	c.X.Rewind()
	c.X.Date = nil
	c.X.Now, c.X.Clock = 0, 0
}

// Taken marks c and its pages as the calling task's.
func (c *Conn) Taken() {
	rt.Taken(c)
	rt.TakenBytes(c.in)
	rt.TakenBytes(c.outPage)
}

// Buffered is how many bytes were read and not parsed.
func (c *Conn) Buffered() int { return c.end - c.start }

// Room is where to read to. It is empty when the page is full of bytes that have
// to stay.
func (c *Conn) Room() []byte {
	if c.Out.Empty() && c.start > 0 {
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

// Unfinished gives up on the head that is being received: the request shows no more
// than its request line, if that is there.
func (c *Conn) Unfinished(lim *http1.Limits) {
	c.X.Request.Unfinished(c.in[c.start:c.end], lim)
}

// Head is how many bytes the head parsed last had; 0: it could not be.
func (c *Conn) Head() int { return c.head }

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

// Record begins the log record of the response that comes next.
func (c *Conn) Record(sequence uint64) {
	r := &c.X.Request
	c.Records = append(c.Records, Record{
		Method: r.MethodName, Target: r.Target, Referer: r.Referer, UserAgent: r.UserAgent,
		Minor: r.Minor, Status: c.X.Status, Sequence: sequence,
	})
}

// Pending is the record of the response that is leaving; nil: none is.
func (c *Conn) Pending() *Record {
	if c.answered == len(c.Records) {
		return nil
	}
	return &c.Records[c.answered]
}

// Answered says that the pending response has left, or been given up.
func (c *Conn) Answered() {
	c.Records[c.answered] = Record{}
	if c.answered++; c.answered == len(c.Records) {
		c.Records, c.answered = c.Records[:0], 0
		if c.Out.Empty() {
			c.X.Rewind()
		}
	}
}
