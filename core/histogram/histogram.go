// Package histogram counts durations in buckets whose width grows with them.
//
// The buckets are log-linear, as in Gil Tene's HdrHistogram (2012): up to 8.192 µs each
// is 256 ns wide, and of every octave above that there are sixteen. So whatever a
// histogram says of a duration from 4 µs to 137 s is at most a sixteenth too much and
// never too little, and of shorter ones 256 ns; what is longer is in the last bucket.
// Finding a bucket takes a shift and no division or search.
//
//	var h histogram.Histogram
//	h.Add(3 * time.Millisecond)
//	h.Quantile(0.99) // at least 3 ms, at most 3.19 ms
//
// A Histogram is plain memory and belongs to one task. How others come to read it is its
// owner's business.
package histogram

import (
	"math"
	"math/bits"
	"time"
)

// Grain is the width of the narrowest buckets.
const Grain = 256 * time.Nanosecond

const (
	grainBits = 8
	fineBits  = 4 // of a bucket's number, within its group
)

// Fine is how many buckets a group has: an octave, but for the first two groups, which
// share what is below 8.192 µs.
const Fine = 1 << fineBits

// Groups is how many groups there are.
const Groups = 26

// Buckets is how many buckets there are.
const Buckets = Groups * Fine

// Index is the bucket that d belongs to. What is negative belongs to the first.
func Index(d time.Duration) int {
	v := uint64(max(d, 0)) >> grainBits
	if v < 2*Fine {
		return int(v)
	}
	e := bits.Len64(v) - fineBits - 1
	return min(e<<fineBits+int(v>>e), Buckets-1)
}

// Bounds are the least duration that belongs to a bucket, and the least beyond it.
func Bounds(bucket int) (from, to time.Duration) {
	e := max(bucket>>fineBits-1, 0)
	v := time.Duration(bucket - e<<fineBits)
	return v << (e + grainBits), (v + 1) << (e + grainBits)
}

// Histogram is counts by bucket. The zero value is empty.
type Histogram struct {
	Counts [Buckets]uint64
	Sum    time.Duration
}

// Add counts d.
func (h *Histogram) Add(d time.Duration) {
	h.Counts[Index(d)]++
	h.Sum += max(d, 0)
}

// Total is how many durations were counted.
func (h *Histogram) Total() (n uint64) {
	for _, k := range h.Counts {
		n += k
	}
	return n
}

// Quantile is a duration that the share q, from 0 to 1, of those counted do not exceed:
// the upper bound of the bucket in which the one of that rank is. 0: nothing was counted.
func (h *Histogram) Quantile(q float64) time.Duration {
	total := h.Total()
	rank := max(uint64(math.Ceil(q*float64(total))), 1)
	for i, k := range h.Counts {
		if k >= rank {
			_, to := Bounds(i)
			return to
		}
		rank -= k
	}
	return 0
}

// Mean is the mean of all that were counted, exact; 0: there are none.
func (h *Histogram) Mean() time.Duration {
	if n := h.Total(); n > 0 {
		return h.Sum / time.Duration(n)
	}
	return 0
}
