package invariants

// Backlog (I12): who has connected and is not accepted yet must not be forgotten. The
// kernel tells of a backlog whoever watches the listening socket, so as long as a
// server does not drain each of its listening sockets is watched by a poller, or is
// looked at again within attention: by a call that accepts, or one that would watch
// it. That holds at the limit of connections, too, and after an error. When no connection
// is left there is room, and each socket that the kernel has not refused anything lately is
// watched by the time that nothing can run: who paused is woken, and does not wait for a
// time to pass. What pollers tell and loops do not act on is seen by others (I11, I13).
//
// With poll(2) what is watched is told with each wait, at its end: too late to judge.

import (
	"time"

	"brigade/core/rt"
	"brigade/sim"
)

// attention is many times what a server waits before it accepts again.
const attention = 3 * time.Second

var backlogChecker = Checker{
	Numbers: []string{"I12"}, Name: "backlog",
	Allows: "a listening socket is watched, or tried again within 3 s, until the server drains; at once when no connection is left",
	World:  "listen, accept, poll_add, poll_delete, close, time",
	Ops: []rt.Op{
		rt.OpListen, rt.OpAccept, rt.OpPollAdd, rt.OpPollModify, rt.OpPollDelete, rt.OpPollWait, rt.OpPoll, rt.OpClose, rt.OpRead, rt.OpWrite,
	},
	Kinds: []rt.Kind{rt.ProbeDrain, rt.ProbeStreamOpen, rt.ProbeStreamClose},
	make:  func() property { return new(backlog) },
}

type backlog struct {
	judge
	sockets rows[doorbell]
	open    []int32    // the listening ones
	clients rows[bool] // by descriptor: it is a connection that was accepted
	left    int        // connections, and streams of theirs, whose handlers may outlast them
	over    bool       // nobody new need be served, or it cannot be told
}

// doorbell is a listening socket.
type doorbell struct {
	watchers int
	since    rt.Instant // without watchers: when it was looked at last
	leapt    rt.Instant // by how much the clock had jumped by then
	seen     bool       // it was watched once
	refused  bool       // the kernel has refused something of it, by then
}

// Begin implements property.
func (b *backlog) Begin(s *sim.Sim) {
	b.s = s
	b.sockets.reset()
	b.clients.reset()
	b.open, b.left, b.over = b.open[:0], 0, false
}

// Event implements property.
func (b *backlog) Event(e *sim.Event) {
	if b.over {
		return
	}
	switch e.Op {
	case rt.OpProbe:
		switch kind(e) {
		case rt.ProbeStreamOpen:
			b.left++
		case rt.ProbeStreamClose:
			b.left--
		default:
			b.over = true
		}
		return
	case rt.OpPoll:
		b.over = true
		return
	case rt.OpListen:
		if n, ok := made(e); ok {
			if d := b.sockets.at(n); d != nil {
				*d = doorbell{since: e.Time, leapt: b.leapt()}
				b.open = append(b.open, n)
			}
		}
	case rt.OpClose:
		b.closes(e)
	case rt.OpAccept:
		b.looked(fd(e), e)
		if n, ok := made(e); ok {
			if c := b.clients.at(n); c != nil {
				*c = true
				b.left++
			}
		}
	case rt.OpPollAdd, rt.OpPollModify, rt.OpPollDelete:
		if e.Call != nil {
			b.looked(e.Call.FD2, e)
		}
	default:
	}
	b.wait(e.Time)
}

// looked is a call that is about the listening socket fd, if that is one.
func (b *backlog) looked(fd int32, e *sim.Event) {
	for _, n := range b.open {
		if n != fd {
			continue
		}
		d := b.sockets.at(n)
		d.since, d.leapt = e.Time, b.leapt()
		d.refused = e.C != 0 && e.C != tryAgain || d.refused && e.Op == rt.OpPollDelete
		switch {
		case e.C != 0:
		case e.Op == rt.OpPollAdd:
			d.watchers++
			d.seen = true
		case e.Op == rt.OpPollDelete:
			d.watchers--
		}
	}
}

func (b *backlog) closes(e *sim.Event) {
	if c := b.clients.get(fd(e)); c != nil && *c {
		*c = false
		b.left--
		return
	}
	for i, n := range b.open {
		if n == fd(e) {
			b.open = append(b.open[:i], b.open[i+1:]...)
			return
		}
	}
}

// wait looks for those that nobody looks at.
func (b *backlog) wait(now rt.Instant) {
	for _, n := range b.open {
		d := b.sockets.at(n)
		if d.watchers > 0 || (now-b.leapt()+d.leapt).Sub(d.since) <= attention {
			continue
		}
		if b.excused() {
			d.since, d.leapt = now, b.leapt()
			continue
		}
		b.fail("I12", "nobody has watched the listening socket %d, or tried to accept from it, for %v: who has connected waits for ever", n, now.Sub(d.since))
		return
	}
}

// Quiet implements property.
func (b *backlog) Quiet() {
	if b.over || b.left > 0 || b.excused() {
		return
	}
	for _, n := range b.open {
		if d := b.sockets.at(n); d.seen && d.watchers == 0 && !d.refused {
			b.fail("I12", "no connection is left, nothing can run, and nobody watches the listening socket %d: who comes waits until somebody happens to look", n)
			return
		}
	}
}
