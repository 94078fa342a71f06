package stage

import (
	"fmt"

	"brigade/core/handoff"
	"brigade/core/rt"
	"brigade/core/sys"
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
	next       int      // the acceptor's: which home comes next
	serial     uint64   // the acceptor's: connections so far
	open       rt.Int64 // connections
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
	case stepNone, stepAdopt, stepLinger, stepFinish, stepRest, steps:
	}
	return home
}

// build makes the shard's tasks, without starting them.
func (sh *shard) build() error {
	sh.open.Label("connections")
	sh.gates.Label("gates")
	sh.left.Label("left")
	cfg := &sh.server.cfg
	sh.crew.Init("processors", cfg.Processors, 0, cfg.Processors)
	switch cfg.Topology {
	case Fused:
		l, err := sh.newLoop("loop", accepts|keeps|reads|processes|writes)
		if err != nil {
			return err
		}
		sh.listeners, sh.homes = append(sh.listeners, l), append(sh.homes, l)
	case Event:
		l, err := sh.newLoop("loop", accepts|keeps)
		if err != nil {
			return err
		}
		sh.listeners, sh.homes = append(sh.listeners, l), append(sh.homes, l)
	case Staged:
		l, err := sh.newLoop("listener", accepts)
		if err != nil {
			return err
		}
		sh.listeners = append(sh.listeners, l)
		for range cfg.Readers {
			if l, err = sh.newLoop("reader", keeps|reads); err != nil {
				return err
			}
			sh.homes = append(sh.homes, l)
		}
		for range cfg.Writers {
			if l, err = sh.newLoop("writer", writes); err != nil {
				return err
			}
			sh.writers = append(sh.writers, l)
		}
	}
	for range cfg.Processors {
		p := &processor{}
		sh.crew.Join(&p.place)
		p.init("processor", sh.server, sh, cfg.Topology.processors())
		sh.processors = append(sh.processors, p)
	}
	return nil
}

// listen opens the shard's socket. Shards share the address by SO_REUSEPORT.
func (sh *shard) listen() error {
	cfg := &sh.server.cfg
	for _, l := range sh.listeners {
		fd, e := cfg.Kernel.Listen(sh.server.addr, sys.ListenOptions{Backlog: cfg.Backlog, ReusePort: cfg.Shards > 1})
		if e != sys.OK {
			return fmt.Errorf("listen on %v: %w", sh.server.addr, e)
		}
		l.listener = fd
		if sh.server.addr.Port() == 0 {
			if sh.server.addr, e = cfg.Kernel.LocalAddr(fd); e != sys.OK {
				return fmt.Errorf("address of the listening socket: %w", e)
			}
		}
		if e := cfg.Kernel.PollAdd(l.poller.FD(), fd, sys.In, gateToken); e != sys.OK {
			return fmt.Errorf("watching the listening socket: %w", e)
		}
	}
	return nil
}

// loops are all the shard's loops.
func (sh *shard) loops() []*loop {
	list := append([]*loop(nil), sh.listeners...)
	if sh.server.cfg.Topology == Staged {
		list = append(list, sh.homes...)
	}
	return append(list, sh.writers...)
}
