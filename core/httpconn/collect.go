package httpconn

// Content that the handler wants is taken out of its framing and copied out of the
// input page, whose room behind the head is used again and again: the head, of which
// the request's fields are parts, keeps still.

import (
	"brigade/core/http1"
	"brigade/core/rt"
)

// Want says that the content of the request just begun is not skipped.
func (k *Content) Want() { k.wanted = true }

// Wanted reports whether content is being taken in.
func (k *Content) Wanted() bool { return k.wanted }

// Whole reports whether all of it has been.
func (k *Content) Whole() bool { return k.whole }

// Settle makes room behind the head parsed last: it becomes the first thing in the
// page. No other request may be in flight.
func (c *Conn) Settle(lim *http1.Limits) {
	from := c.start - c.head
	if from == 0 {
		return
	}
	if q := &c.requests; q.first != q.last {
		rt.Bug("httpconn: the input page is moved while %d and later requests are in flight; their fields are parts of it", q.first.Sequence)
	}
	copy(c.in, c.in[from:c.end])
	c.start -= from
	c.end -= from
	// The fields are where the head is now.
	if n, e := c.X.Request.Parse(c.in[:c.head], 0, lim); n != c.head || e != nil {
		rt.Bug("httpconn: a head of %d bytes reads as one of %d (%v) when it is read again", c.head, n, e)
	}
}

// Gather takes in what is buffered of the content.
func (c *Conn) Gather() *http1.Error {
	k := &c.Content
	for c.Buffered() > 0 && !k.whole {
		data, n, done, e := k.next(c.Unparsed())
		if e != nil {
			return e
		}
		if len(data) > 0 && c.X.Arrived(data) != nil {
			return http1.ErrOverloaded
		}
		c.Skip(int64(n))
		if k.whole = done; done {
			c.X.Complete()
		}
		if n == 0 {
			break
		}
	}
	if used := c.start - c.head; used > 0 {
		copy(c.in[c.head:], c.in[c.start:c.end])
		c.start = c.head
		c.end -= used
	}
	return nil
}

// next is the content at the start of b, and how many bytes of b that takes.
func (k *Content) next(b []byte) (data []byte, n int, done bool, e *http1.Error) {
	if k.chunked {
		if data, n, done, e = k.decoder.Next(b); e != nil {
			return nil, 0, false, e
		}
		if k.allowed -= int64(len(data)); k.allowed < 0 {
			return nil, 0, false, http1.ErrContentTooLarge
		}
		return data, n, done, nil
	}
	n = int(min(k.left, int64(len(b))))
	k.left -= int64(n)
	return b[:n], n, k.left == 0, nil
}
