package netsim

// poll(2): a wait for one of many descriptors that keeps nothing. While it sleeps it is
// a waiter of each of its files, as do_poll registers itself; here by watches of a
// poller that lasts as long as the call. A file closed meanwhile lives until then.

import (
	"brigade/core/sys"
	"brigade/sim"
)

// sleeper is what the calls of one task wait with.
type sleeper struct {
	file      *file   // what a call that blocks on one file acts on
	many      *poll   // of poll(2); its file is the object that the task waits on
	files     []*file // of the call in hand, by place; nil: not open, or not asked for
	sleeps    bool    // a poll(2) does
	signalled bool    // a signal has come since the call blocked
}

// The word of a descriptor in a call: number, events asked for, and as the result the
// events that are so.
const (
	pollEventsShift = 32
	pollMask        = 0xffff
)

// always are the events that poll(2) tells unasked.
const always = sys.Err | sys.Hup

// task is the sleeper of the task that performs c.
func (n *Net) task(c *sim.Call) *sleeper {
	for int(c.Task) >= len(n.sleepers) {
		n.sleepers = append(n.sleepers, new(sleeper))
	}
	return n.sleepers[c.Task]
}

// submitPoll is the begin of a poll(2): it takes hold of the files, and reports whether
// the call can complete at once.
func (n *Net) submitPoll(p *Process, c *sim.Call) bool {
	t := n.task(c)
	t.files = t.files[:0]
	ready := !c.Block
	for _, w := range c.Words {
		fd := int32(uint32(w))
		f := p.table.get(fd)
		t.files = append(t.files, f)
		ready = ready || fd >= 0 && (f == nil || n.revents(f, w) != 0)
	}
	if !c.Block {
		return true
	}
	// Also if something is ready: by its turn others may have taken that, and it sleeps.
	if t.many == nil {
		t.many = n.polls.take()
		*t.many = poll{file: n.newFile(kindPoll, "poll")}
	}
	for i, f := range t.files {
		if f != nil {
			f.held++
			w := n.newWatch(t.many, f, false)
			w.events = sys.Events(c.Words[i]>>pollEventsShift&pollMask) | always
		}
	}
	t.sleeps, c.Object = true, t.many.file.object
	t.many.waiters = 1
	return ready || n.interrupts(t.many)
}

// revents are the events of f that word w asks for.
func (n *Net) revents(f *file, w uint64) sys.Events {
	m := sys.In | sys.Out // what has no queue of waiters is always ready
	if f.kind <= kindPipe {
		m = n.mask(f)
	}
	return m & (sys.Events(w>>pollEventsShift&pollMask) | always)
}

// readyPoll reports whether a sleeping poll(2) has something to tell.
func (n *Net) readyPoll(c *sim.Call) bool {
	t := n.task(c)
	if t.signalled || t.many == nil || t.many.interrupted != interruptNone {
		return true
	}
	for i, f := range t.files {
		if f != nil && n.revents(f, c.Words[i]) != 0 {
			return true
		}
	}
	for w := t.many.first; w != nil; w = w.next { // what woke it is gone: the next wakeup counts again
		w.unlink()
	}
	t.many.waiters = 1
	return false
}

// poll is poll(2).
func (n *Net) poll(p *Process, c *sim.Call) {
	t := n.task(c)
	if !t.sleeps { // looked up anew: others may have acted since the call was announced
		t.files = t.files[:0]
		for _, w := range c.Words {
			t.files = append(t.files, p.table.get(int32(uint32(w))))
		}
	}
	for i, f := range t.files {
		w := c.Words[i]
		var is sys.Events
		switch {
		case f != nil:
			is = n.revents(f, w)
			if f.kind == kindSocket && n.leader != nil && i < len(n.leader.Polled) {
				is = n.ledMask(f, sys.Events(n.leader.Polled[i])) & (sys.Events(w>>pollEventsShift&pollMask) | always)
			}
		case int32(uint32(w)) >= 0:
			is = sys.Nval
		}
		c.Words[i] = uint64(is)
		if is != 0 {
			c.N++
		}
	}
	if t.sleeps {
		n.rise(t, c)
	}
}

// rise ends t's sleep in a poll(2), which nothing but a signal may have ended.
func (n *Net) rise(t *sleeper, c *sim.Call) {
	signal := t.signalled || t.many.interrupted == interruptSignal
	if t.many.interrupted == interruptNothing {
		clear(c.Words)
		c.N = 0
	}
	t.sleeps, t.signalled, t.many.interrupted, t.many.waiters = false, false, interruptNone, 0
	for t.many.first != nil {
		n.remove(t.many.first)
	}
	for _, f := range t.files {
		if f != nil {
			n.letGo(f)
		}
	}
	if signal && c.N == 0 {
		fail(c, sys.EINTR)
	}
}

// signalTask is a task's asking for its own name, or its signal to another.
func (n *Net) signalTask(c *sim.Call) {
	if c.Flags == signalSelf {
		n.task(c) // from now on there is somebody to signal
		c.N = int64(c.Task)
		return
	}
	if c.Args[0] < 0 || c.Args[0] >= int64(len(n.sleepers)) {
		fail(c, sys.ESRCH)
		return
	}
	t := n.sleepers[c.Args[0]]
	switch {
	case t.sleeps:
		t.signalled = true
		n.s.Notify(t.many.file.object)
	case t.file != nil:
		t.signalled = true
		n.s.Notify(t.file.object)
	} // else it is between its check and its call: lost
}

// interrupt takes a wait on f, which a signal ended, out of the count of waits.
func (n *Net) interrupt(f *file) {
	if f.kind == kindPoll && f.poll.waiters > 0 {
		f.poll.waiters--
	}
}

const (
	signalSelf = iota
	signalOther
)
