package histogram_test

import (
	"math"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"brigade/core/histogram"
)

// Buckets follow each other without a gap, the first begins at 0, and none is wider than
// it is said to be.
func TestBucketsFollow(t *testing.T) {
	end := time.Duration(0)
	for i := range histogram.Buckets {
		from, to := histogram.Bounds(i)
		if from != end || to <= from {
			t.Fatalf("bucket %d is from %v to %v, the one before ends at %v", i, from, to, end)
		}
		if wide := max(histogram.Grain, from/histogram.Fine); to-from > wide {
			t.Errorf("bucket %d, from %v to %v, is wider than %v", i, from, to, wide)
		}
		for _, d := range []time.Duration{from, to - 1, from + (to-from)/2} {
			if got := histogram.Index(d); got != i {
				t.Errorf("%d ns is in bucket %d; want %d", d, got, i)
			}
		}
		end = to
	}
	if end != 1<<37 {
		t.Errorf("the buckets end at %v", end)
	}
	for _, d := range []time.Duration{end, time.Hour, math.MaxInt64} {
		if got := histogram.Index(d); got != histogram.Buckets-1 {
			t.Errorf("%v is in bucket %d", d, got)
		}
	}
	if histogram.Index(-1) != 0 {
		t.Error("what is negative is not in the first bucket")
	}
}

// durations are those of all magnitudes.
var durations = rapid.Custom(func(t *rapid.T) time.Duration {
	e := rapid.IntRange(0, 36).Draw(t, "octave")
	return time.Duration(rapid.Int64Range(0, 1<<e).Draw(t, "ns"))
})

// Against a sorted list: a quantile is never too small, nor beyond the bound on its error.
func TestQuantiles(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		list := rapid.SliceOfN(durations, 1, 200).Draw(t, "durations")
		var h histogram.Histogram
		sum := time.Duration(0)
		for _, d := range list {
			h.Add(d)
			sum += d
		}
		if h.Total() != uint64(len(list)) || h.Sum != sum || h.Mean() != sum/time.Duration(len(list)) {
			t.Fatalf("%d durations of %v in all, %v on average", h.Total(), h.Sum, h.Mean())
		}
		slices.Sort(list)
		for _, q := range []float64{0, 0.5, 0.9, 0.99, 0.999, 1} {
			exact := list[max(int(math.Ceil(q*float64(len(list)))), 1)-1]
			got := h.Quantile(q)
			if got <= exact || got > exact+max(histogram.Grain, exact/histogram.Fine) {
				t.Fatalf("quantile %v is %v, and exactly %v", q, got, exact)
			}
		}
	})
}

func TestEmpty(t *testing.T) {
	var h histogram.Histogram
	if h.Quantile(0.5) != 0 || h.Mean() != 0 || h.Total() != 0 {
		t.Error("an empty histogram says something")
	}
}
