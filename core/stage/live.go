package stage

// Requests whose handlers stream (exchange.Streamer). The handler runs on a processor in
// a Conn of its own, as a stream of HTTP/2 does, with an http_conn whose memory is its
// own; its connection stays at home. Content goes up to it and its response comes down
// through a beam each (bucket.Beam): it waits while there is none, or no room, and its
// home does not: that reads no more, from the socket or as a window, and is rung when
// there is room or something to send. So a slow client holds a processor and two beams'
// worth of memory, and a slow handler neither the loop nor anybody else.
//
// Who ends what: the handler, when it returns, has sent its response and its end, or
// aborts; then its exchange comes home, with the end of the request in it. The home
// aborts when the client hangs up, or a timer or the drain ends the connection: the
// handler finds out at its next call. Only when it is home again are the beams left, its
// memory given back, and the request logged with what was sent of it.
//
// Invariants: of a live's fields only the beams are used by two tasks; a connection is
// not forgotten, nor its memory, before its handler's exchange is home and no bell is
// on its way; a bell is rung once until it has been heard.

import (
	"brigade/core/bucket"
	"brigade/core/exchange"
	"brigade/core/handoff"
	"brigade/core/http1"
	"brigade/core/poll"
	"brigade/core/rt"
	"brigade/core/sys"
)

// live is what a home has of a request whose handler streams.
type live struct {
	exchange.Live
	bells   [2]bell
	raw     *bucket.Brigade // content that the beam has no room for yet
	content bucket.Brigade  // it, in a session
	in      bucket.Brigade  // of the response, in a session: not framed yet
	clock   Conn            // stands in the home's rings for the stream, whose own Conn is away

	reads  bool // content is passed on as it comes
	all    bool // all of it has come
	holds  bool // the client holds it back until it is asked
	spoke  bool // something came from the handler
	ended  bool // the response has come to its end
	spared bool // there was no processor for the handler: the response is in the http_conn
	over   bool // its stream has ended, or was reset
	rung   bool // a session has to see to it
	told   bool // the judge was, of the clock: not while its Conn is another task's
}

// bell tells a loop that a beam has something for it, or room.
type bell struct {
	link handoff.Link[bell]
	home *loop
	of   *stream // the home's
	beam *bucket.Beam
	side bucket.Side // the home's
}

// HandoffLink implements handoff.Linked.
func (b *bell) HandoffLink() *handoff.Link[bell] { return &b.link }

// Wake implements mem.Waker. Any task may call it.
func (b *bell) Wake() {
	l := b.home
	l.bells.Push(b)
	l.Rouse()
}

// streams reports whether x's handler streams.
func (s *Server) streams(x *exchange.Exchange) bool {
	return s.streamer != nil && max(x.Request.ContentLength, 0) <= s.cfg.Content && s.streamer.Streams(x)
}

// quicken makes r, whose request has begun, one whose handler streams. What its home
// takes in for it is memory of a's.
func (l *loop) quicken(r *stream, a *bucket.Allocator) *live {
	v, x := new(live), &r.conn.http.X
	r.live = v
	v.Bound = l.server.cfg.Pages.Out
	v.Expects = x.Request.ExpectContinue
	v.holds, v.reads = v.Expects, x.Request.HasContent()
	v.raw = &v.content
	v.content.Init(a)
	v.in.Init(a)
	v.clock = Conn{id: r.conn.id, fd: sys.None, home: l, owner: l.number, slot: poll.NoSlot, abroad: poll.NoSlot, stream: r}
	v.bells = [2]bell{{home: l, of: r, beam: &v.Up, side: bucket.Producer}, {home: l, of: r, beam: &v.Down, side: bucket.Consumer}}
	v.Up.Init("content", int64(l.server.cfg.Pages.In), &v.bells[0], nil)
	v.Down.Init("response", int64(v.Bound), nil, &v.bells[1])
	x.GoLive(&v.Live)
	return v
}

// answers runs a handler that streams, where it may block, to the end of its response.
func (w *worker) answers(c *Conn) step {
	if w.roles&blocks == 0 {
		w.pass(c, stepProcess)
		return stepNone
	}
	w.handle(c)
	h := c.http
	if !c.broken {
		h.X.Finish()
	}
	if !w.settles(c) {
		c.ruin()
		h.X.Abandon()
	}
	h.Record()
	return stepStream
}

// settles sends what is left of the response, and answers for a filter that panics.
func (w *worker) settles(c *Conn) (whole bool) {
	x := &c.http.X
	defer rt.Recover(func(v any) {
		w.server.complain("filter "+x.Unwind()+" panicked: ", v)
		whole, _ = x.Settle(true)
	})
	whole, err := x.Settle(c.broken)
	if err != nil {
		w.server.complain(err.Error(), " (the answer to "+string(x.Request.Target)+")")
	}
	return whole
}

// toll acts on the bells that were rung.
func (l *loop) toll() {
	for b := l.bells.Take(); b != nil; {
		next := l.bells.Next(b)
		b.beam.Heard(b.side)
		l.calls(b.of)
		b = next
	}
}

// calls has r's connection look at its beams, if it is here.
func (l *loop) calls(r *stream) {
	c := r.parent
	switch {
	case c.session == nil:
		l.goesOn(c)
	default:
		r.live.rung = true
		l.stir(c)
	}
}

// fills moves what has come of the response to out. False: it will not come.
func (v *live) fills(out *bucket.Brigade) (moved, ok bool) {
	n, _ := out.Bytes()
	if v.ended || n >= int64(v.Bound) {
		return false, true
	}
	switch state, err := v.Down.Receive(out, int64(v.Bound)-n); {
	case state == bucket.Ended:
		v.ended = true
		return true, true
	case state == bucket.Waiting, state == bucket.Aborted: // the exchange is on its way home
		return false, true
	case err != nil:
		return false, false
	}
	v.spoke = true
	return true, true
}

// sends moves content that has come into the beam, as far as there is room. n: so many
// bytes were.
func (v *live) sends() (n int64, moved bool) {
	if !v.reads || v.raw.Empty() {
		return 0, false
	}
	before, _ := v.raw.Bytes()
	buckets := v.raw.Len()
	all, err := v.Up.Send(v.raw)
	after, _ := v.raw.Bytes()
	switch {
	case err != nil: // the handler wants no more
		v.deafen()
		return before, true
	case all && v.all:
		v.reads = false
	}
	return before - after, before != after || v.raw.Len() != buckets
}

// listens reports whether the handler waits for content that has not come.
func (v *live) listens() bool {
	return v.reads && !v.all && v.raw.Empty() && (!v.holds || v.spoke)
}

// spoils says that the content will not come whole. e is the answer, if it can still be
// given.
func (v *live) spoils(e *http1.Error) {
	v.Up.Abort(e)
	v.deafen()
}

// deafen ends the passing on of content.
func (v *live) deafen() {
	v.reads = false
	v.raw.Destroy()
}

// aborts has the handler find out that nobody is there any more.
func (v *live) aborts() {
	v.Up.Abort(bucket.ErrAborted)
	v.Down.Abort(bucket.ErrAborted)
}

// leaves ends both beams, when the handler's exchange is home. False: a bell is on its
// way, and has to be heard first.
func (v *live) leaves() (done bool) {
	v.clock.timer.Disarm()
	v.deafen()
	v.in.Destroy()
	v.aborts()
	done = true
	for _, b := range [...]*bucket.Beam{&v.Up, &v.Down} {
		for _, side := range [...]bucket.Side{bucket.Consumer, bucket.Producer} {
			if left, _ := b.Leave(side); !left {
				done = false
			}
		}
	}
	return done
}
