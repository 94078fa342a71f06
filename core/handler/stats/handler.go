package stats

import (
	"bytes"
	"net/netip"
	"strings"
	"text/template"

	"brigade/core/exchange"
	"brigade/core/http1"
	"brigade/core/stage"
)

// Path is where the page is.
const Path = "/.brigade/stats"

// Options are what a Handler is made from. Zero values mean the defaults, in brackets;
// Snapshot has none.
type Options struct {
	Snapshot func() *stage.Snapshot
	Backends func() []Backend // [there are none]
	Process  func() Process   // [nothing is known of it]
	Allow    []netip.Prefix   // whose connections may ask [this machine's]
	Version  string           // of the server [none]
}

// Handler is the applet.
type Handler struct {
	Options
	page   *template.Template
	policy string // what the page may do
}

// New makes the applet.
func New(o Options) *Handler {
	if o.Allow == nil {
		o.Allow = Loopback()
	}
	return &Handler{Options: o, page: parsed(), policy: policy()}
}

// Loopback is this machine's addresses.
func Loopback() []netip.Prefix {
	return []netip.Prefix{
		netip.PrefixFrom(netip.AddrFrom4([4]byte{127}), 8),
		netip.PrefixFrom(netip.IPv6Loopback(), 128),
	}
}

// Route is the one to h.
func (h *Handler) Route() exchange.Route { return exchange.Route{Handler: h, Fits: mine} }

// form is how the numbers are told.
type form uint8

const (
	noForm form = iota // there is nothing at that path
	page
	object
	metrics
)

// formOf is the form that is asked for: by the path, by format= in the query, or, at the
// page's own path, by the field Accept.
func formOf(r *http1.Request) form {
	switch rest, ok := strings.CutPrefix(string(r.Path), Path); {
	case !ok:
		return noForm
	case rest == "/metrics":
		return metrics
	case rest == "/json":
		return object
	case rest != "" && rest != "/":
		return noForm
	}
	for part := range bytes.SplitSeq(r.Query, []byte("&")) {
		switch string(part) {
		case "format=json":
			return object
		case "format=prometheus":
			return metrics
		case "format=html":
			return page
		}
	}
	// Browsers name text/html, and scrapers text/plain; whoever names JSON and not HTML
	// wants that.
	accept := string(bytes.ToLower(r.Get("accept")))
	switch {
	case strings.Contains(accept, "text/html"):
	case strings.Contains(accept, "application/json"):
		return object
	case strings.Contains(accept, "version=0.0.4"):
		return metrics
	}
	return page
}

// allowed reports whether x's client may ask.
func (h *Handler) allowed(x *exchange.Exchange) bool {
	a := x.Peer.Addr().Unmap()
	for _, p := range h.Allow {
		if p.Contains(a) {
			return true
		}
	}
	return false
}

// declines answers what is not for the applet, or not allowed.
func (h *Handler) declines(x *exchange.Exchange) bool {
	switch m := x.Request.Method; {
	case !h.allowed(x):
		x.Refuse(http1.ErrForbidden, "")
	case formOf(&x.Request) == noForm:
		x.Refuse(http1.ErrNotFound, "")
	case m != http1.GET && m != http1.HEAD:
		x.Refuse(http1.ErrMethodNotAllowed, "GET, HEAD")
	default:
		return false
	}
	return true
}

// Streams implements exchange.Streamer.
func (h *Handler) Streams(x *exchange.Exchange) bool {
	return h.allowed(x) && formOf(&x.Request) != noForm && x.Request.Method == http1.GET
}

// Handle implements exchange.Handler.
func (h *Handler) Handle(x *exchange.Exchange) {
	if h.declines(x) {
		return
	}
	x.Begin(200)
	x.Field("Cache-Control", "no-store")
	x.Field("Vary", "Accept")
	x.Field("X-Content-Type-Options", "nosniff")
	var write func(p *pen, r *Report)
	switch formOf(&x.Request) {
	case object:
		x.Field("Content-Type", "application/json")
		write = (*pen).object
	case metrics:
		x.Field("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
		write = (*pen).metrics
	case page, noForm:
		x.Field("Content-Type", "text/html; charset=utf-8")
		x.Field("Content-Security-Policy", h.policy)
		x.Field("Referrer-Policy", "no-referrer")
		write = h.html
	}
	x.End()
	if x.Request.Method == http1.HEAD {
		return
	}
	p := &pen{x: x}
	write(p, h.report())
	p.flush()
	if p.err != nil {
		x.Fail(p.err)
	}
}

// Local implements exchange.Handler.
func (h *Handler) Local() exchange.Local { return local{h} }

type local struct{ of *Handler }

// Inline implements exchange.Local: refusals are quick, and so is a head.
func (l local) Inline(x *exchange.Exchange) bool {
	if x.Request.Method == http1.HEAD {
		l.of.Handle(x)
		return true
	}
	return l.of.declines(x)
}

// Learn implements exchange.Local.
func (local) Learn(any) {}

// pen writes a response in pieces. What goes wrong once is kept, and the rest dropped.
type pen struct {
	x    *exchange.Exchange
	text []byte
	err  error
}

// piece is how much of a response is rendered before it is passed on.
const piece = 2 << 10

// Write implements io.Writer.
func (p *pen) Write(b []byte) (int, error) {
	p.text = append(p.text, b...)
	if len(p.text) >= piece {
		p.flush()
	}
	return len(b), p.err
}

// flush passes on what was written.
func (p *pen) flush() {
	if p.err == nil && len(p.text) > 0 {
		p.err = p.x.Bytes(p.text)
	}
	p.text = p.text[:0]
}
