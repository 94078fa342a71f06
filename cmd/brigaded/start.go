package main

// Starting: everything that can be wrong is found before the first connection is
// accepted, and said together with what can be done about it.

import (
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"
	"runtime/pprof"
	"time"

	"brigade/core/accesslog"
	"brigade/core/cache"
	"brigade/core/handler/static"
	"brigade/core/stage"
	"brigade/core/sys"
	"brigade/core/sys/linux"
)

// site is a server and what it was made from.
type site struct {
	server  *stage.Server
	files   *static.Handler
	log     *accesslog.Log // nil: none
	profile *os.File       // nil: none
}

// logRoom bounds the access log lines, in bytes, that wait for a slow disk.
const logRoom = 4 << 20

// open makes the server; an error is one line for the operator, and nothing is
// left open then.
func (p *program) open() (s *site, err error) {
	if linux.Available() != nil {
		return nil, errors.New("this server needs Linux; on this system run the simulator: go run ./cmd/brigade fuzz")
	}
	s = &site{}
	defer func() {
		if err != nil {
			s.abort()
		}
	}()
	k := linux.New()
	k.Outward = p.congestion.at
	if err = p.found(s, k); err != nil {
		return s, err
	}
	if p.accessLog != "" {
		if s.log, err = p.openLog(k); err != nil {
			return s, err
		}
	}
	if p.cpuProfile != "" {
		if s.profile, err = os.Create(p.cpuProfile); err != nil {
			return s, fmt.Errorf("%s: %w", p.said.where("cpuprofile"), err)
		}
		if err = pprof.StartCPUProfile(s.profile); err != nil {
			return s, fmt.Errorf("%s %s: %w", p.said.where("cpuprofile"), p.cpuProfile, err)
		}
	}
	if err = vacant(k, p.listen.addr); err != nil {
		return s, explainListen(p.said.where("listen"), p.listen.addr, err)
	}
	if err = p.congestion.known(k, p.listen.addr); err != nil {
		return s, err
	}
	cfg := p.config(k)
	cfg.Log = s.log
	if s.files != nil {
		cfg.Handler = s.files
	}
	backends, err := p.surround(&cfg)
	if err != nil {
		return s, err
	}
	p.applet(s, &cfg, backends)
	if s.server, err = stage.New(cfg); err != nil {
		return s, explainListen(p.said.where("listen"), p.listen.addr, err)
	}
	return s, nil
}

// rehearsal is --check of what was settled: what is served has to be there.
func (p *program) rehearsal(out io.Writer) int {
	s := &site{}
	defer s.close()
	if err := p.found(s, linux.New()); err != nil {
		p.say("%v", err)
		return statusStart
	}
	_, _ = fmt.Fprintln(out, "ok")
	return statusClean
}

// found opens what is to be there before anybody can be served.
func (p *program) found(s *site, k *linux.Kernel) (err error) {
	if p.root == "" {
		return nil
	}
	if s.files, err = static.New(k, p.root, static.Options{}); err != nil {
		return explainRoot(p.said.where("root"), p.root, err)
	}
	return nil
}

// config is what the flags mean for the core.
func (p *program) config(k sys.Kernel) stage.Config {
	return stage.Config{
		Kernel: k, Listen: p.listen.addr, Congestion: p.congestion.at(p.listen.addr), Deferred: p.deferred, Topology: p.topology.value,
		Accept: p.accept.value, Waker: p.waker.value, Poller: p.poller.value,
		Shards: p.shards.n, Readers: p.readers.n, Writers: p.writers.n, Processors: p.processors.n,
		Cache: cache.Options{Bytes: p.cache.n}, Buffers: p.buffers.n, Connections: p.connectionsPerShard(), Waiting: p.places(), HandOver: p.handOver.n,
		Header: p.header.value, Body: p.body.value, Room: p.room.value, Idle: p.idle.value, Write: p.write.value, Linger: p.linger.value,
		Answer: p.answer.value, More: p.more.value, Spare: p.spare.value, Warm: p.warmth(),
		Dial: p.dial.value, Tunnel: p.tunnel.value, Half: p.half.value, Connect: p.connect.list, Upgrade: p.upgrade.addr,
	}
}

// warmth is for how long a kept connection takes what may not be sent twice.
func (p *program) warmth() time.Duration {
	if p.warm.value == 0 {
		return -1 // to the core 0 is its default
	}
	return p.warm.value
}

// vacant asks for the address alone. Shards share theirs by SO_REUSEPORT, and
// that would let a second server of the same user join in unnoticed.
func vacant(k sys.Kernel, addr netip.AddrPort) error {
	if addr.Port() == 0 {
		return nil
	}
	fd, e := k.Listen(addr, sys.ListenOptions{Backlog: 1})
	if e != sys.OK {
		return e
	}
	k.Close(fd)
	return nil
}

// abort gives back what open opened before it failed.
func (s *site) abort() {
	if s.log != nil {
		s.log.Discard()
	}
	s.close()
}

// close gives back what the server has not given back itself.
func (s *site) close() {
	if s.files != nil {
		s.files.Close()
	}
	if s.profile != nil {
		pprof.StopCPUProfile()
		_ = s.profile.Close() // a profile that is cut short says so when it is read
	}
}

// errnoIn is the system's error alone, where there is one.
func errnoIn(err error) error {
	var e sys.Errno
	if errors.As(err, &e) {
		return e
	}
	return err
}

func explainRoot(name, root string, err error) error {
	hint := ""
	switch e := errnoIn(err); {
	case errors.Is(e, sys.ENOENT):
		hint = "; it names the directory to serve"
	case errors.Is(e, sys.ENOTDIR):
		hint = "; it names the directory, not a file in it"
	case errors.Is(e, sys.EACCES), errors.Is(e, sys.EPERM):
		hint = "; the user that runs brigaded needs to read and search it"
	}
	return fmt.Errorf("%s %s: %w%s", name, root, errnoIn(err), hint)
}

func explainListen(name string, addr netip.AddrPort, err error) error {
	hint := ""
	switch e := errnoIn(err); {
	case errors.Is(e, sys.EADDRINUSE):
		hint = fmt.Sprintf("; another process has it (ss -ltnp 'sport = :%d' shows which): end that one, or choose another port", addr.Port())
	case errors.Is(e, sys.EADDRNOTAVAIL):
		hint = "; no interface here has that address (ip address shows them); 0.0.0.0 is all of IPv4, [::] all of IPv6"
	case errors.Is(e, sys.EACCES), errors.Is(e, sys.EPERM):
		hint = "; ports below 1024 take CAP_NET_BIND_SERVICE: choose a higher one"
	case errors.Is(e, sys.EMFILE), errors.Is(e, sys.ENFILE):
		hint = "; fewer --shards take fewer descriptors (ulimit -Hn shows the limit)"
	}
	return fmt.Errorf("%s %v: %w%s", name, addr, errnoIn(err), hint)
}
