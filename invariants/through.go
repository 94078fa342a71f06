package invariants

// Tunnels in streams (I19, I28). The client's end is no descriptor but DATA, so what
// comes of it is counted from frames: as much is written to the other end as was read in
// DATA on the stream, and as much is said in DATA as was read from there. Whenever the
// session waits with nothing left to write, that holds to the byte of each tunnel that
// waits for either end to speak; one that waits for its far end to take more holds a
// stream's window at most, and what stood behind the answer's head.
//
// Where a handler is the other end only it knows what should have come.

import (
	"golang.org/x/net/http2"

	"brigade/core/rt"
	"brigade/sim"
)

var throughChecker = Checker{
	Numbers: []string{"I19", "I28"}, Name: "through",
	Allows: "what comes in DATA of a stream that is a tunnel is written to its other end, and the other way round, or held while that takes no more, a window of it at most",
	World:  "connect; read and write, with their bytes; shutdown on the other end, close",
	Ops:    []rt.Op{rt.OpConnect, rt.OpRead, rt.OpWrite, rt.OpShutdown, rt.OpClose},
	Kinds: []rt.Kind{
		rt.ProbeLimit, rt.ProbeConnOpen, rt.ProbeConnClose, rt.ProbeSession, rt.ProbeStreamOpen, rt.ProbeStreamClose, rt.ProbeState, rt.ProbeFar, rt.ProbeTunnel,
	},
	make: func() property { return new(through) },
}

type through struct {
	dialogues
	strands [][]passage // by index of talk and half the stream's number: bytes in DATA
	streams roster[bore]
	made    rows[bool]  // by descriptor: connect made it, and it is open
	far     rows[int32] // by descriptor: 1 + index of the stream whose other end it is
	limit   uint64      // bytes of pages of a connection; 0: not told
}

// bore is what went through a stream's tunnel at its far end, in bytes.
type bore struct {
	parent uint64
	number uint32
	far    int32 // the other end; 0: there is none
	open   bool
	deaf   bool   // the other end was told that nothing more comes
	state  uint64 // in which it waits
	up     uint64 // written to the other end
	down   uint64 // read from there
}

// Begin implements property.
func (p *through) Begin(s *sim.Sim) {
	p.begin(s, p)
	p.streams.reset()
	p.made.reset()
	p.far.reset()
	p.limit = 0
}

// Event implements property.
func (p *through) Event(e *sim.Event) {
	switch {
	case e.Op == rt.OpProbe:
		p.probe(e)
	case e.Op == rt.OpConnect:
		if n, ok := made(e); ok {
			if m := p.made.at(n); m != nil {
				*m = true
			}
		}
	default:
		if at := p.far.get(fd(e)); at != nil && *at != 0 && e.C == 0 {
			p.beyond(e, &p.streams.members[*at-1].R)
		}
		p.call(e)
		if e.Op == rt.OpClose && e.C == 0 {
			p.closes(fd(e))
		}
	}
}

// beyond is a call on the other end.
func (p *through) beyond(e *sim.Event, r *bore) {
	switch {
	case e.Op == rt.OpShutdown:
		r.deaf = true
	case !r.open:
	case e.Op == rt.OpRead:
		r.down += uint64(moved(e))
	case e.Op == rt.OpWrite:
		r.up += uint64(moved(e))
	}
}

func (p *through) closes(fd int32) {
	if m := p.made.get(fd); m != nil {
		*m = false
	}
	if at := p.far.get(fd); at != nil {
		*at = 0
	}
}

func (p *through) probe(e *sim.Event) {
	switch kind(e) {
	case rt.ProbeLimit:
		if e.A == rt.LimitPages {
			p.limit = max(p.limit, e.B) // those in use go on
		}
	case rt.ProbeConnOpen:
		p.opened(e)
	case rt.ProbeConnClose:
		p.ended(e)
	case rt.ProbeSession:
		p.starts(e)
	case rt.ProbeStreamOpen:
		if m := p.streams.add(e.A, -1); m != nil {
			m.R = bore{parent: e.B, number: uint32(e.C)}
		}
	case rt.ProbeState:
		if m := p.streams.live(e.A); m != nil {
			m.R.state = e.B
		} else if t := p.of(e.A); t != nil && settled(e.B) {
			p.waits(t)
		}
	default:
		if m := p.streams.live(e.A); m != nil {
			p.bores(e, m)
		}
	}
}

