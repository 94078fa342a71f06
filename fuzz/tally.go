package fuzz

// What a campaign found so far: sums, and one entry for each scenario and
// signature. Of failures that are alike the one with the earliest seed is kept,
// so that the same seeds give the same report whoever ran them.

import (
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"brigade/traces"
)

// Finding is one signature's failures, with the file of the first one's trace.
type Finding struct {
	Failure
	Path     string
	Error    string   // why there is no trace
	Reduced  *Reduced // the trace was shrunk; nil: it is as it was found
	Unshrunk string   // why, where that was tried
}

type tally struct {
	mu       sync.Mutex // guards all
	first    uint64
	dir      string
	counts   Counts
	findings []*Finding
	failed   int
	gone     int // workers lost
	cpu      time.Duration
}

func (t *tally) begin(first uint64, dir string) { t.first, t.dir = first, dir }

// add adds what came of some runs.
func (t *tally) add(c Counts, failures []Failure) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.counts.add(c)
	for _, f := range failures {
		t.keep(f)
	}
}

// addLost is add for a run that cost a worker.
func (t *tally) addLost(c Counts, f Failure) {
	t.mu.Lock()
	t.gone++
	t.mu.Unlock()
	t.add(c, []Failure{f})
}

// keep files f with its like. Callers hold mu.
func (t *tally) keep(f Failure) {
	t.failed += f.Count
	i := slices.IndexFunc(t.findings, func(g *Finding) bool {
		return g.Scenario == f.Scenario && g.Signature == f.Signature
	})
	if i < 0 {
		g := &Finding{Failure: f}
		t.findings = append(t.findings, g)
		t.write(g)
		return
	}
	g := t.findings[i]
	count := g.Count + f.Count
	if f.Seed-t.first < g.Seed-t.first && f.Trace != "" {
		old := g.Path
		g.Failure, g.Path, g.Error = f, "", ""
		if t.write(g); old != "" && old != g.Path {
			_ = os.Remove(old) // a trace too many does no harm
		}
	}
	g.Count = count
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

func (t *tally) progress() (Counts, int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.counts, t.failed
}
