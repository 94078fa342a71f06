package dpor

// The loop that all explorations share: execute, count orders, plan, go back to
// the last place with something left.

import (
	"time"

	"brigade/sim"
	"brigade/sim/hb"
	"brigade/sim/schedule"
)

// search is a way to explore. It is the strategy of each execution.
type search interface {
	schedule.Strategy
	// attach tells it where operations are logged and which draws to enumerate.
	attach(*hb.Recorder, uint64)
	// plan learns from the execution that just ended and prepares the next. False:
	// nothing is left.
	plan() bool
	// state tells the share of the search tree that is done, and what went wrong.
	state() state
}

// state is a search's view of itself.
type state struct {
	done    float64 // estimated share, 0 to 1
	blocked bool    // the last execution was known to be redundant
	fixed   int
	astray  int
}

func explore(o Options, s search, main func()) Result {
	r := Result{Bound: o.Bound, Left: 1}
	var recorder hb.Recorder
	recorder.KeepLog()
	if o.MaxDraw == 0 {
		o.MaxDraw = 8
	}
	s.attach(&recorder, o.MaxDraw)
	run := o.Sim
	run.Strategy, run.Order, run.Departures, run.Whole, run.Record, run.Twice = s, &recorder, nil, true, false, false
	seen := make(map[uint64]int)
	r.seen = seen
	began := time.Now()
	for {
		one := sim.Run(run, main)
		r.take(s, one, seen)
		if one.Verdict != nil {
			if r.Failed++; r.Failure == nil {
				r.Failure = explain(run, one, main)
			}
			if o.First {
				break
			}
		}
		more := s.plan()
		r.Elapsed = time.Since(began)
		if r.estimate(s); !more {
			r.Complete, r.Left = true, 0
			break
		}
		if r.Executions == o.MaxExecutions || o.MaxTime > 0 && r.Elapsed >= o.MaxTime {
			break
		}
		if o.Progress != nil && r.Executions%1024 == 0 {
			o.Progress(r)
		}
	}
	r.Elapsed = time.Since(began)
	return r
}

// take counts one execution.
func (r *Result) take(s search, one *sim.Report, seen map[uint64]int) {
	r.Executions++
	r.Steps += one.Steps
	st := s.state()
	if st.blocked {
		r.Blocked++
		r.Redundant++
		return
	}
	if seen[one.Order]++; seen[one.Order] > 1 {
		r.Redundant++
	}
	r.Orders = len(seen)
}

func (r *Result) estimate(s search) {
	st := s.state()
	r.Fixed, r.Astray = st.fixed, st.astray
	if st.done > 0 {
		r.Left = float64(r.Executions) * (1 - st.done) / st.done
	}
}

// explain repeats a failed execution with everything recorded.
func explain(run sim.Options, one *sim.Report, main func()) *sim.Report {
	run.Whole, run.Record, run.Order = false, true, nil
	run.Strategy = &repeat{tape: one.Tape()}
	if again := sim.Run(run, main); again.Verdict != nil {
		return again
	}
	return one
}

// repeat makes the choices of a run once more.
type repeat struct {
	tape []uint64
	next int
}

func (p *repeat) take() (v uint64) {
	if p.next < len(p.tape) {
		v = p.tape[p.next]
		p.next++
	}
	return v
}

func (p *repeat) Begin(uint64)               { p.next = 0 }
func (p *repeat) Pick(*schedule.Point) int   { return int(p.take()) }
func (p *repeat) Draw(uint64, uint32) uint64 { return p.take() }
func (p *repeat) End(bool)                   {}
