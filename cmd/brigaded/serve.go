package main

// From the first connection to the last: serving, draining, and the account.

import (
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	"brigade/core/http2"
	"brigade/core/stage"
)

// grace is how long after the deadline the process waits for what cannot be cut:
// a call that hangs on a disk, or an access log that nobody reads.
const grace = 5 * time.Second

// serve runs the server until it is told to stop, and returns the exit status.
func (p *program) serve() int {
	signals := make(chan os.Signal, 8)
	signal.Notify(signals, syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP, signalReopen, signalTell)
	defer signal.Stop(signals)
	p.setPs()
	s, err := p.open()
	if err != nil {
		p.say("%v", err)
		return statusStart
	}
	defer s.close()
	s.server.Start()
	shards := "shards"
	if p.shards.n == 1 {
		shards = "shard"
	}
	p.say("listening on %v, topology %v, %d %s", s.server.Addr(), p.topology.value, p.shards.n, shards)
	return p.attend(s, signals)
}

// drain is how far the end has come.
type drain struct {
	signals  int
	deadline time.Time // of the drain, once it has begun
	leave    *time.Timer
}

// attend answers signals until the server has ended.
func (p *program) attend(s *site, signals <-chan os.Signal) int {
	ended := make(chan stage.Totals, 1)
	go func() { ended <- s.server.Wait() }()
	d := drain{leave: time.NewTimer(0)}
	d.leave.Stop()
	var j journal
	look := time.NewTicker(logGlance)
	defer look.Stop()
	for {
		select {
		case now := <-look.C:
			if p.news(s, &j, now) {
				look.Reset(logGlance)
			}
		case totals := <-ended:
			p.news(s, &j, time.Now())
			return p.account(s, &d, &totals)
		case sig := <-signals:
			if sig == syscall.SIGHUP || sig == signalReopen {
				p.reopen(s, sig, look)
				continue
			}
			if sig == signalTell {
				p.tell(s)
				continue
			}
			if d.signals++; d.signals > 2 {
				p.say("%v, the third signal: leaving at once", sig)
				p.lost(s)
				return statusCut
			}
			p.end(s, &d, sig)
		case <-d.leave.C:
			p.say("%v after the deadline something still hangs, in a handler, on a disk or on whoever reads the access log: leaving", grace)
			p.lost(s)
			return statusCut
		}
	}
}

// end begins the drain, or hurries it.
func (p *program) end(s *site, d *drain, sig os.Signal) {
	limit := p.drain.value
	if d.signals == 1 {
		p.say("%v: draining for %v at most; a second signal ends it now", sig, limit)
	} else {
		limit = 0
		p.say("%v, the second signal: cutting what is left", sig)
	}
	s.server.Drain(limit)
	d.deadline = time.Now().Add(limit)
	d.leave.Reset(limit + grace)
}

// account prints what was done and returns the exit status. Nobody cuts a
// connection before the deadline; past it, one was what kept the server up.
func (p *program) account(s *site, d *drain, t *stage.Totals) int {
	cut := !time.Now().Before(d.deadline)
	for _, note := range t.Notes {
		p.say("note: %s", note)
	}
	if s.log != nil {
		if _, lost := s.log.Lost(); lost > 0 {
			p.say("note: the access log lacks %d bytes that were not taken, because it was full or nobody read it", lost)
		}
	}
	p.abuse(t)
	p.say("%d requests on %d connections, %d bytes sent, %d log lines dropped", t.Requests, t.Connections, t.Bytes, t.Dropped)
	p.lost(s)
	if cut {
		p.say("the drain's deadline passed with connections open: they were cut")
		return statusCut
	}
	return statusClean
}

// abuse says what clients of HTTP/2 were turned away for.
func (p *program) abuse(t *stage.Totals) {
	for kind, n := range t.HTTP2.Floods {
		if n > 0 {
			p.say("note: %d connections of HTTP/2 were ended for too many %v", n, http2.Flood(kind))
		}
	}
	if t.HTTP2.Large > 0 {
		p.say("note: %d requests of HTTP/2 had heads beyond the limit", t.HTTP2.Large)
	}
}

// at tells a request's target, if there is one.
func at(target string) string {
	if target == "" {
		return ""
	}
	return fmt.Sprintf(" (%q)", target)
}

// tell says what the server has in hand, and who has held its loops up so far.
func (p *program) tell(s *site) {
	x := s.server.Load()
	p.say("%d connections, %d of them tunnels, which hold %d pages; %d processors at work", x.Connections, x.Tunnels, x.Held, x.Working)
	for _, d := range s.server.Delays() {
		p.say("%s held a loop up for %v or more, %d times; for %v at most%s", d.Who, stage.Tolerable, d.Times, d.Longest.Round(time.Microsecond), at(d.Target))
	}
}

// lost says what was cut: connections, what they had asked for, and how much of that
// had passed.
func (p *program) lost(s *site) {
	list, all := s.server.Lost()
	for i := range list {
		x := &list[i]
		switch {
		case x.Tunnel:
			p.say("lost: %v, the tunnel %q, %d bytes to it and %d from it", x.Peer, x.Target, x.Sent, x.Received)
		case x.Status == 0:
			p.say("lost: %v, %d requests begun and unanswered, the first for %q", x.Peer, x.Requests, x.Target)
		default:
			p.say("lost: %v, %d requests begun and not answered whole, the first for %q: status %d, %d bytes sent, %d left", x.Peer, x.Requests, x.Target, x.Status, x.Sent, x.Queued)
		}
	}
	if all > len(list) {
		p.say("lost: %d more connections", all-len(list))
	}
	if n := s.server.Load().Connections; n > 0 {
		p.say("lost: %d connections whose handlers have not returned", n)
	}
}
