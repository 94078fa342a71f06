// Package echo answers with what it was sent: the content of a request, or, of one
// without, its head. It is for trying out what stands before a handler and behind it:
// limits to content, filters, clients.
package echo

import (
	"brigade/core/exchange"
	"brigade/core/http1"
)

// Handler is the handler.
type Handler struct{}

// Receives implements exchange.Receiver.
func (Handler) Receives(*exchange.Exchange) bool { return true }

// Local implements exchange.Handler.
func (Handler) Local() exchange.Local { return local{} }

// Handle implements exchange.Handler.
func (Handler) Handle(x *exchange.Exchange) { answer(x) }

type local struct{}

// Inline implements exchange.Local: nothing of it blocks.
func (local) Inline(x *exchange.Exchange) bool {
	answer(x)
	return true
}

// Learn implements exchange.Local.
func (local) Learn(any) {}

func answer(x *exchange.Exchange) {
	content := x.Content()
	if content.Empty() {
		head(x)
		return
	}
	n, _ := content.Bytes()
	x.Begin(200)
	x.Field("Content-Type", "text/plain; charset=utf-8")
	x.ContentLength(n)
	x.End()
	if err := x.Move(content); err != nil {
		x.Error(err)
	}
}

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
