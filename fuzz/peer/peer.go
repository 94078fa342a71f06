package peer

import (
	"bytes"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"os/exec"
	"syscall"
	"time"

	"brigade/core/sys/linux"
	"brigade/netsim/client"
	"brigade/netsim/script"
)

// patience is how long a server may take for anything before it counts as hung.
const patience = 30 * time.Second

// Kind is a kind of server, and how one is started and ended.
type Kind struct {
	Name  string // as in scripts
	start func(p *Peer, site Site, settings script.Settings) error
	drain os.Signal
}

// Peer is a running server.
type Peer struct {
	Addr    netip.AddrPort
	kind    Kind
	cmd     *exec.Cmd
	out     bytes.Buffer // what it says, to be read once it has ended
	ended   chan error
	drained bool
	dir     string // of its own; removed at the end
}

// Start starts a server of this kind on a free port of the loopback, with site and
// these settings.
func Start(k Kind, site Site, settings script.Settings) (*Peer, error) {
	p := &Peer{kind: k, ended: make(chan error, 1)}
	if err := k.start(p, site, settings); err != nil {
		return nil, fmt.Errorf("starting %s: %w", k.Name, err)
	}
	return p, nil
}

// launch starts the process.
func (p *Peer) launch(cmd *exec.Cmd) error {
	p.cmd = cmd
	if err := cmd.Start(); err != nil {
		return err
	}
	return nil
}

// watch collects the process's end.
func (p *Peer) watch() { go func() { p.ended <- p.cmd.Wait() }() }

// Run runs a script against the server.
func (p *Peer) Run(s *script.Script) error {
	return s.Run(script.Runner{
		Machine: client.Waiting(linux.New()), Addr: p.Addr, Server: p.kind.Name, Drain: p.Drain, Patience: patience,
	})
}

// Drain tells the server to finish what it has begun, and end.
func (p *Peer) Drain() error {
	p.drained = true
	return p.cmd.Process.Signal(p.kind.drain)
}

// Stop drains the server, unless a script did, and waits for its end. The error
// says how it ended, and with what last words, if that was not clean.
func (p *Peer) Stop() error {
	if p.dir != "" {
		defer os.RemoveAll(p.dir)
	}
	if !p.drained {
		if err := p.Drain(); err != nil && !errors.Is(err, os.ErrProcessDone) {
			return err
		}
	}
	hung := time.AfterFunc(patience, func() { _ = p.cmd.Process.Signal(syscall.SIGKILL) })
	defer hung.Stop()
	if err := <-p.ended; err != nil {
		return fmt.Errorf("%s ended with %w: %s", p.kind.Name, err, bytes.TrimSpace(p.out.Bytes()))
	}
	return nil
}
