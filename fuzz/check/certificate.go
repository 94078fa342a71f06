package check

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"

	"brigade/sim"
	"brigade/sim/dpor"
)

// Certificate is what a check showed.
type Certificate struct {
	Component  string  `json:"component"`
	Type       string  `json:"type"`    // the type that was checked
	Build      string  `json:"build"`   // SHA-256 of the program that holds it
	Go         string  `json:"go"`      // its compiler
	Tasks      int     `json:"tasks"`   // of the kind that there are several of
	Ops        int     `json:"ops"`     // operations of each
	Jobs       int     `json:"jobs"`    // processes
	Bound      *int    `json:"bound"`   // on preemptions; null: none
	Verdict    string  `json:"verdict"` // "held", "failed" or "unfinished"
	Complete   bool    `json:"complete"`
	Executions int     `json:"executions"`
	Orders     int     `json:"distinct_orders"`
	Redundant  int     `json:"redundant_executions"`
	Steps      int     `json:"steps"`
	Fixed      int     `json:"draws_not_enumerated"`
	Astray     int     `json:"plans_not_followed"`
	Left       float64 `json:"estimated_executions_left"`
	Seconds    float64 `json:"seconds"`
	Failure    string  `json:"failure,omitempty"`
	Schedule   string  `json:"schedule,omitempty"` // departures of the failed execution, as Go source

	Report *sim.Report `json:"-"` // of the failed execution; nil: none failed
}

func certify(c Component, o Options, r dpor.Result) (*Certificate, error) {
	build, err := buildID()
	if err != nil {
		return nil, err
	}
	z := &Certificate{
		Component: c.Name, Type: c.Type, Build: build, Go: runtime.Version(), Tasks: o.Tasks, Ops: o.Ops, Jobs: max(o.Jobs, 1),
		Verdict: "held", Complete: r.Complete, Executions: r.Executions, Orders: r.Orders, Redundant: r.Redundant,
		Steps: r.Steps, Fixed: r.Fixed, Astray: r.Astray, Left: r.Left, Seconds: r.Elapsed.Seconds(),
	}
	if o.Bound != dpor.Unbounded {
		z.Bound = &r.Bound
	}
	if z.Report = r.Failure; z.Report != nil {
		z.Verdict, z.Failure, z.Schedule = "failed", z.Report.Verdict.Error(), sim.Schedule(z.Report.Departures)
	} else if !z.Complete {
		z.Verdict = "unfinished"
	}
	return z, nil
}

// buildID is the hash of the running program's file: whatever else was built in,
// this is what was checked.
func buildID() (string, error) {
	path, err := os.Executable()
	if err != nil {
		return "", fmt.Errorf("a certificate names the program, and its file cannot be told: %w", err)
	}
	f, err := os.Open(path)
	if err != nil {
		return "", fmt.Errorf("a certificate names the program: %w", err)
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", fmt.Errorf("a certificate names the program: %w", err)
	}
	return "sha256:" + hex.EncodeToString(h.Sum(nil)), nil
}

// String is the certificate as people read it.
func (z *Certificate) String() string {
	var b strings.Builder
	line := func(name, format string, args ...any) {
		fmt.Fprintf(&b, "  %-11s "+format+"\n", append([]any{name}, args...)...)
	}
	fmt.Fprintf(&b, "%s: %s\n", z.Component, z.Verdict)
	line("type", "%s", z.Type)
	line("build", "%s, %s", z.Build, z.Go)
	line("size", "%d tasks, %d operations each", z.Tasks, z.Ops)
	bound := "none"
	if z.Bound != nil {
		bound = fmt.Sprintf("%d preemptions", *z.Bound)
	}
	line("bound", "%s", bound)
	line("complete", "%s", z.completeness())
	line("executions", "%d", z.Executions)
	line("orders", "%d distinct", z.Orders)
	line("redundant", "%d executions", z.Redundant)
	processes := "one process"
	if z.Jobs > 1 {
		processes = fmt.Sprintf("%d processes", z.Jobs)
	}
	line("time", "%.2f s, %s", z.Seconds, processes)
	if z.Failure != "" {
		line("failure", "%s", z.Failure)
		line("schedule", "%s", strings.ReplaceAll(z.Schedule, "\n", "\n              "))
	}
	return b.String()
}

func (z *Certificate) completeness() string {
	switch {
	case z.Failure != "":
		return "no: the first failure ends it"
	case !z.Complete:
		return fmt.Sprintf("no: about %.0f executions are left", z.Left)
	case z.Fixed > 0:
		return fmt.Sprintf("yes, but for %d draws of many alternatives, which kept their default", z.Fixed)
	case z.Bound != nil:
		return "yes, within the bound"
	}
	return "yes: every order was seen"
}
