package stage

import (
	"errors"

	"brigade/core/http1"
	"brigade/core/mem"
	"brigade/core/poll"
	"brigade/core/rt"
	"brigade/core/sys"
)

// process runs the handler: inline on a loop if that takes no blocking call, else
// on a processor.
func (w *worker) process(c *Conn) step {
	if c.stream != nil {
		return w.answer(c)
	}
	w.face(c)
	h := c.http
	x := &h.X
	if c.fetch != nil {
		return w.refine(c)
	}
	if x.Pumping() {
		return w.pump(c)
	}
	if h.Content.Wanted() {
		if s := w.take(c); s != stepProcess {
			return s
		}
	}
	switch {
	case w.roles&processes != 0:
		if !w.inline(c) {
			if !h.Out.Empty() {
				// Earlier answers need not wait for this one's disk.
				c.then = stepProcess
				return stepWrite
			}
			w.pass(c, stepProcess)
			return stepNone
		}
	case c.home.roles&processes != 0:
		// The loop's own cache had nothing; it learns what is found.
		w.handle(c)
	case !w.inline(c):
		w.handle(c)
		w.local.Learn(x.Note)
		x.Note = nil
	}
	return w.conclude(c)
}

// conclude ends the response that a handler left.
func (w *worker) conclude(c *Conn) step {
	h := c.http
	x := &h.X
	if c.broken {
		x.Decline()
		x.Abandon()
		h.Record()
		return stepFinish
	}
	if x.Fetched() {
		if !h.Out.Empty() {
			c.then = stepFetch // earlier answers need not wait for a backend
			return stepWrite
		}
		return stepFetch
	}
	if x.Switched() {
		c.tunnel = &tunnel{phase: appointed, app: x.TakeOver(), far: sys.None, slot: poll.NoSlot}
		c.then = stepTunnel
		return stepWrite
	}
	if x.Close {
		c.closing = true
	}
	x.Finish()
	if x.Pumping() {
		return w.pump(c)
	}
	return w.recorded(c)
}

// recorded is a response that is queued, its end included.
func (w *worker) recorded(c *Conn) step {
	h := c.http
	h.Record()
	if w.roles&writes != 0 && h.Started() && !c.closing {
		return stepRead // another may be there: one write for all
	}
	return stepWrite
}

// inline asks the handler's local part, and answers for it if it panics.
func (w *worker) inline(c *Conn) (answered bool) {
	mark := c.http.X.Mark()
	defer rt.Recover(func(v any) {
		answered = true
		w.panicked(c, mark, v)
	})
	answered = w.local.Inline(&c.http.X)
	w.inlined(&c.http.X)
	if !answered {
		return false
	}
	w.insist(c, mark)
	return true
}

// handle calls the handler where it may block, and answers for it if it panics.
func (w *worker) handle(c *Conn) {
	mark := c.http.X.Mark()
	defer rt.Recover(func(v any) { w.panicked(c, mark, v) })
	w.server.cfg.Handler.Handle(&c.http.X)
	w.insist(c, mark)
}

// panicked answers for a handler that panicked with v.
func (w *worker) panicked(c *Conn, mark int, v any) {
	x := &c.http.X
	x.Close = true
	who := "a handler"
	if f := x.Unwind(); f != "" {
		who = "filter " + f
	}
	w.server.complain(who+" panicked: ", v)
	w.mend(c, mark, http1.ErrInternal)
}

// insist sees to it that there is a response.
func (w *worker) insist(c *Conn, mark int) {
	x := &c.http.X
	if x.Lost() {
		c.ruin()
		return
	}
	if x.Fetched() {
		return // it is another's
	}
	if x.Finished() {
		w.server.complain("a handler finished its response, which is its connection's to do: ", string(x.Request.Target))
		c.ruin()
		return
	}
	err := x.Verdict()
	if err == nil {
		err = x.Open()
	}
	if err != nil {
		w.server.complain(err.Error(), " (the answer to "+string(x.Request.Target)+")")
		answer := http1.ErrInternal
		if errors.Is(err, mem.ErrRefused) {
			answer = http1.ErrOverloaded
		}
		w.mend(c, mark, answer)
	}
}

// mend puts an error response in the place of what there is since mark.
func (w *worker) mend(c *Conn, mark int, answer *http1.Error) {
	x := &c.http.X
	x.Note = nil
	x.Decline()
	if x.Finished() || !x.Rollback(mark) {
		// Part of the response is queued: what follows it could be taken for the rest.
		c.ruin()
		return
	}
	x.Refuse(answer, "")
}
