package http1

import (
	"testing"

	"pgregory.net/rapid"

	"brigade/netsim/grammar"
)

func TestPropGrammar(t *testing.T) {
	list := grammar.Mutations()
	rapid.Check(t, func(t *rapid.T) {
		draw := func(label string, n int) int { return rapid.IntRange(0, n-1).Draw(t, label) }
		r := grammar.Derive(draw, "/a/b")
		checkRight(t, &r)
		m := &list[draw("mutation", len(list))]
		m.Apply(&r, draw)
		checkWrong(t, m, &r)
	})
}

// TestEveryMutation sees each of them refused, in all its variants, and that each
// is told apart from a right request by what it changed.
func TestEveryMutation(t *testing.T) {
	for i, m := range grammar.Mutations() {
		for variant := range byte(12) {
			b := []byte{variant, 0, 0, 0, variant, variant, variant, variant, variant, variant, variant, variant}
			draw := steered(b)
			r := grammar.Derive(steered(nil), "/a")
			m.Apply(&r, draw)
			checkWrong(t, &grammar.Mutations()[i], &r)
		}
	}
}
