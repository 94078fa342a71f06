package zoo

// Seeking. How many runs it takes until a patch is convicted is asked of several
// starting seeds. From each, campaigns of a growing number of seeds follow one
// another, so that what shows itself at once costs little, and the seeds are those
// of one long campaign all the same.

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// Trial is the search from one starting seed.
type Trial struct {
	Runs    uint64   // up to and with the one that convicts; if none does, all
	Failure *Failure // the one that convicts; nil: none within the limit
}

// firstSeeds is how many seeds of each scenario a trial begins with.
const firstSeeds = 8

// Seek runs campaigns of the program at path, which has p planted, from seed first
// on, until a verdict convicts p or limit runs are over. c says how.
func Seek(ctx context.Context, path string, p *Patch, c Campaign, limit uint64) (Trial, error) {
	var t Trial
	c.Unshrunk = true
	for c.Seeds = firstSeeds; t.Runs < limit; c.Seeds *= 4 {
		r, err := Hunt(ctx, path, c)
		if err != nil {
			return t, err
		}
		if f, n := r.First(p); f != nil {
			t.Runs, t.Failure = t.Runs+n, f
			return t, nil
		}
		t.Runs += r.Runs
		c.First += c.Seeds
		if each := max(1, r.Runs/c.Seeds); t.Runs+4*c.Seeds*each > limit {
			c.Seeds = max(1, (limit-min(t.Runs, limit))/each/4) // the last campaign ends at the limit
		}
	}
	return t, nil
}

// Measure is what the trials of a patch under one strategy came to.
type Measure struct {
	Strategy string
	Trials   []Trial // in order of their runs, those without a conviction last
	Took     time.Duration
}

// Starts are the starting seeds of n trials.
func Starts(n int) (list []uint64) {
	for i := range n {
		list = append(list, uint64(i)*1_000_000+1)
	}
	return list
}

// Try makes a trial from each of the starting seeds.
func Try(ctx context.Context, path string, p *Patch, c Campaign, starts []uint64, limit uint64) (*Measure, error) {
	began := time.Now()
	m := &Measure{Strategy: c.Strategy}
	for _, c.First = range starts {
		t, err := Seek(ctx, path, p, c, limit)
		if err != nil {
			return nil, err
		}
		m.Trials = append(m.Trials, t)
	}
	slices.SortStableFunc(m.Trials, func(a, b Trial) int {
		if a.found() != b.found() {
			return b.found() - a.found()
		}
		return int(a.Runs) - int(b.Runs)
	})
	m.Took = time.Since(began)
	return m, nil
}

// found is 1 if a run convicted, else 0.
func (t *Trial) found() int {
	if t.Failure == nil {
		return 0
	}
	return 1
}

// Median is the trial in the middle: half of all needed no more runs.
func (m *Measure) Median() *Trial { return &m.Trials[len(m.Trials)/2] }

// Interval are the least and the greatest number of runs.
func (m *Measure) Interval() (least, most uint64) {
	return m.Trials[0].Runs, m.Trials[len(m.Trials)-1].Runs
}

// Found is how many trials ended with a conviction.
func (m *Measure) Found() (n int) {
	for i := range m.Trials {
		n += m.Trials[i].found()
	}
	return n
}

// Control hunts the program at path, in which nothing is planted, from each of the
// starting seeds. An error says that it fails: then a conviction tells nothing.
func Control(ctx context.Context, path string, c Campaign, starts []uint64) error {
	c.Unshrunk = true
	for _, c.First = range starts {
		r, err := Hunt(ctx, path, c)
		if err != nil {
			return err
		}
		if len(r.Failures) > 0 {
			f := &r.Failures[0]
			return fmt.Errorf("the core as it is fails, so that convictions tell nothing: %s, seed %d: %s", f.Scenario, f.Seed, f.Message)
		}
	}
	return nil
}
