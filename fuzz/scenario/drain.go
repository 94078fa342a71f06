package scenario

// When a server is told to stop, with what patience, and how often (F26): usually
// when all clients have gone, sometimes in the middle of what they do, or before its
// tasks have begun to run. Clients that a drain cuts off are excused for that, and
// for nothing else; what it owes and leaves behind, the checkers judge.

import (
	"time"

	"brigade/core/httpconn"
	"brigade/core/rt"
	"brigade/core/stage"
	"brigade/sim"
)

// drain is the moment of it.
type drain uint8

const (
	atEnd drain = iota
	inTheMiddle
	beforeStart
)

// String is the moment in words.
func (d drain) String() string {
	return [...]string{"at the end", "in the middle", "before the start"}[d]
}

// places is how many wait for a processor, as a server is told: with -1 none.
type places int

// String is the number.
func (p places) String() string {
	if p < 0 {
		return "0"
	}
	return string('0' + rune(p))
}

// live is a server's life: it starts, f happens to it, it serves once more without
// faults, drains, and is waited for until nothing is left.
func (s *site) live(server *stage.Server, p plan, f func()) {
	if p.drain == beforeStart {
		server.Drain(patience("limit"))
	}
	server.Start()
	var wg rt.WaitGroup
	wg.Label("operator")
	if p.drain == inTheMiddle {
		wg.Go("operator", func() { stop(server) })
	}
	if p.resized {
		wg.Go("housekeeper", func() { resize(server, p.stage.Pages) })
	}
	if p.budget == belated {
		wg.Go("purchaser", func() { purchase(server) })
	}
	f()
	if p.drain == atEnd {
		if p.budget == barren {
			s.relieve(server, p)
		}
		s.settle(p)
		server.Drain(10 * time.Second)
	}
	wg.Wait()
	totals := server.Wait()
	if why := s.env.miscounted(totals.Statuses[:]); why != "" {
		sim.Failf("I24", why)
	}
	if p.watch {
		if why := p.unsettled(&totals, server.Snapshot()); why != "" {
			sim.Failf("I24", why)
		}
	}
	p.leftBehind()
}

// stop drains, and perhaps once more with less patience.
func stop(server *stage.Server) {
	rt.Sleep([]time.Duration{0, time.Millisecond, 50 * time.Millisecond, time.Second, 4 * time.Second}[sim.Choose("serve for", 5)])
	server.Drain(patience("limit"))
	if sim.Choose("again", 2) == 1 {
		rt.Sleep([]time.Duration{0, time.Millisecond, time.Second}[sim.Choose("patient for", 3)])
		server.Drain([]time.Duration{0, 1, time.Millisecond}[sim.Choose("second limit", 3)])
	}
}

// patience draws how long a drain lets connections go on.
func patience(name string) time.Duration {
	return []time.Duration{10 * time.Second, time.Second, time.Millisecond, 0}[sim.Choose(name, 4)]
}

// resize has pages be twice as large, and as they were again.
func resize(server *stage.Server, pages httpconn.Sizes) {
	for _, by := range []int{2, 1} {
		rt.Sleep([]time.Duration{0, time.Millisecond, 40 * time.Millisecond, time.Second}[sim.Choose("resize after", 4)])
		if err := server.Resize(httpconn.Sizes{In: by * pages.In, Out: by * pages.Out}); err != nil {
			rt.Bug("pages of %d times the size: %v", by, err)
		}
	}
}
