package fuzz

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"brigade/fuzz/scenario"
	"brigade/netsim"
)

// enough is how many of the runs in which a fault struck are made again without it.
const enough = 2

// most is how many seeds of crowd, and of multiplex, it may take until every fault has
// shown itself.
const most = 1500

// unjudged is scenario name without its checkers, which campaigns ask: clients judge
// what they get all the same.
func unjudged(t *testing.T, name string) *scenario.Scenario {
	t.Helper()
	s, err := scenario.Find(name)
	if err != nil {
		t.Fatal(err)
	}
	plain := *s
	plain.Prepare = func(e *scenario.Env) func() {
		main := s.Prepare(e)
		e.Observers = e.Observers[:0]
		return main
	}
	return &plain
}

// Every fault is in some run's profile of crowd or multiplex, strikes, and makes a run go
// otherwise. A run that fails is a failure.
func TestEveryFaultTells(t *testing.T) {
	both := []*scenario.Scenario{unjudged(t, "crowd"), unjudged(t, "multiplex")}
	r := NewRunner()
	var counts FaultCounts
	for seed := uint64(2); seed <= 2*most && len(counts.Idle()) > 0; seed++ {
		m, err := r.Recorded(Job{Scenario: both[seed%2], Strategy: "random", Seed: seed, Engine: DefaultEngine})
		if err != nil {
			t.Fatal(err)
		}
		if v := m.Report.Verdict; v != nil {
			t.Fatalf("seed %d: %v", seed, v)
		}
		if err := r.Count(&counts, m, enough); err != nil {
			t.Fatal(err)
		}
	}
	var b bytes.Buffer
	if err := counts.Table(&b); err != nil {
		t.Fatal(err)
	}
	t.Logf("\n%s", b.String())
	for _, text := range counts.Idle() {
		t.Error(text)
	}
}

// A fault that never strikes, one that changes nothing, and one that was in no profile are
// told from one that does its work.
func TestIdleFaults(t *testing.T) {
	var c FaultCounts
	p, err := netsim.ParseProfile("short-read=0.3,rst=0.1,jitter=0.1")
	if err != nil {
		t.Fatal(err)
	}
	index := func(name string) int {
		return slices.IndexFunc(netsim.Faults(), func(f netsim.Fault) bool { return f.Name == name })
	}
	fired := make([]uint32, len(netsim.Faults()))
	fired[index("short-read")], fired[index("jitter")] = 7, 1
	c.Run(p, fired)
	c.Sample(index("short-read"), true, false)
	c.Sample(index("jitter"), false, false)
	var total FaultCounts
	total.Merge(c)
	total.Merge(c)
	text := strings.Join(total.Idle(), "; ")
	for _, want := range []string{
		"rst never struck in 2 runs that had it", "jitter changed none of 2 runs made again without it", "short-write was in no run's profile",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("%q does not say %q", text, want)
		}
	}
	if strings.Contains(text, "short-read") || total[index("short-read")].Fired != 14 {
		t.Errorf("short-read did its work: %+v, %s", total[index("short-read")], text)
	}
}

// The k-th page is refused, for every k: the server answers 503 or closes, and nothing
// leaks; and a run is swept from the first place to the last.
func TestEveryPageRefused(t *testing.T) {
	crowd := unjudged(t, "crowd")
	i := slices.IndexFunc(netsim.Faults(), func(f netsim.Fault) bool { return f.Name == "page-refused" })
	for _, seed := range []uint64{1, 2} {
		places, err := NewRunner().Sweep(Job{Scenario: crowd, Strategy: "random", Seed: seed, Engine: DefaultEngine}, i, 200, func(k int, m *Made) error {
			if v := m.Report.Verdict; v != nil {
				return fmt.Errorf("seed %d, page %d refused: %w", seed, k, v)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if places < 2 {
			t.Errorf("seed %d: %d places at which a page can be refused", seed, places)
		}
		t.Logf("seed %d: %d places", seed, places)
	}
}
