package stage

// Buffers (HAProxy's note, 2014). A connection has memory for input and output only
// while bytes are there for it, and that out of a budget which the whole process has
// (package iobuf). Who is refused reads no more and stands in line, in its home; its
// timers run on.
//
//	who                    needs a buffer        of the side   refused
//	a connection           to read a request     that fills    waits: buffer, its head's time running
//	one that streams       for its handler, too  none          its own stands for both
//	a session              to read frames        that fills    waits: buffer, its head's time running
//	one with streams       to frame for them     none          their buffers stand for its pages
//	a stream of one        to answer a request   that frees    REFUSED_STREAM: it was not looked at
//	a check                to write, to read     that fills    stands in line, its time running
//	a tunnel               to read from an end   that frees    waits: page, with the write timeout
//	a stream's tunnel      to hold what came     that frees    is reset
//	a fetch                for more than a page  that frees    reads less at once
//
// A buffer covers the request and its response, so nobody who has one waits for another
// to give it back, but for a session that opens a stream, which has a reserve for it
// (iobuf.Freeing). Streams wait for their session, which has given its own back while
// they had nothing to say: so it takes none then.
//
// Why nothing is read is a set of reasons, of which none is stored: buffer (it stands in
// line), window (output stands before it), application (its request is being answered),
// drain (nothing more is to be read). Each is the case or not, where it is; a grant ends
// the first alone, and the step that it lets run looks at the others.
//
// Who waits for too long is closed without a word: there is no buffer for one.

import (
	"errors"
	"fmt"

	"brigade/core/httpconn"
	"brigade/core/iobuf"
)

// None is how many buffers a server begins with that is given some later.
const None = -1

// equip gives c an http_conn. False: it waits for a buffer, or ends, as s says.
func (w *worker) equip(c *Conn) (s step, ok bool) {
	h, err := w.obtain(c)
	switch {
	case err == nil:
		c.http = h
		w.scope.Enter(h.Pool())
		return stepNone, true
	case errors.Is(err, iobuf.ErrRefused):
		return w.rest(c, waitBuffer), false
	}
	return stepFinish, false
}

// obtain takes an http_conn for c. Where c cannot wait it stands in no line: it goes home
// for that.
func (w *worker) obtain(c *Conn) (*httpconn.Conn, error) {
	if w.loop == nil || w.loop != c.home {
		return w.pool.Get(iobuf.Filling)
	}
	l := w.loop
	if s := c.session; s != nil && s.streams > 0 {
		return l.pool.Lend()
	}
	h, err := l.pool.Await(l.waiter(c), iobuf.Filling)
	if !errors.Is(err, iobuf.ErrRefused) {
		l.unline(c)
	}
	return h, err
}

// waiter is c's place in line, which it has while it needs one.
func (l *loop) waiter(c *Conn) *iobuf.Waiter {
	if c.waiter != nil {
		return c.waiter
	}
	if n := len(l.waiters); n > 0 {
		c.waiter = l.waiters[n-1]
		l.waiters = l.waiters[:n-1]
	} else {
		c.waiter = new(iobuf.Waiter)
	}
	c.waiter.ID, c.waiter.Of = c.id, c
	return c.waiter
}

// unline takes c out of line, if it stands there; what was reserved for it is the next
// one's.
func (l *loop) unline(c *Conn) {
	if c.waiter == nil {
		return
	}
	l.buffers.Withdraw(c.waiter)
	c.waiter.Of = nil
	l.waiters = append(l.waiters, c.waiter)
	c.waiter = nil
}

// supply runs those for which a buffer is reserved.
func (l *loop) supply() {
	for p := l.buffers.Next(); p != nil; p = l.buffers.Next() {
		if k, ok := p.Of.(*check); ok {
			l.goOnWith(k)
			continue
		}
		c := p.Of.(*Conn)
		c.must(l.number)
		w := c.wait
		l.leave(c)
		l.run(c, l.supplied(c, w))
	}
	l.buffers.EndTurn()
}

// supplied is the step that follows when c's wait ends, and it may be for a buffer: it
// takes that here, whoever reads.
func (l *loop) supplied(c *Conn, w wait) step {
	if w == waitBuffer {
		if s, ok := l.equip(c); !ok {
			return s
		}
	}
	return c.next(w)
}

// provide sees to it that c's tunnel has a buffer to read into. False: it stands in line.
func (l *loop) provide(c *Conn) bool {
	t := c.tunnel
	if t.buffer {
		return true
	}
	if t.short = !l.buffers.Want(l.waiter(c), iobuf.Freeing); t.short {
		return false
	}
	l.unline(c)
	t.buffer, t.class = true, iobuf.Freeing
	return true
}

// afford takes a buffer for t at once, or not at all.
func (l *loop) afford(t *tunnel) bool {
	if !t.buffer && l.buffers.Take(iobuf.Freeing) {
		t.buffer, t.class = true, iobuf.Freeing
	}
	return t.buffer
}

// refund gives back the buffer of a tunnel that holds nothing.
func (l *loop) refund(t *tunnel) {
	if t.buffer && t.up.page == nil && t.down.page == nil {
		t.buffer = false
		l.buffers.Put(t.class)
	}
}

// ResizeBuffers makes the budget n buffers, 1 or more. Those in use stay; if there are
// more of them, nobody gets one until enough have come back. Any task may call it.
func (s *Server) ResizeBuffers(n int) error {
	if n < 1 {
		return fmt.Errorf("stage: %d buffers; a server needs 1 or more to answer anybody", n)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.closed {
		s.buffers.Resize(n)
	}
	return nil
}

// Buffers counts the budget's buffers. Any task may call it.
func (s *Server) Buffers() iobuf.Stats { return s.buffers.Stats() }

// hands tells each task's stock where its buffers come from; r wakes the task, if others
// wait in it.
func (w *worker) hands(name string, r iobuf.Rouser) {
	w.server.buffers.Join(&w.buffers, name+".buffers", r)
	w.pool.Buffers = &w.buffers
}
