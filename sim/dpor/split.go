package dpor

// Parts of an exploration, for several processes. The search tree is cut below its
// first places: each part is one way to begin, with the operations that need not
// come first from there on, since an earlier part begins with them (sleep sets,
// Godefroid 1996). The parts have all orders between them, and hardly one in common
// (none, where objects are labelled before tasks meet at them); within a part the search is the optimal one, but for plans that a
// sleeper has no part in: in one process those may be left to the races of the
// sleeper's own executions, which a part cannot hear of. Parts are numbered the same in every process that splits the same program. What it costs are executions
// that turn out, half way, to belong to an earlier part; they count as redundant.
//
// A part begins before the first draw: the values of a draw are one part's.

import (
	"time"

	"brigade/sim"
	"brigade/sim/hb"
	"brigade/sim/schedule"
)

// Parts are the parts of the exploration of a program.
type Parts struct {
	o     Options
	main  func()
	ids   tasks
	parts []part
}

// part is a way to begin: whose operations come first, and who sleeps at each
// place, the one after them last.
type part struct {
	procs  []int32
	sleeps [][]sleeper
	whole  bool // it cannot be cut further
}

// Split cuts the exploration of main into about want parts, fewer where the
// program is too short. Options.Bound is Unbounded.
func Split(o Options, main func(), want int) *Parts {
	p := &Parts{o: o, main: main, parts: []part{{sleeps: [][]sleeper{nil}}}}
	for at := 0; at < len(p.parts) && len(p.parts) < want; {
		if p.parts[at].whole {
			at++
			continue
		}
		one := p.parts[at]
		p.parts = append(p.parts[:at], p.parts[at+1:]...)
		p.parts = append(p.parts, p.cut(one)...)
	}
	return p
}

// Len is how many parts there are.
func (p *Parts) Len() int { return len(p.parts) }

// Explore explores the i-th part, for at most limit in real time; 0: to its end.
func (p *Parts) Explore(i int, limit time.Duration) Result {
	one := p.parts[i]
	s := &optimal{ids: tasks{known: p.ids.known}}
	for k, proc := range one.procs {
		s.stack = append(s.stack, &node{proc: proc, sleep: one.sleeps[k], width: 1, given: true})
	}
	o := p.o
	o.MaxTime = limit
	return explore(o, s, p.main)
}

// cut are the parts that one consists of: one for each task that can come next and
// does not sleep.
func (p *Parts) cut(one part) (list []part) {
	here := p.follow(one.procs)
	if len(here.next) == 0 {
		one.whole = true
		return []part{one}
	}
	last := len(one.sleeps) - 1
	asleep := one.sleeps[last]
	for _, proc := range here.next {
		if (&node{sleep: asleep}).asleep(proc) {
			continue
		}
		procs := append(append([]int32(nil), one.procs...), proc)
		acts := p.follow(procs).acts
		var after []sleeper
		for _, s := range asleep {
			if !conflict(s.acts, acts) {
				after = append(after, s)
			}
		}
		sleeps := append(append([][]sleeper(nil), one.sleeps[:last]...), asleep, after)
		list = append(list, part{procs: procs, sleeps: sleeps})
		asleep = append(asleep[:len(asleep):len(asleep)], sleeper{proc, acts, true})
	}
	return list
}

// follow makes an execution that begins with procs.
func (p *Parts) follow(procs []int32) *follower {
	f := &follower{ids: &p.ids, procs: procs}
	f.recorder.KeepLog()
	run := p.o.Sim
	run.Strategy, run.Order, run.Departures, run.Whole, run.Record, run.Twice = f, &f.recorder, nil, true, false, false
	sim.Run(run, p.main)
	return f
}

// follower is the strategy of an execution that begins in a given way.
type follower struct {
	recorder hb.Recorder
	ids      *tasks
	procs    []int32
	next     []int32     // who can come after procs; none: the run ends there, or something is drawn first
	acts     []hb.Access // of the last of procs
	drew     bool
}

// Begin implements schedule.Strategy.
func (f *follower) Begin(uint64) { f.ids.begin() }

// Pick implements schedule.Strategy.
func (f *follower) Pick(p *schedule.Point) int {
	log := f.recorder.Log()
	f.ids.learn(log)
	switch n := len(log.Events); {
	case n < len(f.procs):
		for i := range p.Runnable {
			if f.ids.proc[p.Runnable[i].Task] == f.procs[n] {
				return i
			}
		}
	case n == len(f.procs) && !f.drew:
		for i := range p.Runnable {
			f.next = append(f.next, f.ids.proc[p.Runnable[i].Task])
		}
	}
	return max(p.Current, 0)
}

// Draw implements schedule.Strategy.
func (f *follower) Draw(uint64, uint32) uint64 {
	f.drew = f.drew || len(f.recorder.Log().Events) <= len(f.procs)
	return 0
}

// End implements schedule.Strategy.
func (f *follower) End(bool) {
	log := f.recorder.Log()
	f.ids.learn(log)
	n := len(f.procs)
	if n > 0 && n <= len(log.Events) {
		f.acts = append(f.acts, log.Events[n-1].Accesses()...)
	}
	if len(f.next) == 0 && !f.drew && n < len(log.Events) {
		f.next = append(f.next, f.ids.proc[log.Events[n].Task]) // there was no choice
	}
}
