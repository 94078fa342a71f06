package zoo

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"brigade/fuzz"
	"brigade/fuzz/scenario"
	"brigade/traces"
)

// Each kept witness, followed as far as it goes, convicts the core with its patch
// planted, and not the core as it is.
func TestWitnesses(t *testing.T) {
	for _, p := range sampled(t) {
		t.Run(p.ID, func(t *testing.T) {
			t.Parallel()
			path := program(t, p.ID, planted(t, p), p.Race)
			list := witnesses(t, p)
			if len(list) == 0 {
				t.Error("there is no witness; go test ./fuzz/zoo -run TestWitnesses -rewrite finds some")
			}
			for _, w := range list {
				r := follow(t, path, w.path, false)
				if !p.Convicts(r.Verdict, r.Invariant) {
					t.Errorf("%s: %s; %d of %d departures found no match; -rewrite finds another witness", base(w.path), orHeld(r), len(r.Unmatched), r.Departures)
				}
				t.Logf("%s: %d departures, the same events: %v", base(w.path), r.Departures, r.EventHash == r.TraceHash)
			}
		})
	}
}

// witnessBytes is how large the file of a witness may be.
const witnessBytes = 200_000

// Whatever a witness was kept for, the core as it is holds under its schedule; and it is
// small enough to be kept.
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
		if i, err := os.Stat(path); err != nil || i.Size() > witnessBytes {
			t.Errorf("%s is larger than %d bytes, with %d events; brigade shrink makes it smaller: %v", base(path), witnessBytes, len(x.Events), err)
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

// stale takes away the witnesses of p, in dir, that do not convict it any more, and
// reports whether none is left.
func stale(t *testing.T, p *Patch, path, dir string) bool {
	t.Helper()
	list, err := filepath.Glob(filepath.Join(dir, p.ID+"-*.trace"))
	if err != nil {
		t.Fatal(err)
	}
	none := true
	for _, name := range list {
		if r := follow(t, path, name, false); p.Convicts(r.Verdict, r.Invariant) {
			none = false
			continue
		}
		t.Logf("%s goes", base(name))
		if err := os.Remove(name); err != nil {
			t.Fatal(err)
		}
	}
	return none
}

// shownEvents is how many of its events a witness keeps: whoever reads it looks at the end,
// and one that goes round in circles would have twenty thousand of them.
const shownEvents = 1000

// renew finds a witness of p if none is left that convicts: the smallest of those
// that come of the trials.
func renew(t *testing.T, p *Patch) {
	t.Helper()
	dir := filepath.Join(root(t), "traces", "testdata")
	path := program(t, p.ID, planted(t, p), p.Race)
	if !stale(t, p, path, dir) {
		return
	}
	c := Campaign{Workers: 1, Traces: t.TempDir()}
	m, err := Try(context.Background(), path, p, c, Starts(starts), limits[p.Difficulty])
	if err != nil {
		t.Fatal(err)
	}
	if f, least, most := m.Median().Failure, uint64(0), uint64(0); f != nil {
		least, most = m.Interval()
		t.Logf("%s: %d of %d, by %s %s, %d runs (%d to %d), %d steps, %.1f s", p.ID, m.Found(), len(m.Trials), f.Verdict, f.Invariant, m.Median().Runs, least, most, f.Step, m.Took.Seconds())
	}
	var best *traces.Trace
	for _, f := range m.Trials {
		if f.Failure == nil {
			continue
		}
		out := filepath.Join(t.TempDir(), "small.trace")
		if s, err := Shrink(context.Background(), path, f.Failure.Trace, out, fuzz.DefaultShrinkRuns, 10*time.Second); err == nil {
			f.Failure.Trace = s.Trace
		}
		x, err := traces.Load(f.Failure.Trace)
		if err != nil {
			t.Fatal(err)
		}
		if best == nil || len(x.Events) < len(best.Events) {
			best = x
		}
	}
	if best == nil {
		t.Fatalf("%s: nothing was found", p.ID)
	}
	best.Expect, best.Build = traces.ExpectHeld, "unknown"
	best.Trim(shownEvents)
	if _, err := best.Save(dir, p.ID+"-"+best.FileName(fuzz.DefaultStrategy)); err != nil {
		t.Fatal(err)
	}
}
