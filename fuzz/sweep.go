package fuzz

// A sweep: the same run once for every place at which one fault could strike: "the k-th
// allocation fails", over all k. Where faults are drawn, one that must strike at one
// place of thousands is met by chance; here none is left out. Everything else of the run
// is without faults, and what was drawn of it is the seed's.

import (
	"errors"
	"fmt"
	"slices"

	"brigade/netsim"
	"brigade/traces"
)

// MostPlaces bounds a sweep of one run.
const MostPlaces = 20_000

// Swept is what came of a sweep.
type Swept struct {
	Job      Job // without its faults
	Fault    string
	Places   int       // at which it struck, each in a run of its own
	Failures []Failure // one a signature, with the place in its trace's faults
	Paths    []string  // of their traces
}

// Class is the class of all failures.
func (s *Swept) Class() (c Class) {
	for i := range s.Failures {
		c = c.with(&s.Failures[i])
	}
	return c
}

// errSwept ends a sweep.
var errSwept = errors.New("interrupted")

// Sweep makes the run of j once for every place at which the fault called name could
// strike, and leaves the first trace of each kind of failure in dir. going: false ends it.
func Sweep(j Job, name, dir string, going func() bool) (*Swept, error) {
	i := slices.IndexFunc(netsim.Faults(), func(f netsim.Fault) bool { return f.Name == name })
	if i < 0 {
		return nil, fmt.Errorf("no fault is called %q; brigade list --faults has them", name)
	}
	s := &Swept{Job: j, Fault: name}
	places, err := NewRunner().Sweep(j, i, MostPlaces, func(_ int, m *Made) error {
		if m.Report.Verdict != nil {
			if err := s.fails(m, dir); err != nil {
				return err
			}
		}
		if !going() {
			return errSwept
		}
		return nil
	})
	s.Places = places
	switch {
	case errors.Is(err, errSwept):
	case err != nil:
		return s, err
	case places == MostPlaces:
		return s, fmt.Errorf("%s, seed %#x: %s could strike at more than %d places; the rest was not tried", j.Scenario.Name, j.Seed, name, MostPlaces)
	}
	return s, nil
}

// fails notes that m failed.
func (s *Swept) fails(m *Made, dir string) error {
	f := m.Job.failure(m.Report.Verdict)
	for i := range s.Failures {
		if s.Failures[i].Signature == f.Signature {
			s.Failures[i].Count++
			return nil
		}
	}
	t := traces.New(m.Job.header(), m.Report, f.Signature)
	path, err := t.Save(dir, fmt.Sprintf("%s-%x-%s-%d.trace", s.Job.Scenario.Name, s.Job.Seed, s.Fault, m.Place))
	s.Failures, s.Paths = append(s.Failures, f), append(s.Paths, path)
	return err
}
