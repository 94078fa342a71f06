package counts

import (
	"testing"

	"brigade/core/stage"
)

// What topologies are for, in numbers: a request for a cached file takes no lock, no
// handoff and no wakeup in a fused server, and of each some where tasks work together.
func TestCounts(t *testing.T) {
	c, err := perRequest(stage.Fused, true, 1)
	if err != nil {
		t.Fatal(err)
	}
	if c.locks != 0 || c.handoffs != 0 || c.wakes != 0 || c.calls != 3*counted {
		t.Errorf("fused: %v locks, %v handoffs, %v wakeups, %v system calls for %d requests; want none but 3 calls each", c.locks, c.handoffs, c.wakes, c.calls, counted)
	}
	if c, err = perRequest(stage.Staged, true, 1); err != nil {
		t.Fatal(err)
	}
	if c.locks == 0 || c.handoffs != 3*counted || c.wakes == 0 {
		t.Errorf("staged: %v locks, %v handoffs, %v wakeups for %d requests; want 3 handoffs each, with locks and wakeups", c.locks, c.handoffs, c.wakes, counted)
	}
}
