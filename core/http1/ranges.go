package http1

// Byte ranges, RFC 9110 §14.1.2 and §14.2. A field that is malformed or asks for
// something unreasonable is ignored, which the RFC allows and every client copes
// with: it gets the whole representation. Unreasonable is more than 16 ranges,
// more than two that overlap one another, or more bytes than there are.

import (
	"bytes"
	"math"
)

// MaxRanges is the most ranges that are answered in one response.
const MaxRanges = 16

// Range is a part of a representation: Length bytes, at least one, from Start on.
type Range struct {
	Start  int64
	Length int64
}

// RangeVerdict says what becomes of a Range field.
type RangeVerdict uint8

// The verdicts.
const (
	RangeIgnored       RangeVerdict = iota // send the whole: 200
	RangePartial                           // send the ranges: 206
	RangeUnsatisfiable                     // none overlaps: 416, with AppendUnsatisfied
)

// ParseRange appends to dst[:0] the parts of a representation of size bytes that
// a Range field asks for, in its order, cut at the end of the representation and
// without those beyond it. There is no allocation if dst's capacity is MaxRanges.
func ParseRange(value []byte, size int64, dst []Range) ([]Range, RangeVerdict) {
	dst = dst[:0]
	i := bytes.IndexByte(value, '=')
	if i < 0 || !equalFold(value[:i], "bytes") || len(value) == i+1 {
		return dst, RangeIgnored
	}
	specs := 0
	for list := value[i+1:]; list != nil; {
		var spec []byte
		if spec, list = nextMember(list); len(spec) == 0 {
			continue
		}
		r, ok := rangeSpec(spec, size)
		if specs++; !ok || specs > MaxRanges {
			return dst[:0], RangeIgnored
		}
		if r.Length > 0 {
			dst = append(dst, r)
		} else if size == 0 && spec[0] == '-' && r.Start == 0 {
			// A suffix of nothing is satisfiable (§14.1.2), but Content-Range has no
			// way to say so.
			return dst[:0], RangeIgnored
		}
	}
	switch {
	case specs == 0 || unreasonable(dst, size):
		return dst[:0], RangeIgnored
	case len(dst) == 0:
		return dst, RangeUnsatisfiable
	}
	return dst, RangePartial
}

// rangeSpec reads first-last, first- or -suffix. A range that is well formed but
// cannot be satisfied has no length; Start is then -1 for the suffix of 0 bytes.
func rangeSpec(spec []byte, size int64) (Range, bool) {
	i := bytes.IndexByte(spec, '-')
	if i < 0 {
		return Range{}, false
	}
	if i == 0 {
		n, ok := position(spec[1:])
		if !ok || n == 0 {
			return Range{Start: -1}, ok
		}
		n = min(n, size)
		return Range{size - n, n}, true
	}
	start, ok := position(spec[:i])
	if !ok {
		return Range{}, false
	}
	end := int64(math.MaxInt64)
	if i+1 < len(spec) {
		if end, ok = position(spec[i+1:]); !ok || end < start {
			return Range{}, false
		}
	}
	if start >= size {
		return Range{}, true
	}
	return Range{start, min(end, size-1) - start + 1}, true
}

// position reads digits; what is 2 to the 63 or more counts as the largest number.
func position(b []byte) (int64, bool) {
	if len(b) == 0 || span(b, digitChar) != len(b) {
		return 0, false
	}
	n, ok := decimal(b)
	if !ok {
		n = math.MaxInt64
	}
	return n, true
}

// unreasonable reports whether ranges ask for more than there is, or more than two
// of them overlap others (RFC 9110 §14.2, §17.15).
func unreasonable(ranges []Range, size int64) bool {
	overlapping, total := 0, int64(0)
	for i, r := range ranges {
		if total += r.Length; total > size || total < 0 {
			return true
		}
		for j, o := range ranges {
			if i != j && r.Start < o.Start+o.Length && o.Start < r.Start+r.Length {
				overlapping++
				break
			}
		}
	}
	return overlapping > 2
}

// AppendContentRange appends the value of Content-Range for one range, RFC 9110 §14.4.
func AppendContentRange(dst []byte, r Range, size int64) []byte {
	dst = append(dst, "bytes "...)
	dst = AppendInt(dst, r.Start)
	dst = append(dst, '-')
	dst = AppendInt(dst, r.Start+r.Length-1)
	dst = append(dst, '/')
	return AppendInt(dst, size)
}

// AppendUnsatisfied appends the value of Content-Range that goes with 416.
func AppendUnsatisfied(dst []byte, size int64) []byte {
	return AppendInt(append(dst, "bytes */"...), size)
}
