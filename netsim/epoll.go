package netsim

// epoll(7), by the algorithm of fs/eventpoll.c: each watch is on its file's list of
// waiters; a wake whose key meets the watched events puts it at the tail of the
// ready list, whatever its mode; a wait takes watches from the head, asks each
// file again, reports what is still true and puts level-triggered ones back at the
// tail. Edge-triggered means only that it is not put back, one-shot that its events
// are cleared. What maxevents left over stays ahead of those put back.

import (
	"brigade/core/rt"
	"brigade/core/sys"
	"brigade/sim"
)

const (
	modes = sys.Edge | sys.OneShot | sys.Exclusive | 1<<29 // EP_PRIVATE_BITS; 1<<29 is EPOLLWAKEUP
	// What may go with EPOLLEXCLUSIVE.
	exclusiveOK = sys.In | sys.Out | sys.Err | sys.Hup | sys.Edge | sys.Exclusive | 1<<29
)

type poll struct {
	file        *file
	first       *watch // all watches
	head, tail  *watch // the ready list
	waiters     int    // blocked waits that no wake has reached yet
	interrupted int    // what ends the wait though nothing is ready
	draws       draws
	signal      signal
	order       sim.Edge
}

type watch struct {
	poll   *poll
	file   *file
	events sys.Events
	token  uint64

	sibling        *watch // next of file
	next, previous *watch // of poll
	after, before  *watch // in the ready list
	linked         bool
}

// control is epoll_ctl(2), with its checks in its order.
func (n *Net) control(f, target *file, c *sim.Call) {
	events := sys.Events(c.Flags)
	switch {
	case target == nil:
		fail(c, sys.EBADF)
		return
	case target.kind == kindNode:
		fail(c, sys.EPERM)
		return
	case f == target || f.kind != kindPoll || target.kind == kindPoll: // pollers in pollers are not simulated
		fail(c, sys.EINVAL)
		return
	case c.Op == rt.OpPollModify && events&sys.Exclusive != 0,
		c.Op == rt.OpPollAdd && events&sys.Exclusive != 0 && events&^exclusiveOK != 0:
		fail(c, sys.EINVAL)
		return
	}
	w := target.watches
	for w != nil && w.poll != f.poll {
		w = w.sibling
	}
	switch {
	case c.Op == rt.OpPollAdd && w != nil:
		fail(c, sys.EEXIST)
		return
	case c.Op != rt.OpPollAdd && w == nil:
		fail(c, sys.ENOENT)
		return
	case c.Op == rt.OpPollDelete:
		n.remove(w)
		return
	case c.Op == rt.OpPollModify && w.events&sys.Exclusive != 0:
		fail(c, sys.EINVAL)
		return
	}
	if w == nil {
		if v := n.draw(faultControl, target.object, &target.draws, 3); v != 0 {
			fail(c, [...]sys.Errno{0, sys.ENOMEM, sys.ENOSPC}[v])
			return
		}
		w = n.newWatch(f.poll, target, events&sys.Exclusive != 0)
	}
	w.events, w.token = events|sys.Err|sys.Hup, uint64(c.Args[0])
	c.Release = &f.poll.order
	if n.mask(target)&w.events != 0 && !w.linked {
		n.link(w)
	}
}

// newWatch registers a watch: exclusive ones come after the others, in order.
func (n *Net) newWatch(p *poll, f *file, exclusive bool) *watch {
	w := n.spare
	if w != nil {
		n.spare = w.next
	} else {
		w = n.watches.take()
	}
	*w = watch{poll: p, file: f, next: p.first}
	if p.first != nil {
		p.first.previous = w
	}
	p.first = w
	at := &f.watches
	for exclusive && *at != nil {
		at = &(*at).sibling
	}
	w.sibling, *at = *at, w
	return w
}

// remove ends w, which may be used again.
func (n *Net) remove(w *watch) {
	w.remove()
	w.next, n.spare = n.spare, w
}

