package main

// The mutate command: how many small changes of the core the campaign notices.

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"brigade/fuzz"
	"brigade/fuzz/mutate"
	"brigade/fuzz/zoo"
)

// mutateFlags are the flags of brigade mutate.
type mutateFlags struct {
	budget  uint64
	sample  int
	match   string
	matched *regexp.Regexp
	seed    seedValue
	workers int
	json    bool
	resume  string
	again   bool
	tests   bool
	own     bool
}

func (p *program) mutate() *cobra.Command {
	f := new(mutateFlags)
	c := &cobra.Command{
		Use:   "mutate [PACKAGE...]",
		Short: "Change the core in small ways and see what campaigns notice",
		Long: `Mutate changes the core's packages (directories such as core/poll; all but the
seams, if none is named) at every place where an operator applies,
one place at a time, and runs the general campaign on each; what that does not
notice is shown to the package's own models. It prints the share of mutants that
was noticed, raw and without those argued to be equivalent, and those that
survived, with their lines.

It is to be run in the module's sources. The exit status is 2 if a mutant that is
argued to be equivalent was noticed, or the argument is about code that is gone.`,
		RunE: func(_ *cobra.Command, packages []string) error {
			switch {
			case f.budget == 0:
				return fmt.Errorf("--budget is %d; it must be at least 1", f.budget)
			case f.sample < 0 || f.workers < 1:
				return fmt.Errorf("--sample is %d and -j is %d; they are 0 and 1 at least", f.sample, f.workers)
			case f.again && f.resume == "":
				return errors.New("--again needs --resume: who survived stands there")
			}
			if err := f.matches(); err != nil {
				return err
			}
			for i := range packages {
				packages[i] = path.Clean(packages[i])
			}
			if len(packages) == 0 {
				packages = mutate.Packages
			}
			return p.mutateCore(f, packages)
		},
	}
	c.Flags().Uint64Var(&f.budget, "budget", 3000, "give up on a mutant after the first `N` runs, of which those are made that come to its place")
	c.Flags().IntVar(&f.sample, "sample", 0, "draw `K` of the mutants (0: all)")
	c.Flags().StringVar(&f.match, "match", "", "change what `REGEXP` matches alone, such as core/stage/(live|accompany).go; what is matched reads FILE:FUNCTION:OPERATOR:TEXT")
	c.Flags().Var(&f.seed, "seed", "by which the sample is drawn")
	c.Flags().IntVarP(&f.workers, "workers", "j", runtime.NumCPU(), "mutants at a time")
	c.Flags().BoolVar(&f.json, "json", false, "print one JSON object")
	c.Flags().StringVar(&f.resume, "resume", "", "keep outcomes in `FILE`, and believe those that are there")
	c.Flags().BoolVar(&f.tests, "tests", false, "show survivors to all tests of their packages, and count apart what those notice")
	c.Flags().BoolVar(&f.own, "own", false, "show mutants to no models but their own package's, which is quicker")
	c.Flags().BoolVar(&f.again, "again", false, "hunt those of --resume that survived once more")
	return c
}

// matches compiles what is to be matched.
func (f *mutateFlags) matches() error {
	var err error
	if f.matched, err = regexp.Compile(f.match); err != nil {
		return fmt.Errorf("--match %q is no regular expression: %w", f.match, err)
	}
	return nil
}

// mutateCore does it.
func (p *program) mutateCore(f *mutateFlags, packages []string) error {
	began := time.Now()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	root, err := zoo.Root(ctx)
	if err != nil {
		return err
	}
	list, sources, err := mutate.Plant(root, packages)
	if err != nil {
		return err
	}
	stale, err := mutate.Stale(list, packages)
	if err != nil {
		return err
	}
	hunter, err := mutate.Build(ctx, root, packages, sources)
	if err != nil {
		return err
	}
	defer hunter.Close()
	list = slices.DeleteFunc(list, func(m *mutate.Mutant) bool { return !f.matched.MatchString(m.Key()) })
	if len(list) == 0 {
		return fmt.Errorf("--match %q matches no mutant of %s", f.match, strings.Join(packages, ", "))
	}
	sample := mutate.Sample(list, f.sample, f.seed.n)
	done := 0
	o := mutate.Options{Runs: f.budget, Workers: f.workers, Own: f.own, Tests: f.tests, Told: func(*mutate.Outcome) {
		if done++; done%100 == 0 {
			_, _ = fmt.Fprintf(p.stderr, "%d of %d mutants, %s\n", done, len(sample), short(time.Since(began)))
		}
	}}
	if f.resume != "" {
		j, err := mutate.OpenJournal(f.resume, f.budget, f.again)
		if err != nil {
			return err
		}
		defer func() { _ = j.Close() }() // each outcome was written when it was known
		o.Journal = j
	}
	outcomes, err := hunter.Run(ctx, sample, o)
	if err != nil {
		return err
	}
	r := newMutationReport(outcomes, stale, packages)
	r.Budget, r.Planted, r.Seconds = f.budget, len(list), time.Since(began).Seconds()
	if len(r.Refuted)+len(r.Stale) > 0 {
		p.class = fuzz.ClassProperty
	}
	if f.json {
		return json.NewEncoder(p.stdout).Encode(r)
	}
	p.tellMutation(r)
	return nil
}

