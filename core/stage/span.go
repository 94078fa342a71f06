package stage

// Parts of what is stored. A request for one range of bytes is answered out of an object
// whose length is known, be it whole or growing: what stands before the range is passed
// over, and what stands behind it is not waited for (RFC 9110 §14.2, RFC 9111 §3.3). Several
// ranges, and any of what has no length yet, get all of it, as a server may do. A range
// of what is not stored goes to a backend as it was asked, and its answer to whom it is for
// alone.

import (
	"brigade/core/cache"
	"brigade/core/http1"
)

// span is what of an object's content a response has.
type span struct {
	skip int64 // bytes before it that have still to be passed over
	left int64 // bytes of it that are still to come; cache.None: all that do
}

// of is what of b, which is the next piece of the content, is of the part.
func (s *span) of(b []byte) []byte {
	k := min(s.skip, int64(len(b)))
	s.skip -= k
	if b = b[k:]; s.left != cache.None {
		b = b[:min(s.left, int64(len(b)))]
		s.left -= int64(len(b))
	}
	return b
}

// cuts makes a, the head of the object that t reads, that of the part which r asks for.
func (l *loop) cuts(t *tap, r *http1.Request, a *http1.Answer) {
	size := a.ContentLength
	if r.Range == nil || size == cache.None {
		return
	}
	var room [http1.MaxRanges]http1.Range
	list, verdict := http1.ParseRange(r.Range, size, room[:0])
	n := len(l.told)
	switch {
	case verdict == http1.RangeUnsatisfiable:
		t.span = span{}
		a.Status, a.ContentLength = http1.ErrRange.Status, 0
		l.told = http1.AppendUnsatisfied(l.told, size)
	case verdict == http1.RangePartial && len(list) == 1:
		t.span = span{skip: list[0].Start, left: list[0].Length}
		a.Status, a.ContentLength = 206, list[0].Length
		l.told = http1.AppendContentRange(l.told, list[0], size)
	default:
		return
	}
	a.Add([]byte("Content-Range"), l.told[n:])
}
