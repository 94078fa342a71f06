package mutate

// The host's side. A host is one process that is many mutants in turn: the core has
// no state of its own between runs (package purity sees to that), so that a mutant
// leaves nothing to the next. What it learnt of schedules is forgotten, too. A
// mutant that kills its host, by a hang or by taking all memory, is dead as well.

import (
	"bufio"
	"encoding/json"
	"io"
	"os"
	"time"

	"brigade/fuzz"
	"brigade/fuzz/scenario"
	"brigade/sim"
)

// Switch is the overlay's package: which mutant acts, and which places were passed.
type Switch struct {
	Select func(mutant int, note bool)
	Passed func() []int
}

// run is a run of the general campaign.
type run struct {
	Scenario string `json:"scenario"`
	Seed     uint64 `json:"seed"`
}

// errand is what a host is asked: to be a mutant in these runs, until one fails; or
// to note which places each of them passes.
type errand struct {
	Mutant int   `json:"mutant"`
	Runs   []run `json:"runs"`
	Note   bool  `json:"note,omitempty"`
}

// answer is what came of an errand.
type answer struct {
	Runs      uint64   `json:"runs"` // that were made
	Verdict   string   `json:"verdict,omitempty"`
	Invariant string   `json:"invariant,omitempty"`
	Message   string   `json:"message,omitempty"`
	Passed    [][]int  `json:"passed,omitempty"` // by each run
	Hashes    []uint64 `json:"hashes,omitempty"` // of each run's events
	Error     string   `json:"error,omitempty"`
}

// What a run may take. One of the core as it is takes a thousandth of it.
const (
	standstill = 3 * time.Second // of real time without coming to a point
	steps      = 1_000_000
)

// Serve does errands until there are no more. exit ends the process, which cannot
// go on after a hang.
func Serve(in io.Reader, out io.Writer, s Switch, exit func(code int)) error {
	d, e := json.NewDecoder(bufio.NewReader(in)), json.NewEncoder(out)
	a := new(answer)
	sim.OnHang(func(v *sim.Verdict) {
		_ = e.Encode(&answer{Runs: a.Runs + 1, Verdict: v.Kind.String(), Invariant: v.Invariant}) // who asks sees the end
		exit(int(fuzz.ClassDeadlock))
	})
	for {
		var x errand
		if err := d.Decode(&x); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
		*a = answer{}
		if err := x.do(a, s); err != nil {
			a.Error = err.Error()
		}
		if err := e.Encode(a); err != nil {
			return err
		}
	}
}

// ServeProcess is Serve on this process's standard input and output.
func ServeProcess(s Switch) error {
	out := os.Stdout
	os.Stdout = os.Stderr // what a program prints cannot garble the answers
	return Serve(os.Stdin, out, s, os.Exit)
}

// do makes x's runs.
func (x *errand) do(a *answer, s Switch) error {
	runner, set := fuzz.NewRunner(), scenario.All()
	s.Select(x.Mutant, x.Note)
	defer s.Select(0, false)
	for _, r := range x.Runs {
		found, err := set.Find(r.Scenario)
		if err != nil {
			return err
		}
		j := fuzz.Job{Scenario: found, Strategy: fuzz.DefaultStrategy, Seed: r.Seed, Engine: fuzz.DefaultEngine}
		report, _, err := runner.Run(j, sim.Options{Watch: standstill, MaxSteps: steps})
		if err != nil {
			return err
		}
		a.Runs++
		if x.Note {
			a.Passed = append(a.Passed, s.Passed())
			a.Hashes = append(a.Hashes, report.Hash)
		}
		if v := report.Verdict; v != nil {
			a.Verdict, a.Invariant, a.Message = v.Kind.String(), v.Invariant, v.Message
			return nil
		}
	}
	return nil
}
