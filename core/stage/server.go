package stage

import (
	"fmt"
	"net/netip"
	"time"

	"brigade/core/cache"
	"brigade/core/exchange"
	"brigade/core/http2"
	"brigade/core/httpconn"
	"brigade/core/iobuf"
	"brigade/core/mem"
	"brigade/core/rt"
	"brigade/core/sys"
)

// Server is a server and all its tasks.
type Server struct {
	cfg      Config
	receiver exchange.Receiver // the handler, if it is one
	passer   exchange.Passer   // the same
	streamer exchange.Streamer // the same
	teller   exchange.Logger   // the same
	addr     netip.AddrPort
	shards   []*shard
	workers  int    // so far; numbers its workers
	handler  string // its name

	ledgers []*ledger  // of all workers; none without Config.Stats
	asked   rt.Int64   // snapshots
	started rt.Instant // by Start

	buffers iobuf.Budget
	cache   *cache.Store // nil: there is none
	lane    *cache.Store // the same, or one that stores nothing: what loops fetch for one another goes through it
	keepers []*loop      // the homes of all shards
	turns   turns        // of listeners that share a socket
	sharers rt.Int32     // acceptors that have one socket together, and have not given it up

	tasks  rt.WaitGroup
	logger rt.WaitGroup
	phase  rt.Int32 // phases, upwards only
	until  rt.Int64 // the drain's deadline, an Instant

	mu     rt.Mutex
	closed bool     // guarded by mu: the pollers are gone
	notes  []string // guarded by mu: what went wrong, for the operator
	lost   []Lost   // guarded by mu: what the drain's deadline has cut
	losses int      // guarded by mu: how many that were
	delays []Delay  // guarded by mu: who held loops up
}

// The phases of a server.
const (
	serving int32 = iota
	drains
)

// New makes a server that listens, but does not accept yet. An error names what
// cannot be; nothing is left open then.
func New(cfg Config) (*Server, error) {
	if err := cfg.complete(); err != nil {
		return nil, err
	}
	s := &Server{cfg: cfg, addr: cfg.Listen, handler: "handler " + exchange.NameOf(cfg.Handler)}
	s.receiver, _ = cfg.Handler.(exchange.Receiver)
	s.passer, _ = cfg.Handler.(exchange.Passer)
	s.streamer, _ = cfg.Handler.(exchange.Streamer)
	s.teller = exchange.Told(cfg.Handler)
	s.mu.Label("server.mu")
	s.phase.Label("server.phase")
	s.asked.Label("server.asked")
	s.until.Label("server.until")
	s.buffers.Init(max(cfg.Buffers, 0), iobuf.Reserve)
	if cfg.Cache.Bytes != 0 {
		var err error
		if s.cache, err = cache.New(cfg.Cache); err != nil {
			return nil, fmt.Errorf("stage: %w", err)
		}
	}
	if s.lane = s.cache; s.lane == nil && cfg.HandOver > 0 {
		var err error
		if s.lane, err = cache.New(cache.Options{}); err != nil {
			return nil, fmt.Errorf("stage: %w", err)
		}
	}
	s.tasks.Label("server.tasks")
	for i := range cfg.Shards {
		sh := &shard{server: s, index: i}
		s.shards = append(s.shards, sh)
		if err := sh.build(); err != nil {
			s.release()
			return nil, fmt.Errorf("stage: %w", err)
		}
		for _, l := range sh.homes {
			l.place = len(s.keepers)
			s.keepers = append(s.keepers, l)
		}
	}
	s.appoint()
	if err := s.listen(); err != nil {
		s.release()
		return nil, fmt.Errorf("stage: %w", err)
	}
	return s, nil
}

// Addr is the address the server listens on.
func (s *Server) Addr() netip.AddrPort { return s.addr }

// Start starts all tasks.
func (s *Server) Start() {
	s.started = rt.Now()
	s.announce()
	if s.cfg.Log != nil {
		s.logger.Go("logger", s.cfg.Log.Run)
	}
	for _, sh := range s.shards {
		sh.gates.Store(int32(len(sh.listeners)))
		sh.left.Store(int32(len(sh.homes)))
		for _, l := range sh.loops() {
			s.tasks.Go(l.name, l.turn)
		}
		for _, p := range sh.processors {
			s.tasks.Go("processor", p.turn)
		}
	}
}

