package main

// What memory costs here beside what Go offers: make and its collector, sync.Pool,
// and a free list under a mutex with a condition. All sides of a contest take turns
// in one process, round by round, and each rival's ratio is that of the medians'
// pairs. Two figures are given, since a busy machine stretches one of them: time by
// the clock, and processor time of the whole process, the collector's included.

import (
	"fmt"
	"runtime"
	"time"

	"github.com/spf13/cobra"
)

// side is one way to do what a contest asks: run does it n times.
type side struct {
	name string
	run  func(n int)
}

// contest is one thing to do, our way first.
type contest struct {
	name  string
	what  string
	asked string // of our way, as the project asks it
	sides func() []side
}

var contests = []contest{
	{"owner", "a block of 4 KiB allocated and freed by its owner", "25 ns", ownerSides},
	{"return", "a block returned by another task, nobody in its way", "60 ns", returnSides},
	{"contended", "a block returned by one of two tasks at once, and taken again", "0.50 of mutex+cond", contendedSides},
	{"awaited", "the same, with an owner that waits for each", "", awaitedSides},
	{"brigade", "ten buckets built, set aside and written", "no allocation", brigadeSides},
	{"beam", "1 KiB from a task to another, a copy of its own", "", beamSides},
}

// meter is what one turn of a side took, an operation.
type meter struct{ clock, processor, allocations float64 }

// turn runs s n times.
func (s side) turn(n int) (m meter) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	used, began := processorUsed(), time.Now()
	s.run(n)
	clock, spent := time.Since(began), processorUsed()-used
	runtime.ReadMemStats(&after)
	per := 1 / float64(n)
	return meter{float64(clock) * per, float64(spent) * per, float64(after.Mallocs-before.Mallocs) * per}
}

// enough is how many operations of s take about d of the clock, in whole rounds of
// every side.
func (s side) enough(d time.Duration) int {
	for n := 4 * lent; ; n *= 4 {
		began := time.Now()
		if s.run(n); time.Since(began) >= d/4 || n >= 1<<28 {
			return n * 4
		}
	}
}

func memoryCommand() *cobra.Command {
	rounds, d, only := 15, 20*time.Millisecond, ""
	cmd := &cobra.Command{
		Use: "memory", Short: "Compare blocks, brigades and beams with make, sync.Pool, channels and mutexes", Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			if rounds < 6 {
				return fmt.Errorf("--rounds %d: an interval needs at least 6", rounds)
			}
			fmt.Printf("%-10s %-18s %9s %9s %10s   %s\n", "contest", "side", "ns", "cpu ns", "allocs/op", "ours to it, by the clock; by processor time")
			for _, c := range contests {
				if only == "" || only == c.name {
					c.hold(rounds, d)
				}
			}
			return nil
		},
	}
	cmd.Flags().IntVar(&rounds, "rounds", rounds, "interleaved rounds of each contest, at least 6")
	cmd.Flags().DurationVar(&d, "duration", d, "how long each side of a round runs, about")
	cmd.Flags().StringVar(&only, "only", only, "one contest alone, by its `NAME`")
	return cmd
}

// hold runs the rounds of c and prints them.
func (c contest) hold(rounds int, d time.Duration) {
	sides := c.sides()
	took := make([][]meter, len(sides))
	counts := make([]int, len(sides))
	for i, s := range sides {
		counts[i] = s.enough(d) // warms up as well
	}
	for range rounds {
		for i, s := range sides {
			took[i] = append(took[i], s.turn(counts[i]))
		}
	}
	fmt.Printf("%s: %s", c.name, c.what)
	if c.asked != "" {
		fmt.Printf(" (asked: %s)", c.asked)
	}
	fmt.Println()
	clock, processor := func(m meter) float64 { return m.clock }, func(m meter) float64 { return m.processor }
	for i, s := range sides {
		fmt.Printf("%-10s %-18s %9.1f %9.1f %10.2f", "", s.name, median(column(took[i], clock)), median(column(took[i], processor)),
			median(column(took[i], func(m meter) float64 { return m.allocations })))
		if i > 0 {
			fmt.Printf("   %s; %s", ratio(took[0], took[i], clock), ratio(took[0], took[i], processor))
		}
		fmt.Println()
	}
}

func column(list []meter, of func(meter) float64) (out []float64) {
	for _, m := range list {
		out = append(out, of(m))
	}
	return out
}

// ratio is that of a to b, round by round, and its interval.
func ratio(a, b []meter, of func(meter) float64) string {
	var list []float64
	for i := range a {
		list = append(list, of(a[i])/of(b[i]))
	}
	low, high := interval(list)
	return fmt.Sprintf("%.2f (%.2f .. %.2f)", median(list), low, high)
}
