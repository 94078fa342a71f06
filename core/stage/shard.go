package stage

import (
	"brigade/core/handoff"
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
	case stepNone, stepAdopt, stepLinger, stepFinish, stepRest, steps:
	}
	return home
}

// build makes the shard's tasks, without starting them.
func (sh *shard) build() error {
	sh.open.Label("connections")
	sh.pausing.Label("pausing")
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
		r := keeps | reads
		if cfg.Accept == AcceptListener {
			l, err := sh.newLoop("listener", accepts)
			if err != nil {
				return err
			}
			sh.listeners = append(sh.listeners, l)
		} else {
			r |= accepts
		}
		for range cfg.Readers {
			l, err := sh.newLoop("reader", r)
			if err != nil {
				return err
			}
			sh.homes = append(sh.homes, l)
			if r&accepts != 0 {
				sh.listeners = append(sh.listeners, l)
			}
		}
		for range cfg.Writers {
			l, err := sh.newLoop("writer", writes)
			if err != nil {
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
