package filter

// Parts of a response for handlers that know nothing of ranges, RFC 9110 §14: a 200
// of known length to a GET with Range becomes a 206 or a 416. One part is cut out of
// what passes; of several the body is held until it is whole, since parts may come in
// any order and overlap, and each is a copy of buckets, not of bytes. If-Range is met
// by the strong validator that it names, or not at all (§13.1.5).
//
// It stands before a filter that changes the bytes, or the range is of what is not
// sent; after one the length is unknown, and it stands aside.

import (
	"bytes"

	"brigade/core/bucket"
	"brigade/core/http1"
	"brigade/core/rt"
)

// Range cuts responses to the parts that were asked for.
type Range struct{}

// Name implements Filter.
func (Range) Name() string { return "range" }

// New implements Filter.
func (Range) New() State { return new(ranges) }

type ranges struct {
	parts    [http1.MaxRanges]http1.Range
	n        int
	at       int64 // of the body, how much has come
	size     int64
	kind     string // Content-Type of several parts
	boundary string
	done     bool // several parts have been passed on
}

// Open implements State.
func (r *ranges) Open(s *Stream) (Use, error) {
	h, q := s.Head, s.Request
	if h.Status != 200 || h.Length == Unknown || q.Method != http1.GET || h.Get("Content-Range") != nil {
		return Aside, nil
	}
	if h.Get("Accept-Ranges") == nil {
		h.Add("Accept-Ranges", "bytes")
	}
	if q.Range == nil || q.IfRange != nil && !met(q.IfRange, h) {
		return Aside, nil
	}
	list, verdict := http1.ParseRange(q.Range, h.Length, r.parts[:0])
	r.size = h.Length
	switch verdict {
	case http1.RangeIgnored:
		return Aside, nil
	case http1.RangeUnsatisfiable:
		h.Status, h.Length = 416, 0
		h.Append(func(dst []byte) []byte {
			return append(http1.AppendUnsatisfied(append(dst, "Content-Range: "...), r.size), "\r\n"...)
		})
		return Inline, nil
	case http1.RangePartial:
	}
	r.n = len(list)
	h.Status = 206
	if r.n == 1 {
		h.Length = list[0].Length
		h.Append(func(dst []byte) []byte {
			return append(http1.AppendContentRange(append(dst, "Content-Range: "...), list[0], r.size), "\r\n"...)
		})
		return Inline, nil
	}
	r.kind = string(h.Get("Content-Type"))
	r.boundary = http1.Boundary(rt.Rand)
	h.Remove("Content-Type")
	h.Append(func(dst []byte) []byte {
		return append(http1.AppendMultipartType(append(dst, "Content-Type: "...), r.boundary), "\r\n"...)
	})
	h.Length = http1.MultipartLength(r.boundary, r.kind, list, r.size)
	return Inline, nil
}

// met reports whether If-Range names the strong validator of the response.
func met(condition []byte, h *Head) bool {
	tag := h.Get("ETag")
	return len(tag) > 0 && tag[0] == '"' && bytes.Equal(condition, tag)
}

// Pass implements State.
func (r *ranges) Pass(s *Stream, in, out *bucket.Brigade) error {
	if r.n > 1 {
		return r.collect(s, in, out)
	}
	from, to := int64(0), int64(0)
	if r.n == 1 {
		from, to = r.parts[0].Start, r.parts[0].Start+r.parts[0].Length
	}
	for !in.Empty() {
		k := in.Front()
		n := k.Len()
		switch {
		case k.Kind().Metadata():
			in.Remove(k)
			out.Append(k)
			continue
		case n == bucket.Unknown:
			return &Misuse{"filter range", "cuts buckets, and one was not counted: a file has a length here"}
		case r.at < from && r.at+n > from:
			k.Split(from - r.at)
			n = k.Len()
		case r.at < to && r.at+n > to:
			k.Split(to - r.at)
			n = k.Len()
		}
		in.Remove(k)
		if r.at >= from && r.at < to {
			out.Append(k)
		} else {
			k.Destroy()
		}
		r.at += n
	}
	return nil
}

// collect holds the body until it is whole, and passes on its parts.
func (r *ranges) collect(s *Stream, in, out *bucket.Brigade) error {
	for !in.Empty() {
		k := in.Front()
		in.Remove(k)
		switch {
		case !k.Kind().Metadata() && r.done:
			k.Destroy()
		case !k.Kind().Metadata():
			if err := k.SetAside(s.Pool); err != nil {
				k.Destroy()
				return err
			}
			s.Held.Append(k)
		case k.Kind() == bucket.EndOfStream:
			if err := r.multiple(s, out); err != nil {
				k.Destroy()
				return err
			}
			out.Append(k)
		default:
			out.Append(k)
		}
	}
	return nil
}

// multiple passes on the parts of what is held, each behind its head.
func (r *ranges) multiple(s *Stream, out *bucket.Brigade) error {
	r.done = true
	var text []byte
	for _, part := range r.parts[:r.n] {
		text = http1.AppendPartHead(text[:0], r.boundary, r.kind, part, r.size)
		if err := out.Write(text); err != nil {
			return err
		}
		if _, ok := s.Held.Partition(part.Start + part.Length); !ok {
			break // it is shorter than it was said to be: the line says so
		}
		first, _ := s.Held.Partition(part.Start)
		for k, left := first, part.Length; left > 0; k = k.Next() {
			out.Append(k.Copy())
			left -= k.Len()
		}
	}
	s.Held.Destroy()
	return out.Write(http1.AppendPartsEnd(text[:0], r.boundary))
}

// Close implements State.
func (r *ranges) Close() { *r = ranges{} }

// Digest implements State.
func (r *ranges) Digest(d rt.Digest) rt.Digest {
	return d.Int(r.n).Word(uint64(r.at)).Word(uint64(r.size)).Int(len(r.kind)).Int(len(r.boundary)).Bool(r.done)
}
