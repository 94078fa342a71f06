package main

// How many of Go's processors (its Ps, GOMAXPROCS) there are. A loop that waits in the
// kernel keeps its P as long as another one is idle; if none is, the runtime's monitor
// takes it away after 20 µs, so that the loop has to find one when it wakes, on another
// thread perhaps, and the monitor looks every 20 µs while it finds any: a fifth of all
// processor time at 64 connections on two processors. So there are a few more than
// loops and processors of the machine: they are idle, which is what they are for.

import (
	"os"
	"runtime"

	"brigade/core/stage"
)

// idlePs is how many are to be idle while all loops have one.
const idlePs = 2

// loops is how many there are in all.
func (o *options) loops() int {
	perShard := 1
	if o.topology.value == stage.Staged {
		perShard = max(o.readers.n, 1) + max(o.writers.n, 1)
		if o.accept.value == stage.AcceptUsual || o.accept.value == stage.AcceptListener {
			perShard++
		}
	}
	return max(o.shards.n, 1) * perShard
}

// ps is how many Ps loops on so many processors want.
func ps(processors, loops int) int { return max(processors, loops) + idlePs }

// setPs sets their number, unless the operator has.
func (o *options) setPs() {
	if os.Getenv("GOMAXPROCS") == "" {
		runtime.GOMAXPROCS(ps(runtime.GOMAXPROCS(0), o.loops()))
	}
}
