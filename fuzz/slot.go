package fuzz

// A slot is one worker's place: whatever happens to the process in it, its units
// get done.

import (
	"context"
	"errors"
	"fmt"
	"time"

	"brigade/sim"
)

// slot asks one worker process after another.
type slot struct {
	c     *Campaign
	ctx   context.Context // done: no more, and bring to an end what runs
	now   *process        // nil: to be started
	twin  *slot           // for Campaign.Twice: a second process
	quiet bool            // the twin: its results are compared, and not counted
}

// outcome is what came of a unit.
type outcome struct {
	hashes map[uint64]uint64 // by seed, of the runs that came to an end
	lost   bool              // one cost a worker
}

func newSlot(c *Campaign, ctx context.Context) *slot {
	s := &slot{c: c, ctx: ctx}
	if c.Twice {
		s.twin = &slot{c: c, ctx: ctx, quiet: true}
	}
	return s
}

// serve does units until there are no more.
func (s *slot) serve(source *source) error {
	for s.ctx.Err() == nil {
		u := source.take()
		if u == nil {
			return nil
		}
		began := time.Now()
		first, err := s.do(*u)
		if err != nil {
			return err
		}
		source.took(u.Scenario, u.Count, time.Since(began))
		if s.twin == nil {
			continue
		}
		second, err := s.twin.do(*u)
		if err != nil {
			return err
		}
		if err := s.compare(u, first, second); err != nil {
			return err
		}
	}
	return nil
}

// do does a unit, with as many processes as it takes.
func (s *slot) do(u Unit) (outcome, error) {
	o := outcome{hashes: make(map[uint64]uint64)}
	for u.Count > 0 && s.ctx.Err() == nil {
		r, lost, err := s.ask(&u)
		if err != nil {
			return o, err
		}
		if lost == nil {
			s.take(&u, r, &o)
			if r.Last {
				s.discard()
			}
			continue
		}
		s.discard()
		if s.ctx.Err() != nil {
			return o, nil // it did not stop in time
		}
		if u.Count > 1 {
			return o, s.split(u, lost, &o)
		}
		o.lost = true
		return o, s.blame(&u, lost)
	}
	return o, nil
}

// take adds the result of u's first seeds, and leaves the others in u.
func (s *slot) take(u *Unit, r *Result, o *outcome) {
	for i, h := range r.Hashes {
		o.hashes[u.seed(i)] = h
	}
	if !s.quiet {
		s.c.done(u, r.Done, func() { s.c.tally.add(r) })
	}
	u.First, u.Count = u.seed(r.Done), u.Count-r.Done
}

// split does u, with which a worker was lost, seed by seed, to learn with which
// one.
func (s *slot) split(u Unit, lost *sim.Verdict, o *outcome) error {
	repeated := false
	for i := range u.Count {
		one := u
		one.First, one.Count = u.seed(i), 1
		part, err := s.do(one)
		if err != nil {
			return err
		}
		if s.ctx.Err() != nil {
			return nil
		}
		repeated = repeated || part.lost
		for seed, h := range part.hashes {
			o.hashes[seed] = h
		}
	}
	o.lost = repeated
	if repeated {
		return nil
	}
	lost.Message += fmt.Sprintf(" at one of the %d seeds from %#x on, and did not when each was run alone", u.Count, u.First)
	u.Count = 0
	return s.blame(&u, lost)
}

// blame records that u's first seed, its only one, cost a worker.
func (s *slot) blame(u *Unit, lost *sim.Verdict) error {
	f, err := s.c.blame(u, u.First, lost)
	if err == nil && !s.quiet {
		s.c.done(u, u.Count, func() { s.c.tally.lost(Counts{Runs: uint64(u.Count)}, f) })
	}
	return err
}

// compare says whether the two runs of each seed were the same.
func (s *slot) compare(u *Unit, first, second outcome) error {
	for i := range u.Count {
		seed := u.seed(i)
		a, ok := first.hashes[seed]
		b, again := second.hashes[seed]
		if !ok || !again || a == b {
			continue
		}
		f, err := s.c.blame(u, seed, &sim.Verdict{
			Kind:    sim.Nondeterminism,
			Message: fmt.Sprintf("two processes ran this seed and saw other events: their hashes are %#x and %#x", a, b),
		})
		if err != nil {
			return err
		}
		s.c.tally.add(&Result{Failures: []Failure{f}})
	}
	return nil
}

// ask gives u to the process. lost says how the process was lost instead of
// answering; err, that there can be no answer.
func (s *slot) ask(u *Unit) (r *Result, lost *sim.Verdict, err error) {
	if s.now == nil {
		if s.now, err = start(s.c.Command); err != nil {
			return nil, nil, err
		}
	}
	p := s.now
	p.send(control{Unit: u})
	late := s.after(u)
	done := s.ctx.Done()
	var tooLate <-chan time.Time
	for {
		select {
		case r, ok := <-p.results:
			if !ok {
				p.kill()
				return nil, &sim.Verdict{Kind: sim.Panic, Message: p.death(), Stack: cleanStack(p.said.String())}, nil
			}
			return s.check(u, &r)
		case <-done:
			p.send(control{Stop: true})
			done, tooLate = nil, time.After(grace)
		case <-late:
			p.kill()
			return nil, &sim.Verdict{
				Kind: sim.Hang, Invariant: "I11", Stack: cleanStack(p.said.String()),
				Message: fmt.Sprintf("a worker process did not answer within %v and was ended", s.c.patience()),
			}, nil
		case <-tooLate:
			p.kill()
			return nil, new(sim.Verdict), nil
		}
	}
}

// check makes sure that r answers u.
func (s *slot) check(u *Unit, r *Result) (*Result, *sim.Verdict, error) {
	if r.Error != "" {
		return nil, nil, errors.New(r.Error)
	}
	stuck := r.Done == 0 && s.ctx.Err() == nil
	if r.ID != u.ID || r.Done < 0 || r.Done > u.Count || stuck {
		return nil, &sim.Verdict{
			Kind:    sim.Panic,
			Message: fmt.Sprintf("a worker answered unit %d with %d runs; it had been given unit %d with %d", r.ID, r.Done, u.ID, u.Count),
		}, nil
	}
	return r, nil, nil
}

func (c *Campaign) patience() time.Duration {
	if c.Patience > 0 {
		return c.Patience
	}
	return 2 * time.Minute
}

func (s *slot) after(u *Unit) <-chan time.Time {
	if s.c.after != nil {
		return s.c.after(u, s.c.patience())
	}
	return time.After(s.c.patience())
}

// discard ends the process; the next unit starts another.
func (s *slot) discard() {
	if s.now != nil {
		s.now.kill()
		s.c.tally.spent(s.now.cpu())
		s.now = nil
	}
}

// close lets the processes end.
func (s *slot) close() {
	if s.now != nil {
		s.now.finish(grace)
		s.c.tally.spent(s.now.cpu())
		s.now = nil
	}
	if s.twin != nil {
		s.twin.close()
	}
}
