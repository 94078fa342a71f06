package plants

import (
	"context"
	"flag"
	"regexp"
	"slices"
	"strings"
	"testing"

	"brigade/fuzz"
	"brigade/fuzz/zoo"
)

var (
	// seeds is how many of each scenario a bug has to show itself in.
	seeds = flag.Uint64("plants", 20, "run `N` seeds of each scenario with each bug")
	only  = flag.String("plant", "", "the bugs alone whose names have one of these `WORDS`")
)

// planted builds the program with all bugs in it.
func planted(t *testing.T) string {
	t.Helper()
	ctx := context.Background()
	root, err := zoo.Root(ctx)
	if err != nil {
		t.Fatal(err)
	}
	s, err := Plant(root)
	if err != nil {
		t.Fatal(err)
	}
	path, err := s.Build(ctx, root, t.TempDir(), false)
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// Each bug is reported by the invariant that it breaks, or those listed, and by
// nothing else; and where none acts, nothing is reported.
func TestEachIsReported(t *testing.T) {
	if fuzz.RaceBuilt() {
		t.Log("the same without the race detector says as much in less time")
		return
	}
	path := planted(t)
	for _, b := range chosen(t) {
		row := hunted(t, path, b)
		t.Logf("%-4s %-19s first after %3d runs, in %3d of %d, by %s: %s", b.Invariant, b.Name, row.First, row.Reports, row.Runs, strings.Join(row.By, " "), b.Title)
		if !row.Own() {
			t.Errorf("%s is not reported by %s in %d runs", b.Name, b.Verdicts[0], row.Runs)
		}
		for _, s := range row.Strange {
			t.Errorf("%s is reported by %s", b.Name, s)
		}
	}
	remembers(t, path)
	faults(t, path)
}

// chosen are the bugs that were asked for; by default all, and that none acts.
func chosen(t *testing.T) (bugs []Bug) {
	t.Helper()
	all := append(All(), Bug{Name: "none"})
	if *only == "" {
		t.Logf("%d bugs", len(all)-1)
		return all
	}
	for _, word := range strings.Fields(*only) {
		n := len(bugs)
		for _, b := range all {
			if strings.Contains(b.Name, word) && !slices.ContainsFunc(bugs, func(x Bug) bool { return x.Name == b.Name }) {
				bugs = append(bugs, b)
			}
		}
		if len(bugs) == n {
			t.Fatalf("-plant %q: no further bug has %q in its name", *only, word)
		}
	}
	return bugs
}

// hunted is what came of b, which is hunted in ever more runs until it is reported; the last
// are sixteen times the usual number.
func hunted(t *testing.T, path string, b Bug) *Row {
	t.Helper()
	few := max(*seeds/4, 1)
	if len(b.Verdicts) == 0 {
		few = *seeds // it ends with these
	}
	for n := few; ; n *= 4 {
		row, err := Try(context.Background(), path, b, n, t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		if row.Own() || n >= 16**seeds {
			return row
		}
	}
}

// guardedEvery is of how many seeds one has pages that cannot be touched once they are
// given back.
const guardedEvery = 20

// faults checks that a late read, which changes nothing, faults at its line in runs with
// guarded pages, which the seed tells, and in no others.
func faults(t *testing.T, path string) {
	t.Helper()
	c := zoo.Campaign{First: 1, Seeds: *seeds, Workers: 2, Unshrunk: true, Traces: t.TempDir(), Env: []string{Variable + "=page-read-late"}}
	r, err := zoo.Hunt(context.Background(), path, c)
	if err != nil {
		t.Fatal(err)
	}
	line := regexp.MustCompile(`was touched at offset 7 at core/httpconn/conn\.go:\d+ after \S+ freed it`)
	for i := range r.Failures {
		if f := &r.Failures[i]; f.Seed%guardedEvery != 0 || !line.MatchString(f.Message) {
			t.Errorf("%s, seed %d: %s; want a fault at its line, with a seed that is a multiple of %d", f.Scenario, f.Seed, f.Message, guardedEvery)
		}
	}
	if most := *seeds / guardedEvery * uint64(len(r.Scenarios)); r.Failed == 0 || uint64(r.Failed) > most {
		t.Errorf("%d runs fault, of %d with guarded pages", r.Failed, most)
	}
}

// remembers checks that a server that remembers a fault is seen when faults have
// stopped, and without that is not.
func remembers(t *testing.T, path string) {
	t.Helper()
	for _, b := range All() {
		if b.Name != "refuses-for-good" {
			continue
		}
		row, err := Try(context.Background(), path, b, *seeds, t.TempDir(), Unsettled+"=1")
		if err != nil {
			t.Fatal(err)
		}
		if slices.Contains(row.By, "property:I12") {
			t.Errorf("%s is reported without liveness, too, by %s", b.Name, strings.Join(row.By, " "))
		}
	}
}
