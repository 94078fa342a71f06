// Command brigade is the testbed's door: it lists scenarios, runs campaigns over
// them and replays, shrinks and explains what failed.
//
//	brigade fuzz
//	brigade fuzz --seeds 300 --json
//	brigade replay traces/new/lost-update-5ee1.trace
//
// Its exit status says what was found: 0 all held, 1 usage, 2 a property does not
// hold, 3 an assertion failed, 4 a panic or a data race, 5 a deadlock, lost
// wakeup, hang or livelock, 6 nondeterminism; of several the smallest.
package main

import (
	"os"

	"brigade/fuzz/scenario"
)

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr, scenario.Every())) }
