package linear

// The budget of I/O buffers is a line with a number, whatever the schedule. One that
// wakes the first in line instead of reserving what came back for it is not: another
// gets there before. Nor is one whose answer rests on an earlier look.

import (
	"testing"

	"brigade/core/rt"
)

func TestBudgetIsALine(t *testing.T) {
	operations, pairs, most := 0, 0, 0
	for seed := range uint64(200) {
		units := 1 + int(seed%2)
		h := Share(seed, 4, 3, Budget(units, 4))
		if h.Run.Verdict != nil {
			t.Fatalf("seed %d: %v", seed, h.Run.Verdict)
		}
		if v := h.JudgeShared(units, limit); v != Linearizable {
			t.Fatalf("seed %d: %s: %s", seed, h, v)
		}
		p, m := h.Overlap()
		operations, pairs, most = operations+len(h.Operations), pairs+p, max(most, m)
	}
	t.Logf("200 histories of %d operations in all; %d pairs overlap, %d at once at most", operations, pairs, most)
	if operations < 200*24 || pairs < 200*24 || most < 4 {
		t.Errorf("histories that overlap so little say nothing")
	}
}

// waking wakes who is first, who then has to be there first.
type waking struct {
	mu   rt.Mutex
	free int
	line []int
}

func (q *waking) Want(task int) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.free > 0 {
		q.leave(task)
		q.free--
		return true
	}
	q.leave(task)
	q.line = append(q.line, task)
	return false
}

func (q *waking) leave(task int) {
	for i, t := range q.line {
		if t == task {
			q.line = append(q.line[:i], q.line[i+1:]...)
			return
		}
	}
}

func (q *waking) Withdraw(task int) {
	q.mu.Lock()
	q.leave(task)
	q.mu.Unlock()
}

func (q *waking) Put(int) {
	q.mu.Lock()
	q.free++
	q.mu.Unlock()
}

// hurried looks, and takes in another critical section.
type hurried struct{ waking }

func (q *hurried) Want(task int) bool {
	q.mu.Lock()
	there := q.free > 0
	q.mu.Unlock()
	if !there {
		return q.waking.Want(task)
	}
	q.mu.Lock() // here another may come between
	q.free--
	q.leave(task)
	q.mu.Unlock()
	return true
}

func TestOvertakingIsCaught(t *testing.T) {
	for name, make := range map[string]func() Units{
		"waking":  func() Units { return &waking{free: 1} },
		"hurried": func() Units { return &hurried{waking{free: 1}} },
	} {
		caught := false
		for seed := range uint64(100) {
			h := Share(seed, 4, 3, make)
			if v := h.JudgeShared(1, limit); v == Stale {
				t.Logf("%s: seed %d: %s: %s", name, seed, h, v)
				caught = true
				break
			}
		}
		if !caught {
			t.Errorf("100 histories of a budget in which one overtakes another (%s) are linearizable", name)
		}
	}
}
