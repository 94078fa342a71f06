package main

// The sweep: one fault at every place there is for it.

import (
	"encoding/json"
	"time"

	"brigade/fuzz"
)

// sweepReport is what --json prints.
type sweepReport struct {
	Fault    string         `json:"fault"`
	Runs     int            `json:"runs"`
	Sweeps   []sweptReport  `json:"sweeps"`
	Failures []fuzz.Failure `json:"failures"`
}

type sweptReport struct {
	Scenario string `json:"scenario"`
	Seed     uint64 `json:"seed"`
	Places   int    `json:"places"`
}

// sweep makes every seed's runs, and says of each how many places there were.
func (p *program) sweep(f *fuzzFlags, names []string) error {
	set, err := p.choose(names)
	if err != nil {
		return err
	}
	ctx, stop := p.interruptible()
	defer stop()
	report := sweepReport{Fault: f.sweep, Sweeps: []sweptReport{}, Failures: []fuzz.Failure{}}
	began := time.Now()
	for _, s := range set {
		for seed := f.seed.n; seed < f.seed.n+f.seeds && ctx.Err() == nil; seed++ {
			job := fuzz.Job{Scenario: s, Strategy: f.strategy, Seed: seed, Engine: f.engine}
			swept, err := fuzz.Sweep(job, f.sweep, f.traces, func() bool { return ctx.Err() == nil })
			if swept == nil {
				return err
			}
			if c := swept.Class(); c != fuzz.ClassHeld && (p.class == fuzz.ClassHeld || c < p.class) {
				p.class = c
			}
			report.Runs += swept.Places
			report.Sweeps = append(report.Sweeps, sweptReport{s.Name, seed, swept.Places})
			report.Failures = append(report.Failures, swept.Failures...)
			if !f.json {
				p.swept(swept)
			}
			if err != nil {
				return err
			}
		}
	}
	if f.json {
		return json.NewEncoder(p.stdout).Encode(report)
	}
	result := "all held"
	if n := len(report.Failures); n > 0 {
		result = plural(uint64(n), "failure")
	}
	if ctx.Err() != nil {
		result += ", interrupted"
	}
	p.printf("%s: %s of %s in %s, each with %s at another place\n", result, plural(uint64(report.Runs), "run"), plural(uint64(len(set)), "scenario"), short(time.Since(began)), f.sweep)
	return nil
}

// swept says what came of one seed.
func (p *program) swept(s *fuzz.Swept) {
	p.printf("%-10s seed %#-6x %s at %s\n", s.Job.Scenario.Name, s.Job.Seed, s.Fault, plural(uint64(s.Places), "place"))
	for i := range s.Failures {
		f := &s.Failures[i]
		p.printf("%s", headline(f))
		if f.Count > 1 {
			p.printf("   at %s", plural(uint64(f.Count), "place"))
		}
		p.printf("\n  replay   %s\n  shrink   %s shrink %s\n", replayCommand(f, s.Paths[i]), self(), quoted(s.Paths[i]))
	}
}
