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

// most is how many seeds of crowd, of multiplex and of proxy it may take until every fault
// has shown itself.
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

// Every fault is in some run's profile of crowd, multiplex or proxy, strikes, and makes a
// run go otherwise. A run that fails is a failure.
func TestEveryFaultTells(t *testing.T) {
	all := []*scenario.Scenario{unjudged(t, "crowd"), unjudged(t, "multiplex"), unjudged(t, "proxy")}
	r := NewRunner()
	var counts FaultCounts
	for seed := uint64(3); seed <= 3*most && len(counts.Idle()) > 0; seed++ {
		m, err := r.Recorded(Job{Scenario: all[seed%3], Strategy: "random", Seed: seed, Engine: DefaultEngine})
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

// drawnFaults are the numbers of the fault model that are no faults of the world's table, with the
// scenario that has them and the draw that decides.
var drawnFaults = []struct{ number, scenario, draw string }{
	{"F23", "handlers", "nap"},
	{"F24", "crowd", "waiting"},
	{"F26", "crowd", "drain"},
	{"F32", "takeover", "moves"},
}

// Each number of the fault model is one of the table's, which TestEveryFaultTells tries,
// or is drawn by a scenario, where some run goes otherwise without it.
func TestEveryNumberTells(t *testing.T) {
	has := make(map[string]bool)
	for _, f := range netsim.Faults() {
		has[f.Number] = true
	}
	for _, x := range drawnFaults {
		has[x.number] = true
		if n := otherwise(t, x.scenario, x.draw); n == 0 {
			t.Errorf("%s: no run of %s goes otherwise without what it draws as %q", x.number, x.scenario, x.draw)
		} else {
			t.Logf("%s: run %d of %s goes otherwise without what it draws as %q", x.number, n, x.scenario, x.draw)
		}
	}
	for i := 1; i <= 36; i++ {
		if number := fmt.Sprintf("F%02d", i); !has[number] {
			t.Errorf("%s is nowhere", number)
		}
	}
}

// otherwise is the first seed whose run goes otherwise without a draw; 0: there is none.
func otherwise(t *testing.T, name, draw string) uint64 {
	t.Helper()
	s := unjudged(t, name)
	r := NewRunner()
	for seed := uint64(1); seed <= 100; seed++ {
		m, err := r.Recorded(Job{Scenario: s, Strategy: "random", Seed: seed, Engine: DefaultEngine})
		if err != nil {
			t.Fatal(err)
		}
		changed, _, err := r.WithoutDraw(m, draw)
		if err != nil {
			t.Fatal(err)
		}
		if changed {
			return seed
		}
	}
	return 0
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
