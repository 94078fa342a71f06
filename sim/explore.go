package sim

import (
	"fmt"
	"reflect"
	"time"

	"brigade/sim/hb"
)

// Result is what an exploration showed.
type Result struct {
	Runs     int
	Steps    int
	Virtual  time.Duration
	Orders   int     // distinct orders of what happened, by fingerprint
	Unseen   float64 // estimated probability that one more run shows another (Good-Turing)
	Complete bool    // every schedule was run, so that no other run can fail
	Failure  *Report // the first failed run, recorded; nil: none failed

	options Options
	main    func()
}

// enumerator is a strategy that knows when it is through.
type enumerator interface {
	Done() bool     // nothing is left to run
	Complete() bool // and nothing was left out
}

// Explore runs main under o.Runs different seeds, from o.Seed on, until one fails
// or none is left. Options{Seed: r.Failure.Seed} makes the failed run again, in
// any process; its departures do so for as long as the program fits them.
func Explore(o Options, main func()) Result {
	o = o.withDefaults()
	r := Result{options: o, main: main}
	seen := make(map[uint64]int)
	all, _ := o.Strategy.(enumerator)
	for i := range o.Runs {
		p := o
		p.Seed, p.Fingerprint = o.Seed+uint64(i), true
		one := Run(p, main)
		r.Runs++
		r.Steps += one.Steps
		r.Virtual += one.Virtual
		seen[one.Order]++
		if one.Verdict != nil {
			r.Failure = one
			break
		}
		if one.fixed || all != nil && all.Done() {
			r.Complete = one.fixed || all.Complete()
			break
		}
	}
	r.Orders, r.Unseen = len(seen), hb.GoodTuring(seen)
	if r.Complete {
		r.Unseen = 0
	}
	return r
}

// String is the result in a line or, of a failure, in a few.
func (r Result) String() string {
	text := fmt.Sprintf("%d runs, %d distinct orders", r.Runs, r.Orders)
	switch {
	case r.Failure != nil:
		return fmt.Sprintf("%v\n  strategy %s   seed %#x, run %d of %d, %d distinct orders\n%s",
			r.Failure.Verdict, strategyName(r.options), r.Failure.Seed, r.Runs, r.options.Runs, r.Orders, r.Explain())
	case r.Complete:
		return text + ", all there are; all held"
	}
	return text + fmt.Sprintf("; all held; the next shows a new one with probability %.2g", r.Unseen)
}

// strategyName is the name of o's strategy, or else its type.
func strategyName(o Options) string {
	if s, ok := o.Strategy.(fmt.Stringer); ok {
		return s.String()
	}
	return reflect.TypeOf(o.Strategy).String()
}
