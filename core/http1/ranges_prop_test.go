package http1

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// checkRanges fails if what ParseRange gives away is not part of size bytes.
func checkRanges(t interface{ Fatalf(string, ...any) }, value string, size int64) {
	ranges, verdict := ParseRange([]byte(value), size, nil)
	if (verdict == RangePartial) != (len(ranges) > 0) || len(ranges) > MaxRanges {
		t.Fatalf("%q of %d: verdict %d with %v", value, size, verdict, ranges)
	}
	total := int64(0)
	for _, r := range ranges {
		if r.Start < 0 || r.Length < 1 || r.Length > size-r.Start {
			t.Fatalf("%q of %d: %v", value, size, r)
		}
		total += r.Length
	}
	if total > size || total < 0 {
		t.Fatalf("%q of %d bytes asks for %d", value, size, total)
	}
	for i := range ranges {
		if got, v := ParseRange(AppendContentRange(nil, ranges[i], size), size, nil); v != RangeIgnored {
			t.Fatalf("a Content-Range passes for a Range: %v", got)
		}
	}
}

func TestPropRangesStayInside(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		size := rapid.SampledFrom([]int64{0, 1, 2, 10, 1<<63 - 1}).Draw(t, "size")
		checkRanges(t, "bytes="+strings.Join(rapid.SliceOfN(rapid.SampledFrom([]string{
			"0", "1", "9", "-", "-", ",", ",", " ", "9223372036854775807", "9223372036854775808", "x",
		}), 0, 12).Draw(t, "parts"), ""), size)
	})
}

func FuzzParseRange(f *testing.F) {
	for _, s := range []string{"bytes=0-0", "bytes=-5", "bytes=5-", "bytes=0-1,3-4", "bytes=9223372036854775807-", "bytes=,", "x=1-2"} {
		f.Add(s, int64(10))
	}
	f.Fuzz(func(t *testing.T, value string, size int64) {
		if size >= 0 {
			checkRanges(t, value, size)
		}
	})
}

func TestPropRangesMeanTheSameToNetHTTP(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		size := rapid.SampledFrom([]int64{0, 1, 2, 10, 200}).Draw(t, "size")
		value := rapid.SampledFrom([]string{"bytes=", "bytes=", "bytes=", "BYTES=", "x="}).Draw(t, "unit") +
			strings.Join(rapid.SliceOfN(rapid.SampledFrom([]string{
				"0-0", "1-3", "5-", "-1", "-5", ",", ",", ", ", "0", "9", "-", "99999999999999999999", "x", "-0", "+",
			}), 0, 12).Draw(t, "parts"), "")
		if how := differRange(value, size); how != "" {
			t.Fatalf("%q of %d: %s", value, size, how)
		}
	})
}
