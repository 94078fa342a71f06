package mutate

// Hunting. Each mutant makes runs of the general campaign, no scenario named, every
// one the same seeds; a host does so for many in turn. A run of the unchanged program
// that does not pass the mutant's place is not made: it would be the same. What the
// campaign does not notice, or does not come to, is shown to the models of its package.

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path"
	"strconv"
	"sync"
	"time"

	"brigade/fuzz/scenario"
	"brigade/fuzz/zoo"
)

// Hunter is a program with all mutants in it.
type Hunter struct {
	path   string
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
	path, err := s.BuildProgram(ctx, path.Dir(hostFile), root, dir, false)
	if err != nil {
		_ = os.RemoveAll(dir) // the first error is the one to tell
		return nil, err
	}
	m, err := models(ctx, root, dir, packages, s)
	if err != nil {
		_ = os.RemoveAll(dir) // as before
		return nil, err
	}
	return &Hunter{path: path, models: m, clean: func() { _ = os.RemoveAll(dir) }}, nil
}

// Close removes the program.
func (h *Hunter) Close() { h.clean() }

// Options bound the work.
type Options struct {
	Runs    uint64           // the budget of each mutant
	Workers int              // mutants at a time
	Told    func(o *Outcome) // is called with each outcome, one at a time
	Own     bool             // mutants are shown to no models but their own package's, which is quick
	Tests   bool             // survivors are shown to all tests of their packages
	Journal *Journal         // keeps outcomes, and has those of earlier sessions; may be nil
}

// Outcome is what came of a mutant.
type Outcome struct {
	*Mutant
	Finding
	Reason string // why nothing can tell it from the core as it is; empty: nothing is said
	before bool   // it survived an earlier session
}

// Finding is what a hunt found.
type Finding struct {
	Killed   bool   `json:"killed"`
	Reached  bool   `json:"reached"`      // a run of the unchanged program passes its place
	Modelled bool   `json:"modelled"`     // a model does
	By       string `json:"by,omitempty"` // the verdict and its invariant, or Model
	Runs     uint64 `json:"runs"`         // that were made
	Tested   bool   `json:"tested"`       // it survived; a test of its package that is no model notices it
}

// patience is how long a mutant may take for all its runs. One that needs longer
// hangs.
const patience = 60 * time.Second

// Model is what an Outcome is killed by, if not by the campaign.
const Model = "model"

// Run hunts the mutants of list. The unchanged program has to hold.
func (h *Hunter) Run(ctx context.Context, list []*Mutant, o Options) ([]*Outcome, error) {
	passing, err := h.reach(list, o.Runs)
	if err != nil {
		return nil, err
	}
	modelled, err := h.modelled(ctx, list, o.Own)
	if err != nil {
		return nil, err
	}
	if o.Tests {
		if err := h.sound(ctx, list); err != nil {
			return nil, err
		}
	}
	reasons, err := Equivalent()
	if err != nil {
		return nil, err
	}
	outcomes := make([]*Outcome, len(list))
	todo := make(chan *Outcome, len(list))
	for i, m := range list {
		x := &Outcome{Mutant: m, Reason: reasons[m.Key()]}
		if known := o.Journal.of(m); known != nil {
			x.Finding = *known
		} else {
			x.before = o.Journal.survived(m)
			x.Reached, x.Modelled = len(passing[m.Number]) > 0, len(modelled[m.Number]) > 0
			todo <- x
		}
		outcomes[i] = x
	}
	close(todo)
	failed := make([]error, max(1, o.Workers))
	var told sync.Mutex
	var wg sync.WaitGroup
	for i := range failed {
		wg.Go(func() {
			host := &host{path: h.path}
			defer host.end()
			for x := range todo {
				err := h.hunt(ctx, host, x, passing[x.Number], modelled[x.Number])
				if err == nil && o.Tests && !x.Killed {
					err = h.test(ctx, x)
				}
				told.Lock()
				if err == nil {
					err = o.Journal.keep(x)
				}
				if err == nil && o.Told != nil {
					o.Told(x)
				}
				told.Unlock()
				if err != nil {
					failed[i] = err
					return
				}
			}
		})
	}
	wg.Wait()
	return outcomes, errors.Join(failed...)
}

