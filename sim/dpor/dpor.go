// Package dpor explores every order of a program's operations, each about once,
// and says when none is left.
//
// Two schedules that differ only in operations that commute show the same. An
// exploration executes one schedule, looks for pairs of operations that could
// have come the other way round, and plans for each a schedule in which they do;
// when no plan is left, every order has been seen, and if no execution failed,
// none can: a proof up to the program's size.
//
//	r := dpor.Explore(dpor.Options{Bound: dpor.Unbounded}, func() { … })
//	if r.Failed == 0 && r.Complete { … }
//
// What is enumerated is the order of operations on core/rt and of system calls,
// and draws of few alternatives. Time passes only when nothing can run, draws of
// many alternatives keep their default, and plain memory is taken to be free of
// data races, for which package sim has its race mode. Observers see one
// schedule of each order.
package dpor

import (
	"maps"
	"slices"
	"time"

	"brigade/sim"
)

// Unbounded as Options.Bound allows any number of preemptions.
const Unbounded = -1

// Options say what to explore.
type Options struct {
	Sim   sim.Options // Strategy, Order and Departures are the exploration's own
	Bound int         // at most this many preemptions in a schedule, in searches of all of those; Unbounded: any

	MaxExecutions int           // stop after so many; 0: never
	MaxTime       time.Duration // stop after so long in real time; 0: never
	MaxDraw       uint64        // enumerate draws of at most so many alternatives; 0: 8
	First         bool          // stop at the first failure

	Progress func(Result) // is told now and then, if not nil
}

// Result is what an exploration showed.
type Result struct {
	Executions int
	Orders     int // distinct, by fingerprint
	Redundant  int // executions that showed an order seen before
	Blocked    int // of them, those that the exploration itself knew to be redundant
	Steps      int

	Bound    int  // as asked
	Complete bool // nothing is left within the bound
	Fixed    int  // draws that were not enumerated: complete but for these
	Astray   int  // plans that could not be followed

	Failed  int         // executions that failed
	Failure *sim.Report // of the first of them, explained; nil: none failed

	Left    float64       // estimated executions that are left, after Knuth (1975)
	Elapsed time.Duration // real time

	seen map[uint64]int // executions of each order
}

// Seen are the fingerprints of the orders, in no particular order.
func (r *Result) Seen() []uint64 { return slices.Collect(maps.Keys(r.seen)) }

// Explore executes main until every order has been seen, or a bound of o is
// reached.
func Explore(o Options, main func()) Result {
	if o.Bound != Unbounded {
		return explore(o, &frontier{bound: o.Bound, seen: make(map[uint64]int)}, main)
	}
	return explore(o, new(optimal), main)
}

// Exhaust executes every schedule, one by one: the reference by which Explore is
// judged, without reduction of any kind.
func Exhaust(o Options, main func()) Result { return explore(o, &frontier{bound: o.Bound}, main) }

// Deepen explores with no preemption, then with one, and so on to o.Bound, until
// one fails or a bound of o is reached (iterative context bounding, Musuvathi and
// Qadeer 2007). It returns the result of each round; o.MaxTime is for all.
func Deepen(o Options, main func()) (rounds []Result) {
	for k := 0; k <= o.Bound; k++ {
		p := o
		p.Bound = k
		r := Explore(p, main)
		rounds = append(rounds, r)
		if r.Failed > 0 || !r.Complete {
			break
		}
		if o.MaxTime > 0 {
			if o.MaxTime -= r.Elapsed; o.MaxTime <= 0 {
				break
			}
		}
	}
	return rounds
}
