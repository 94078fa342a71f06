package strategy_test

// What runs cost, as ratios to the round trip of a bare coroutine in the same
// process: what a scheduler that is made of them cannot do without. Beside them
// Shuttle 0.9.3's figures, measured on a machine where that round trip takes 145
// ns. A sample is a batch of a fraction of a millisecond; samples of all rows take turns, and
// each row's least counts, since all that other processes do is add to it.

import (
	"flag"
	"fmt"
	"iter"
	"math"
	"os/exec"
	"regexp"
	"strconv"
	"testing"
	"time"

	"brigade/core/rt"
	"brigade/sim"
)

var (
	speed  = flag.Bool("speed", false, "print the table of what runs cost")
	rounds = flag.Int("rounds", 400, "samples of each row of that table")
)

// shuttleTrip is the round trip, in ns, where Shuttle's figures come from.
const shuttleTrip = 145

// gauge is a row of the table.
type gauge struct {
	name    string
	unit    string // what the ratio is of
	sample  func() time.Duration
	of      float64 // steps or runs in a sample
	target  float64
	shuttle float64 // ns; 0: there is no such figure
	least   time.Duration
}

func (g *gauge) ns() float64 { return float64(g.least) / g.of }

func counter(tasks, ops int) func() {
	return func() {
		var x rt.Int64
		var wg rt.WaitGroup
		for range tasks {
			wg.Go("adder", func() {
				for range ops {
					x.Add(1)
				}
			})
		}
		wg.Wait()
	}
}

// run is a gauge of runs of main; by the step, or by the run.
func run(t testing.TB, name, by string, o sim.Options, runs int, main func(), target, shuttle float64) *gauge {
	if o.Strategy == nil {
		o.Strategy = named(t, by)
	}
	g := &gauge{name: name, target: target, shuttle: shuttle, unit: "a step", of: 1}
	if runs > 1 {
		g.unit, g.of = "a run", float64(runs)
	}
	g.sample = func() time.Duration {
		began := time.Now()
		for range runs {
			o.Seed++
			if steps := sim.Run(o, main).Steps; runs == 1 {
				g.of = float64(steps)
			}
		}
		return time.Since(began)
	}
	return g
}

// trips is the gauge of bare round trips: five coroutines that are resumed in
// turn.
func trips() (g *gauge, stop func()) {
	const n = 10_000
	var nexts [5]func() (struct{}, bool)
	var stops [5]func()
	for i := range nexts {
		nexts[i], stops[i] = iter.Pull(func(yield func(struct{}) bool) {
			for yield(struct{}{}) {
			}
		})
	}
	sample := func() time.Duration {
		began := time.Now()
		for i := range n {
			nexts[i%len(nexts)]()
		}
		return time.Since(began)
	}
	return &gauge{name: "bare round trip", sample: sample, of: n}, func() {
		for _, s := range stops {
			s()
		}
	}
}

func measure(gauges []*gauge, rounds int) {
	for _, g := range gauges {
		g.least = math.MaxInt64
	}
	for range rounds {
		for _, g := range gauges {
			g.least = min(g.least, g.sample())
		}
	}
}

// TestSpeed prints the table on request, with go test ./sim/strategy -run TestSpeed
// -speed -v, race mode's row by building this test anew with -race.
func TestSpeed(t *testing.T) {
	n := 2
	if *speed {
		n = *rounds
	}
	plain := run(t, "random walk, counter 5x2000", "random", sim.Options{}, 1, counter(5, 2000), 1.3, 187)
	prints := run(t, "the same, fingerprints on", "random", sim.Options{Fingerprint: true}, 1, counter(5, 2000), 0, 0)
	trip, stop := trips()
	defer stop()
	gauges := []*gauge{
		trip, plain,
		run(t, "pct:3, counter 5x2000", "pct:3", sim.Options{}, 1, counter(5, 2000), 0.8, 86),
		run(t, "dfs, without switches", "dfs", sim.Options{}, 1, counter(5, 2000), 0.5, 0),
		run(t, "portfolio, counter 5x2000", "portfolio", sim.Options{}, 1, counter(5, 2000), 0, 0),
		run(t, "random walk, counter 8x20", "random", sim.Options{}, 10, counter(8, 20), 300, 1e9/22_000),
		run(t, "spawn and join of 20 tasks", "random", sim.Options{}, 20, counter(20, 0), 160, 22_500),
		prints,
	}
	measure(gauges, n)
	if !*speed {
		for _, g := range gauges {
			if g.least <= 0 || g.least == math.MaxInt64 {
				t.Errorf("%s: %v", g.name, g.least)
			}
		}
		return
	}
	fmt.Printf("%-29s %10s %22s %8s %s\n", "", "ns", "round trips", "target", "Shuttle's")
	for _, g := range gauges {
		fmt.Println(g.row(trip.ns()))
	}
	fmt.Printf("%-29s %32.2f %8.1f\n", "fingerprints on, to off", prints.ns()/plain.ns(), 1.4)
	if ns := raceMode(t); ns > 0 {
		fmt.Printf("%-29s %10.1f %21.2f %9.1f\n", "race mode, to coroutines", ns, ns/plain.ns(), 8.0)
	}
}

func (g *gauge) row(trip float64) string {
	s := fmt.Sprintf("%-29s %10.1f", g.name, g.ns())
	if g.unit == "" {
		return s
	}
	s += fmt.Sprintf(" %15.2f %s", g.ns()/trip, g.unit)
	if g.target > 0 {
		s += fmt.Sprintf(" %8.1f", g.target)
	}
	if g.shuttle > 0 {
		s += fmt.Sprintf(" %8.2f", g.shuttle/shuttleTrip)
	}
	return s
}

var raceLine = regexp.MustCompile(`race mode (\d+\.\d+) ns a step`)

// raceMode is what a step costs under the race detector; 0: it cannot be built
// here.
func raceMode(t *testing.T) float64 {
	out, err := exec.Command("go", "test", "-race", "-count=1", "-run", "TestRaceSpeed", "-v", "-rounds", strconv.Itoa(max(1, *rounds/4)), "-speed", "brigade/sim/strategy").CombinedOutput()
	m := raceLine.FindSubmatch(out)
	if err != nil || m == nil {
		t.Logf("race mode was not measured (it needs a C compiler): %v\n%s", err, out)
		return 0
	}
	ns, _ := strconv.ParseFloat(string(m[1]), 64)
	return ns
}

// TestRaceSpeed is TestSpeed's row of race mode, when built with -race.
func TestRaceSpeed(t *testing.T) {
	g := run(t, "race mode", "random", sim.Options{}, 1, counter(5, 2000), 0, 0)
	n := 1
	if *speed {
		n = *rounds
	}
	measure([]*gauge{g}, n)
	t.Logf("race mode %.1f ns a step", g.ns())
}