// hunt shows x's mutant to the runs of the campaign that pass its place, and to the
// models that do: those first, if the campaign did not notice it before.
func (h *Hunter) hunt(ctx context.Context, host *host, x *Outcome, runs []run, models []*model) error {
	if x.before {
		if err := h.model(ctx, x, models); err != nil {
			return err
		}
		models = nil
	}
	if len(runs) > 0 && !x.Killed {
		a, err := host.ask(errand{Mutant: x.Number, Runs: runs}, patience)
		if err != nil {
			return fmt.Errorf("%v: %w", x.Mutant, err)
		}
		x.Runs = a.Runs
		if x.Killed, x.By = a.Verdict != "", a.Verdict; a.Invariant != "" {
			x.By += ":" + a.Invariant
		}
	}
	if err := h.model(ctx, x, models); err != nil {
		return err
	}
	return ctx.Err()
}

// model shows x's mutant to models.
func (h *Hunter) model(ctx context.Context, x *Outcome, models []*model) error {
	for _, m := range models {
		if x.Killed {
			break
		}
		held, _, err := m.run(ctx, m.args, strconv.Itoa(x.Number), patience)
		if err != nil {
			return err
		}
		if !held {
			x.Killed, x.By = true, Model
		}
	}
	return nil
}

// test shows x's mutant to the tests of its package that are no models.
func (h *Hunter) test(ctx context.Context, x *Outcome) error {
	m := h.models[path.Dir(x.File)]
	if m == nil {
		return nil
	}
	held, _, err := m.run(ctx, m.rest, strconv.Itoa(x.Number), patience)
	x.Tested = err == nil && !held
	return err
}

// sound checks that the tests of list's packages hold when no mutant acts.
func (h *Hunter) sound(ctx context.Context, list []*Mutant) error {
	asked := make(map[string]bool)
	for _, x := range list {
		p := path.Dir(x.File)
		if m := h.models[p]; m != nil && !asked[p] {
			asked[p] = true
			if held, said, err := m.run(ctx, m.rest, "0", 2*patience); err != nil || !held {
				return errors.Join(fmt.Errorf("the tests of %s do not hold of the unchanged package: %s", p, said), err)
			}
		}
	}
	return nil
}

// campaign is the first runs of the general campaign.
func campaign(runs uint64) (list []run) {
	for seed := uint64(1); ; seed++ {
		for _, name := range scenario.All().Names() {
			if uint64(len(list)) == runs {
				return list
			}
			list = append(list, run{name, seed})
		}
	}
}

// reach makes the campaign's runs with the unchanged program, and returns for each
// mutant of list those that pass its place.
func (h *Hunter) reach(list []*Mutant, budget uint64) (map[int][]run, error) {
	host := &host{path: h.path}
	defer host.end()
	passing := make(map[int][]run, len(list))
	for _, m := range list {
		passing[m.Number] = nil
	}
	runs := campaign(budget)
	for len(runs) > 0 {
		some := runs[:min(len(runs), 100)]
		runs = runs[len(some):]
		a, err := host.ask(errand{Runs: some, Note: true}, 10*patience)
		if err == nil && a.Verdict != "" {
			last := some[max(1, a.Runs)-1]
			err = fmt.Errorf("the unchanged program fails in %s, seed %d: %s: %s", last.Scenario, last.Seed, a.Verdict, a.Message)
		}
		if err != nil {
			return nil, err
		}
		for i, places := range a.Passed {
			for _, k := range places {
				if before, ours := passing[k]; ours {
					passing[k] = append(before, some[i])
				}
			}
		}
	}
	return passing, nil
}
