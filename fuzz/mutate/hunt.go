package mutate

// Hunting. Each mutant is a process of the one program, which runs the general
// campaign, no scenario named, under the same seeds. A place that no run of the
// unchanged program passes cannot show: the runs would be the same, so they are
// not made. What the campaign does not notice, or does not come to, is shown to
// the models of its package.

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"sync"
	"time"

	"brigade/fuzz/zoo"
)

// Hunter is a program with all mutants in it.
type Hunter struct {
	path   string
	dir    string
	models map[string]*model // by package
	clean  func()
}

// Build builds the program from the sources that Plant changed, and the models of
// packages.
func Build(ctx context.Context, root string, packages []string, s zoo.Sources) (*Hunter, error) {
	dir, err := os.MkdirTemp("", "brigade-mutate-")
	if err != nil {
		return nil, err
	}
	path, err := s.Build(ctx, root, dir, false)
	if err != nil {
		_ = os.RemoveAll(dir) // the first error is the one to tell
		return nil, err
	}
	m, err := models(ctx, root, dir, packages, s)
	if err != nil {
		_ = os.RemoveAll(dir) // as before
		return nil, err
	}
	return &Hunter{path: path, dir: dir, models: m, clean: func() { _ = os.RemoveAll(dir) }}, nil
}

// Close removes the program.
func (h *Hunter) Close() { h.clean() }

// Options bound the work.
type Options struct {
	Runs    uint64           // the budget of each mutant
	Workers int              // mutants at a time
	Told    func(o *Outcome) // is called with each outcome, one at a time
}

// Outcome is what came of a mutant.
type Outcome struct {
	*Mutant
	Killed   bool
	Reached  bool   // a run of the unchanged program passes its place
	Modelled bool   // its package's models do
	By       string // the verdict and its invariant, or Model
	Runs     uint64
	Reason   string // why nothing can tell it from the core as it is; empty: nothing is said
}

// first is how many seeds of each scenario are run first; then eight times as many,
// and so on, to the budget.
const first = 4

// patience is how long a mutant may take for all its runs. One that loops without
// coming to a point needs longer: that kills it, too.
const patience = 40 * time.Second

// Model is what an Outcome is killed by, if not by the campaign.
const Model = "model"

// Run hunts the mutants of list. The unchanged program has to hold.
func (h *Hunter) Run(ctx context.Context, list []*Mutant, o Options) ([]*Outcome, error) {
	reached, err := h.reach(ctx, o.Runs)
	if err != nil {
		return nil, err
	}
	modelled, err := h.modelled(ctx, list)
	if err != nil {
		return nil, err
	}
	reasons, err := Equivalent()
	if err != nil {
		return nil, err
	}
	outcomes := make([]*Outcome, len(list))
	failed := make([]error, len(list))
	turns := make(chan struct{}, max(1, o.Workers))
	var mu sync.Mutex
	var wg sync.WaitGroup
	for i, m := range list {
		x := &Outcome{Mutant: m, Reached: reached[m.Number], Modelled: modelled[m.Number], Reason: reasons[m.Key()]}
		outcomes[i] = x
		wg.Go(func() {
			turns <- struct{}{}
			defer func() { <-turns }()
			if x.Reached {
				failed[i] = h.hunt(ctx, x, o.Runs)
			}
			if failed[i] == nil && !x.Killed && x.Modelled {
				failed[i] = h.model(ctx, x)
			}
			if o.Told != nil && failed[i] == nil {
				mu.Lock()
				defer mu.Unlock()
				o.Told(x)
			}
		})
	}
	wg.Wait()
	return outcomes, errors.Join(failed...)
}

// campaigns calls do with each campaign of the budget, until it says that is enough.
func (h *Hunter) campaigns(budget uint64, value string, do func(c zoo.Campaign) (runs uint64, enough bool, err error)) error {
	c := zoo.Campaign{First: 1, Seeds: first, Workers: 1, Unshrunk: true, Env: []string{Variable + "=" + value}}
	for done := uint64(0); done < budget; {
		runs, enough, err := do(c)
		if err != nil || enough || runs == 0 {
			return err
		}
		done += runs
		c.First += c.Seeds
		each := max(1, runs/c.Seeds)
		c.Seeds = min(8*c.Seeds, max(1, (budget-min(done, budget))/each))
	}
	return nil
}

// hunt runs x's mutant until something is found.
func (h *Hunter) hunt(ctx context.Context, x *Outcome, budget uint64) error {
	timed, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	dir := filepath.Join(h.dir, strconv.Itoa(x.Number))
	defer func() { _ = os.RemoveAll(dir) }()
	return h.campaigns(budget, strconv.Itoa(x.Number), func(c zoo.Campaign) (uint64, bool, error) {
		c.Traces = dir
		r, err := zoo.Hunt(timed, h.path, c)
		switch {
		case ctx.Err() != nil:
			return 0, true, ctx.Err()
		case timed.Err() != nil:
			x.Killed, x.By = true, "hang"
			return 0, true, nil
		case err != nil:
			return 0, true, fmt.Errorf("%v: %w", x.Mutant, err)
		}
		x.Runs += r.Runs
		if len(r.Failures) > 0 {
			f := &r.Failures[0]
			x.Killed, x.By = true, f.Verdict
			if f.Invariant != "" {
				x.By += ":" + f.Invariant
			}
		}
		return r.Runs, x.Killed, nil
	})
}

// reach runs the unchanged program and returns the numbers of the places that it
// passed.
func (h *Hunter) reach(ctx context.Context, budget uint64) (map[int]bool, error) {
	name := filepath.Join(h.dir, "reached")
	err := h.campaigns(budget, "reach:"+name, func(c zoo.Campaign) (uint64, bool, error) {
		r, err := zoo.Hunt(ctx, h.path, c)
		if err == nil && len(r.Failures) > 0 {
			err = fmt.Errorf("the unchanged program fails in %s, seed %d: %s", r.Failures[0].Scenario, r.Failures[0].Seed, r.Failures[0].Message)
		}
		if err != nil {
			return 0, true, err
		}
		return r.Runs, false, nil
	})
	if err != nil {
		return nil, err
	}
	reached := make(map[int]bool)
	return reached, passed(name, reached)
}

// passed reads the numbers of the places that were passed, from the file name.
func passed(name string, to map[int]bool) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }() // it was read only
	for lines := bufio.NewScanner(f); lines.Scan(); {
		n, err := strconv.Atoi(lines.Text())
		if err != nil {
			return err
		}
		to[n] = true
	}
	return nil
}

// model shows x's mutant to the models of its package.
func (h *Hunter) model(ctx context.Context, x *Outcome) error {
	held, _, err := h.models[path.Dir(x.File)].run(ctx, strconv.Itoa(x.Number), patience)
	if err == nil && !held {
		x.Killed, x.By = true, Model
	}
	return err
}

// modelled runs the models of list's packages unchanged, which have to hold, and
// returns the numbers of the places that they passed.
func (h *Hunter) modelled(ctx context.Context, list []*Mutant) (map[int]bool, error) {
	reached, asked := make(map[int]bool), make(map[string]bool)
	for _, x := range list {
		p := path.Dir(x.File)
		m := h.models[p]
		if m == nil || asked[p] {
			continue
		}
		asked[p] = true
		name := m.path + ".reached"
		held, said, err := m.run(ctx, "reach:"+name, 2*patience)
		if err == nil && !held {
			err = fmt.Errorf("the models of %s do not hold of the unchanged package: %s", p, said)
		}
		if err == nil {
			err = passed(name, reached)
		}
		if err != nil {
			return nil, err
		}
	}
	return reached, nil
}