// mutationReport is what mutate prints.
type mutationReport struct {
	mutate.Score
	Planted    int             `json:"planted"` // of which the mutants are a sample
	Raw        float64         `json:"raw"`
	Net        float64         `json:"without_equivalent"`
	Budget     uint64          `json:"budget"`
	Seconds    float64         `json:"seconds"`
	ByPackage  []mutationPart  `json:"packages"`
	ByOperator []mutationPart  `json:"operators"`
	Survivors  []mutationPlace `json:"survivors"`
	Refuted    []mutationPlace `json:"refuted,omitempty"`
	Stale      []string        `json:"stale,omitempty"`
	Verdicts   map[string]int  `json:"verdicts"` // that killed
}

// mutationPart is the score of a part of the mutants.
type mutationPart struct {
	Name string `json:"name"`
	mutate.Score
}

// mutationPlace is a mutant in the report.
type mutationPlace struct {
	File     string `json:"file"`
	Line     int    `json:"line"`
	Function string `json:"function"`
	Operator string `json:"operator"`
	Text     string `json:"text"`
	Reached  bool   `json:"reached"`
	Key      string `json:"key"`
}

func newMutationReport(outcomes []*mutate.Outcome, stale, packages []string) *mutationReport {
	r := &mutationReport{Stale: stale, Verdicts: make(map[string]int), Survivors: []mutationPlace{}}
	slices.Sort(r.Stale)
	for _, name := range packages {
		r.ByPackage = append(r.ByPackage, mutationPart{Name: name})
	}
	for _, x := range outcomes {
		r.Add(x)
		part(&r.ByPackage, path.Dir(x.File)).Add(x)
		part(&r.ByOperator, string(x.Operator)).Add(x)
		place := mutationPlace{x.File, x.Line, x.Function, string(x.Operator), x.Text, x.Reached || x.Modelled, x.Key()}
		switch {
		case x.Refuted():
			r.Refuted = append(r.Refuted, place)
		case x.Survived():
			r.Survivors = append(r.Survivors, place)
		}
		if x.Killed {
			r.Verdicts[x.By]++
		}
	}
	r.Raw, r.Net = r.Score.Raw(), r.Score.Net()
	return r
}

// part is the part called name, made if it is not there.
func part(list *[]mutationPart, name string) *mutate.Score {
	i := slices.IndexFunc(*list, func(x mutationPart) bool { return x.Name == name })
	if i < 0 {
		i = len(*list)
		*list = append(*list, mutationPart{Name: name})
	}
	return &(*list)[i].Score
}

func (p *program) tellMutation(r *mutationReport) {
	for _, x := range r.Survivors {
		note := ""
		if !x.Reached {
			note = "  (neither a run nor a model comes there)"
		}
		p.printf("survived  %s:%d %s %s: %s%s\n", x.File, x.Line, x.Function, x.Operator, x.Text, note)
	}
	for _, x := range r.Refuted {
		p.printf("refuted   %s:%d is argued to be equivalent, and was noticed: %s\n", x.File, x.Line, x.Key)
	}
	for _, key := range r.Stale {
		p.printf("stale     equivalent.txt argues about what is gone: %s\n", key)
	}
	p.printf("%-22s %7s %8s %7s %6s %10s %9s %8s %6s\n", "", "mutants", "campaign", "models", "raw", "equivalent", "unreached", "without", "tests")
	for _, list := range [][]mutationPart{r.ByOperator, r.ByPackage, {{"all", r.Score}}} {
		for i := range list {
			x := &list[i]
			p.printf("%-22s %7d %8d %7d %5.1f%% %10d %9d %7.1f%% %6d\n", x.Name, x.Mutants, x.Killed-x.ByModel, x.ByModel, 100*x.Raw(), x.Equivalent, x.Unreached, 100*x.Net(), x.ByTest)
		}
		p.printf("\n")
	}
	p.printf("%d of %d mutants killed within %s each: %.1f%%, without those argued equivalent %.1f%%; %d planted, %s\n",
		r.Killed, r.Mutants, plural(r.Budget, "run"), 100*r.Raw, 100*r.Net, r.Planted, short(time.Duration(r.Seconds*float64(time.Second))))
}
