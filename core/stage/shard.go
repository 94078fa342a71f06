package stage

import (
	"brigade/core/handoff"
	"brigade/core/httpconn"
	"brigade/core/rt"
)

// shard is an independent set of tasks: in Pane's words, one child process.
type shard struct {
	server     *Server
	index      int
	listeners  []*loop // those that accept
	homes      []*loop // those that read
	writers    []*loop // those that only write
	processors []*processor
	crew       handoff.Crew[Conn, *Conn]
	depot      httpconn.Depot
	open       rt.Int64 // connections
	pausing    rt.Bool  // an acceptor waits for one to end
	gates      rt.Int32 // loops that may still accept
	left       rt.Int32 // homes that have not ended
}

// target is the loop that performs step s of connection id, which lives at home;
// nil: processors do.
func (sh *shard) target(home *loop, id uint64, s step) *loop {
	switch s {
	case stepProcess, stepSend:
		return nil
	case stepRead:
		if home.roles&reads == 0 {
			return nil
		}
	case stepWrite:
		if home.roles&writes != 0 {
			break
		}
		if n := uint64(len(sh.writers)); n > 0 {
			return sh.writers[id%n]
		}
		return nil
	case stepNone, stepAdopt, stepLinger, stepFinish, stepRest, stepTunnel, stepSession, stepStream, stepLive, stepFetch, steps:
	}
	return home
}

// shelf is how many unused http_conns a shard keeps beside those of its tasks, at most. They
// have buffers that are in nobody's use, so all shards' together are a small part of the
// budget: pages of those that are let go serve others, whatever they are needed for.
const (
	shelf     = 256
	shelfPart = 32
)

// build makes the shard's tasks, without starting them.
func (sh *shard) build() error {
	sh.open.Label("connections")
	sh.pausing.Label("pausing")
	sh.gates.Label("gates")
	sh.left.Label("left")
	cfg := &sh.server.cfg
	sh.depot.Init(min(shelf, max(cfg.Buffers/(shelfPart*cfg.Shards), 1)), cfg.Pages)
	sh.crew.Init("processors", cfg.Processors, 0, max(cfg.Waiting, 0))
	for _, w := range cfg.wiring() {
		for range w.number {
			l, err := sh.newLoop(w.name, w.roles)
			if err != nil {
				return err
			}
			if w.roles&accepts != 0 {
				sh.listeners = append(sh.listeners, l)
			}
			switch {
			case w.roles&keeps != 0:
				sh.homes = append(sh.homes, l)
			case w.roles&writes != 0:
				sh.writers = append(sh.writers, l)
			}
		}
	}
	for range cfg.Processors {
		p := &processor{}
		sh.crew.Join(&p.place)
		p.init("processor", sh.server, sh, cfg.Topology.processors())
		p.hands("processor", nil)
		sh.processors = append(sh.processors, p)
	}
	return nil
}

// wires are loops of one kind in a shard.
type wires struct {
	name   string
	roles  roles
	number int
}

// wiring is a shard's loops: what makes a topology.
func (c *Config) wiring() []wires {
	switch c.Topology {
	case Staged:
		if c.Accept == AcceptListener {
			return []wires{{"listener", accepts, 1}, {"reader", keeps | reads, c.Readers}, {"writer", writes, c.Writers}}
		}
		return []wires{{"reader", accepts | keeps | reads, c.Readers}, {"writer", writes, c.Writers}}
	case Event:
		return []wires{{"loop", accepts | keeps, 1}}
	case Fused, topologies:
	}
	return []wires{{"loop", accepts | keeps | reads | processes | writes, 1}}
}

// loops are all the shard's loops.
func (sh *shard) loops() []*loop {
	var list []*loop
	for _, l := range sh.listeners {
		if l.roles&keeps == 0 {
			list = append(list, l)
		}
	}
	return append(append(list, sh.homes...), sh.writers...)
}
