package linear

// Histories of the budget of I/O buffers, and the sequential one that they are held
// to: a number, a line, and those of it whose turn has come. What comes back is the
// first's in the same step, so nobody who comes later can have it before, and what its
// owner withdraws from is the next one's.

import (
	"fmt"
	"slices"
	"time"

	"github.com/anishathalye/porcupine"

	"brigade/core/iobuf"
	"brigade/core/rt"
	"brigade/sim"
)

// Units are what tasks want, one each, wait for, and give back.
type Units interface {
	Want(task int) bool // false: it stands in line, where it stood if it did
	Withdraw(task int)
	Put(task int)
}

// budget is the core's.
type budget struct {
	budget  iobuf.Budget
	caches  []iobuf.Cache
	waiters []iobuf.Waiter
}

// Budget makes budgets of limit units for so many tasks.
func Budget(limit, tasks int) func() Units {
	return func() Units {
		b := &budget{caches: make([]iobuf.Cache, tasks), waiters: make([]iobuf.Waiter, tasks)}
		b.budget.Init(limit, 0)
		for i := range b.caches {
			b.budget.Join(&b.caches[i], "task", nobody{})
		}
		return b
	}
}

// Want implements Units.
func (b *budget) Want(task int) bool { return b.caches[task].Want(&b.waiters[task], iobuf.Filling) }

// Withdraw implements Units.
func (b *budget) Withdraw(task int) { b.caches[task].Withdraw(&b.waiters[task]) }

// Put implements Units.
func (b *budget) Put(task int) { b.caches[task].Put(iobuf.Filling) }

// act is one operation on units.
type act struct {
	what string // "want", "withdraw" or "put"
	task int
}

// Share makes the history of tasks that share units for so many rounds each: a task
// that gets none asks twice more, and then gives up.
func Share(seed uint64, tasks, rounds int, make func() Units) *History {
	h := new(History)
	h.Run = sim.Run(sim.Options{Seed: seed}, func() {
		h.Operations = nil
		units := make()
		var clock rt.Int64
		var all rt.WaitGroup
		lists := newLists(tasks)
		for i := range tasks {
			all.Go("task", func() {
				note := func(what string, f func() bool) bool {
					call := clock.Add(1)
					ok := f()
					lists[i] = append(lists[i], porcupine.Operation{ClientId: i, Input: act{what, i}, Output: ok, Call: call, Return: clock.Add(1)})
					return ok
				}
				for range rounds {
					got := false
					for ask := 0; ask < 3 && !got; ask++ {
						got = note("want", func() bool { return units.Want(i) })
					}
					if got {
						note("put", func() bool { units.Put(i); return true })
					} else {
						note("withdraw", func() bool { units.Withdraw(i); return true })
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

// shared is a state of the sequential budget.
type shared struct {
	free          int
	line, granted []int
}

// sharing is the sequential budget of limit units.
func sharing(limit int) porcupine.Model {
	return porcupine.Model{
		Init: func() any { return shared{free: limit} },
		Step: func(state, input, output any) (bool, any) {
			s, a := state.(shared), input.(act)
			s.line, s.granted = slices.Clone(s.line), slices.Clone(s.granted)
			ok := s.do(a) == output.(bool)
			return ok, s.serve()
		},
		Equal: func(a, b any) bool {
			x, y := a.(shared), b.(shared)
			return x.free == y.free && slices.Equal(x.line, y.line) && slices.Equal(x.granted, y.granted)
		},
		DescribeOperation: func(input, output any) string { return fmt.Sprint(input.(act).what, " ", output) },
	}
}

// do performs a; serve is still to be called.
func (s *shared) do(a act) bool {
	turn, place := slices.Index(s.granted, a.task), slices.Index(s.line, a.task)
	switch {
	case a.what == "put":
		s.free++
	case a.what == "withdraw" && turn >= 0:
		s.granted = slices.Delete(s.granted, turn, turn+1)
		s.free++
	case a.what == "withdraw" && place >= 0:
		s.line = slices.Delete(s.line, place, place+1)
	case a.what == "withdraw":
	case turn >= 0:
		s.granted = slices.Delete(s.granted, turn, turn+1)
	case place >= 0:
		return false
	case s.free > 0:
		s.free--
	default:
		s.line = append(s.line, a.task)
		return false
	}
	return true
}

// serve gives what is free to those in line.
func (s *shared) serve() shared {
	for s.free > 0 && len(s.line) > 0 {
		s.free--
		s.granted = append(s.granted, s.line[0])
		s.line = s.line[1:]
	}
	return *s
}

// JudgeShared looks for an order in which a budget of limit units would have answered
// the same, for so long at most.
func (h *History) JudgeShared(units int, limit time.Duration) Verdict {
	return verdict(porcupine.CheckOperationsTimeout(sharing(units), h.Operations, limit))
}
