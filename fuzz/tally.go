package fuzz

// What a campaign found so far: sums, and one entry for each signature. Of
// failures that are alike the one with the earliest seed is kept, and of one
// seed's the first scenario's, so that the same seeds give the same report whoever
// ran them.

import (
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"brigade/fuzz/scenario"
	"brigade/traces"
)

// Finding is one signature's failures, with the file of the first one's trace.
type Finding struct {
	Failure
	Among    map[string]int `json:"among"`              // how many by scenario
	Path     string         `json:"path,omitempty"`     // of the trace
	Error    string         `json:"error,omitempty"`    // why there is no trace
	Reduced  *Reduced       `json:"reduced,omitempty"`  // the trace was shrunk; nil: it is as it was found
	Unshrunk string         `json:"unshrunk,omitempty"` // why, where that was tried
	Seconds  float64        `json:"seconds"`            // of the campaign, when the first of them came
	Runs     uint64         `json:"runs"`               // of the campaign, by then
}

type tally struct {
	mu        sync.Mutex // guards all
	first     uint64
	dir       string
	scenarios []string
	counts    Counts
	findings  []*Finding
	failed    int
	gone      int // workers lost
	cpu       time.Duration

	orders orders
	seen   map[string]uint64
	drawn  map[string]uint64
	faults FaultCounts
	curve  curve
	clock  func() time.Duration // since the campaign's begin
}

func (t *tally) begin(first uint64, dir string, scenarios scenario.Set, clock func() time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.first, t.dir, t.scenarios, t.clock = first, dir, scenarios.Names(), clock
	t.seen, t.drawn = make(map[string]uint64), make(map[string]uint64)
}

// add adds what came of some runs.
func (t *tally) add(r *Result) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.counts.add(r.Counts)
	t.orders.addAll(r.Orders)
	for k, n := range r.Seen {
		t.seen[k] += n
	}
	for k, n := range r.Drawn {
		t.drawn[k] += n
	}
	t.faults.Merge(r.Faults)
	for _, f := range r.Failures {
		t.keep(f)
	}
	if now := t.clock(); t.curve.due(now) {
		t.curve.add(t.moment(now))
	}
}

// moment is how far the campaign is. Callers hold mu.
func (t *tally) moment(now time.Duration) Moment {
	return Moment{
		Seconds: now.Seconds(), Runs: t.counts.Runs, Orders: t.orders.distinct(), New: t.orders.unseen(),
		Failures: t.failed, Kinds: len(t.findings), Cells: len(t.seen),
	}
}

// lost is add for a run that cost a worker.
func (t *tally) lost(c Counts, f Failure) {
	t.mu.Lock()
	t.gone++
	t.mu.Unlock()
	t.add(&Result{Counts: c, Failures: []Failure{f}})
}

// keep files f with its like. Callers hold mu.
func (t *tally) keep(f Failure) {
	t.failed += f.Count
	i := slices.IndexFunc(t.findings, func(g *Finding) bool { return g.Signature == f.Signature })
	if i < 0 {
		g := &Finding{
			Failure: f, Among: map[string]int{f.Scenario: f.Count},
			Seconds: t.clock().Seconds(), Runs: t.counts.Runs,
		}
		t.findings = append(t.findings, g)
		t.write(g)
		return
	}
	g := t.findings[i]
	count := g.Count + f.Count
	g.Among[f.Scenario] += f.Count
	if t.earlier(&f, &g.Failure) && f.Trace != "" {
		old := g.Path
		g.Failure, g.Path, g.Error, g.Reduced, g.Unshrunk = f, "", "", nil, ""
		if t.write(g); old != "" && old != g.Path {
			_ = os.Remove(old) // a trace too many does no harm
		}
	}
	g.Count = count
}

// earlier says whether f comes before g, whatever the order in which they were
// found.
func (t *tally) earlier(f, g *Failure) bool {
	if a, b := f.Seed-t.first, g.Seed-t.first; a != b {
		return a < b
	}
	return slices.Index(t.scenarios, f.Scenario) < slices.Index(t.scenarios, g.Scenario)
}

// write writes g's trace. Callers hold mu.
func (t *tally) write(g *Finding) {
	text := g.Trace
	g.Trace = ""
	if t.dir == "" || text == "" {
		return
	}
	x, err := traces.Read(strings.NewReader(text))
	if err != nil {
		g.Error = "the worker's trace cannot be read: " + err.Error()
		return
	}
	name := x.FileName(DefaultStrategy)
	for _, other := range t.findings {
		if other != g && strings.HasSuffix(other.Path, name) {
			name = strings.TrimSuffix(name, ".trace") + "-" + g.Verdict + ".trace"
			break
		}
	}
	if g.Path, err = x.Save(t.dir, name); err != nil {
		g.Error = err.Error()
	}
}

// spent adds the processor time of a worker that ended.
func (t *tally) spent(d time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.cpu += d
}

func (t *tally) progress() Progress {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.clock == nil {
		return Progress{} // it has not begun
	}
	return Progress{Counts: t.counts, Failures: t.failed, Orders: t.orders.distinct(), New: t.orders.unseen(), Elapsed: t.clock()}
}

// saturated says that the chance of a new order is below p, and that the estimate
// rests on enough runs: at p it would be of a hundred orders that were seen once,
// with a standard error of a tenth.
func (t *tally) saturated(p float64) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return p > 0 && float64(t.orders.runs) >= 100/p && t.orders.unseen() < p
}
