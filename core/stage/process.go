package stage

import (
	"brigade/core/http1"
	"brigade/core/rt"
)

// process runs the handler: inline on a loop if that takes no blocking call, else
// on a processor.
func (w *worker) process(c *Conn) step {
	w.face(c)
	h := c.http
	x := &h.X
	switch {
	case w.roles&processes != 0:
		if !w.local.Inline(x) {
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
	case !w.local.Inline(x):
		w.handle(c)
		w.local.Learn(x.Note)
		x.Note = nil
	}
	if x.Close {
		c.closing = true
	}
	if c.reset {
		return stepFinish
	}
	x.Finish()
	h.Record(c.requests)
	if w.roles&writes != 0 && h.Started() && !c.closing {
		return stepRead // another may be there: one write for all
	}
	return stepWrite
}

// handle calls the handler where it may block, and answers for it if it panics.
func (w *worker) handle(c *Conn) {
	x := &c.http.X
	mark := x.Mark()
	defer rt.Recover(func(v any) {
		x.Note = nil
		if !x.Rollback(mark) {
			// Part of the response is queued: what follows it could be taken for the rest.
			c.reset = true
			return
		}
		x.Close = true
		x.Refuse(http1.ErrInternal, "")
		w.server.complain("a handler panicked: ", v)
	})
	w.server.cfg.Handler.Handle(x)
	if x.Status == 0 {
		x.Refuse(http1.ErrInternal, "")
		w.server.complain("a handler returned without answering ", string(x.Request.Target))
	}
}
