package linear

// Histories of kept connections and those who take them, and the sequential rack that they
// are held to: a set, each of an owner. Whoever takes gets one of his own if he has any,
// else perhaps another's: he looks at the others one by one, and they may have one the
// moment after. Nobody gets what another has.

import (
	"fmt"
	"maps"
	"time"

	"github.com/anishathalye/porcupine"

	"brigade/core/rt"
	"brigade/core/spare"
	"brigade/sim"
)

// Spares are items that tasks keep, take back, and take over from each other.
type Spares interface {
	Keep(task, item int)
	Take(task int) (item int, ok bool)
}

// racks are the core's, one a task.
type racks []spare.Rack[string, int]

// Racks makes them for so many tasks.
func Racks(tasks int) func() Spares {
	return func() Spares {
		r := make(racks, tasks)
		for i := range r {
			r[i].Init("rack")
		}
		return r
	}
}

// Keep implements Spares.
func (r racks) Keep(task, item int) {
	if !r[task].Keep("backend", item, 100) {
		rt.Bug("a rack of 100 has no room")
	}
}

// Take implements Spares.
func (r racks) Take(task int) (item int, ok bool) {
	if item, ok = r[task].Take("backend"); ok {
		return item, true
	}
	for i := range r {
		if i != task && r[i].Steal("backend", func(x int) { item = x }) {
			return item, true
		}
	}
	return 0, false
}

// move is one operation on spares.
type move struct {
	task int
	keep bool
	item int
	ok   bool
}

// Spare makes the history of tasks that take and keep for so many rounds each. The first
// has made an item for each of them.
func Spare(seed uint64, tasks, rounds int, make func() Spares) *History {
	h := new(History)
	h.Run = sim.Run(sim.Options{Seed: seed}, func() {
		h.Operations = nil
		s := make()
		var clock rt.Int64
		var all rt.WaitGroup
		lists := newLists(tasks)
		for i := range tasks {
			all.Go("task", func() {
				note := func(m move, f func() move) move {
					call := clock.Add(1)
					out := f()
					lists[i] = append(lists[i], porcupine.Operation{ClientId: i, Input: m, Output: out, Call: call, Return: clock.Add(1)})
					return out
				}
				keep := func(item int) {
					m := move{task: i, keep: true, item: item, ok: true}
					note(m, func() move { s.Keep(i, item); return m })
				}
				if i == 0 {
					for item := range tasks {
						keep(item)
					}
				}
				for range rounds {
					m := note(move{task: i}, func() move {
						item, ok := s.Take(i)
						return move{task: i, item: item, ok: ok}
					})
					if m.ok {
						keep(m.item)
					}
				}
			})
		}
		all.Wait()
		for _, l := range lists {
			h.Operations = append(h.Operations, l...)
		}
	})
	return h
}

// kept is a state of the sequential racks: whose each item is.
type kept map[int]int

// keeping is the sequential racks.
func keeping() porcupine.Model {
	return porcupine.Model{
		Init: func() any { return kept{} },
		Step: func(state, _, output any) (bool, any) {
			s, m := state.(kept), output.(move)
			owner, there := s[m.item]
			switch {
			case m.keep && there:
				return false, s
			case m.keep:
				s = maps.Clone(s)
				s[m.item] = m.task
			case m.ok && (!there || owner != m.task && s.owns(m.task)):
				return false, s
			case m.ok:
				s = maps.Clone(s)
				delete(s, m.item)
			default:
				return !s.owns(m.task), s
			}
			return true, s
		},
		Equal:             func(a, b any) bool { return maps.Equal(a.(kept), b.(kept)) },
		DescribeOperation: func(_, output any) string { return fmt.Sprintf("%+v", output) },
	}
}

// owns reports whether task has any.
func (s kept) owns(task int) bool {
	for _, owner := range s {
		if owner == task {
			return true
		}
	}
	return false
}

// JudgeSpared looks for an order in which one who keeps and takes at a time would have
// got the same, for so long at most.
func (h *History) JudgeSpared(limit time.Duration) Verdict {
	return verdict(porcupine.CheckOperationsTimeout(keeping(), h.Operations, limit))
}
