package main

import (
	"fmt"
	"math"
	"slices"
)

// result gathers the pairs of one test.
type result struct {
	ours, theirs  []float64 // cost
	ratios, rates []float64 // ours to theirs, pair by pair
	errors        int
}

func (r *result) add(a, b sample) {
	r.ours = append(r.ours, a.cost())
	r.theirs = append(r.theirs, b.cost())
	r.ratios = append(r.ratios, a.cost()/b.cost())
	r.rates = append(r.rates, a.rate/b.rate)
	r.errors += a.errors
}

func (r *result) print(test, target string) {
	low, high := interval(r.ratios)
	fmt.Printf("%-9s %-8s %14.3f %14.3f %8.2f %9.2f .. %6.2f %10.2f %7d\n",
		test, target, median(r.ours), median(r.theirs), median(r.ratios), low, high, median(r.rates), r.errors)
}

func median(list []float64) float64 {
	s := slices.Sorted(slices.Values(list))
	if n := len(s); n%2 == 0 {
		return (s[n/2-1] + s[n/2]) / 2
	}
	return s[len(s)/2]
}

// interval is a confidence interval of the median of at least 95 %, from order
// statistics: it assumes nothing of the distribution (the sign test).
func interval(list []float64) (low, high float64) {
	s := slices.Sorted(slices.Values(list))
	n := len(s)
	tail, k := 0.0, 0
	for p := math.Pow(0.5, float64(n)); k < n/2; k++ {
		if tail+p > 0.025 {
			break
		}
		tail += p
		p = p * float64(n-k) / float64(k+1)
	}
	k = max(k-1, 0)
	return s[k], s[n-1-k]
}
