// Package rapidsim lets a property test draw a schedule and an input together
// from rapid, so that rapid shrinks both. Only tests import it.
//
//	rapid.Check(t, func(t *rapid.T) {
//		n := rapid.IntRange(1, 5).Draw(t, "tasks")
//		if r := rapidsim.Run(t, sim.Options{}, func() { program(n) }); r.Verdict != nil {
//			t.Fatalf("%v\n%s", r.Verdict, sim.Schedule(r.Departures))
//		}
//	})
//
// A schedule is a list of switches from the default, so what shrinks is their
// number, and how late they come. For failures of whole scenarios package shrink knows more.
package rapidsim

import (
	"pgregory.net/rapid"

	"brigade/sim"
	"brigade/sim/schedule"
)

// Switch is one departure from the default schedule: at the At-th choice, counted
// from 0, that the Task-th task comes to, another goes on than by default: the
// To-th after it. Counting by task keeps a switch where it was when the input
// shrinks.
type Switch struct{ Task, At, To int }

// Bounds of what is drawn: a schedule of more switches, or of later ones, shows
// nothing that other seeds of a few would not.
const (
	maxSwitches = 32
	maxTask     = 32
	maxAt       = 1000
	maxTo       = 16
)

// Schedule draws a schedule: few switches, more of them early than late.
func Schedule() *rapid.Generator[[]Switch] {
	one := rapid.Custom(func(t *rapid.T) Switch {
		return Switch{rapid.IntRange(0, maxTask).Draw(t, "task"), rapid.IntRange(0, maxAt).Draw(t, "at"), rapid.IntRange(1, maxTo).Draw(t, "to")}
	})
	return rapid.SliceOfN(one, 0, maxSwitches)
}

// Run makes a run of main by a schedule drawn from t, with what the program and
// its world draw drawn from t as well.
//
// rapid ends a test case by a panic when it has drawn enough; that must not pass
// through the program's tasks, which would be blamed for it. So the strategy
// keeps it, the run ends with nothing drawn any more, and Run panics in its place.
func Run(t *rapid.T, o sim.Options, main func()) *sim.Report {
	s := &strategy{t: t, switches: make(map[place]int), count: make(map[int]int)}
	for _, w := range Schedule().Draw(t, "schedule") {
		s.switches[place{w.Task, w.At}] = w.To
	}
	o.Strategy = s
	r := sim.Run(o, main)
	if s.ended != nil {
		panic(s.ended)
	}
	return r
}

// strategy follows a schedule, and draws the rest from t.
type strategy struct {
	t        *rapid.T
	switches map[place]int
	count    map[int]int // choices so far, by task
	ended    any         // what a draw panicked with
	last     int32
}

type place struct{ task, at int }

// Begin implements schedule.Strategy.
func (s *strategy) Begin(uint64) {
	s.last = -1
	clear(s.count)
}

// End implements schedule.Strategy.
func (s *strategy) End(bool) {}

// Pick implements schedule.Strategy.
func (s *strategy) Pick(p *schedule.Point) int {
	i, task := p.Current, int(s.last)
	if i < 0 {
		i = after(p, s.last)
	} else {
		task = int(p.Runnable[i].Task)
	}
	i = (i + s.switches[place{task, s.count[task]}]) % len(p.Runnable)
	s.count[task]++
	s.last = p.Runnable[i].Task
	return i
}

// after is the task that follows another in order, around.
func after(p *schedule.Point, task int32) int {
	for i := range p.Runnable {
		if p.Runnable[i].Task > task {
			return i
		}
	}
	return 0
}

// Draw implements schedule.Strategy.
func (s *strategy) Draw(n uint64, chance uint32) (v uint64) {
	switch {
	case n == 1:
	case n == 0:
		v = draw(s, rapid.Uint64())
	case chance >= 1<<16 || draw(s, rapid.IntRange(0, 1<<16-1)) >= 1<<16-int(chance):
		v = draw(s, rapid.Uint64Range(0, n-1))
	}
	return v
}

// draw draws, or returns 0 once a draw has panicked.
func draw[V any](s *strategy, g *rapid.Generator[V]) (v V) {
	if s.ended != nil {
		return v
	}
	defer func() {
		if e := recover(); e != nil {
			s.ended = e
		}
	}()
	return g.Draw(s.t, "choice")
}
