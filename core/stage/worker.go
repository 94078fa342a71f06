package stage

// What a loop and a processor have in common: they perform steps.

import (
	"fmt"

	"brigade/core/exchange"
	"brigade/core/http1"
	"brigade/core/http2"
	"brigade/core/httpconn"
	"brigade/core/iobuf"
	"brigade/core/mem"
	"brigade/core/rt"
	"brigade/core/sys"
)

// worker is one task that performs steps. It belongs to that task.
type worker struct {
	server  *Server
	shard   *shard
	kernel  sys.Kernel
	number  uint32 // from 1; 0 is nobody
	roles   roles
	loop    *loop // the loop it is; nil: a processor
	local   exchange.Local
	pool    httpconn.Pool
	buffers iobuf.Cache
	scope   mem.Scope

	draining bool // the server drains, as far as it knows

	now    rt.Instant // read once per wait
	stamp  rt.Instant // the end of the last call that was timed
	second int64      // of the time of day, as date says
	wall   int64      // seconds since 1970
	date   []byte
	iov    [][]byte
	count  counts
	ledger *ledger // nil: nobody looks
}

// roles are the steps a worker may perform.
type roles uint8

const (
	accepts roles = 1 << iota
	keeps         // connections that wait, and closes them: it is their home
	reads
	processes // inline
	writes
	blocks // what may block
)

func (w *worker) init(name string, s *Server, sh *shard, r roles) {
	s.workers++
	w.server, w.shard, w.kernel, w.number, w.roles = s, sh, s.cfg.Kernel, uint32(s.workers), r
	w.scope.Name = fmt.Sprintf("%s %d", name, w.number)
	w.pool = httpconn.Pool{
		Sizes: s.cfg.Pages, Keep: stock(r), Kernel: s.cfg.Kernel, Scope: &w.scope, Base: uint64(w.number) << 20,
		Depot: &sh.depot,
	}
	w.iov = make([][]byte, 0, sys.MaxIovec)
	w.date = make([]byte, 0, 32)
	w.second = -1
	if s.cfg.Stats {
		w.ledger = new(ledger)
		s.ledgers = append(s.ledgers, w.ledger)
	}
	if r&(processes|blocks) != 0 {
		w.local = s.cfg.Handler.Local()
	}
}

// stock is how many unused http_conns a worker keeps: one for a client and one for
// what is fetched for it. The others are the shard's. A loop that does not read takes
// none, and keeps none.
func stock(r roles) int {
	if r&reads == 0 && r&keeps != 0 {
		return 0
	}
	return 2
}

// tick reads the clocks.
func (w *worker) tick() {
	w.now = rt.Now()
	w.stamp = w.now
	w.pool.Heed()
	w.wall = rt.Wall().Unix()
	if w.wall != w.second {
		w.second = w.wall
		w.date = http1.AppendDate(w.date[:0], w.wall)
	}
}

// run performs c's steps from s on, as far as they are w's, and hands c on or
// leaves it waiting.
func (w *worker) run(c *Conn, s step) {
	for s != stepNone {
		c.must(w.number)
		if !w.may(c, s) {
			w.scope.Leave(nil)
			w.pass(c, s)
			return
		}
		w.enter(c, s)
		switch s {
		case stepAdopt:
			s = w.loop.adopt(c)
		case stepRead:
			s = w.read(c)
		case stepProcess:
			s = w.process(c)
		case stepWrite:
			s = w.write(c)
		case stepSend:
			s = w.send(c)
		case stepLinger:
			s = w.loop.linger(c)
		case stepFinish:
			s = w.loop.finish(c)
		case stepRest:
			s = w.loop.bed(c)
		case stepTunnel:
			s = w.loop.tunnel(c)
		case stepSession:
			s = w.loop.session(c)
		case stepStream:
			w.loop.arrived(c)
			s = stepNone
		case stepLive:
			s = w.loop.accompany(c)
		case stepFetch:
			s = w.loop.fetch(c)
		case stepNone, steps:
		}
	}
	w.scope.Leave(nil)
}

// enter sets the memory scope of step s: the request's while its handler runs, else
// the connection's.
func (w *worker) enter(c *Conn, s step) {
	switch h := c.http; {
	case h == nil:
		w.scope.Leave(nil)
	case (s == stepProcess || s == stepFetch) && c.feed == nil:
		w.scope.Enter(h.Current().Pool())
	default:
		w.scope.Enter(h.Pool())
	}
}

// may reports whether the step s of c is w's to perform.
func (w *worker) may(c *Conn, s step) bool {
	switch s {
	case stepAdopt, stepLinger, stepFinish, stepRest, stepTunnel, stepSession, stepStream, stepLive, stepFetch:
		return w.loop == c.home
	case stepRead:
		return w.roles&reads != 0 && (w.loop == c.home || c.home.roles&reads == 0)
	case stepProcess:
		return w.roles&(processes|blocks) != 0
	case stepWrite:
		return w.roles&writes != 0 && (w.loop == c.home || c.home.roles&writes == 0)
	case stepSend:
		return w.roles&blocks != 0
	case stepNone, steps:
	}
	return true
}

// rest leaves c waiting for what: in this task, if it is one in which c may wait
// for that, else at home.
func (w *worker) rest(c *Conn, what wait) step {
	if w.loop != nil && (w.loop == c.home || what == waitWrite) {
		return w.loop.park(c, what)
	}
	c.wait = what
	return stepRest
}

// pass hands c to a loop for s, or has it wait in this one until a processor has
// room for it. Nothing of c is touched afterwards.
func (w *worker) pass(c *Conn, s step) {
	to := w.shard.target(c.home, c.id, s)
	if to == nil {
		w.loop.enlist(c, s)
		return
	}
	w.hand(c, s, to)
}

// hand gives c to a loop, for s. Nothing of c is touched afterwards.
func (w *worker) hand(c *Conn, s step, to *loop) {
	c.timer.Disarm()
	c.step = s
	c.let()
	w.count.handoffs++
	rt.Probe(rt.ProbeOwner, c.id, uint64(s), uint64(to.number))
	to.give(c)
}

// counts are a worker's own; a report adds them up when the worker is done.
type counts struct {
	handoffs     uint64
	requests     uint64
	accepted     uint64 // connections
	bytes        uint64 // sent
	heard        uint64 // bytes from all clients
	answers      [classes]uint64
	streamsEnded uint64
	seldom
}

// seldom are those that most turns of a loop leave as they are.
type seldom struct {
	dropped    uint64 // log lines
	shed       uint64 // idle connections asked to go
	tunnels    uint64 // opened
	takeovers  uint64 // connections to backends that were another loop's
	handedOver uint64 // bodies that another loop fetches
	received   uint64 // bytes from tunnels' clients
	sessions   uint64 // begun
	http2      http2.Counts

	sessionsEnded uint64
}
