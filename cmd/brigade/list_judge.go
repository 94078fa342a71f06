package main

import (
	"strings"

	"brigade/core/rt"
	"brigade/invariants"
)

// listJudge prints the judge's tables: {event, words, emitter, invariants}, and the
// checkers.
func (p *program) listJudge(probes, checkers bool) {
	if probes {
		p.printf("%-11s %-24s %-20s %s\n", "event", "emitter", "invariants", "words")
		for _, r := range rt.Probes()[1:] {
			words := strings.TrimRight(strings.Join(r.Words[:], " | "), " |")
			p.printf("%-11s %-24s %-20s %s\n", r.Name, r.Emitter, r.Invariants, words)
		}
	}
	if checkers {
		p.printf("%-11s %-24s %s\n", "checker", "invariants", "what may be")
		for _, c := range invariants.All() {
			p.printf("%-11s %-24s %s\n", c.Name, strings.Join(c.Numbers, " "), c.Allows)
			p.printf("%-36s from the world: %s\n", "", c.World)
			if k := c.Probes(); k != "" {
				p.printf("%-36s from probes: %s\n", "", k)
			}
		}
	}
}