// Drain stops accepting, closes idle connections, answers what has been received,
// and gives up on the rest after limit. It returns at once; calling it again with
// a shorter limit hurries it.
func (s *Server) Drain(limit time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return
	}
	until := rt.Now().Add(limit)
	rt.Probe(rt.ProbeDrain, uint64(until), 0, 0)
	s.until.Store(int64(until))
	s.phase.Store(drains)
	for _, sh := range s.shards {
		for _, l := range sh.loops() {
			l.poller.Wake()
		}
	}
}

// Wait returns when the server has drained and every task has ended.
func (s *Server) Wait() Totals {
	s.tasks.Wait()
	if s.cfg.Log != nil {
		s.cfg.Log.Close()
		s.logger.Wait()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.release()
	if s.lane != nil {
		s.lane.Close()
	}
	t := s.totals()
	if !s.closed {
		s.report(&t)
	}
	s.closed = true
	return t
}

// Resize has the pages of requests be of other sizes from now on; those under way keep
// theirs. Zero means the default. The error says what cannot be: a request head within
// the limits has to fit. Any task may call it.
func (s *Server) Resize(pages httpconn.Sizes) error {
	orDefault(&pages.In, 16<<10)
	orDefault(&pages.Out, 16<<10)
	if err := fitting(pages, max(leastIn, s.cfg.Limits.Head+1+leadingLines)); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil
	}
	rt.Probe(rt.ProbeLimit, rt.LimitPages, uint64(max(pages.In, s.cfg.Pages.In)+max(pages.Out, s.cfg.Pages.Out)), 0)
	scope := mem.Scope{Name: "housekeeping"}
	for _, sh := range s.shards {
		sh.depot.Resize(pages, &scope)
	}
	return nil
}

// release gives back what New opened.
func (s *Server) release() {
	scope := mem.Scope{Name: "the end"}
	for _, sh := range s.shards {
		sh.depot.Close(&scope)
		for _, l := range sh.loops() {
			if l.listener != sys.None {
				l.deafen()
			}
			l.poller.Close()
		}
	}
}

// complain keeps a note for the operator; the first hundred are kept.
func (s *Server) complain(what string, v any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.notes) < 100 {
		s.notes = append(s.notes, what+fmt.Sprint(v))
	}
}

// Totals are a server's counts over its life.
type Totals struct {
	Connections uint64          // accepted
	Requests    uint64          // begun
	Answers     uint64          // that left, or were given up
	Statuses    [classes]uint64 // those, by the hundreds of their status
	Bytes       uint64          // that the kernel took
	Heard       uint64          // bytes that came from clients, but for those that nobody wanted any more
	Handoffs    uint64          // of connections between tasks
	Dropped     uint64          // log lines that found no room
	Shed        uint64          // connections that were idle and asked to go
	Wakeups     uint64          // system calls that woke a loop
	Tunnels     uint64          // opened
	Takeovers   uint64          // kept connections to backends that went from one loop to another
	HandedOver  uint64          // bodies of answers that another loop than their client's fetched
	Received    uint64          // bytes that they took from their clients
	HTTP2       http2.Counts    // of sessions that have ended: abuse, by kind
	Lost        []Lost          // cut by the drain's deadline, the first hundred
	Losses      int             // how many were
	Delays      []Delay         // who held loops up
	Notes       []string        // what went wrong
	Buffers     iobuf.Stats
	Cache       cache.Counts
}

func (s *Server) totals() Totals {
	t := Totals{Buffers: s.buffers.Stats(), Cache: s.Cache(), Notes: s.notes, Lost: s.lost, Losses: s.losses, Delays: s.delays}
	for _, sh := range s.shards {
		for _, l := range sh.loops() {
			t.add(&l.count)
			t.Wakeups += uint64(l.woken.Load())
		}
		for _, p := range sh.processors {
			t.add(&p.count)
		}
	}
	return t
}

// Cache counts what the cache has done, and has. Any task may call it.
func (s *Server) Cache() (c cache.Counts) {
	if s.cache != nil {
		c = s.cache.Counts()
	}
	return c
}

func (t *Totals) add(c *counts) {
	t.Connections += c.accepted
	t.Requests += c.requests
	for i, n := range c.answers {
		t.Answers += n
		t.Statuses[i] += n
	}
	t.Bytes += c.bytes
	t.Heard += c.heard
	t.Handoffs += c.handoffs
	t.Dropped += c.dropped
	t.Shed += c.shed
	t.Tunnels += c.tunnels
	t.Takeovers += c.takeovers
	t.HandedOver += c.handedOver
	t.Received += c.received
	t.HTTP2.Add(&c.http2)
}
