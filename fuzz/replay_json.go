package fuzz

import "fmt"

// ReplayJSON is the report of `brigade replay --json`.
type ReplayJSON struct {
	Scenario       string   `json:"scenario"`
	Strategy       string   `json:"strategy"`
	Seed           uint64   `json:"seed"`
	Verdict        string   `json:"verdict"`
	Invariant      string   `json:"invariant"`
	Signature      string   `json:"signature"`
	Message        string   `json:"message"`
	Task           string   `json:"task"`
	Step           int      `json:"step"`
	Stack          string   `json:"stack"`
	Steps          int      `json:"steps"`
	VirtualSeconds float64  `json:"virtual_seconds"`
	EventHash      string   `json:"event_hash"`
	Trace          string   `json:"trace"` // the file that was replayed, or written
	TraceError     string   `json:"trace_error,omitempty"`
	Mode           string   `json:"mode"` // strict, best-effort, or seed
	TraceHash      string   `json:"trace_hash,omitempty"`
	Same           bool     `json:"same"`  // event for event the trace's run
	Alike          bool     `json:"alike"` // ended as the trace's did
	Departures     int      `json:"departures"`
	Unmatched      []string `json:"unmatched"`
	Difference     string   `json:"difference,omitempty"`
	Exit           Class    `json:"exit"`
}

// JSON is the report of p; path is its trace's file, unwritten why there is none.
func (p *Replayed) JSON(path string, unwritten error) *ReplayJSON {
	j := &ReplayJSON{
		Scenario: p.Job.Scenario.Name, Strategy: p.Job.Strategy, Seed: p.Job.Seed,
		Verdict: "held", Steps: p.Report.Steps, VirtualSeconds: p.Report.Virtual.Seconds(), EventHash: hashText(p.Report.Hash),
		Trace: path, Mode: "seed", Same: true, Alike: true, Departures: len(p.Report.Departures), Unmatched: []string{}, Exit: p.Class(),
	}
	if f := &p.Now; f.Count > 0 {
		j.Verdict, j.Invariant, j.Signature, j.Message = f.Verdict, f.Invariant, f.Signature, f.Message
		j.Task, j.Step, j.Stack = f.Task, f.Step, f.Stack
	}
	if unwritten != nil {
		j.TraceError = unwritten.Error()
	}
	if t := p.Trace; t != nil {
		j.Mode, j.Departures, j.TraceHash = "best-effort", len(t.Departures), hashText(t.Hash)
		if p.Strict {
			j.Mode = "strict"
		}
		j.Same, j.Alike, j.Difference = p.Same(), p.Alike(), p.Difference()
		for _, d := range p.Report.Unmatched {
			j.Unmatched = append(j.Unmatched, fmt.Sprintf("%s -> %s", d.Key, d.Value))
		}
	}
	return j
}

// hashText writes an event hash.
func hashText(h uint64) string { return fmt.Sprintf("0x%016x", h) }
