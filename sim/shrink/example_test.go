package shrink_test

import (
	"fmt"

	"brigade/sim"
	"brigade/sim/schedule"
	"brigade/sim/shrink"
)

func ExampleMinimize() {
	failing := sim.Explore(sim.Options{Seed: 1, Runs: 1000}, abba).Failure
	run := func(d []schedule.Departure, record bool) *sim.Report {
		return sim.Run(sim.Options{Departures: d, Record: record}, abba)
	}
	small := shrink.Minimize(run, failing, shrink.Options{})
	for _, d := range small.Report.Departures {
		fmt.Println(d.Key, "->", d.Value)
	}
	fmt.Println(small.After)
	// Output:
	// main/ab.1 main:b.1 lock 1 -> main/ba.1
	// 0 inputs, 0 faults, 1 preemptions, 0 other switches
}
