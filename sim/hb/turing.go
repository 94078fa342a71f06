package hb

// Good-Turing (Good 1953): the probability that the next draw is of a kind never
// seen is about the share of draws whose kind was seen once. Böhme (STADS, 2018)
// brought it to fuzzing.

// GoodTuring estimates the probability that the next run shows a new order, from
// how often each order was seen. Without runs it is 1.
func GoodTuring(counts map[uint64]int) float64 {
	runs, once := 0, 0
	for _, n := range counts {
		runs += n
		if n == 1 {
			once++
		}
	}
	return Unseen(runs, once)
}

// Unseen is GoodTuring for those who keep count themselves: runs so far, and
// orders seen exactly once.
func Unseen(runs, once int) float64 {
	if runs == 0 {
		return 1
	}
	return float64(once) / float64(runs)
}
