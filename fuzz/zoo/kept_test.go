package zoo

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"brigade/fuzz"
	"brigade/fuzz/scenario"
	"brigade/sim"
	"brigade/sim/schedule"
	"brigade/traces"
)

// Each kept witness, followed as far as it goes, convicts the core with its patch
// planted, and not the core as it is.
func TestWitnesses(t *testing.T) {
	for _, p := range shown(t) {
		path := program(t, p.ID, planted(t, p), p.Race)
		list := witnesses(t, p)
		if len(list) == 0 {
			t.Errorf("%s has no witness; go test ./fuzz/zoo -run TestWitnesses -rewrite finds some", p.ID)
		}
		for _, w := range list {
			r := follow(t, path, w.path, false)
			if v := w.trace.Verdict; r.Verdict != v.Kind.String() || r.Invariant != v.Invariant {
				t.Errorf("%s: %s; %d of %d departures found no match; -rewrite finds another witness", base(w.path), orHeld(r), len(r.Unmatched), r.Departures)
			}
			t.Logf("%s: %d departures, the same events: %v", base(w.path), r.Departures, r.EventHash == r.TraceHash)
		}
	}
}

// Whatever a witness was kept for, the core as it is holds under its schedule.
func TestWitnessesHoldUnpatched(t *testing.T) {
	paths, err := filepath.Glob(filepath.Join(root(t), "traces", "testdata", "*.trace"))
	if err != nil || len(paths) < 3 {
		t.Fatalf("%d witnesses are kept: %v", len(paths), err)
	}
	for _, path := range paths {
		x, err := traces.Load(path)
		if err != nil {
			t.Error(err)
			continue
		}
		if x.Expect != traces.ExpectHeld {
			continue
		}
		if err := fuzz.CheckKept(scenario.All(), x); err != nil {
			t.Errorf("%s: %v", base(path), err)
		}
	}
}

func orHeld(r *Replay) string {
	if r.Signature == "" {
		return "held"
	}
	return r.Signature
}

// renew replaces the witnesses of p: of each scenario that shows it the one that
// comes down to the fewest departures, of some that campaigns found.
func renew(t *testing.T, p *Patch) {
	t.Helper()
	path := program(t, p.ID, planted(t, p), p.Race)
	shortener := buildTest(t, p)
	best := make(map[string]*traces.Trace)
	for i := range starts {
		c := startOf(i)
		c.Traces = t.TempDir()
		r, err := Hunt(context.Background(), path, c)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range r.Failures {
			old := best[f.Scenario]
			if !p.Convicts(f.Verdict, f.Invariant) || p.Race && old != nil {
				continue
			}
			x := shortened(t, shortener, f.Trace)
			if old == nil || len(x.Departures) < len(old.Departures) {
				best[f.Scenario] = x
			}
		}
	}
	dir := filepath.Join(root(t), "traces", "testdata")
	old, err := filepath.Glob(filepath.Join(dir, p.ID+"-*.trace"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range old {
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
	}
	for _, x := range best {
		if _, err := x.Save(dir, p.ID+"-"+x.FileName(fuzz.DefaultStrategy)); err != nil {
			t.Fatal(err)
		}
	}
}

// shortened shortens the trace in a file, by a program that makes its runs.
func shortened(t *testing.T, shortener, path string) *traces.Trace {
	t.Helper()
	c := exec.Command(shortener)
	c.Env = append(os.Environ(), shortenVariable+"="+path, raceEnvironment(filepath.Join(t.TempDir(), "race"))+" exitcode=0")
	if out, err := c.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", path, err, out)
	}
	x, err := traces.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// buildTest builds this test with p planted, so that it can make p's runs itself.
func buildTest(t *testing.T, p *Patch) string {
	t.Helper()
	dir := t.TempDir()
	overlay, err := Apply(p, root(t), dir)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "zoo.test")
	args := []string{"test", "-c", "-overlay", overlay, "-o", path}
	if p.Race {
		args = append(args, "-race")
	}
	c := exec.Command("go", append(args, ".")...)
	if out, err := c.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return path
}

// shortenVariable makes this test's binary shorten the trace that it names.
const shortenVariable = "BRIGADE_ZOO_SHORTEN"

// shorten takes away departures of the trace in the file path, in blocks of
// halving size, as long as the run ends in the same way, and writes the run that
// is left in its place: what few choices mean survives more edits.
func shorten(path string) (status int) {
	x, err := traces.Load(path)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	same := func(r *fuzz.Replayed, err error) bool {
		return err == nil && (r.Alike() || r.Now.Count > 0 && r.Now.Verdict == sim.DataRace.String() && x.Verdict.Kind == sim.DataRace)
	}
	best, err := fuzz.Replay(scenario.All(), x, false)
	if !same(best, err) {
		fmt.Fprintln(os.Stderr, path, "does not replay:", err)
		return 1
	}
	for size := len(x.Departures); size > 0; {
		shorter := false
		for i := 0; i < len(x.Departures); {
			y := *x
			y.Departures = append([]schedule.Departure{}, x.Departures[:i]...)
			y.Departures = append(y.Departures, x.Departures[min(i+size, len(x.Departures)):]...)
			r, err := fuzz.Replay(scenario.All(), &y, false)
			if !same(r, err) || len(r.Report.Departures) >= len(x.Departures) {
				i += size
				continue
			}
			z := r.Record()
			z.Strategy = x.Strategy
			x, best, shorter = z, r, true
		}
		if len(x.Departures) == 0 || size == 1 && !shorter {
			break
		}
		size = max(1, min(size/2, len(x.Departures)))
	}
	kept := best.Record()
	kept.Expect, kept.Build = traces.ExpectHeld, "unknown"
	if _, err := kept.Save(filepath.Dir(path), filepath.Base(path)); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}
