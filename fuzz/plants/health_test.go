package plants

// What the scenario health is there for: with a bug in what checks find out, or in what
// follows from it, one of its backends reports that. No other scenario checks any, so the
// bugs are hunted in that one alone.

import (
	"context"
	"slices"
	"strings"
	"testing"

	"brigade/fuzz"
	"brigade/fuzz/zoo"
)

// inHealth are such bugs.
var inHealth = []Bug{
	{
		"unfit-is-asked", "I33", "a backend that fails its checks is asked all the same",
		[]string{"property:I33"},
		[]edit{{"core/handler/proxy/balance.go", "p.check.What != \"\" && b.unfit.Load()", "p.check.What != \"\" && !PLANTED && b.unfit.Load()"}},
	},
	{
		"mute-is-fit", "I33", "a check that lasts too long counts as one that passes",
		[]string{"property:I33"},
		[]edit{{
			"core/stage/check.go", "\t\t\tl.found(k, exchange.Unfit, \"not in time\")\n",
			"\t\t\tif PLANTED {\n\t\t\t\tl.found(k, exchange.Fit, \"\")\n\t\t\t\treturn\n\t\t\t}\n\t\t\tl.found(k, exchange.Unfit, \"not in time\")\n",
		}},
	},
	{
		"checks-come-late", "I33", "checks of a backend that may be unfit are an interval apart",
		[]string{"property:I33"},
		[]edit{{"core/handler/proxy/health.go", "\t\tb.streak++\n\t}\n", "\t\tb.streak++\n\t\tif PLANTED && b.streak < c.Fall {\n\t\t\treturn 2 * c.Interval, \"\"\n\t\t}\n\t}\n"}},
	},
	{
		"unfit-for-good", "I33", "a backend that passes its checks again is not asked again",
		[]string{"property:I33", "property:I12"},
		[]edit{{"core/handler/proxy/health.go", "\t\tb.unfit.Store(false)\n", "\t\tb.unfit.Store(PLANTED)\n"}},
	},
	{
		"check-left-in-line", "I35", "a check that is over leaves its place in line for a buffer as it is",
		[]string{"property:I35", "property:I24", "assertion", "panic", "livelock"},
		[]edit{{"core/stage/check.go", "\tl.buffers.Withdraw(&k.waiter)\n", "\tif !PLANTED {\n\t\tl.buffers.Withdraw(&k.waiter)\n\t}\n"}},
	},
	{
		"check-left-open", "I06", "a check that has lasted too long leaves its connection",
		[]string{"property:I06", "panic"}, // a late event finds the next check
		[]edit{{"core/stage/check.go", "\t\tl.attends(k.far)\n\t\tl.retire(k.far)\n", "\t\tl.attends(k.far)\n\t\tif !PLANTED || k.phase != checkHears {\n\t\t\tl.retire(k.far)\n\t\t}\n"}},
	},
}

func TestHealthIsWatched(t *testing.T) {
	if fuzz.RaceBuilt() {
		t.Log("the same without the race detector says as much in less time")
		return
	}
	ctx := context.Background()
	root, err := zoo.Root(ctx)
	if err != nil {
		t.Fatal(err)
	}
	s, err := plant(root, inHealth)
	if err != nil {
		t.Fatal(err)
	}
	path, err := s.Build(ctx, root, t.TempDir(), false)
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range append(inHealth, Bug{Name: "none"}) {
		r, err := zoo.Hunt(ctx, path, zoo.Campaign{
			First: 1, Seeds: 2 * *seeds, Workers: 2, Unshrunk: true, Traces: t.TempDir(), Env: []string{Variable + "=" + b.Name}, Scenario: "health",
		})
		if err != nil {
			t.Fatal(err)
		}
		var by []string
		for i := range r.Failures {
			f := &r.Failures[i]
			verdict := strings.TrimSuffix(f.Verdict+":"+f.Invariant, ":")
			if by = append(by, verdict); !slices.Contains(b.Verdicts, verdict) {
				t.Errorf("%s is reported by %s, seed %d: %s", b.Name, verdict, f.Seed, f.Message)
			}
		}
		t.Logf("%-4s %-18s in %2d of %d runs, by %s: %s", b.Invariant, b.Name, r.Failed, r.Runs, strings.Join(by, " "), b.Title)
		if len(b.Verdicts) > 0 && r.Failed == 0 {
			t.Errorf("%s (%s) is planted, and nobody says so in %d runs", b.Name, b.Title, r.Runs)
		}
	}
}
