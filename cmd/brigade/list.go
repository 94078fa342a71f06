package main

import (
	"encoding/json"

	"github.com/spf13/cobra"

	"brigade/fuzz"
)

func (p *program) list() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use: "list", Short: "List the scenarios and strategies", Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			if asJSON {
				return p.listJSON()
			}
			width := 8
			for _, s := range p.set {
				width = max(width, len(s.Name))
			}
			p.printf("%s\n", "scenarios")
			for _, s := range p.set {
				p.printf("  %-*s  %s\n", width, s.Name, s.Story)
			}
			p.printf("%s\n", "strategies")
			for _, name := range fuzz.Strategies() {
				p.printf("  %s\n", name)
			}
			return nil
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print one JSON object")
	return c
}

func (p *program) listJSON() error {
	type entry struct {
		Name  string `json:"name"`
		Story string `json:"story"`
	}
	entries := make([]entry, len(p.set))
	for i, s := range p.set {
		entries[i] = entry{s.Name, s.Story}
	}
	return json.NewEncoder(p.stdout).Encode(map[string]any{"scenarios": entries, "strategies": fuzz.Strategies()})
}
