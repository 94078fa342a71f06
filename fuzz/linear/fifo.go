package linear

import (
	"fmt"
	"slices"
	"strings"

	"github.com/anishathalye/porcupine"
)

// fifo is the sequential queue: what is given goes to the end, what is taken is the
// first. Its states are never changed, since porcupine goes back to them.
var fifo = porcupine.Model{
	Init: func() any { return []int(nil) },
	Step: func(state, input, _ any) (bool, any) {
		q, s := state.([]int), input.(step)
		if s.give {
			return true, append(slices.Clone(q), s.item)
		}
		return len(q) > 0 && q[0] == s.item, q[min(1, len(q)):]
	},
	Equal: func(a, b any) bool { return slices.Equal(a.([]int), b.([]int)) },
	DescribeOperation: func(input, _ any) string {
		if s := input.(step); s.give {
			return fmt.Sprintf("give %d", s.item)
		}
		return fmt.Sprintf("take %d", input.(step).item)
	},
	DescribeState: func(state any) string { return strings.Trim(fmt.Sprint(state), "[]") },
}
