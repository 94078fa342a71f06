package linear

// The processors' queue is a queue, whatever the schedule; one whose takers look and
// take in two critical sections is not, which shows within 100 schedules. A search
// that runs out of time says that it does not know.

import (
	"testing"
	"time"

	"brigade/core/rt"
)

// limit is far more than any history of these sizes needs.
const limit = time.Minute

func TestCrewIsAQueue(t *testing.T) {
	operations, pairs, most := 0, 0, 0
	for seed := range uint64(200) {
		h := Run(seed, Size{Givers: 3, Takers: 3, Items: 4}, Crew(3))
		if h.Run.Verdict != nil {
			t.Fatalf("seed %d: %v", seed, h.Run.Verdict)
		}
		if v := h.Judge(limit); v != Linearizable {
			t.Fatalf("seed %d: %s: %s", seed, h, v)
		}
		p, m := h.Overlap()
		operations, pairs, most = operations+len(h.Operations), pairs+p, max(most, m)
	}
	t.Logf("200 histories of %d operations in all; %d pairs overlap, %d at once at most", operations, pairs, most)
	if operations != 200*24 || pairs < 200*24 || most < 5 {
		t.Errorf("histories that overlap so little say nothing")
	}
}

// stale is a queue whose takers look, and take in another critical section.
type stale struct {
	mu     rt.Mutex
	some   rt.Cond
	items  []int
	closed bool
}

func newStale() Queue {
	q := new(stale)
	q.some.L = &q.mu
	return q
}

func (q *stale) Give(item int) {
	q.mu.Lock()
	q.items = append(q.items, item)
	q.some.Broadcast()
	q.mu.Unlock()
}

func (q *stale) Take(int) (int, bool) {
	q.mu.Lock()
	q.some.Await(func() bool { return len(q.items) > 0 || q.closed })
	if len(q.items) == 0 {
		q.mu.Unlock()
		return 0, false
	}
	first := q.items[0]
	q.mu.Unlock()
	q.mu.Lock() // here another may come between
	if len(q.items) > 0 {
		q.items = q.items[1:]
	}
	q.mu.Unlock()
	return first, true
}

func (q *stale) Close() {
	q.mu.Lock()
	q.closed = true
	q.some.Broadcast()
	q.mu.Unlock()
}

func TestStaleQueueIsCaught(t *testing.T) {
	for seed := range uint64(100) {
		h := Run(seed, Size{Givers: 2, Takers: 2, Items: 3}, newStale)
		if v := h.Judge(limit); v == Stale {
			t.Logf("seed %d: %s: %s", seed, h, v)
			return
		}
	}
	t.Error("100 histories of a queue that gives items twice are linearizable")
}

// Items that are all under way at once, and one that nobody gave: every order has to
// be tried, which nobody lives to see.
func TestTimeLimitIsUnknown(t *testing.T) {
	h := new(History)
	const n = 40
	for i := range n {
		h.Operations = append(h.Operations, operation(i, i, true, 0, 1000), operation(n+i, i, false, 0, 1000))
	}
	h.Operations = append(h.Operations, operation(2*n, n+1, false, 0, 1000))
	if v := h.Judge(20 * time.Millisecond); v != Unknown {
		t.Errorf("%s within 20 ms: %s", h, v)
	}
}
