package fuzz

// How many different happens-before orders runs showed, and how likely the next
// run shows one more (Good-Turing: hb.Unseen). Orders are kept as 64-bit
// fingerprints, so two of a million are taken for one with a chance of 3e-8.
//
// Memory is bounded by adaptive sampling (Wegman 1984; Flajolet 1990): when there
// are too many, only those whose fingerprint ends in one more zero bit are kept,
// and counts are scaled. Until then they are exact. A fingerprint is kept or not
// whatever was seen before, so parts that were counted apart can be put together.

import (
	"encoding/binary"

	"brigade/sim/hb"
	"brigade/sim/schedule"
)

// maxOrders is how many fingerprints are kept; beyond it counts are estimates with
// a standard error of 0.1 %.
const maxOrders = 1 << 20

// orders counts. The zero value is empty.
type orders struct {
	runs  uint64          // that told their order
	seen  map[uint64]bool // true: by more than one run
	once  int
	shift uint // kept are fingerprints whose lowest bits, as many as this, are 0
	limit int  // 0: maxOrders
}

// orderOf is the fingerprint of a run's order among those of all scenarios.
func orderOf(scenario string, order uint64) uint64 {
	return schedule.Finish(schedule.Mix(schedule.HashString(scenario), order))
}

func (o *orders) kept(x uint64) bool { return x&(1<<o.shift-1) == 0 }

// add counts one run of order x.
func (o *orders) add(x uint64) {
	o.runs++
	if !o.kept(x) {
		return
	}
	more, known := o.seen[x]
	switch {
	case !known:
		o.put(x, false)
	case !more:
		o.seen[x] = true
		o.once--
	}
}

// put files a new fingerprint.
func (o *orders) put(x uint64, more bool) {
	if o.seen == nil {
		o.seen = make(map[uint64]bool)
	}
	o.seen[x] = more
	if !more {
		o.once++
	}
	limit := o.limit
	if limit == 0 {
		limit = maxOrders
	}
	for len(o.seen) > limit {
		o.shift++
		for x, more := range o.seen {
			if !o.kept(x) {
				delete(o.seen, x)
				if !more {
					o.once--
				}
			}
		}
	}
}

// addAll counts the runs whose orders a worker sent.
func (o *orders) addAll(packed []byte) {
	for ; len(packed) >= 8; packed = packed[8:] {
		o.add(binary.LittleEndian.Uint64(packed))
	}
}

// distinct is how many orders there were.
func (o *orders) distinct() uint64 { return uint64(len(o.seen)) << o.shift }

// exact says that distinct is no estimate.
func (o *orders) exact() bool { return o.shift == 0 }

// unseen is the estimated probability that the next run shows a new order; 1
// without runs.
func (o *orders) unseen() float64 { return hb.Unseen(int(o.runs), o.once<<o.shift) }

// ordersState is orders as a campaign's state has them.
type ordersState struct {
	Runs  uint64 `json:"runs"`
	Shift uint   `json:"shift"`
	Once  []byte `json:"once,omitempty"` // fingerprints, 8 bytes each
	More  []byte `json:"more,omitempty"`
}

func (o *orders) save() ordersState {
	s := ordersState{Runs: o.runs, Shift: o.shift}
	for x, more := range o.seen {
		if more {
			s.More = binary.LittleEndian.AppendUint64(s.More, x)
		} else {
			s.Once = binary.LittleEndian.AppendUint64(s.Once, x)
		}
	}
	return s
}

func (o *orders) load(s ordersState) {
	*o = orders{runs: s.Runs, shift: s.Shift, limit: o.limit}
	for p := s.Once; len(p) >= 8; p = p[8:] {
		o.put(binary.LittleEndian.Uint64(p), false)
	}
	for p := s.More; len(p) >= 8; p = p[8:] {
		o.put(binary.LittleEndian.Uint64(p), true)
	}
}
