// Package linear records histories of the core's concurrent types and has porcupine
// (Horn and Kroening 2015; Athalye 2017) look for an order in which a sequential
// one would have answered the same.
//
// A history is operations with the moments of their call and return. The type that
// ships is used, under the simulated scheduler; nothing in it is instrumented.
//
//	h := linear.Run(seed, linear.Size{Givers: 3, Takers: 3, Items: 4}, linear.Crew(3))
//	fmt.Println(h.Judge(time.Second))
//
// What is checked exhaustively, for small sizes, is package check's.
package linear

import (
	"fmt"
	"time"

	"github.com/anishathalye/porcupine"

	"brigade/core/rt"
	"brigade/sim"
)

// Queue is what givers and takers use. Take returns false when the queue is closed
// and empty.
type Queue interface {
	Give(item int)
	Take(taker int) (item int, ok bool)
	Close()
}

// Size is how much happens in a history.
type Size struct {
	Givers, Takers int
	Items          int // of each giver
}

// History is what happened to a queue in one run.
type History struct {
	Operations []porcupine.Operation
	Run        *sim.Report
}

// Run makes a queue's history under one schedule.
func Run(seed uint64, size Size, make func() Queue) *History {
	h := new(History)
	h.Run = sim.Run(sim.Options{Seed: seed}, func() {
		h.Operations = nil // a run may be repeated
		q := make()
		var clock rt.Int64
		var giving, taking rt.WaitGroup
		lists := newLists(size.Givers + size.Takers)
		for g := range size.Givers {
			giving.Go("giver", func() {
				for n := range size.Items {
					call := clock.Add(1)
					q.Give(g*size.Items + n)
					lists[g] = append(lists[g], operation(g, g*size.Items+n, true, call, clock.Add(1)))
				}
			})
		}
		for t := range size.Takers {
			taking.Go("taker", func() {
				at := size.Givers + t
				for {
					call := clock.Add(1)
					item, ok := q.Take(t)
					if !ok {
						return
					}
					lists[at] = append(lists[at], operation(at, item, false, call, clock.Add(1)))
				}
			})
		}
		giving.Wait()
		q.Close()
		taking.Wait()
		for _, l := range lists {
			h.Operations = append(h.Operations, l...)
		}
	})
	return h
}

func newLists(n int) [][]porcupine.Operation { return make([][]porcupine.Operation, n) }

// step is one operation on a queue: give an item, or take one.
type step struct {
	give bool
	item int
}

func operation(client, item int, give bool, call, end int64) porcupine.Operation {
	s := step{give: give, item: item}
	return porcupine.Operation{ClientId: client, Input: s, Output: s, Call: call, Return: end}
}

// Overlap is how many pairs of operations were under way at the same time, and how
// many were at most at once.
func (h *History) Overlap() (pairs, most int) {
	for i, a := range h.Operations {
		now := 0
		for k, b := range h.Operations {
			if b.Call <= a.Call && a.Call <= b.Return {
				now++
			}
			if k > i && a.Call <= b.Return && b.Call <= a.Return {
				pairs++
			}
		}
		most = max(most, now)
	}
	return pairs, most
}

// Verdict is what porcupine found.
type Verdict string

// The verdicts. When time is up nothing is known: that is never the first.
const (
	Linearizable Verdict = "linearizable"
	Stale        Verdict = "not linearizable"
	Unknown      Verdict = "unknown"
)

// Judge looks for a sequential order, for so long at most.
func (h *History) Judge(limit time.Duration) Verdict {
	return verdict(porcupine.CheckOperationsTimeout(fifo, h.Operations, limit))
}

// verdict is porcupine's, in our words.
func verdict(r porcupine.CheckResult) Verdict {
	switch r {
	case porcupine.Ok:
		return Linearizable
	case porcupine.Illegal:
		return Stale
	case porcupine.Unknown:
	}
	return Unknown
}

// String tells the history's length and overlap.
func (h *History) String() string {
	pairs, most := h.Overlap()
	return fmt.Sprintf("%d operations, %d pairs overlap, %d at once at most", len(h.Operations), pairs, most)
}
