package stage

// The model of delays is a list of sums by name. Several tasks note what they saw at once:
// nothing of it is lost, and beyond a number of names only those that are known count on.

import (
	"testing"
	"time"

	"brigade/core/rt"
	"brigade/sim"
)

func TestDelaysAreSums(t *testing.T) {
	for _, known := range []int{0, named - 1, named} {
		o := sim.Options{Seed: 1, Runs: 60}
		r := sim.Explore(o, func() {
			s := new(Server)
			for i := range known {
				s.held(string(rune('A'+i)), 1, "")
			}
			var want [2]Delay
			var wg rt.WaitGroup
			for i := range 3 {
				name, d := i%2, time.Duration(1+sim.Choose("took", 5))
				want[name].Times++
				want[name].Total += d
				want[name].Longest = max(want[name].Longest, d)
				wg.Go("loop", func() { s.held([]string{"one", "two"}[name], d, d.String()) })
			}
			wg.Wait()
			list := s.Delays()
			if n := min(known+2, named); len(list) != n {
				rt.Bug("%d names are kept, not %d", len(list), n)
			}
			for i, x := range list {
				if i < known && (x.Times != 1 || x.Total != 1) {
					rt.Bug("%+v was held up once", x)
				}
				if i >= known && !like(x, &want) {
					rt.Bug("%+v is told; of one and two are to be %+v", x, want)
				}
			}
			for i := range known { // they count on
				s.held(string(rune('A'+i)), 2, "later")
			}
			for _, x := range s.Delays()[:known] {
				if x.Times != 2 || x.Total != 3 || x.Longest != 2 || x.Target != "later" {
					rt.Bug("%+v was held up twice", x)
				}
			}
		})
		if f := r.Failure; f != nil {
			t.Fatalf("%d known: seed %d: %v", known, f.Seed, f.Verdict)
		}
	}
}

// like reports whether x is its name's of want. Of equals that took longest either is told.
func like(x Delay, want *[2]Delay) bool {
	i := 0
	if x.Who == "two" {
		i = 1
	}
	w := want[i]
	return x.Times == w.Times && x.Total == w.Total && x.Longest == w.Longest && x.Target == x.Longest.String()
}
