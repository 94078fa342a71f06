package mutate

// The score: which share of the mutants was noticed.

import (
	"math/rand/v2"
	"slices"
)

// Score counts outcomes.
type Score struct {
	Mutants    int `json:"mutants"`
	Killed     int `json:"killed"`
	ByModel    int `json:"killed_by_models"` // of these: the campaign does not notice them
	ByTest     int `json:"noticed_by_tests"` // and not killed: a test that is no model notices them
	Equivalent int `json:"equivalent"`       // argued to be, and not killed
	Unreached  int `json:"unreached"`        // of the other survivors: neither runs nor models pass their place
	Passed     int `json:"passed"`           // of all: a run or a model passes their place
}

// Campaign is the share of all mutants that the campaign alone killed.
func (s *Score) Campaign() float64 { return share(s.Killed-s.ByModel, s.Mutants) }

// Raw is the share of all mutants that was killed.
func (s *Score) Raw() float64 { return share(s.Killed, s.Mutants) }

// Tested is the share of all mutants that was killed, or is noticed by a test.
func (s *Score) Tested() float64 { return share(s.Killed+s.ByTest, s.Mutants) }

// Net is the share of those that are not argued to be equivalent.
func (s *Score) Net() float64 { return share(s.Killed, s.Mutants-s.Equivalent) }

func share(a, b int) float64 {
	if b == 0 {
		return 1
	}
	return float64(a) / float64(b)
}

// Add counts x.
func (s *Score) Add(x *Outcome) {
	s.Mutants++
	if x.Reached || x.Modelled {
		s.Passed++
	}
	if x.Tested && !x.Killed {
		s.ByTest++
	}
	switch {
	case x.Killed:
		s.Killed++
		if x.By == Model {
			s.ByModel++
		}
	case x.Reason != "":
		s.Equivalent++
	case !x.Reached && !x.Modelled:
		s.Unreached++
	}
}

// Survived reports whether x is unexplained: it was not killed, and nothing is said
// of it.
func (x *Outcome) Survived() bool { return !x.Killed && x.Reason == "" }

// Refuted reports whether x was killed although it is argued that it cannot be.
func (x *Outcome) Refuted() bool { return x.Killed && x.Reason != "" }

// Sample draws n of the mutants by seed, in their order; n 0 or too many: all.
func Sample(list []*Mutant, n int, seed uint64) []*Mutant {
	if n <= 0 || n >= len(list) {
		return list
	}
	order := rand.New(rand.NewPCG(seed, uint64(len(list)))).Perm(len(list))[:n]
	slices.Sort(order)
	sample := make([]*Mutant, n)
	for i, at := range order {
		sample[i] = list[at]
	}
	return sample
}
