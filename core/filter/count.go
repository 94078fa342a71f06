package filter

// Counting. Two counts around a filter tell what that does.

import (
	"brigade/core/bucket"
	"brigade/core/rt"
)

// Count counts the bodies that pass it, and their bytes. It changes nothing.
type Count struct {
	name   string
	bodies rt.Int64
	bytes  rt.Int64
}

// NewCount makes a count of that name.
func NewCount(name string) *Count {
	c := &Count{name: name}
	c.bodies.Label(name + ".bodies")
	c.bytes.Label(name + ".bytes")
	return c
}

// Name implements Filter.
func (c *Count) Name() string { return c.name }

// Total is how many bodies passed whole, and how many bytes in all.
func (c *Count) Total() (bodies, bytes int64) { return c.bodies.Load(), c.bytes.Load() }

// New implements Filter.
func (c *Count) New() State { return &count{of: c} }

type count struct {
	of    *Count
	bytes int64 // of this body
}

// Open implements State.
func (c *count) Open(s *Stream) (Use, error) {
	if s.Bodyless {
		return Aside, nil
	}
	return Inline, nil
}

// Pass implements State. What all tasks share is written once a body.
func (c *count) Pass(_ *Stream, in, out *bucket.Brigade) error {
	n, known := in.Bytes()
	if !known {
		return &Misuse{"filter " + c.of.name, "counts buckets, and one was not counted: a file has a length here"}
	}
	c.bytes += n
	for k := in.Front(); k != nil; k = k.Next() {
		if k.Kind() == bucket.EndOfStream {
			c.of.bodies.Add(1)
		}
	}
	out.Concat(in)
	return nil
}

// Close implements State.
func (c *count) Close() {
	if c.bytes > 0 {
		c.of.bytes.Add(c.bytes)
	}
	c.bytes = 0
}

// Digest implements State.
func (c *count) Digest(d rt.Digest) rt.Digest { return d.Word(uint64(c.bytes)) }
