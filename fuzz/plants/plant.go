package plants

// Planting and trying.

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"brigade/fuzz/zoo"
)

// Variable names the bug that acts in a process; Unsettled, if it is set, that runs
// end without the part that asks for service when faults have stopped.
const (
	Variable  = "BRIGADE_PLANT"
	Unsettled = "BRIGADE_UNSETTLED"
)

const switchSource = `package plant

import "os"

var name = os.Getenv("` + Variable + `")

// Unsettled is whether liveness is left out.
var Unsettled = os.Getenv("` + Unsettled + `") != ""

// On is whether this bug acts.
func On(bug string) bool { return name == bug }
`

// liveness is the edit that lets it be left out.
var liveness = edit{
	"fuzz/scenario/settle.go", "\tif p.net.Profile.String() == \"none\" {\n\t\treturn\n",
	"\tif plant.Unsettled || p.net.Profile.String() == \"none\" {\n\t\treturn\n",
}

// clause is a file's package clause.
var clause = regexp.MustCompile(`(?m)^package \w+$`)

// Plant plants all bugs in the sources of the module at root.
func Plant(root string) (zoo.Sources, error) {
	s, err := plant(root, All())
	if err != nil {
		return nil, err
	}
	if err := liveness.apply(root, s); err != nil {
		return nil, err
	}
	return s, nil
}

// plant plants these.
func plant(root string, bugs []Bug) (zoo.Sources, error) {
	s := make(zoo.Sources)
	for _, b := range bugs {
		for _, e := range b.edits {
			e.new = strings.ReplaceAll(e.new, "PLANTED", fmt.Sprintf("plant.On(%q)", b.Name))
			if err := e.apply(root, s); err != nil {
				return nil, fmt.Errorf("bug %s: %w", b.Name, err)
			}
		}
	}
	s["core/plant/plant.go"] = []byte(switchSource)
	return s, nil
}

// apply edits the file as s has it, or the disk.
func (e *edit) apply(root string, s zoo.Sources) error {
	text, ok := s[e.file]
	if !ok {
		var err error
		if text, err = os.ReadFile(filepath.Join(root, filepath.FromSlash(e.file))); err != nil {
			return err
		}
		at := clause.FindIndex(text)
		if at == nil {
			return fmt.Errorf("%s has no package clause", e.file)
		}
		text = slices.Insert(text, at[1], []byte("; import plant \"brigade/core/plant\"")...)
	}
	if n := strings.Count(string(text), e.old); n != 1 {
		return fmt.Errorf("%s has the text to be changed at %d places; it has to be at one: %q", e.file, n, e.old)
	}
	s[e.file] = []byte(strings.Replace(string(text), e.old, e.new, 1))
	return nil
}

// Row is what came of a bug.
type Row struct {
	Bug
	Runs    uint64   // of the campaign
	First   uint64   // runs up to the first report by one of Verdicts; 0: none came
	By      []string // who reported it
	Reports int      // failed runs
	Strange []string // who did and should not have, with what was said
}

// Own reports whether the first of Verdicts has reported it, or there is none.
func (r *Row) Own() bool {
	return len(r.Verdicts) == 0 || slices.Contains(r.By, r.Verdicts[0])
}

// Try runs the general campaign, with r's bug acting, over the seeds behind the first from of
// each scenario, up to so many. What comes of it is added to r. The traces of what fails go
// to the directory traces.
func (r *Row) Try(ctx context.Context, path string, from, to uint64, traces string, env ...string) error {
	name, from, to := r.in(from, to)
	c := zoo.Campaign{
		First: from + 1, Seeds: to - from, Workers: 1, Unshrunk: true, Traces: traces, Env: append(env, Variable+"="+r.Name),
		Scenario: name,
	}
	report, err := zoo.Hunt(ctx, path, c)
	if err != nil {
		return fmt.Errorf("bug %s: %w", r.Name, err)
	}
	for i := range report.Failures {
		f := &report.Failures[i]
		by := f.Verdict
		if f.Invariant != "" {
			by += ":" + f.Invariant
		}
		if !slices.Contains(r.By, by) {
			r.By = append(r.By, by)
		}
		if !slices.Contains(r.Verdicts, by) {
			r.Strange = append(r.Strange, fmt.Sprintf("%s in %s, seed %d: %s", by, f.Scenario, f.Seed, f.Message))
			continue
		}
		n := r.Runs + (f.Seed-report.Seed)*uint64(len(report.Scenarios)) + uint64(slices.Index(report.Scenarios, f.Scenario)) + 1
		if r.First == 0 || n < r.First {
			r.First = n
		}
	}
	r.Runs += report.Runs
	r.Reports += report.Failed
	slices.Sort(r.By)
	return nil
}
