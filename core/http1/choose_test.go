package http1

import "pgregory.net/rapid"

// choose draws a number below n, each as often as the others: rapid's own ranges lean to
// what is small.
func choose(t *rapid.T, n int, label string) int { return evenly.Draw(t, label) % n }

var evenly = rapid.Custom(func(t *rapid.T) (x int) {
	for range 10 {
		if x *= 2; rapid.Bool().Draw(t, "bit") {
			x++
		}
	}
	return x
})

// pick draws one of a list in that way.
func pick[T any](t *rapid.T, list []T, label string) T { return list[choose(t, len(list), label)] }
