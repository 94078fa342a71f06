package mutate

import (
	"context"
	"slices"
	"testing"

	"brigade/fuzz"
	"brigade/fuzz/zoo"
)

// The sample of a test: so many mutants, each with so many runs. `brigade mutate`
// hunts all.
const (
	sample = 16
	budget = 100
	least  = 0.5 // of those that some run or model reaches
)

// Most mutants of a sample are killed; those that are said to be equivalent are
// not, and are there; and the program in which none acts does what the core does.
func TestMutants(t *testing.T) {
	if fuzz.RaceBuilt() {
		t.Log("the same without the race detector says more in less time")
		return
	}
	ctx := context.Background()
	root, err := zoo.Root(ctx)
	if err != nil {
		t.Fatal(err)
	}
	list, sources, err := Plant(root, Packages)
	if err != nil {
		t.Fatal(err)
	}
	hunter, err := Build(ctx, root, Packages, sources)
	if err != nil {
		t.Fatal(err)
	}
	defer hunter.Close()
	inert(t, hunter)

	var score Score
	reached := 0
	outcomes, err := hunter.Run(ctx, Sample(list, sample, 1), Options{Runs: budget, Workers: 2})
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range outcomes {
		score.Add(x)
		if x.Reached || x.Modelled {
			reached++
		}
		switch {
		case x.Refuted():
			t.Errorf("%v is killed by %s, and argued to be equivalent", x.Mutant, x.By)
		case !x.Killed:
			t.Logf("survived: %v (reached: %v)", x.Mutant, x.Reached || x.Modelled)
		}
	}
	t.Logf("%d of %d mutants killed, %d reached", score.Killed, score.Mutants, reached)
	if float64(score.Killed) < least*float64(reached) {
		t.Errorf("%d of %d are killed that something reaches; of a sample so small it should be %g at least", score.Killed, reached, least)
	}
}

// inert checks that the program in which no mutant acts makes the runs of the core
// as it is, which is this program's.
func inert(t *testing.T, h *Hunter) {
	t.Helper()
	x := errand{Runs: campaign(400), Note: true}
	var want answer
	if err := x.do(&want, Switch{func(int, bool) {}, func() []int { return nil }}); err != nil {
		t.Fatal(err)
	}
	host := &host{path: h.path}
	defer host.end()
	got, err := host.ask(x, 10*patience)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(got.Hashes, want.Hashes) || got.Runs != 400 || got.Verdict != "" {
		t.Errorf("%d runs are not those of the core as it is, %d: %s %s", got.Runs, want.Runs, got.Verdict, got.Message)
	}
}

// What is argued about is there, and is argued.
func TestEquivalent(t *testing.T) {
	root, err := zoo.Root(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	list, _, err := Plant(root, Packages)
	if err != nil {
		t.Fatal(err)
	}
	stale, err := Stale(list, Packages)
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range stale {
		t.Errorf("equivalent.txt argues about what is gone: %s", key)
	}
}
