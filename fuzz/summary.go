package fuzz

// What a campaign showed, for people and as one JSON object.

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"brigade/traces"
)

// Summary is what a campaign showed.
type Summary struct {
	Counts
	Scenarios   []string
	Strategy    string
	Faults      string
	First       uint64
	Workers     int
	Failed      int        // runs that failed
	Findings    []*Finding // one a scenario and signature, in order of those
	Lost        int        // worker processes that died
	Twice       bool
	Interrupted bool // it was ended from outside
	Real, CPU   time.Duration
	Build, Go   string
}

func (c *Campaign) summary() *Summary {
	t := &c.tally
	t.mu.Lock()
	defer t.mu.Unlock()
	s := &Summary{
		Counts: t.counts, Scenarios: c.Scenarios.Names(), Strategy: c.Strategy, Faults: c.Faults,
		First: c.First, Workers: max(1, c.Workers), Failed: t.failed, Findings: slices.Clone(t.findings),
		Lost: t.gone, Twice: c.Twice, Real: time.Since(c.began), CPU: t.cpu + ownCPU(),
	}
	s.Build, s.Go = traces.Build()
	slices.SortFunc(s.Findings, func(a, b *Finding) int {
		if d := strings.Compare(a.Scenario, b.Scenario); d != 0 {
			return d
		}
		return strings.Compare(a.Signature, b.Signature)
	})
	return s
}

// Class is the smallest class among the findings'; ClassHeld if there are none.
func (s *Summary) Class() Class {
	least := ClassHeld
	for _, f := range s.Findings {
		if c := classOfName(f.Verdict); least == ClassHeld || c < least {
			least = c
		}
	}
	return least
}

// EventHash is the hash of all runs' events: equal for the same seeds, whatever
// ran them.
func (s *Summary) EventHash() string { return hashText(s.Hash) }

// failureJSON is a finding in the report.
type failureJSON struct {
	Invariant  string `json:"invariant"`
	Scenario   string `json:"scenario"`
	Strategy   string `json:"strategy"`
	Seed       uint64 `json:"seed"`
	Trace      string `json:"trace"`
	TraceError string `json:"trace_error,omitempty"`
	Verdict    string `json:"verdict"`
	Signature  string `json:"signature"`
	Message    string `json:"message"`
	Task       string `json:"task"`
	Step       int    `json:"step"`
	Count      int    `json:"count"`
	Departures int    `json:"departures,omitempty"` // in the trace; of those that there were:
	Of         int    `json:"departures_of,omitempty"`
	Unshrunk   string `json:"unshrunk,omitempty"` // why there are not fewer
}

func (g *Finding) json() failureJSON {
	j := failureJSON{
		Invariant: g.Invariant, Scenario: g.Scenario, Strategy: g.Strategy, Seed: g.Seed, Trace: g.Path, TraceError: g.Error,
		Verdict: g.Verdict, Signature: g.Signature, Message: g.Message, Task: g.Task, Step: g.Step, Count: g.Count,
		Unshrunk: g.Unshrunk,
	}
	if r := g.Reduced; r != nil {
		j.Departures, j.Of = r.After.Total(), r.Before.Total()
	}
	return j
}

// MarshalJSON is the report of `brigade fuzz --json`.
func (s *Summary) MarshalJSON() ([]byte, error) {
	failures := make([]failureJSON, len(s.Findings))
	for i, g := range s.Findings {
		failures[i] = g.json()
	}
	return json.Marshal(struct {
		Runs           uint64        `json:"runs"`
		Failed         int           `json:"failed_runs"`
		Failures       []failureJSON `json:"failures"`
		Steps          uint64        `json:"steps"`
		Choices        uint64        `json:"choices"`
		Rechecks       uint64        `json:"rechecks"`
		Exchanges      uint64        `json:"exchanges"`
		VirtualSeconds float64       `json:"virtual_seconds"`
		RealSeconds    float64       `json:"real_seconds"`
		CPUSeconds     float64       `json:"cpu_seconds"`
		EventHash      string        `json:"event_hash"`
		Scenarios      []string      `json:"scenarios"`
		Strategy       string        `json:"strategy"`
		Faults         string        `json:"faults"`
		Seed           uint64        `json:"seed"`
		Twice          bool          `json:"twice"`
		Workers        int           `json:"workers"`
		Lost           int           `json:"workers_lost"`
		Interrupted    bool          `json:"interrupted"`
		Build          string        `json:"build"`
		Go             string        `json:"go"`
		Exit           Class         `json:"exit"`
	}{
		s.Runs, s.Failed, failures, s.Steps, s.Choices, s.Rechecks, s.Exchanges,
		s.Virtual.Seconds(), s.Real.Seconds(), s.CPU.Seconds(), s.EventHash(),
		s.Scenarios, s.Strategy, s.Faults, s.First, s.Twice, s.Workers, s.Lost, s.Interrupted, s.Build, s.Go, s.Class(),
	})
}
