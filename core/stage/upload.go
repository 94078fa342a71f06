package stage

// Content of streams. It is used up as it comes: a handler that wants it gets copies,
// of which a session holds no more than a few requests' worth, and otherwise it goes by.
// The peer's windows bound what is on its way, not what is kept.

import (
	"brigade/core/http1"
	"brigade/core/http2"
)

// uploads is how many contents of the longest kind a session may hold.
const uploads = 4

// gather begins to take in the content of r, whose handler wants it.
func (l *loop) gather(r *stream) {
	c := r.conn
	x := &c.http.X
	l.face(c)
	l.scope.Enter(c.http.Current().Pool())
	e := x.Receive()
	l.scope.Enter(c.http.Pool())
	if e != nil {
		l.refuses(r, e)
		return
	}
	r.wanted = true
	if x.Request.ExpectContinue {
		l.tell(r.parent, nil)
		r.parent.session.http2.Respond(r.http2, []byte(http1.Continue), false)
		l.tell(r.parent, r)
	}
	if r.http2.Received() {
		l.whole(r)
	}
}

// proceeds has a handler answer r, whose content goes where the answer is fetched from as
// it comes. False: it has to be gathered first, since one of its filters may block.
func (l *loop) proceeds(r *stream) bool {
	x := &r.conn.http.X
	e := l.opensInput(r.conn, x.Pass)
	l.scope.Enter(r.conn.http.Pool())
	if e != nil {
		l.refuses(r, e)
		return true
	}
	if x.InputMayBlock() {
		x.Forgo()
		return false
	}
	if x.Request.ExpectContinue {
		x.Hold()
	}
	r.passes = true
	r.early.ended = r.http2.Received()
	l.handles(r)
	return true
}

// content is a piece of r's content, or the end of it.
func (l *loop) content(c *Conn, r *stream, b []byte) {
	if r.live != nil {
		l.upload(c, r, b)
		return
	}
	s, st := c.session, r.http2
	if st.Way() != http2.Resource {
		l.inflow(r, b)
		l.scope.Enter(c.http.Pool())
		return
	}
	if r.passes {
		l.arrives(r, b)
		l.scope.Enter(c.http.Pool())
		return
	}
	s.http2.Used(st, len(b))
	if r.begun {
		return // it is being answered without
	}
	sc := r.conn
	sc.timer.Disarm() // there is some progress
	l.scope.Enter(sc.http.Pool())
	e := http1.ErrContentTooLarge
	fits := r.content+int64(len(b)) <= l.server.cfg.Content
	if fits {
		r.content += int64(len(b)) // else nothing is held of it, and nothing given back
	}
	if fits && r.wanted && len(b) > 0 {
		if s.held += int64(len(b)); s.held > uploads*l.server.cfg.Content || sc.http.X.Arrived(b) != nil {
			e, fits = http1.ErrOverloaded, false
		}
	}
	switch {
	case !fits:
		l.refuses(r, e)
	case st.Received():
		l.whole(r)
	}
	l.scope.Enter(c.http.Pool())
}

// concludes is the end of r's content, with trailers. Who answers by himself is not told of
// those.
func (l *loop) concludes(c *Conn, r *stream, ev http2.Event) {
	if r.passes && (ev.Large || !r.trail.Add(ev.Bytes)) {
		l.excessive(r, http1.ErrTrailersTooLarge)
		l.scope.Enter(c.http.Pool())
		return
	}
	l.content(c, r, nil)
}

// whole is a request of which all content has come.
func (l *loop) whole(r *stream) {
	if r.wanted {
		r.conn.http.X.Complete()
	}
	l.handles(r)
}
