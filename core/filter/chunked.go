package filter

// The framing of a response of unknown length, RFC 9112 §6.3 and §7.1: in chunks, or,
// for a client of HTTP/1.0, up to the end of the connection. It is the last filter of
// every chain. A chunk is what has come at once, however many buckets that is.

import (
	"brigade/core/bucket"
	"brigade/core/http1"
	"brigade/core/rt"
)

// Chunked frames what has no length.
type Chunked struct{}

// Name implements Filter.
func (Chunked) Name() string { return "chunked" }

// New implements Filter.
func (Chunked) New() State { return &chunked{frame: []byte("\r\n" + http1.LastChunk)} }

type chunked struct {
	line  []byte
	frame []byte // behind a chunk, and behind the last
}

// Open implements State.
func (c *chunked) Open(s *Stream) (Use, error) {
	h := s.Head
	switch {
	case h.Length != Unknown || s.Bodyless || s.Request.Framed:
		return Aside, nil
	case s.Request.Minor == 0:
		h.Close = true
		return Aside, nil
	}
	h.chunked = true
	return Inline, nil
}

// Pass implements State.
func (c *chunked) Pass(s *Stream, in, out *bucket.Brigade) error {
	for !in.Empty() {
		k := in.Front()
		if k.Kind().Metadata() {
			in.Remove(k)
			if k.Kind() == bucket.EndOfStream {
				if err := c.last(s, out); err != nil {
					k.Destroy()
					return err
				}
			}
			out.Append(k)
			continue
		}
		if k.Len() == bucket.Unknown {
			// Its bytes have to be counted, and so read.
			if _, err := k.Read(); err != nil {
				return err
			}
		}
		if err := c.chunk(s, in, out); err != nil {
			return err
		}
	}
	return nil
}

// chunk makes one chunk of the buckets at the front of in, up to the first metadata,
// or what is not counted.
func (c *chunked) chunk(s *Stream, in, out *bucket.Brigade) error {
	size := int64(0)
	for k := in.Front(); k != nil && !k.Kind().Metadata() && k.Len() != bucket.Unknown; k = k.Next() {
		size += k.Len()
	}
	if size > 0 {
		c.line = http1.AppendChunkHead(c.line[:0], int(size))
		head, err := s.Buckets.Copied(c.line)
		if err != nil {
			return err
		}
		out.Append(head)
	}
	for k := in.Front(); k != nil && !k.Kind().Metadata() && k.Len() != bucket.Unknown; k = in.Front() {
		in.Remove(k)
		out.Append(k)
	}
	if size > 0 {
		out.Append(s.Buckets.Immortal(c.frame[:2]))
	}
	return nil
}

// last ends the chunks.
func (c *chunked) last(s *Stream, out *bucket.Brigade) error {
	var lines []byte
	if s.Trailers != nil {
		lines = s.Trailers.Lines()
	}
	if len(lines) == 0 {
		out.Append(s.Buckets.Immortal(c.frame[2:]))
		return nil
	}
	k, err := s.Buckets.Copied(http1.AppendLastChunk(nil, lines)) // which may be long, and is rare
	if err == nil {
		out.Append(k)
	}
	return err
}

// Close implements State.
func (c *chunked) Close() { c.line = c.line[:0] }

// Digest implements State.
func (c *chunked) Digest(d rt.Digest) rt.Digest { return d.Int(len(c.line)) }
