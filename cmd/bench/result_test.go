package main

import "testing"

// The interval of the median by the sign test, as tables of the binomial
// distribution give it: of 15 values from the 4th to the 12th, of 6 from the 1st
// to the 6th.
func TestInterval(t *testing.T) {
	for _, c := range []struct {
		n         int
		low, high float64
	}{{6, 1, 6}, {15, 4, 12}, {25, 8, 18}} {
		var list []float64
		for i := range c.n {
			list = append(list, float64(i+1))
		}
		if low, high := interval(list); low != c.low || high != c.high {
			t.Errorf("interval of %d values: %v to %v, want %v to %v", c.n, low, high, c.low, c.high)
		}
	}
}

func TestMedian(t *testing.T) {
	for _, c := range []struct {
		list []float64
		want float64
	}{{[]float64{3, 1, 2}, 2}, {[]float64{4, 1, 2, 3}, 2.5}} {
		if got := median(c.list); got != c.want {
			t.Errorf("median of %v: %v, want %v", c.list, got, c.want)
		}
	}
}
