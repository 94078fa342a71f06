package fuzz

// A summary as one JSON object: the report of `brigade fuzz --json`.

import "encoding/json"

// failureJSON is a finding in the report.
type failureJSON struct {
	Invariant  string         `json:"invariant"`
	Scenario   string         `json:"scenario"`
	Strategy   string         `json:"strategy"`
	Seed       uint64         `json:"seed"`
	Drawn      string         `json:"drawn,omitempty"`
	Trace      string         `json:"trace"`
	TraceError string         `json:"trace_error,omitempty"`
	Verdict    string         `json:"verdict"`
	Signature  string         `json:"signature"`
	Message    string         `json:"message"`
	Task       string         `json:"task"`
	Step       int            `json:"step"`
	Count      int            `json:"count"`
	Among      map[string]int `json:"by_scenario"`
	Seconds    float64        `json:"first_after_seconds"`
	Runs       uint64         `json:"first_after_runs"`
	Departures int            `json:"departures,omitempty"` // in the trace; of those that there were:
	Of         int            `json:"departures_of,omitempty"`
	Unshrunk   string         `json:"unshrunk,omitempty"` // why there are not fewer
}

func (g *Finding) json() failureJSON {
	j := failureJSON{
		Invariant: g.Invariant, Scenario: g.Scenario, Strategy: g.Strategy, Seed: g.Seed, Drawn: g.Drawn, Trace: g.Path,
		TraceError: g.Error, Verdict: g.Verdict, Signature: g.Signature, Message: g.Message, Task: g.Task, Step: g.Step,
		Count: g.Count, Among: g.Among, Seconds: g.Seconds, Runs: g.Runs, Unshrunk: g.Unshrunk,
	}
	if r := g.Reduced; r != nil {
		j.Departures, j.Of = r.After.Total(), r.Before.Total()
	}
	return j
}

// faultJSON is a fault in the report.
type faultJSON struct {
	Name   string `json:"name"`
	Number string `json:"number"`
	Cause  string `json:"cause"`
	FaultCount
}

// ordersJSON is what the report has of happens-before orders. Pointers are null
// where orders were not told apart.
type ordersJSON struct {
	Distinct *uint64  `json:"distinct_orders"`
	Exact    bool     `json:"distinct_orders_exact"`
	New      *float64 `json:"new_order_probability"`
}

func (s *Summary) ordersJSON() ordersJSON {
	if !s.Ordered {
		return ordersJSON{}
	}
	return ordersJSON{&s.Orders, s.OrdersExact, &s.New}
}

// byGroup is groups as objects: group, name, times.
func byGroup(list []Group) map[string]map[string]uint64 {
	all := make(map[string]map[string]uint64)
	for _, g := range list {
		all[g.Name] = make(map[string]uint64)
		for _, c := range g.Cells {
			all[g.Name][c.Name] = c.Times
		}
	}
	return all
}

// MarshalJSON implements json.Marshaler.
func (s *Summary) MarshalJSON() ([]byte, error) {
	failures := make([]failureJSON, len(s.Findings))
	for i, g := range s.Findings {
		failures[i] = g.json()
	}
	faults := make([]faultJSON, len(s.Suffered))
	for i, f := range s.Suffered {
		faults[i] = faultJSON{f.Name, f.Number, f.Cause, f.FaultCount}
	}
	unsaved := ""
	if s.Unsaved != nil {
		unsaved = s.Unsaved.Error()
	}
	return json.Marshal(struct {
		Runs            uint64        `json:"runs"`
		Failed          int           `json:"failed_runs"`
		Failures        []failureJSON `json:"failures"`
		Steps           uint64        `json:"steps"`
		Choices         uint64        `json:"choices"`
		Rechecks        uint64        `json:"rechecks"`
		Exchanges       uint64        `json:"exchanges"`
		VirtualSeconds  float64       `json:"virtual_seconds"`
		RealSeconds     float64       `json:"real_seconds"`
		CPUSeconds      float64       `json:"cpu_seconds"`
		RunsPerCPU      float64       `json:"runs_per_cpu_second"`
		ExchangesPerCPU float64       `json:"exchanges_per_cpu_second"`
		StepsPerRun     float64       `json:"steps_per_run"`
		VirtualPerCPU   float64       `json:"virtual_seconds_per_cpu_second"`
		EventHash       string        `json:"event_hash"`
		ordersJSON
		Scenarios   []string                     `json:"scenarios"`
		Strategy    string                       `json:"strategy"`
		FaultsAsked string                       `json:"faults"`
		Seed        uint64                       `json:"seed"`
		Twice       bool                         `json:"twice"`
		Workers     int                          `json:"workers"`
		Lost        int                          `json:"workers_lost"`
		Resumed     bool                         `json:"resumed"`
		Interrupted bool                         `json:"interrupted"`
		Saturated   bool                         `json:"saturated"`
		Unsaved     string                       `json:"state_error,omitempty"`
		Build       string                       `json:"build"`
		Go          string                       `json:"go"`
		Exit        Class                        `json:"exit"`
		Curve       []Moment                     `json:"curve"`
		Coverage    map[string]map[string]uint64 `json:"coverage"`
		Drawn       map[string]map[string]uint64 `json:"drawn"`
		FaultTable  []faultJSON                  `json:"fault_table"`
	}{
		s.Runs, s.Failed, failures, s.Steps, s.Choices, s.Rechecks, s.Exchanges,
		s.Virtual.Seconds(), s.Real.Seconds(), s.CPU.Seconds(),
		s.PerCPU(s.Runs), s.PerCPU(s.Exchanges), s.StepsPerRun(), s.Speedup(), s.EventHash(), s.ordersJSON(),
		s.Scenarios, s.Strategy, s.Faults, s.First, s.Twice, s.Workers, s.Lost, s.Resumed, s.Interrupted, s.Saturated,
		unsaved, s.Build, s.Go, s.Class(), s.Curve, byGroup(s.Coverage), byGroup(s.Drawn), faults,
	})
}
