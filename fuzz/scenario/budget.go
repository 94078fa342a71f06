package scenario

// How many I/O buffers a server has: usually plenty; in some runs so few that its
// clients wait for them, and in some none until somebody has bought a few. Who waits for
// one longer than for a head to come is closed without an answer, and nobody is to blame
// for that; all other rules stand.

import (
	"strconv"
	"time"

	"brigade/core/rt"
	"brigade/core/stage"
	"brigade/sim"
)

// budget is a number of buffers.
type budget int

const (
	plenty  budget = 0
	belated budget = stage.None // none at first
)

// String is the budget in traces.
func (b budget) String() string {
	switch b {
	case plenty:
		return "plenty"
	case belated:
		return "none at first"
	}
	return strconv.Itoa(int(b))
}

// starves reports whether there may be no buffer for a client in time.
func (p *plan) starves() bool { return p.budget != plenty }

// purchase gives server buffers after a while.
func purchase(server *stage.Server) {
	rt.Sleep([]time.Duration{time.Millisecond, 100 * time.Millisecond, time.Second, 4 * time.Second}[sim.Choose("buffers after", 4)])
	if err := server.ResizeBuffers(1 + sim.Choose("buffers", 3)); err != nil {
		rt.Bug("buffers: %v", err)
	}
}
