// Package echo answers with what it is sent: the content of a request, as it comes, or,
// of one without, its head. It is for trying out what stands before a handler and behind
// it: limits to content, filters, clients.
package echo

import (
	"brigade/core/exchange"
	"brigade/core/http1"
)

// Handler is the handler.
type Handler struct{}

// Streams implements exchange.Streamer: content comes back while more is on its way.
func (Handler) Streams(x *exchange.Exchange) bool { return x.Request.HasContent() }

// Local implements exchange.Handler.
func (Handler) Local() exchange.Local { return local{} }

// Handle implements exchange.Handler.
func (Handler) Handle(x *exchange.Exchange) {
	if !x.Request.HasContent() {
		head(x)
		return
	}
	more, err := x.More()
	if err != nil {
		x.Fail(err)
		return
	}
	x.Begin(200)
	x.Field("Content-Type", "text/plain; charset=utf-8")
	if !more {
		n, _ := x.Content().Bytes()
		x.ContentLength(n)
	}
	x.End()
	for {
		if err := x.Move(x.Content()); err != nil {
			x.Fail(err)
			return
		}
		if !more {
			return
		}
		if more, err = x.More(); err != nil {
			x.Fail(err)
			return
		}
	}
}

type local struct{}

// Inline implements exchange.Local: nothing of a head blocks.
func (local) Inline(x *exchange.Exchange) bool {
	if x.Request.HasContent() {
		return false
	}
	head(x)
	return true
}

// Learn implements exchange.Local.
func (local) Learn(any) {}

// head answers with the request's head, as it was understood.
func head(x *exchange.Exchange) {
	r := &x.Request
	text := append(append([]byte(nil), r.MethodName...), ' ')
	text = append(append(text, r.Target...), '\n')
	for i := range r.Fields {
		f := &r.Fields[i]
		text = append(append(append(append(text, f.Name...), ": "...), f.Value...), '\n')
	}
	body, err := x.Pool().Copy(text)
	if err != nil {
		x.Refuse(http1.ErrOverloaded, "")
		return
	}
	x.Begin(200)
	x.Field("Content-Type", "text/plain; charset=utf-8")
	x.ContentLength(int64(len(body)))
	x.End()
	x.Own(body)
}
