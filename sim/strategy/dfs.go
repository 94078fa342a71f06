package strategy

// DFS: every schedule once, depth first, the default (keep running, else the
// first) before its alternatives. Complete where programs are finite; k choices
// among n tasks are up to n^k runs, so it is for very small programs, and to
// compare better searches with. With a bound b on preemptions it is iterative
// context bounding (Musuvathi and Qadeer 2007), and complete up to b.
//
// A task that yielded is not picked again while others can run (fair search,
// Musuvathi and Qadeer, "Fair stateless model checking", PLDI 2008): a program
// that spins politely has no end otherwise. Draws of the world are enumerated
// too, if there are at most maxFan values; where there are more, the search is
// not complete and says so.
//
// The seed plays no part: a run is its place in the sequence. Repeat it from its
// trace.

import (
	"brigade/core/rt"
	"brigade/sim/schedule"
)

// DFS enumerates. It is used for one program, until Done.
type DFS struct {
	bound   int // preemptions; negative: any number
	stack   []branch
	depth   int // choices made in this run
	used    int // preemptions in this run
	yielded int32
	done    bool
	cut     bool // some alternatives were left out
	runs    int
}

// branch is one choice of the current run.
type branch struct{ chosen, of uint32 }

// maxFan is how many values of a draw are enumerated.
const maxFan = 64

// NewDFS makes an enumeration of all schedules with at most bound preemptions;
// negative: of all.
func NewDFS(bound int) *DFS { return &DFS{bound: bound} }

// Done reports whether every schedule was run.
func (s *DFS) Done() bool { return s.done }

// Complete reports whether every schedule was run and none was left out by the
// bound or for the number of values of a draw.
func (s *DFS) Complete() bool { return s.done && !s.cut }

// Runs is the number of runs that ended.
func (s *DFS) Runs() int { return s.runs }

// String is the strategy's name, as Named takes it.
func (*DFS) String() string { return "dfs" }

// Begin implements schedule.Strategy. When all is done it begins anew.
func (s *DFS) Begin(uint64) {
	s.depth, s.used, s.yielded = 0, 0, -1
	if s.done {
		s.done, s.cut = false, false
	}
}

// Pick implements schedule.Strategy.
func (s *DFS) Pick(p *schedule.Point) int {
	n, first, skip := len(p.Runnable), max(p.Current, 0), -1
	if p.Current >= 0 {
		switch {
		case p.Runnable[p.Current].Task == s.yielded:
			skip, first = p.Current, (p.Current+1)%n
			n--
		case s.bound >= 0 && s.used >= s.bound:
			n, s.cut = 1, true
		}
	}
	i := first
	if k := int(s.take(uint32(n))); k > 0 {
		i = alternative(k, first, skip)
	}
	if p.Current >= 0 && i != p.Current && skip < 0 {
		s.used++
	}
	s.yielded = -1
	if e := &p.Runnable[i]; e.Op == rt.OpYield {
		s.yielded = e.Task
	}
	return i
}

// alternative is the k-th place, from 1, that is neither first nor skip.
func alternative(k, first, skip int) int {
	for i := 0; ; i++ {
		if i == first || i == skip {
			continue
		}
		if k--; k == 0 {
			return i
		}
	}
}

// take is the current run's next choice of n.
func (s *DFS) take(n uint32) uint32 {
	d := s.depth
	s.depth++
	if d < len(s.stack) {
		return s.stack[d].chosen
	}
	s.stack = append(s.stack, branch{of: n})
	return 0
}

// Draw implements schedule.Strategy.
func (s *DFS) Draw(n uint64, chance uint32) uint64 {
	switch {
	case n == 1 || chance == 0:
		return 0
	case n == 0 || n > maxFan:
		s.cut = true
		return 0
	}
	return uint64(s.take(uint32(n)))
}

// End implements schedule.Strategy: on to the next schedule.
func (s *DFS) End(bool) {
	s.runs++
	s.stack = s.stack[:min(s.depth, len(s.stack))]
	for n := len(s.stack); n > 0; n-- {
		if b := &s.stack[n-1]; b.chosen+1 < b.of {
			b.chosen++
			s.stack = s.stack[:n]
			return
		}
	}
	s.stack, s.done = s.stack[:0], true
}
