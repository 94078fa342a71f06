package dpor

// Depth-first search over schedules, with or without a bound on preemptions
// (choosing another task while the one that ran last could go on), and with or
// without happens-before caching: a place is not gone into again if its past is
// the same order, the same task ran last, and no more preemptions are left than
// there (Musuvathi and Qadeer, "Partial-order reduction for context-bounded state
// exploration", 2007). Equal pasts have equal futures, so caching loses no order.
//
// Why not the conservative backtracking points of Coons, Musuvathi and McKinley
// ("Bounded partial-order reduction", 2013): they promise every local state within
// the bound, not every order. Tried on generated programs, they lost an order in
// about one of a thousand, and with races turned around at every earlier place
// and all free switches taken, still some.

import (
	"slices"

	"brigade/sim/hb"
	"brigade/sim/schedule"
)

type frontier struct {
	bound int
	seen  map[uint64]int // places by their past: preemptions spent; nil: no caching

	recorder *hb.Recorder
	maxDraw  uint64
	ids      tasks

	stack  []*fork
	depth  int
	spent  int  // preemptions in this execution
	cached bool // this execution came to a place that was gone into before
	fixed  int
}

// fork is a choice among the first n of order, or among n values of a draw.
type fork struct {
	n, taken int
	order    []int
}

func (f *frontier) attach(r *hb.Recorder, maxDraw uint64) { f.recorder, f.maxDraw = r, maxDraw }

// Begin implements schedule.Strategy.
func (f *frontier) Begin(uint64) {
	f.depth, f.spent, f.fixed, f.cached = 0, 0, 0, false
	f.ids.begin()
}

// Pick implements schedule.Strategy. What costs nothing is taken first.
func (f *frontier) Pick(p *schedule.Point) int {
	if f.cached {
		return max(p.Current, 0)
	}
	if f.depth == len(f.stack) {
		if f.known(p) {
			f.cached = true
			return max(p.Current, 0)
		}
		f.stack = append(f.stack, f.fork(p))
	}
	k := f.stack[f.depth]
	f.depth++
	i := k.order[k.taken]
	if p.Current >= 0 && i != p.Current {
		f.spent++
	}
	return i
}

// known reports whether the search went into this place before.
func (f *frontier) known(p *schedule.Point) bool {
	if f.seen == nil {
		return false
	}
	f.ids.learn(f.recorder.Log())
	key := f.recorder.Order()
	if p.Current >= 0 {
		key = schedule.Mix(key, uint64(f.ids.proc[p.Runnable[p.Current].Task])+1)
	}
	if spent, ok := f.seen[key]; ok && (spent <= f.spent || f.bound == Unbounded) {
		return true
	}
	f.seen[key] = f.spent
	return false
}

// fork is the choice at p.
func (f *frontier) fork(p *schedule.Point) *fork {
	k := new(fork)
	if p.Current >= 0 {
		k.order = append(k.order, p.Current)
	}
	if p.Current < 0 || f.bound == Unbounded || f.spent < f.bound {
		for i := range p.Runnable {
			if !slices.Contains(k.order, i) {
				k.order = append(k.order, i)
			}
		}
	}
	k.n = len(k.order)
	return k
}

// Draw implements schedule.Strategy.
func (f *frontier) Draw(n uint64, _ uint32) uint64 {
	if n == 0 || n > f.maxDraw {
		f.fixed++
		return 0
	}
	if f.cached {
		return 0
	}
	if f.depth == len(f.stack) {
		f.stack = append(f.stack, &fork{n: int(n)})
	}
	f.depth++
	return uint64(f.stack[f.depth-1].taken)
}

// End implements schedule.Strategy.
func (f *frontier) End(bool) {}

// plan implements search.
func (f *frontier) plan() bool {
	f.stack = f.stack[:f.depth]
	for n := len(f.stack); n > 0; n = len(f.stack) {
		k := f.stack[n-1]
		if k.taken++; k.taken < k.n {
			return true
		}
		f.stack = f.stack[:n-1]
	}
	return false
}

// state implements search.
func (f *frontier) state() state {
	st, share := state{fixed: f.fixed, blocked: f.cached}, 1.0
	for _, k := range f.stack {
		share /= float64(k.n)
		st.done += share * float64(k.taken)
	}
	return st
}
