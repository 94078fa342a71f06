package stats

// The applet before one handler. exchange.Phases would do, but times each of its steps,
// which a request that is pipelined with others notices; here it costs a look at its path.

import "brigade/core/exchange"

// Before is a handler that answers for h what is h's, and has next answer the rest.
func (h *Handler) Before(next exchange.Handler) exchange.Handler {
	f := &front{of: h, next: next}
	f.receiver, _ = next.(exchange.Receiver)
	f.streamer, _ = next.(exchange.Streamer)
	if l, ok := next.(exchange.Logger); ok {
		return &telling{f, l}
	}
	return f
}

// front is h and what stands behind it.
type front struct {
	of       *Handler
	next     exchange.Handler
	receiver exchange.Receiver // next, if it is one
	streamer exchange.Streamer // the same
}

// telling is one whose next is told of each request that has ended.
type telling struct {
	*front
	exchange.Logger
}

// mine reports whether x is the applet's. A path that is written in another way is not:
// this is asked of every request, and looks at one byte of most.
func mine(x *exchange.Exchange) bool {
	p := x.Request.Path
	return len(p) >= len(Path) && p[1] == Path[1] && string(p[:len(Path)]) == Path
}

// Name is what reports have: the applet's own calls are not on loops.
func (f *front) Name() string { return exchange.NameOf(f.next) }

// Receives implements exchange.Receiver.
func (f *front) Receives(x *exchange.Exchange) bool {
	return f.receiver != nil && !mine(x) && f.receiver.Receives(x)
}

// Streams implements exchange.Streamer.
func (f *front) Streams(x *exchange.Exchange) bool {
	if mine(x) {
		return f.of.Streams(x)
	}
	return f.streamer != nil && f.streamer.Streams(x)
}

// Handle implements exchange.Handler.
func (f *front) Handle(x *exchange.Exchange) {
	if mine(x) {
		f.of.Handle(x)
		return
	}
	f.next.Handle(x)
}

// Local implements exchange.Handler.
func (f *front) Local() exchange.Local { return &frontLocal{f.next.Local(), f.of.Local()} }

// frontLocal is what a task keeps of both.
type frontLocal struct {
	exchange.Local // next's: notes are its
	applet         exchange.Local
}

// Inline implements exchange.Local.
func (l *frontLocal) Inline(x *exchange.Exchange) bool {
	if mine(x) {
		return l.applet.Inline(x)
	}
	return l.Local.Inline(x)
}
