// Package sim runs programs written on core/rt under a schedule of its own
// choosing: seeded, replayable, and without a real clock.
//
// Every operation of core/rt and every system call is a point at which another
// task may be chosen to run; everything uncertain is a choice drawn from one
// source (package schedule), so a run is its choices, and the same seed gives
// the same events on any machine. Time moves only when nothing can run.
//
// The package knows nothing of HTTP: a simulated kernel plugs in as a World,
// checkers as Observers. What a failed run was is written down by package
// traces.
package sim
