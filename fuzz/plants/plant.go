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

// Try runs the general campaign, with b acting, over so many seeds. The traces of
// what fails go to the directory traces.
func Try(ctx context.Context, path string, b Bug, seeds uint64, traces string, env ...string) (*Row, error) {
	name, seeds := b.scenario(seeds)
	c := zoo.Campaign{
		First: 1, Seeds: seeds, Workers: 2, Unshrunk: true, Traces: traces, Env: append(env, Variable+"="+b.Name),
		Scenario: name,
	}
	r, err := zoo.Hunt(ctx, path, c)
	if err != nil {
		return nil, fmt.Errorf("bug %s: %w", b.Name, err)
	}
	row := &Row{Bug: b, Runs: r.Runs, Reports: r.Failed}
	for i := range r.Failures {
		f := &r.Failures[i]
		by := f.Verdict
		if f.Invariant != "" {
			by += ":" + f.Invariant
		}
		if !slices.Contains(row.By, by) {
			row.By = append(row.By, by)
		}
		if !slices.Contains(b.Verdicts, by) {
			row.Strange = append(row.Strange, fmt.Sprintf("%s in %s, seed %d: %s", by, f.Scenario, f.Seed, f.Message))
			continue
		}
		n := (f.Seed-r.Seed)*uint64(len(r.Scenarios)) + uint64(slices.Index(r.Scenarios, f.Scenario)) + 1
		if row.First == 0 || n < row.First {
			row.First = n
		}
	}
	slices.Sort(row.By)
	return row, nil
}
