package main

// Stopping a replay: where all tasks stand at a step, or when an event comes.

import (
	"encoding/json"
	"fmt"
	"regexp"

	"brigade/fuzz"
	"brigade/sim/explain"
)

// stopped is where a replay is stopped.
type stopped struct {
	step    int // -1: not given
	pattern string
}

func (s *stopped) given() bool { return s.step >= 0 || s.pattern != "" }

// find returns the step to stop at: the first from s.step on whose event's text
// matches, or s.step itself. event is that event's text.
func (s *stopped) find(r *fuzz.Replayed) (step int, event string, err error) {
	if s.pattern == "" {
		return min(s.step, r.Report.Steps), "", nil
	}
	match, err := regexp.Compile(s.pattern)
	if err != nil {
		return 0, "", fmt.Errorf("--break: %w", err)
	}
	i := explain.Find(r.Report, s.step, match.MatchString)
	if i < 0 {
		return 0, "", fmt.Errorf("--break: no event of %d matches %q; an event's text is like \"main/reader.1 lock main:queue.mu.1\"", len(r.Report.Events), s.pattern)
	}
	return r.Report.Events[i].Step, explain.Full(r.Report, i), nil
}

// standings prints where the tasks stand.
func (p *program) standings(s *stopped, r *fuzz.Replayed, asJSON bool) error {
	step, event, err := s.find(r)
	if err != nil {
		return err
	}
	p.class = r.Class()
	list, err := r.At(step)
	if err != nil {
		return err
	}
	if asJSON {
		return json.NewEncoder(p.stdout).Encode(map[string]any{"step": step, "steps": r.Report.Steps, "event": event, "tasks": list})
	}
	p.printf("step %d of %d", step, r.Report.Steps)
	if event != "" {
		p.printf(": %s", event)
	}
	p.printf("\n")
	return explain.WriteStandings(p.stdout, list)
}

// check refuses a pattern that is none, and a step that cannot be. given: one was.
func (s *stopped) check(given bool) error {
	if given && s.step < 0 {
		return fmt.Errorf("--step is %d; a run's steps are numbered from 0", s.step)
	}
	if _, err := regexp.Compile(s.pattern); err != nil {
		return fmt.Errorf("--break: %w", err)
	}
	return nil
}
