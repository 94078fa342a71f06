package stage

// Opening the listening sockets: one for each acceptor, or one for all.

import (
	"fmt"

	"brigade/core/sys"
)

// listen gives every acceptor its socket and lets it watch.
func (s *Server) listen() error {
	var all []*loop
	for _, sh := range s.shards {
		for i, l := range sh.listeners {
			l.first, l.stride = uint64(i)+1, uint64(len(sh.listeners))
		}
		all = append(all, sh.listeners...)
	}
	shared := sys.None
	s.sharers.Label("sharers")
	for _, l := range all {
		if shared == sys.None {
			fd, err := s.socket(len(all) > 1 && s.cfg.Accept == AcceptReusePort)
			if err != nil {
				return err
			}
			l.listener = fd
			if s.cfg.Accept != AcceptReusePort {
				shared = fd
			}
		}
		if shared != sys.None {
			l.listener = shared
			s.sharers.Add(1)
		}
	}
	if s.cfg.Accept == AcceptListener && len(all) > 1 {
		s.turns.init(all)
	}
	for _, l := range all {
		if s.turns.enter(l) && !l.openEye() {
			return fmt.Errorf("watching the listening socket: %w", sys.ENOMEM)
		}
	}
	return nil
}

// socket opens a socket at the server's address, which becomes known by it if the
// port was left open.
func (s *Server) socket(reuse bool) (sys.FD, error) {
	cfg := &s.cfg
	fd, e := cfg.Kernel.Listen(s.addr, sys.ListenOptions{
		Backlog: cfg.Backlog, ReusePort: reuse, Congestion: cfg.Congestion, Deferred: cfg.Deferred,
	})
	if e != sys.OK {
		return sys.None, fmt.Errorf("listen on %v: %w", s.addr, e)
	}
	if s.addr.Port() == 0 {
		if s.addr, e = cfg.Kernel.LocalAddr(fd); e != sys.OK {
			cfg.Kernel.Close(fd)
			return sys.None, fmt.Errorf("address of the listening socket: %w", e)
		}
	}
	return fd, nil
}

// deafen gives l's listening socket up; the last of those that share one closes it.
func (l *loop) deafen() {
	fd := l.listener
	l.listener = sys.None
	if l.server.cfg.Accept == AcceptReusePort || l.server.sharers.Add(-1) == 0 {
		l.kernel.Close(fd)
	}
}
