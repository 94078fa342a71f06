package scenario

// How many I/O buffers a server has: usually plenty; in some runs so few that its
// clients wait for them, and in some none until somebody has bought a few, in the middle
// or when all clients have gone. Who waits for one longer than for a head to come is
// closed without an answer, and nobody is to blame for that; all other rules stand. Where
// there is none, nobody is answered, and everybody's end comes by his timer; and when
// there are some, whoever comes is served like any other.

import (
	"fmt"
	"strconv"
	"time"

	"brigade/core/iobuf"
	"brigade/core/rt"
	"brigade/core/stage"
	"brigade/sim"
)

// budget is a number of buffers.
type budget int

const (
	plenty  budget = 0
	belated budget = stage.None     // none at first
	barren  budget = stage.None - 1 // none as long as there are clients
)

// String is the budget in traces.
func (b budget) String() string {
	switch b {
	case plenty:
		return "plenty"
	case belated:
		return "none at first"
	case barren:
		return "none for anybody"
	}
	return strconv.Itoa(int(b))
}

// buffers is the number as a server is told.
func (b budget) buffers() int { return max(int(b), stage.None) }

// starves reports whether there may be no buffer for a client in time.
func (p *plan) starves() bool { return p.budget != plenty }

// purchase gives server buffers after a while.
func purchase(server *stage.Server) {
	rt.Sleep([]time.Duration{time.Millisecond, 100 * time.Millisecond, time.Second, 4 * time.Second}[sim.Choose("buffers after", 4)])
	supply(server)
}

// relieve gives buffers to a server that had none, when its clients have gone: nobody can
// have been served. If no faults have to stop before that, the next who come are.
func (s *site) relieve(server *stage.Server, p plan) {
	b := server.Buffers()
	for c, k := range b.Classes {
		if k.Used+k.Cached+k.Reserved > 0 || k.Taken > 0 && iobuf.Class(c) == iobuf.Filling {
			sim.Failf("I28", fmt.Sprintf("a server without buffers has given some out, on the side %v: %+v", iobuf.Class(c), k))
		}
	}
	supply(server)
	if p.net.Profile.String() != "none" {
		return
	}
	var wg rt.WaitGroup
	wg.Label("late clients")
	s.becalm(p, &wg)
	wg.Wait()
}

func supply(server *stage.Server) {
	if err := server.ResizeBuffers(1 + sim.Choose("buffers", 3)); err != nil {
		rt.Bug("buffers: %v", err)
	}
}
