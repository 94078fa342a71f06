// Package fuzz is the attack: it runs scenarios under many seeds, in many
// processes, and keeps what failed.
//
// A campaign cuts its seeds into units of work. A unit goes to a worker process
// as one line of JSON and comes back as counts and failures; a worker that dies
// or hangs takes one run with it and is replaced. Nothing of a result depends on
// how seeds were cut or who ran them.
//
//	c := fuzz.Campaign{Set: scenario.All(), Seeds: 300, First: 1, Workers: 2, Command: fuzz.Self("worker")}
//	summary, err := c.Run(ctx)
//
// What runs is package scenario's, how it is judged package invariants', how a
// failure is written down package traces'. Commands are in cmd/brigade.
package fuzz
