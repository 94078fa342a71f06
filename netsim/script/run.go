package script

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"time"

	"brigade/core/sys"
	"brigade/netsim/client"
)

// Runner says against whom a script runs, and from where.
type Runner struct {
	Machine  client.Machine
	Addr     netip.AddrPort
	Server   string        // one of Servers; empty: Own
	Drain    func() error  // begins the server's drain; nil: it is not ours to drain
	Patience time.Duration // for anything to happen; 0: a minute
}

// ErrNotOurs says that a script asks for more than a server that runs already gives.
var ErrNotOurs = errors.New("the server was not started for this script")

// run is a script under way.
type run struct {
	Runner
	conns map[string]*client.Conn
	conn  *client.Conn // the current one
	wires map[*client.Conn]*wire
	all   []*client.Conn
}

// Run runs s, in the calling task. The error says where the server departed from
// it; its chain has the client.Error, if there is one.
func (s *Script) Run(o Runner) error {
	if o.Server == "" {
		o.Server = Own
	}
	if err := s.Fits(o.Server); err != nil {
		return err
	}
	r := &run{Runner: o, conns: make(map[string]*client.Conn), wires: make(map[*client.Conn]*wire)}
	defer func() {
		for _, c := range r.all {
			c.Close()
		}
	}()
	for _, x := range s.statements {
		if len(x.only) > 0 && !slices.Contains(x.only, o.Server) {
			continue
		}
		if err := x.act(r); err != nil {
			return fmt.Errorf("%s:%d: %s: %w", s.Name, x.line, x.verb, err)
		}
	}
	return nil
}

// Fits says why s cannot be held against a server; nil: it can.
func (s *Script) Fits(server string) error {
	if s.two && server == "nginx" {
		return fmt.Errorf("nginx before 1.25 has no port for both HTTP/1.1 and HTTP/2: %w", ErrNotOurs)
	}
	if s.Settings.Store && server == "nginx" {
		return fmt.Errorf("nginx keeps no values with entity tags: %w", ErrNotOurs)
	}
	return nil
}

// connect opens a connection. What had the name before stays open, nameless.
func (r *run) connect(name string, window int) error {
	c, err := client.Dial(r.Machine, r.Addr)
	if err != nil {
		return err
	}
	if r.Patience > 0 {
		c.Patience = r.Patience
	}
	if window > 0 {
		if e := r.Machine.SetOption(c.FD(), sys.RecvBuffer, window); e != 0 {
			return fmt.Errorf("window=%d: %w", window, e)
		}
	}
	r.conn = c
	r.conns[name] = c
	r.all = append(r.all, c)
	return nil
}
