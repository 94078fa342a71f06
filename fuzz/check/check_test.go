package check_test

import (
	"strings"
	"testing"

	"brigade/fuzz/check"
	"brigade/sim/dpor"
)

// smaller is the number of tasks of what takes too long at its usual size.
var smaller = map[string]int{"streamabort": 1}

// No order is seen twice, but for few. Where tasks meet in a kernel some plans cannot
// be followed, and some orders are seen again: kernel_test.go says that it is all.
func TestComponentsHold(t *testing.T) {
	for _, c := range check.Components() {
		t.Run(c.Name, func(t *testing.T) {
			z, err := check.Run(c.Name, check.Options{Bound: dpor.Unbounded, Tasks: smaller[c.Name]})
			if err != nil {
				t.Fatal(err)
			}
			t.Log(z)
			kernel := strings.HasPrefix(c.Name, "waker-") || c.Name == "timer"
			again := 1.05
			if kernel {
				again = 1.3
			}
			if z.Verdict != "held" || !z.Complete || z.Astray > 0 && !kernel || float64(z.Executions) > again*float64(z.Orders) {
				t.Errorf("%+v", z)
			}
		})
	}
}
