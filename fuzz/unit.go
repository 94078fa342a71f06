package fuzz

// The messages between a campaign and its workers: one JSON object a line, a unit
// one way, a result the other. They name everything they need, so that they can
// as well travel over a network, and be repeated.

import (
	"time"

	"brigade/sim/schedule"
)

// Unit is a piece of work: one scenario under Count seeds from First on.
type Unit struct {
	ID       uint64 `json:"id"`
	Build    string `json:"build"` // of the campaign; results of another build do not count
	Scenario string `json:"scenario"`
	Strategy string `json:"strategy"`
	First    uint64 `json:"first"`
	Count    int    `json:"count"`
	Faults   string `json:"faults,omitempty"`
	Engine   string `json:"engine"`
	Hashes   bool   `json:"hashes,omitempty"`  // the result lists each run's event hash
	Orders   bool   `json:"orders,omitempty"`  // the result lists each run's happens-before order
	Examine  uint64 `json:"examine,omitempty"` // ask of one run in so many whether a fault mattered; 0: of none
}

// seed is the unit's i-th seed. Seeds wrap around.
func (u *Unit) seed(i int) uint64 { return u.First + uint64(i) }

// Counts are what runs add up to. They are sums, so that neither order nor
// distribution shows in them.
type Counts struct {
	Runs      uint64        `json:"runs"`
	Steps     uint64        `json:"steps"`
	Choices   uint64        `json:"choices"`
	Rechecks  uint64        `json:"rechecks"`
	Exchanges uint64        `json:"exchanges"`
	Virtual   time.Duration `json:"virtual"`
	Hash      uint64        `json:"hash"` // sum of runHash over all runs
}

func (c *Counts) add(d Counts) {
	c.Runs += d.Runs
	c.Steps += d.Steps
	c.Choices += d.Choices
	c.Rechecks += d.Rechecks
	c.Exchanges += d.Exchanges
	c.Virtual += d.Virtual
	c.Hash += d.Hash
}

// runHash is what a run adds to the hash of a campaign.
func runHash(scenario string, seed, hash uint64) uint64 {
	return schedule.Finish(schedule.Mix(schedule.Mix(schedule.HashString(scenario), seed), hash))
}

// Result is what came of a unit, or of its first Done seeds.
type Result struct {
	ID       uint64    `json:"id"`
	Done     int       `json:"done"`            // seeds dealt with
	Last     bool      `json:"last,omitempty"`  // the worker ends with this: a run of it never will
	Error    string    `json:"error,omitempty"` // why the unit cannot be run at all
	Counts   Counts    `json:"counts"`
	Failures []Failure `json:"failures,omitempty"`
	Hashes   []uint64  `json:"hashes,omitempty"`

	Orders  []byte            `json:"orders,omitempty"` // fingerprints, 8 bytes each
	Seen    map[string]uint64 `json:"seen,omitempty"`   // coverage, by cell
	Drawn   map[string]uint64 `json:"drawn,omitempty"`  // runs by dimension and value
	Faults  FaultCounts       `json:"faults,omitempty"`
	Reduced *Reduced          `json:"reduced,omitempty"` // the answer to a Reduction, and nothing else is
}

// Failure is one signature's failures within a unit or a campaign.
type Failure struct {
	Scenario  string `json:"scenario"`
	Strategy  string `json:"strategy"`
	Seed      uint64 `json:"seed"` // the first of them
	Verdict   string `json:"verdict"`
	Invariant string `json:"invariant"`
	Signature string `json:"signature"`
	Message   string `json:"message"`
	Task      string `json:"task,omitempty"`
	Step      int    `json:"step"`
	Stack     string `json:"stack,omitempty"`
	Drawn     string `json:"drawn,omitempty"` // what the run drew, in words
	Count     int    `json:"count"`
	Trace     string `json:"trace,omitempty"` // its text; empty if the worker sent one of this signature before
}

// control is what a campaign says to a worker beside units.
type control struct {
	Stop bool  `json:"stop,omitempty"` // answer with what is done of the unit
	Unit *Unit `json:"unit,omitempty"`

	Reduce *Reduction `json:"reduce,omitempty"`
}
