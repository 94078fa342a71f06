package zoo

// Shrinking as anybody would do it: by the patched program, from outside.

import (
	"context"
	"strconv"
	"time"
)

// Shrinking is what `brigade shrink --json` reports.
type Shrinking struct {
	From      string
	Trace     string
	Scenario  string
	Signature string
	Before    Choices
	After     Choices
	Requests  int
	Runs      int
	Minimal   bool
	Fewest    bool `json:"fewest_preemptions"`
	Seconds   float64
	EventHash string `json:"event_hash"`
	Status    int    `json:"-"`
}

// Choices are departures by kind.
type Choices struct {
	Total       int
	Inputs      int
	Faults      int
	Preemptions int
	Others      int `json:"other_switches"`
}

// Small reports whether a reader can follow the run: at most three preemptions,
// three faults and two requests.
func (s *Shrinking) Small() bool {
	a := s.After
	return a.Preemptions <= 3 && a.Faults <= 3 && s.Requests <= 2
}

// Shrink shrinks the trace in the file trace with the program at path, which
// confirms it in a fresh process, into the file out, in at most so many runs or so
// much time.
func Shrink(ctx context.Context, path, trace, out string, runs int, d time.Duration) (*Shrinking, error) {
	s := new(Shrinking)
	status, err := ask(ctx, s, path, "shrink", trace, "--output", out, "--json", "--runs", strconv.Itoa(runs), "--for", d.String())
	if err != nil {
		return nil, err
	}
	s.Status = status
	return s, nil
}
