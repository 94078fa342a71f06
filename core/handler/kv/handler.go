package kv

// The handler. What has no content is answered where it is met, by a loop too: a look
// under a lock that nobody holds for longer than another look. A PUT with content copies
// that first, on a processor.
//
//	GET, HEAD   200 with the value and its tag; 304; 404; 412
//	PUT         201 if there was nothing, else 204, with the new tag; 412; 413; 507
//	DELETE      204; 404; 412
//
// What is full is 507 (RFC 4918 §11.5) and not 503: to try again later helps only when
// somebody has made room, and proxies and clients try again after 503.

import (
	"errors"
	"fmt"

	"brigade/core/exchange"
	"brigade/core/http1"
)

// Options are what a handler is made from. Zero values mean the defaults, in brackets.
type Options struct {
	// Path is what keys stand below, with a slash at both ends; / has all paths be keys.
	Path  string
	Key   int   // [512] longest key, in bytes, decoded
	Value int64 // [1 MiB] longest value
	Total int64 // [64 MiB] what all keys and values may weigh, with 128 bytes for each
}

// The defaults.
const (
	usualKey   = 512
	usualValue = 1 << 20
	usualTotal = 64 << 20
)

// Handler is the handler.
type Handler struct {
	prefix string // of decoded names: the path without the slash in front
	key    int
	value  int64
	store  store
}

// New makes a handler without values. The error says which option cannot be.
func New(o Options) (*Handler, error) {
	last := len(o.Path) - 1
	switch {
	case last < 0 || o.Path[0] != '/' || o.Path[last] != '/':
		return nil, fmt.Errorf("kv: the path %q; it begins and ends with a slash, and keys stand below it", o.Path)
	case o.Key < 0 || o.Value < 0 || o.Total < 0:
		return nil, errors.New("kv: limits are 0, for the default, or more")
	}
	h := &Handler{prefix: o.Path[1:], key: usualKey, value: usualValue}
	if o.Key > 0 {
		h.key = o.Key
	}
	if o.Value > 0 {
		h.value = o.Value
	}
	if o.Total == 0 {
		o.Total = usualTotal
	}
	h.store.init(o.Total)
	return h, nil
}

// allowed is the Allow field of a 405.
const allowed = "GET, HEAD, PUT, DELETE"

// Refusals of this handler's own.
var (
	errPart  = &http1.Error{Status: 400, Clause: "RFC 9110 §14.5", Reason: "Content-Range says that the content is a part of the value; values are stored whole"}
	errKey   = &http1.Error{Status: 414, Clause: "RFC 9110 §15.5.15", Reason: "the key is longer than the server stores"}
	errCoded = &http1.Error{Status: 415, Clause: "RFC 9110 §15.5.16", Reason: "values are stored without a content coding"}
	errFull  = &http1.Error{Status: 507, Clause: "RFC 4918 §11.5", Reason: "the store is full; there is room again when values have been deleted"}
)

// Name is the handler's in reports.
func (h *Handler) Name() string { return "kv" }

// Receives implements exchange.Receiver: content is for PUT, unless its head says that
// there is too much of it.
func (h *Handler) Receives(x *exchange.Exchange) bool {
	return x.Request.Method == http1.PUT && x.Request.ContentLength <= h.value
}

// Local implements exchange.Handler.
func (h *Handler) Local() exchange.Local { return local{h} }

// local has nothing of its own: what a loop kept would be stale.
type local struct{ of *Handler }

// Inline implements exchange.Local.
func (l local) Inline(x *exchange.Exchange) bool {
	if x.Request.Method == http1.PUT && x.Request.HasContent() {
		return false
	}
	l.of.Handle(x)
	return true
}

// Learn implements exchange.Local.
func (local) Learn(any) {}

// Handle implements exchange.Handler.
func (h *Handler) Handle(x *exchange.Exchange) {
	r := &x.Request
	switch r.Method {
	case http1.GET, http1.HEAD, http1.PUT, http1.DELETE:
	case http1.Other:
		x.Refuse(http1.ErrMethodUnknown, "")
		return
	default:
		x.Refuse(http1.ErrMethodNotAllowed, allowed)
		return
	}
	key, e := h.keyOf(x)
	if e != nil {
		x.Refuse(e, "")
		return
	}
	switch r.Method {
	case http1.PUT:
		h.put(x, key)
	case http1.DELETE:
		if e := h.store.remove(key, r, x.Now); e != nil {
			x.Refuse(e, "")
			return
		}
		x.Begin(204)
		x.End()
	default:
		h.get(x, key)
	}
}

// keyOf is the key that x's path names, in memory of the request's.
func (h *Handler) keyOf(x *exchange.Exchange) ([]byte, *http1.Error) {
	room, err := x.Pool().Alloc(len(x.Request.Path))
	if err != nil {
		return nil, http1.ErrOverloaded
	}
	name, e := http1.DecodePath(room[:0], x.Request.Path)
	switch n := len(h.prefix); {
	case e != nil:
		return nil, e
	case len(name) <= n || string(name[:n]) != h.prefix:
		return nil, http1.ErrNotFound
	case len(name)-n > h.key:
		return nil, errKey
	default:
		return name[n:], nil
	}
}

// get answers with a value.
func (h *Handler) get(x *exchange.Exchange, key []byte) {
	if e := h.store.get(key); e != nil {
		e.answer(x)
		return
	}
	x.Refuse(http1.ErrNotFound, "")
}

// answer answers with e, or says that it is known.
func (e *entry) answer(x *exchange.Exchange) {
	switch judge(&x.Request, e, x.Now) {
	case http1.NotModified:
		x.Begin(304)
		e.tell(x)
		x.End()
		return
	case http1.PreconditionFailed:
		x.Refuse(http1.ErrPrecondition, "")
		return
	case http1.Proceed, http1.IgnoreRange: // a Range may be ignored, RFC 9110 §14.2
	}
	x.Begin(200)
	x.Field("Content-Type", "application/octet-stream")
	x.Field("X-Content-Type-Options", "nosniff")
	e.tell(x)
	x.ContentLength(int64(len(e.value)))
	x.End()
	x.Shared(e.value)
}

// tell adds e's tag to the head of a response.
func (e *entry) tell(x *exchange.Exchange) {
	x.Append(func(dst []byte) []byte {
		return append(append(append(dst, "ETag: "...), e.tag...), "\r\n"...)
	})
}

// put stores the content of x.
func (h *Handler) put(x *exchange.Exchange, key []byte) {
	value, e := h.content(x)
	if e != nil {
		x.Refuse(e, "")
		return
	}
	n, created, e := h.store.put(key, value, &x.Request, x.Now)
	switch {
	case e != nil:
		x.Refuse(e, "")
		return
	case created:
		x.Begin(201)
		n.tell(x)
		x.ContentLength(0)
	default:
		x.Begin(204)
		n.tell(x)
	}
	x.End()
}

// content is a copy of x's content, which is all there.
func (h *Handler) content(x *exchange.Exchange) ([]byte, *http1.Error) {
	r := &x.Request
	c := x.Content()
	n, _ := c.Bytes()
	switch {
	case r.ContentLength > h.value || n > h.value:
		return nil, http1.ErrContentTooLarge
	case r.Get("Content-Range") != nil:
		return nil, errPart
	case r.Get("Content-Encoding") != nil:
		return nil, errCoded
	}
	value := make([]byte, 0, n)
	for k := c.Front(); k != nil; k = c.Front() {
		b, err := k.Read()
		if err != nil {
			return nil, http1.ErrInternal
		}
		value = append(value, b...)
		k.Destroy()
	}
	return value, nil
}
