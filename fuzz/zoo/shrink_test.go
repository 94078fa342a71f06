package zoo

// How small failing runs get: every kept trace, and some that campaigns find
// anew. The whole table:
//
//	go test ./fuzz/zoo -run TestShrinkTable -table -v -timeout 1h

import (
	"context"
	"flag"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"brigade/fuzz"
)

var table = flag.Bool("table", false, "shrink all kept traces and more found anew, and print what comes of it")

var patience = flag.Duration("patience", 10*time.Second, "with -table, how long to shrink each")

// few kept traces are shrunk without -table.
const few = 3

func TestShrinkTable(t *testing.T) {
	all, small := 0, 0
	runs, limit := 3000, 5*time.Minute // not by the clock
	if *table {
		runs, limit = fuzz.DefaultShrinkRuns, *patience
	}
	list := sampled(t)
	if *table {
		list = shown(t)
	}
	for _, p := range list {
		if !*table && all >= few {
			break
		}
		path := program(t, p.ID, planted(t, p), p.Race)
		for _, f := range failing(t, p, path) {
			s, err := Shrink(context.Background(), path, f, filepath.Join(t.TempDir(), filepath.Base(f)), runs, limit)
			if err != nil {
				if strings.Contains(err.Error(), "does not fail any more") {
					t.Log(base(f), "is no failure of this build")
					continue
				}
				t.Errorf("%s: %v", base(f), err)
				continue
			}
			all++
			mark := " "
			if s.Small() {
				small++
			} else {
				mark = "*"
			}
			t.Logf("%s %-50s %-24s %s", mark, p.ID+" "+base(f), s.Signature, s)
			if !*table && all >= few {
				break
			}
		}
	}
	t.Logf("%d of %d are small: at most 3 preemptions, 3 faults, 2 requests; each in at most %d runs or %v", small, all, runs, limit)
	if all == 0 || 10*small < 9*all {
		t.Errorf("%d of %d are small, want nine of ten", small, all)
	}
}

// String is a row's figures.
func (s *Shrinking) String() string {
	a := s.After
	needed, fewest := "each needed", "fewest"
	if !s.Minimal {
		needed = "cut short"
	}
	if !s.Fewest {
		fewest = "no fewer found"
	}
	return fmt.Sprintf("%4d -> %2d: %d requests %d inputs %d faults %d preemptions %d others  %5d runs %4.1f s  %s, %s",
		s.Before.Total, a.Total, s.Requests, a.Inputs, a.Faults, a.Preemptions, a.Others, s.Runs, s.Seconds, needed, fewest)
}

// failing are traces of p's failures: the kept ones, and with -table those of
// campaigns from three first seeds.
func failing(t *testing.T, p *Patch, path string) (list []string) {
	t.Helper()
	for _, w := range witnesses(t, p) {
		list = append(list, w.path)
	}
	if !*table {
		return list
	}
	for _, first := range []uint64{1, 1_000_001, 5_000_001} {
		r, err := Hunt(context.Background(), path, Campaign{First: first, Seeds: 60, Traces: t.TempDir(), Unshrunk: true})
		if err != nil {
			t.Fatal(err)
		}
		for i := range r.Failures {
			if f := &r.Failures[i]; f.Trace != "" && p.Convicts(f.Verdict, f.Invariant) {
				list = append(list, f.Trace)
			}
		}
	}
	return list
}
