package zoo

// Hunting: a campaign of the patched program, from outside, as anybody would
// run it, with no scenario named.

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
)

// Campaign is what is run.
type Campaign struct {
	First    uint64   // the first seed; 0: 1
	Seeds    uint64   // for each scenario
	Strategy string   // empty: the usual one
	Workers  int      // worker processes; 0: the usual number
	Traces   string   // the directory for traces; empty: beside the program
	Unshrunk bool     // leave traces as they were found
	Env      []string // added to this process's
	Scenario string   // empty: all that are usual
}

// Failure is the first of the failures of a scenario that are alike.
type Failure struct {
	Scenario  string
	Seed      uint64
	Verdict   string
	Invariant string
	Signature string
	Message   string
	Step      int    // at which the run ended
	Trace     string // its file
	Count     int
}

// Report is what a campaign showed.
type Report struct {
	Runs      uint64
	Failed    int `json:"failed_runs"`
	Failures  []Failure
	Scenarios []string
	Seed      uint64 // the first
	Hash      string `json:"event_hash"`
	Exit      int
	Status    int `json:"-"` // with which the program ended
}

// Hunt runs a campaign of the program at path over all its scenarios.
func Hunt(ctx context.Context, path string, c Campaign) (*Report, error) {
	if c.First == 0 {
		c.First = 1
	}
	if c.Traces == "" {
		c.Traces = filepath.Join(filepath.Dir(path), "traces")
	}
	args := []string{
		"fuzz", "--json", "--seed", strconv.FormatUint(c.First, 10), "--seeds", strconv.FormatUint(c.Seeds, 10), "--traces", c.Traces,
	}
	if c.Strategy != "" {
		args = append(args, "--strategy", c.Strategy)
	}
	if c.Unshrunk {
		args = append(args, "--shrink", "0")
	}
	if c.Workers > 0 {
		args = append(args, "-j", strconv.Itoa(c.Workers))
	}
	if c.Scenario != "" {
		args = append(args, c.Scenario)
	}
	r := new(Report)
	status, err := askWith(ctx, c.Env, r, path, args...)
	if err != nil {
		return nil, err
	}
	if r.Status = status; status != r.Exit {
		return nil, fmt.Errorf("%s fuzz ended with status %d and reports %d", path, status, r.Exit)
	}
	return r, nil
}

// raceEnvironment lets the race detector report to a file, from which the program
// takes what a verdict says of a race.
func raceEnvironment(log string) string {
	return "GORACE=suppress_equal_stacks=0 suppress_equal_addresses=0 halt_on_error=0 atexit_sleep_ms=0 log_path=" + log
}

// ask runs the program and reads the JSON object that it prints.
func ask(ctx context.Context, to any, path string, args ...string) (status int, err error) {
	return askWith(ctx, nil, to, path, args...)
}

// askWith is ask with more in the program's environment.
func askWith(ctx context.Context, env []string, to any, path string, args ...string) (status int, err error) {
	x := exec.CommandContext(ctx, path, args...)
	// For programs built with -race; others do not look at it.
	x.Env = append(append(os.Environ(), raceEnvironment(filepath.Join(filepath.Dir(path), "race"))), env...)
	var out, said bytes.Buffer
	x.Stdout, x.Stderr = &out, &said
	var exit *exec.ExitError
	if err := x.Run(); err != nil && !errors.As(err, &exit) {
		return 0, err
	}
	if err := json.Unmarshal(out.Bytes(), to); err != nil {
		return 0, fmt.Errorf("%s %s printed no report: %w\n%s%s", path, args[0], err, out.Bytes(), said.Bytes())
	}
	return x.ProcessState.ExitCode(), nil
}

// First returns the first of the failures that convict p, and how many runs it
// took, counted as if the scenarios took turns; nil: there is none.
func (r *Report) First(p *Patch) (first *Failure, runs uint64) {
	for i := range r.Failures {
		f := &r.Failures[i]
		if !p.Convicts(f.Verdict, f.Invariant) {
			continue
		}
		n := (f.Seed-r.Seed)*uint64(len(r.Scenarios)) + uint64(slices.Index(r.Scenarios, f.Scenario)) + 1
		if first == nil || n < runs {
			first, runs = f, n
		}
	}
	return first, runs
}

// Replay is what `brigade replay --json` reports.
type Replay struct {
	Scenario   string
	Verdict    string
	Invariant  string
	Signature  string
	Message    string
	EventHash  string `json:"event_hash"`
	TraceHash  string `json:"trace_hash"`
	Same       bool
	Alike      bool
	Departures int
	Unmatched  []string
	Difference string
	Exit       int
	Status     int `json:"-"`
}

// Follow replays the trace in the file trace with the program at path, in a
// process of its own: strictly, or as far as it goes.
func Follow(ctx context.Context, path, trace string, strict bool) (*Replay, error) {
	mode := "--best-effort"
	if strict {
		mode = "--strict"
	}
	r := new(Replay)
	status, err := ask(ctx, r, path, "replay", trace, mode, "--json")
	if err != nil {
		return nil, err
	}
	r.Status = status
	return r, nil
}
