package stage

// Responses on their way through filters. A pump fills what the connection has room
// for; then the response is written, and when that is over the pump goes on. It runs
// on a processor if one of the response's filters says that it may block, else where
// the connection is. Between pumps a connection is in a handoff, waits to write, or,
// when a filter paused, waits for a moment (pace) in its home.

import (
	"brigade/core/accesslog"
	"brigade/core/exchange"
	"brigade/core/filter"
	"brigade/core/rt"
)

// window is how many times the size of an output page a pump may queue.
const window = 2

// pump passes a piece of c's response through its filters.
func (w *worker) pump(c *Conn) step {
	h := c.http
	x := &h.X
	if x.MayBlock() && w.roles&blocks == 0 {
		if !h.Out.Empty() {
			c.then = stepProcess
			return stepWrite
		}
		w.pass(c, stepProcess)
		return stepNone
	}
	p, ok := w.filtered(c)
	switch {
	case !ok:
		c.ruin()
		x.Abandon()
		h.Record()
		return stepFinish
	case p == filter.Passed:
		return w.recorded(c)
	case p == filter.Paused && h.Out.Empty():
		return w.rest(c, waitPace)
	}
	c.then = stepProcess
	return stepWrite
}

// filtered runs the filters, and answers for one that fails or panics.
func (w *worker) filtered(c *Conn) (p filter.Progress, ok bool) {
	x := &c.http.X
	defer rt.Recover(func(v any) {
		w.server.complain("filter "+x.Unwind()+" panicked: ", v)
		ok = false
	})
	p, err := x.Pump(window * int64(w.server.cfg.Pages.Out))
	w.filteredBy(x)
	if err != nil {
		w.server.complain(err.Error(), " (the answer to "+string(x.Request.Target)+")")
		return p, false
	}
	return p, true
}

// tell runs the log phase of a request that has ended, and outlives its steps.
func (w *worker) tell(e *accesslog.Entry) {
	defer rt.Recover(func(v any) { w.server.complain("a step of the log phase panicked: ", v) })
	w.stamp = rt.Now()
	w.server.teller.Logged(&exchange.Outcome{Method: e.Method, Target: e.Target, Status: e.Status, Sent: e.Bytes})
	w.called("the log phase", e.Target)
}
