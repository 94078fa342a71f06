package scenario

import (
	"bytes"
	"testing"

	"brigade/sim"
	"brigade/sim/strategy"
)

// Every sink does what it is there for: files are changed while lines are written, a full
// fifo makes the logger wait, and its reader's leaving loses what is written meanwhile.
// The audit finds a line that is missing from any of them.
func TestSinks(t *testing.T) {
	for kind := toFile; kind <= toLeftFifo; kind++ {
		t.Run(kind.String(), func(t *testing.T) {
			e := new(Env)
			whole, lost, refuted := 0, 0, 0
			var reopened uint64
			for seed := range uint64(100) {
				e.Observers = e.Observers[:0]
				s := newSite(e)
				r := sim.Run(sim.Options{Seed: seed, Strategy: strategy.NewRandom(), World: e.World, Observers: e.Observers}, func() {
					e.Restart()
					p := s.draw(false)
					p.log, p.sink, p.drain, p.logBuffer = true, kind, atEnd, 0
					s.serve(p, func() { s.crowd(p, thoughtful(4), pipelining(4)) })
					if text, _ := s.book.text(); e.refutes(text) == "" {
						whole++
						if i := bytes.IndexByte(text, '\n'); i >= 0 && e.refutes(text[i+1:]) != "" {
							refuted++
						}
					}
				})
				if r.Verdict != nil {
					t.Fatalf("seed %d: %v", seed, r.Verdict)
				}
				told := s.book.log.Told()
				reopened += told.Reopened
				if told.Lost+told.Dropped > 0 {
					lost++
				}
			}
			t.Logf("whole in %d of 100 runs, in %d of them refuted without its first line; lost something in %d; opened anew %d times", whole, refuted, lost, reopened)
			if whole == 0 || refuted == 0 {
				t.Error("no log is whole, or one that lacks a line is not refuted")
			}
			if asks := kind == rotated || kind == overfull || kind == toFifo || kind == toSlowFifo; asks != (reopened > 0) {
				t.Errorf("opened anew %d times", reopened)
			}
			if loses := kind == overfull || kind == toSlowFifo || kind == toLeftFifo; loses != (lost > 0) {
				t.Errorf("something was lost in %d runs", lost)
			}
		})
	}
}
