package stage

// Checks of backends (exchange.Checked): tasks that write by themselves, in the words of
// HAProxy's note of 2014, for which nothing has come that would bring a buffer along. A
// check takes one of the budget, of the side that fills, only for the moment in which it
// writes or reads: what it has to remember of an answer that is not whole is a status line
// (heard.go). While it is refused it stands in line like any connection, and its time runs.
// What it was refused for until that was over says nothing of the backend.
//
//	phase    what happens                   ends
//	rests    nothing                        the timer: reaches
//	reaches  the backend is connected to    it is: asks, or all is well
//	asks     the request leaves             all of it has: hears
//	hears    the answer comes               its status is known
//
// One loop makes all checks of a backend: its connection is a Conn of the loop's like any
// to a backend (backend.go), and its timer stands in a ring of the loop's. Connections are
// not kept: whether a new one can be made is a part of the question. What others learn of
// it is atomics of the backend's own.
//
// A drain ends checks: nobody new is sent to a backend.

import (
	"strconv"
	"time"

	"brigade/core/exchange"
	"brigade/core/iobuf"
	"brigade/core/poll"
	"brigade/core/rt"
	"brigade/core/sys"
)

// checking is the phase of a check.
type checking uint8

const (
	checkRests checking = iota
	checkReaches
	checkAsks
	checkHears
)

// check is the checking of one backend. It belongs to its loop.
type check struct {
	of     exchange.Checked
	phase  checking
	timer  poll.Timer[check]
	began  rt.Instant
	far    *Conn // nil: it rests
	sent   int   // bytes of the request
	heard  heard
	waiter iobuf.Waiter
}

// checkBit is in the number by which a check is known in line for a buffer, and in none of
// a connection or stream.
const checkBit = 1 << 62

// appoint shares the checks out among the homes of all shards.
func (s *Server) appoint() {
	var homes []*loop
	for _, sh := range s.shards {
		homes = append(homes, sh.homes...)
	}
	for i, of := range s.cfg.Checks {
		l := homes[i%len(homes)]
		k := &check{of: of}
		k.waiter.ID, k.waiter.Of = checkBit|uint64(i), k
		l.checks = append(l.checks, k)
	}
}

// homes is how many loops may make checks.
func (s *Server) homes() (n int) {
	for _, sh := range s.shards {
		n += len(sh.homes)
	}
	return n
}

// beginChecks has l make its checks: the first of each at any moment of its interval.
func (l *loop) beginChecks() {
	if len(l.checks) == 0 {
		return
	}
	now := rt.Now()
	for _, k := range l.checks {
		l.rounds.ArmAt(&k.timer, k, now.Add(upTo(k.of.Interval())))
	}
}

// upTo is any time up to d.
func upTo(d time.Duration) time.Duration { return time.Duration(rt.Rand() % uint64(d+1)) }

// endChecks ends all checks for good.
func (l *loop) endChecks() {
	for _, k := range l.checks {
		l.quit(k)
		k.timer.Disarm()
	}
	l.checks = nil
}

// quit gives back what a check has.
func (l *loop) quit(k *check) {
	l.buffers.Withdraw(&k.waiter)
	if k.far != nil {
		l.attends(k.far)
		l.retire(k.far)
	}
	k.phase, k.far, k.sent, k.heard = checkRests, nil, 0, heard{}
}

// rung is a check whose timer is due: it begins, or has lasted too long.
func (l *loop) rung(k *check) {
	if k.phase != checkRests {
		if k.waiter.Waits() {
			l.found(k, exchange.Unknown, "")
		} else {
			l.found(k, exchange.Unfit, "not in time")
		}
		return
	}
	k.began = l.now
	l.rounds.ArmAt(&k.timer, k, l.now.Add(k.of.Patience()))
	fd, e := l.kernel.Connect(k.of.Address())
	switch e {
	case sys.OK, sys.EINPROGRESS:
	case sys.EMFILE, sys.ENFILE, sys.ENOBUFS, sys.ENOMEM:
		_ = l.spare() // for the next time
		l.found(k, exchange.Unknown, "")
		return
	default:
		l.found(k, exchange.Unfit, e.Error())
		return
	}
	k.far = l.backend(fd, k.of.Address())
	k.far.service.check = k
	if e == sys.OK {
		k.far.ready = sys.Out
	}
	k.phase = checkReaches
	l.goOnWith(k)
}