// remove takes w off every list.
func (w *watch) remove() {
	w.unlink()
	for at := &w.file.watches; *at != nil; at = &(*at).sibling {
		if *at == w {
			*at = w.sibling
			break
		}
	}
	if w.previous != nil {
		w.previous.next = w.next
	} else {
		w.poll.first = w.next
	}
	if w.next != nil {
		w.next.previous = w.previous
	}
}

// link puts w at the ready list's tail and wakes a waiter.
func (n *Net) link(w *watch) {
	w.append()
	if w.poll.waiters > 0 {
		w.poll.waiters--
	}
	n.s.Notify(w.poll.file.object)
}

func (w *watch) append() {
	p := w.poll
	w.linked, w.before, w.after = true, p.tail, nil
	if p.tail != nil {
		p.tail.after = w
	} else {
		p.head = w
	}
	p.tail = w
}

func (w *watch) unlink() {
	if !w.linked {
		return
	}
	p := w.poll
	if w.before != nil {
		w.before.after = w.after
	} else {
		p.head = w.after
	}
	if w.after != nil {
		w.after.before = w.before
	} else {
		p.tail = w.before
	}
	w.linked = false
}

// wake tells f's waiters that the events of key came about; 0 means anything may
// have. Of exclusive watches one with a waiter is enough, unless all must hear.
func (n *Net) wake(f *file, key sys.Events) {
	if f == nil {
		return
	}
	n.s.Notify(f.object)
	for w := f.watches; w != nil; w = w.sibling {
		if w.events&^modes == 0 || key != 0 && key&w.events == 0 {
			continue
		}
		had := w.poll.waiters > 0
		if !w.linked {
			n.link(w)
		} else if had {
			w.poll.waiters--
			n.s.Notify(w.poll.file.object)
		}
		if had && key != 0 && w.events&sys.Exclusive != 0 {
			return
		}
	}
}

// live reports whether a wait on p would return something. Watches at the head
// that have nothing to say any more are dropped, as a wait would.
func (n *Net) live(p *poll) bool {
	for p.head != nil {
		if n.mask(p.head.file)&p.head.events != 0 {
			return true
		}
		p.head.unlink()
	}
	return false
}

// submitWait is the begin of a wait that may block.
func (n *Net) submitWait(p *poll, c *sim.Call) bool {
	if n.live(p) || len(c.Words) == 0 {
		return true
	}
	if n.interrupts(p) {
		return true
	}
	p.waiters++
	return false
}

// wait is epoll_wait(2): pairs of events and token in c.Words.
func (n *Net) wait(f *file, c *sim.Call) {
	p := f.poll
	switch {
	case f.kind != kindPoll, len(c.Words) < 2:
		fail(c, sys.EINVAL)
		return
	case p.interrupted == interruptSignal:
		p.interrupted = interruptNone
		fail(c, sys.EINTR)
		return
	case p.interrupted == interruptNothing:
		p.interrupted = interruptNone
		return
	}
	if c.Expired && p.waiters > 0 {
		p.waiters--
	}
	if n.leader != nil && n.ledWait(p, c) {
		return
	}
	room := n.batch(p, len(c.Words)/2)
	last := p.tail
	var level *watch // put back after the leftovers
	var levelTail *watch
	got := 0
	for w := p.head; w != nil && got < room; {
		after := w.after
		w.unlink()
		if is := n.mask(w.file) & w.events; is != 0 {
			c.Words[2*got], c.Words[2*got+1] = uint64(is), w.token
			got++
			switch {
			case w.events&sys.OneShot != 0:
				w.events &= modes
			case w.events&sys.Edge == 0:
				w.after = nil
				if level == nil {
					level = w
				} else {
					levelTail.after = w
				}
				levelTail = w
			}
		}
		if w == last {
			break
		}
		w = after
	}
	for w := level; w != nil; {
		after := w.after
		w.append()
		w = after
	}
	if c.N = int64(got); got > 0 {
		c.Acquire = &p.order
	}
	if p.head != nil && p.waiters > 0 { // more is ready than one waiter took
		p.waiters--
		n.s.Notify(f.object)
	}
}
