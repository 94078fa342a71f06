package filter

// A limit to the content of a request: more than it is refused with 413, as soon as
// the head announces it or the first byte too many has come.

import (
	"brigade/core/bucket"
	"brigade/core/http1"
	"brigade/core/rt"
)

// Limit refuses content of more than Most bytes.
type Limit struct{ Most int64 }

// Name implements Filter.
func (Limit) Name() string { return "limit" }

// New implements Filter.
func (l Limit) New() State { return &limit{most: l.Most} }

type limit struct{ most, came int64 }

// Open implements State.
func (l *limit) Open(s *Stream) (Use, error) {
	if s.Request.ContentLength > l.most {
		return Aside, http1.ErrContentTooLarge
	}
	return Inline, nil
}

// Pass implements State.
func (l *limit) Pass(_ *Stream, in, out *bucket.Brigade) error {
	n, _ := in.Bytes()
	if l.came += n; l.came > l.most {
		return http1.ErrContentTooLarge
	}
	out.Concat(in)
	return nil
}

// Close implements State.
func (l *limit) Close() { l.came = 0 }

// Digest implements State.
func (l *limit) Digest(d rt.Digest) rt.Digest { return d.Word(uint64(l.came)) }
