package main

import (
	"testing"
	"time"
)

// Every contest runs to its end, and our side takes nothing from Go's heap, but for
// what starting tasks takes.
func TestContestsDoNotAllocate(t *testing.T) {
	for _, c := range contests {
		sides := c.sides()
		for i, s := range sides {
			n := s.enough(time.Millisecond)
			if m := s.turn(n); i == 0 && m.allocations > 0.05 {
				t.Errorf("%s, %s: %.2f allocations an operation", c.name, s.name, m.allocations)
			}
		}
	}
}
