package linear

// Kept connections that tasks take over from each other are a set, whatever the schedule.
// One whose thieves look and take in two steps gives a connection to two.

import (
	"testing"

	"brigade/core/rt"
)

func TestRacksAreASet(t *testing.T) {
	operations, pairs, most := 0, 0, 0
	for seed := range uint64(200) {
		h := Spare(seed, 4, 4, Racks(4))
		if h.Run.Verdict != nil {
			t.Fatalf("seed %d: %v", seed, h.Run.Verdict)
		}
		if v := h.JudgeSpared(limit); v != Linearizable {
			t.Fatalf("seed %d: %s: %s", seed, h, v)
		}
		p, m := h.Overlap()
		operations, pairs, most = operations+len(h.Operations), pairs+p, max(most, m)
	}
	t.Logf("200 histories of %d operations in all; %d pairs overlap, %d at once at most", operations, pairs, most)
	if operations < 200*20 || pairs < 200*20 || most < 4 {
		t.Errorf("histories that overlap so little say nothing")
	}
}

// hasty are racks whose thieves look first and take then.
type hasty struct {
	mu    []rt.Mutex
	lists [][]int // guarded by mu, one each
}

func (q *hasty) Keep(task, item int) {
	q.mu[task].Lock()
	defer q.mu[task].Unlock()
	q.lists[task] = append(q.lists[task], item)
}

func (q *hasty) last(task int) (item int, ok bool) {
	q.mu[task].Lock()
	defer q.mu[task].Unlock()
	n := len(q.lists[task])
	if n == 0 {
		return 0, false
	}
	return q.lists[task][n-1], true
}

func (q *hasty) drop(task, item int) {
	q.mu[task].Lock()
	defer q.mu[task].Unlock()
	for i, x := range q.lists[task] {
		if x == item {
			q.lists[task] = append(q.lists[task][:i], q.lists[task][i+1:]...)
			return
		}
	}
}

func (q *hasty) Take(task int) (item int, ok bool) {
	for i := range q.lists {
		owner := (task + i) % len(q.lists)
		if item, ok = q.last(owner); ok {
			q.drop(owner, item)
			return item, true
		}
	}
	return 0, false
}

func TestHastyThievesAreCaught(t *testing.T) {
	for seed := range uint64(100) {
		h := Spare(seed, 3, 3, func() Spares { return &hasty{mu: make([]rt.Mutex, 3), lists: make([][]int, 3)} })
		if h.Run.Verdict == nil && h.JudgeSpared(limit) == Stale {
			t.Logf("caught in history %d: %s", seed+1, h)
			return
		}
	}
	t.Error("a rack that gives one connection to two was not caught in 100 histories")
}
