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

// seeds is how many of each scenario a bug has to show itself in.
var seeds = flag.Uint64("plants", 20, "run `N` seeds of each scenario with each bug")

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
	all := append(All(), Bug{Name: "none"})
	rows := make([]*Row, len(all))
	t.Cleanup(func() { tell(t, rows) })
	for i, b := range all {
		t.Run(b.Name, func(t *testing.T) {
			t.Parallel()
			rows[i] = hunted(t, path, b)
			if !rows[i].Own() {
				t.Errorf("it is not reported by %s in %d runs", b.Verdicts[0], rows[i].Runs)
			}
			for _, s := range rows[i].Strange {
				t.Errorf("it is reported by %s", s)
			}
		})
	}
	t.Run("liveness", func(t *testing.T) { t.Parallel(); remembers(t, path) })
	t.Run("guarded", func(t *testing.T) { t.Parallel(); faults(t, path) })
}

// tell prints what has come of those that were hunted.
func tell(t *testing.T, rows []*Row) {
	t.Helper()
	for _, r := range rows {
		if r != nil {
			t.Logf("%-4s %-19s first after %3d runs, in %3d of %d, by %s: %s", r.Invariant, r.Name, r.First, r.Reports, r.Runs, strings.Join(r.By, " "), r.Title)
		}
	}
}

// hunted is what came of b, which is hunted in ever more runs until it is reported; at most
// in sixteen times the usual number.
func hunted(t *testing.T, path string, b Bug) *Row {
	t.Helper()
	row := &Row{Bug: b}
	to := max(*seeds/4, 1)
	if len(b.Verdicts) == 0 {
		to = *seeds // it ends with these
	}
	for from := uint64(0); ; from, to = to, 4*to {
		if err := row.Try(context.Background(), path, from, to, t.TempDir()); err != nil {
			t.Fatal(err)
		}
		if row.Own() || to >= 16**seeds {
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
	c := zoo.Campaign{First: 1, Seeds: *seeds, Workers: 1, Unshrunk: true, Traces: t.TempDir(), Env: []string{Variable + "=page-read-late"}}
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
		row := &Row{Bug: b}
		if err := row.Try(context.Background(), path, 0, *seeds, t.TempDir(), Unsettled+"=1"); err != nil {
			t.Fatal(err)
		}
		if slices.Contains(row.By, "property:I12") {
			t.Errorf("%s is reported without liveness, too, by %s", b.Name, strings.Join(row.By, " "))
		}
	}
}