// bores is what becomes of a stream.
func (p *through) bores(e *sim.Event, m *member[bore]) {
	switch kind(e) {
	case rt.ProbeFar:
		p.reach(e, m)
	case rt.ProbeTunnel:
		t := p.of(m.R.parent)
		switch {
		case m.R.far == 0 || m.R.open:
			p.fail("I19", "stream %d of connection %d becomes a tunnel; it has no other end that was told of, or is one", m.R.number, m.R.parent)
		case t != nil && e.B > p.strand(t, m.R.number).in:
			p.fail("I19", "stream %d of connection %d becomes a tunnel and holds %d bytes for its other end; %d have come", m.R.number, m.R.parent, e.B, p.strand(t, m.R.number).in)
		}
		m.R.open, m.R.down = true, e.C
	case rt.ProbeStreamClose:
		m.gone = true
		if at := p.far.get(m.R.far); at != nil && m.R.far > 0 && *at == 1+p.streams.index(m) {
			p.fail("I19", "stream %d of connection %d ends, and its other end, descriptor %d, is open", m.R.number, m.R.parent, m.R.far)
		}
	}
}

// reach is the begin of another end.
func (p *through) reach(e *sim.Event, m *member[bore]) {
	if m.R.far != 0 {
		p.fail("I19", "stream %d of connection %d has another end, and had one", m.R.number, m.R.parent)
		return
	}
	if m.R.far = told(e); m.R.far == handler && e.B == ^uint64(0) {
		return
	}
	if was := p.made.get(m.R.far); was == nil || !*was || e.B>>32 != 0 {
		p.fail("I19", "stream %d of connection %d is said to have its other end on descriptor %d, which is no connection that was made", m.R.number, m.R.parent, int64(e.B))
		return
	}
	if at := p.far.at(m.R.far); at != nil {
		*at = 1 + p.streams.index(m)
	}
}

// starts is the begin of a session.
func (p *through) starts(e *sim.Event) {
	t := p.converse(e)
	if t == nil {
		return
	}
	for t.at >= len(p.strands) {
		p.strands = append(p.strands, nil)
	}
	p.strands[t.at] = p.strands[t.at][:0]
	p.catchUp(t)
}

// strand is what came and was said in DATA on stream id.
func (p *through) strand(t *talk, id uint32) *passage {
	i := int(id / 2)
	if id%2 == 0 || i >= mostStreams {
		return new(passage)
	}
	for i >= len(p.strands[t.at]) {
		p.strands[t.at] = append(p.strands[t.at], passage{})
	}
	return &p.strands[t.at][i]
}

// heard implements listener. in of a strand is what its client has said.
func (p *through) heard(t *talk, f http2.Frame) {
	if d, ok := f.(*http2.DataFrame); ok {
		p.strand(t, d.StreamID).in += uint64(len(d.Data()))
	}
}

// said implements listener.
func (p *through) said(t *talk, f http2.Frame) {
	if d, ok := f.(*http2.DataFrame); ok {
		p.strand(t, d.StreamID).out += uint64(len(d.Data()))
	}
}

// waits is a session that waits with nothing left to write.
func (p *through) waits(t *talk) {
	for i := range p.streams.members {
		m := &p.streams.members[i]
		if r := &m.R; !m.gone && r.parent == t.id && r.open && r.far != handler {
			p.holds(t, r)
		}
	}
}

// holds judges what a tunnel holds that waits.
func (p *through) holds(t *talk, r *bore) {
	s := p.strand(t, r.number)
	up, down := passage{s.in, r.up}, passage{r.down, s.out}
	if r.deaf {
		up = passage{}
	}
	switch stuck := r.state == rt.WaitFlow; {
	case !stuck && r.state != rt.WaitTunnel && r.state != rt.WaitHalf:
		p.fail("I19", "stream %d of connection %d waits in state %s, but it is a tunnel", r.number, t.id, stateNames[r.state])
	case int64(up.held()) < 0, int64(down.held()) < 0, !stuck && up.held()+down.held() != 0:
		p.fail("I19", "stream %d of connection %d waits in state %s; from its client %d bytes came and %d were passed on, from its other end %d and %d",
			r.number, t.id, stateNames[r.state], up.in, up.out, down.in, down.out)
	case up.held() > firstWindow, p.limit > 0 && down.held() > p.limit:
		p.fail("I28", "stream %d of connection %d holds %d bytes for its other end and %d for its client; a window is %d, and a connection's pages are %d",
			r.number, t.id, up.held(), down.held(), firstWindow, p.limit)
	}
}
