// Package shrink makes a failing run small: it looks for the fewest choices that
// still lead to the same failure.
//
// It owns nothing and knows no scenario. It is given a way to run a schedule and
// a failing run, and answers with a smaller one: first the input is reduced, then
// the faults, then the context switches, each under one signature. Candidates are
// replayed as best they fit, and what a run really used is the base of the next.
//
//	run := func(d []schedule.Departure, record bool) *sim.Report {
//		return sim.Run(sim.Options{Seed: seed, Departures: d, Record: record}, program)
//	}
//	small := shrink.Minimize(run, failing, shrink.Options{})
//	fmt.Println(small.After, "of", small.Before, "choices matter")
//
// Why the small run fails is told by package explain; which process runs what is
// the business of package fuzz.
package shrink