// found ends a check. why: what spoke against the backend.
func (l *loop) found(k *check, f exchange.Finding, why string) {
	l.quit(k)
	k.timer.Disarm()
	again, news := k.of.Found(f, l.now)
	if news != "" {
		if why != "" {
			news += "; the last: " + why
		}
		l.server.complain("backend "+k.of.Address().String()+": ", news)
	}
	l.rounds.ArmAt(&k.timer, k, k.began.Add(again-upTo(again/8)))
}

// goOnWith has a check do what it can.
func (l *loop) goOnWith(k *check) {
	l.attends(k.far)
	for on := true; on; {
		switch k.phase {
		case checkReaches:
			on = l.checkReached(k)
		case checkAsks:
			on = l.checkAsked(k)
		case checkHears:
			on = l.checkHeard(k)
		case checkRests:
			on = false
		}
	}
}

// checkAwaits leaves a check waiting for its backend's end to be ready for wants.
func (l *loop) checkAwaits(k *check, wants sys.Events) (on bool) {
	b := k.far
	if !l.look(b.fd, &b.watched, wants, false, b.slot) {
		l.found(k, exchange.Unknown, "")
		return false
	}
	b.service.waits, b.service.wants = true, wants
	return false
}

// load takes a buffer for k, for as long as the caller works. False: it stands in line.
func (l *loop) load(k *check) bool {
	stood := k.waiter.Waits()
	ok := l.buffers.Want(&k.waiter, iobuf.Filling)
	if !ok && !stood {
		k.of.Refused()
	}
	return ok
}

// unload gives it back.
func (l *loop) unload() { l.buffers.Put(iobuf.Filling) }

func (l *loop) checkReached(k *check) (on bool) {
	b := k.far
	switch e := l.connects(b.fd, &b.ready); e {
	case sys.OK:
	case sys.EINPROGRESS:
		return l.checkAwaits(k, sys.Out)
	default:
		l.found(k, exchange.Unfit, e.Error())
		return false
	}
	if len(k.of.Query(l.sink[:0])) == 0 {
		l.found(k, exchange.Fit, "")
		return false
	}
	k.phase = checkAsks
	return true
}

func (l *loop) checkAsked(k *check) (on bool) {
	b := k.far
	if b.ready&sys.Out == 0 {
		return l.checkAwaits(k, sys.Out)
	}
	if !l.load(k) {
		return false
	}
	text := k.of.Query(l.sink[:0])[k.sent:]
	n, e := l.kernel.Write(b.fd, text)
	l.unload()
	switch {
	case e == sys.EINTR:
	case e == sys.EAGAIN:
		b.ready &^= sys.Out
	case e != sys.OK:
		l.found(k, exchange.Unfit, e.Error())
		return false
	case n < len(text):
		k.sent += n
		b.ready &^= sys.Out
	default:
		k.phase = checkHears
	}
	return true
}

func (l *loop) checkHeard(k *check) (on bool) {
	b := k.far
	if b.ready&sys.In == 0 {
		return l.checkAwaits(k, sys.In|sys.RdHup)
	}
	if !l.load(k) {
		return false
	}
	n, e := l.draw(b, l.sink[:l.chunk()])
	status := 0
	if e == sys.OK {
		status = k.heard.take(l.sink[:n])
	}
	l.unload()
	switch {
	case e == sys.EAGAIN || e == sys.EINTR:
	case e != sys.OK:
		l.found(k, exchange.Unfit, e.Error())
		return false
	case n == 0:
		l.found(k, exchange.Unfit, "it closed the connection before it has answered")
		return false
	case status < 0:
		l.found(k, exchange.Unfit, "what it answers is no HTTP/1")
		return false
	case status > 0 && k.of.Expects(status):
		l.found(k, exchange.Fit, "")
		return false
	case status > 0:
		l.found(k, exchange.Unfit, "it answers with status "+strconv.Itoa(status))
		return false
	}
	return true
}
