package invariants

// Input (I19, in part): every request takes at least a byte that was read from its
// own connection, and all heads together no more than was read. That no byte is
// taken twice the clients see, who know what they sent.

import (
	"brigade/core/rt"
	"brigade/sim"
)

type input struct {
	judge
	connections roster[intake]
}

// intake is what was read from a connection and what was made of it.
type intake struct {
	read     uint64
	requests uint64
	heads    uint64
}

// Ops implements sim.Observer.
func (i *input) Ops() []rt.Op { return []rt.Op{rt.OpRead, rt.OpClose, rt.OpProbe} }

// Begin implements sim.Observer.
func (i *input) Begin(s *sim.Sim) {
	i.s = s
	i.connections.reset()
}

// Event implements sim.Observer.
func (i *input) Event(e *sim.Event) {
	switch {
	case e.Op == rt.OpProbe:
		i.probe(e)
	case !i.mine(e) || e.C != 0:
	case e.Op == rt.OpClose:
		i.connections.closed(fd(e))
	default:
		if m := i.connections.on(fd(e)); m != nil {
			m.R.read += uint64(moved(e))
		}
	}
}

func (i *input) probe(e *sim.Event) {
	switch kind(e) {
	case rt.ProbeConnOpen:
		i.connections.add(e.A, told(e))
	case rt.ProbeRequest:
		m := i.connections.live(e.A)
		if m == nil {
			return // count says so
		}
		m.R.requests++
		m.R.heads += max(e.C, 1)
		if m.R.heads > m.R.read {
			i.fail("I19", "connection %d has %d requests with heads of %d bytes at least; %d were read from it", m.id, m.R.requests, m.R.heads, m.R.read)
		}
	}
}
