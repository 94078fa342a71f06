package stage

// Content for a handler that wants it. The reader takes it out of its framing as it
// arrives and passes it through the input filters, or has a processor do so if one of
// them says that it may block; when all of it is there the handler runs.

import (
	"errors"

	"brigade/core/exchange"
	"brigade/core/http1"
	"brigade/core/rt"
	"brigade/core/sys"
)

// receives reports whether the handler wants the content that x's request has.
func (s *Server) receives(x *exchange.Exchange) bool {
	return s.receiver != nil && x.Request.HasContent() && s.receiver.Receives(x)
}

// want begins to take in the content of the request whose head was parsed.
func (w *worker) want(c *Conn) step {
	h := c.http
	x := &h.X
	if e := w.opensInput(c, x.Receive); e != nil {
		return w.refuse(c, e)
	}
	h.Content.Want()
	if x.Request.ExpectContinue && !h.Started() {
		x.Continue()
	}
	return stepRead
}

// passesOnward has the content of the request whose head was parsed go where its answer
// is fetched from. False: it has to be collected first, since one of its filters may block.
func (w *worker) passesOnward(c *Conn) (s step, ok bool) {
	h := c.http
	x := &h.X
	if e := w.opensInput(c, x.Pass); e != nil {
		return w.refuse(c, e), true
	}
	if x.InputMayBlock() {
		x.Forgo()
		return stepNone, false
	}
	h.Keep(x.ContentTrailers())
	x.Close = c.closing
	if x.Request.ExpectContinue && !h.Started() {
		x.Hold()
	}
	return stepProcess, true
}

// opensInput opens the input filters, by open.
func (w *worker) opensInput(c *Conn, open func() *http1.Error) *http1.Error {
	w.face(c)
	outer := w.scope.Enter(c.http.Current().Pool())
	defer w.scope.Leave(outer)
	return open()
}

// collect takes in what there is of the content that c's handler wants.
func (w *worker) collect(c *Conn) step {
	h := c.http
	if !h.Out.Empty() {
		return stepWrite // answers to what came before
	}
	h.Settle(&w.server.cfg.Limits)
	for {
		if e := h.Gather(); e != nil {
			return w.refuse(c, e)
		}
		if h.X.Waiting() {
			s := stepProcess
			if !h.X.InputMayBlock() || w.roles&blocks != 0 {
				s = w.admit(c)
			}
			if s != stepNone {
				return s
			}
		}
		if h.Content.Whole() {
			return stepProcess
		}
		if c.ready&sys.In == 0 {
			return w.rest(c, waitBody)
		}
		if s := w.receive(c); s != stepNone {
			return s
		}
		if c.began == waitBody && h.Started() {
			c.forget() // its time is for the next of it, not for all
		}
	}
}

// take is collect for the task that performs process. stepProcess: all is there.
func (w *worker) take(c *Conn) step {
	h := c.http
	if h.X.Waiting() {
		if h.X.InputMayBlock() && w.roles&blocks == 0 {
			w.pass(c, stepProcess)
			return stepNone
		}
		if s := w.admit(c); s != stepNone {
			return s
		}
	}
	if !h.Content.Whole() {
		return stepRead
	}
	h.Content.Forget()
	return stepProcess
}

// admit passes what has arrived through the input filters. stepNone: they let it.
func (w *worker) admit(c *Conn) step {
	if e := w.filterIn(c); e != nil {
		return w.refuse(c, e)
	}
	return stepNone
}

// filterIn is that; the error is the answer.
func (w *worker) filterIn(c *Conn) (e *http1.Error) {
	x := &c.http.X
	outer := w.scope.Enter(c.http.Current().Pool())
	defer w.scope.Leave(outer)
	defer rt.Recover(func(v any) {
		w.server.complain("filter "+x.Unwind()+" panicked: ", v)
		e = http1.ErrInternal
	})
	w.face(c)
	err := x.Admit()
	w.filteredBy(x)
	if err == nil {
		return nil
	}
	if !errors.As(err, &e) {
		w.server.complain(err.Error(), " (content of "+string(x.Request.Target)+")")
		e = http1.ErrInternal
	}
	return e
}
