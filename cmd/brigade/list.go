package main

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"brigade/fuzz"
	"brigade/fuzz/scenario"
	"brigade/netsim"
)

func (p *program) list() *cobra.Command {
	var asJSON, faults, probes, checkers bool
	c := &cobra.Command{
		Use: "list", Short: "List the scenarios and strategies, or what the judge knows", Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			switch {
			case faults:
				return p.listFaults(asJSON)
			case asJSON:
				return p.listJSON()
			case probes || checkers:
				p.listJudge(probes, checkers)
				return nil
			}
			width := 8
			for _, s := range p.set {
				width = max(width, len(s.Name))
			}
			p.printf("%s\n", "scenarios")
			for _, s := range p.set {
				p.printf("  %-*s  %s%s\n", width, s.Name, s.Story, apart(s))
			}
			p.printf("%s\n", "strategies")
			for _, name := range fuzz.Strategies() {
				p.printf("  %s\n", name)
			}
			return nil
		},
	}
	c.Flags().BoolVar(&faults, "faults", false, "list what the world does to a server instead: name, number, usual chance, cause")
	c.Flags().BoolVar(&asJSON, "json", false, "print one JSON object")
	c.Flags().BoolVar(&probes, "probes", false, "list what the core tells the judge, where, and for which invariants")
	c.Flags().BoolVar(&checkers, "checkers", false, "list the judge's checkers: what may be, and what each is told of")
	return c
}

// apart says that a scenario is not run unasked.
func apart(s *scenario.Scenario) string {
	if s.Apart {
		return " (only when it is named)"
	}
	return ""
}

func (p *program) listJSON() error {
	type entry struct {
		Name  string `json:"name"`
		Story string `json:"story"`
		Apart bool   `json:"apart"`
	}
	entries := make([]entry, len(p.set))
	for i, s := range p.set {
		entries[i] = entry{s.Name, s.Story, s.Apart}
	}
	return json.NewEncoder(p.stdout).Encode(map[string]any{"scenarios": entries, "strategies": fuzz.Strategies()})
}

// listFaults prints the table of faults, in the order of their numbers.
func (p *program) listFaults(asJSON bool) error {
	type entry struct {
		Name   string  `json:"name"`
		Number string  `json:"number"`
		Weight float64 `json:"weight"`
		Cause  string  `json:"cause"`
	}
	var entries []entry
	width := 0
	for _, f := range netsim.Faults() {
		entries = append(entries, entry{f.Name, f.Number, f.Weight, f.Cause})
		width = max(width, len(f.Name))
	}
	slices.SortStableFunc(entries, func(a, b entry) int { return strings.Compare(a.Number, b.Number) })
	if asJSON {
		return json.NewEncoder(p.stdout).Encode(map[string]any{"faults": entries})
	}
	for _, e := range entries {
		p.printf("%s  %-*s  %5g  %s\n", e.Number, width, e.Name, e.Weight, e.Cause)
	}
	return nil
}
