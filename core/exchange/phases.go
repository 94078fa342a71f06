package exchange

// The phases of a request: read, authorise, map, handle, log. Each is a list of steps,
// tried in order; a step that answers ends the request, and what is left is its log.
// Steps of the first three look at the head; a step says for each request whether it
// may block, and from the first that does on, phases go on where blocking is allowed.
// What a request did of its phases goes with it: no step is run twice.
//
// The log phase comes when the last byte has left, or was given up: the writer runs
// it, in a loop perhaps, and so no step of it may block.

import (
	"fmt"
	"time"

	"brigade/core/filter"
	"brigade/core/http1"
	"brigade/core/rt"
)

// Phases is a handler made of phases.
type Phases struct {
	Read      []Step  // what every request goes through: counting, rewriting, refusing nonsense
	Authorise []Step  // whether it may
	Map       []Route // what answers; the first that fits
	Handler   Handler // what answers if none does
	Log       []Logger
}

// Step is one thing that is done about a request in a phase.
type Step interface {
	// Name is its name in reports.
	Name() string
	// MayBlock reports whether Run may block, or compute for long, for this request.
	MayBlock(x *Exchange) bool
	// Run does it, and reports whether x has been answered.
	Run(x *Exchange) (answered bool)
}

// Route is a handler for some requests. Fits does not block.
type Route struct {
	Fits    func(x *Exchange) bool
	Handler Handler
}

// Logger is told of each request that has ended, in the log phase. It does not block.
type Logger interface{ Logged(r *Outcome) }

// Told is who of h is told of requests that have ended; nil: nobody is.
func Told(h Handler) Logger {
	if p, ok := h.(*Phases); ok && len(p.Log) == 0 {
		return nil
	}
	l, _ := h.(Logger)
	return l
}

// Outcome is what became of a request. Slices die when the call returns.
type Outcome struct {
	Method, Target []byte
	Status         int
	Sent           int64 // bytes that the kernel accepted
}

// progress is how far a request has come in its phases.
type progress struct {
	step  int  // of those of Read and Authorise, in one row
	route int  // one more than that of Map, or all and one more: none; 0: not mapped yet
	slow  call // the longest since SlowestPhase was asked
}

// call is one of a step, or of a handler.
type call struct {
	kind string
	who  any
	took time.Duration
}

// step is the i-th of the first two phases; nil: there are no more.
func (p *Phases) step(i int) Step {
	if i < len(p.Read) {
		return p.Read[i]
	}
	if i -= len(p.Read); i < len(p.Authorise) {
		return p.Authorise[i]
	}
	return nil
}

// advance runs steps as far as they go. It stops before one that may block, unless
// blocking is allowed.
func (p *Phases) advance(x *Exchange, blocking bool) (mapped, answered bool) {
	for s := p.step(x.phases.step); s != nil; s = p.step(x.phases.step) {
		if !blocking && s.MayBlock(x) {
			return false, false
		}
		x.phases.step++
		began := rt.Now()
		answered := s.Run(x)
		x.phases.took(began, "step ", s)
		if answered {
			return false, true
		}
	}
	if x.phases.route == 0 {
		for x.phases.route < len(p.Map) && !p.Map[x.phases.route].Fits(x) {
			x.phases.route++
		}
		x.phases.route++
	}
	return true, false
}

// took notes that a call, which began then, has returned.
func (p *progress) took(began rt.Instant, kind string, who any) {
	if d := rt.Now().Sub(began); d > p.slow.took {
		p.slow = call{kind, who, d}
	}
}

// SlowestPhase is the step, or the handler that was asked inline, whose call took
// longest since it was asked last, if that is least or more; else, or without phases, it
// has no name.
func (x *Exchange) SlowestPhase(least time.Duration) filter.Lag {
	s := x.phases.slow
	x.phases.slow = call{}
	if s.who == nil || s.took < least {
		return filter.Lag{}
	}
	return filter.Lag{Name: s.kind + NameOf(s.who), For: s.took}
}

// NameOf is what a part of an application is called in reports: by itself, or by its
// type.
func NameOf(v any) string {
	if x, ok := v.(interface{ Name() string }); ok {
		return x.Name()
	}
	return fmt.Sprintf("%T", v)
}

// handler is what x is mapped to.
func (p *Phases) handler(x *Exchange) Handler {
	if i := x.phases.route - 1; i < len(p.Map) {
		return p.Map[i].Handler
	}
	return p.Handler
}

// Handle implements Handler.
func (p *Phases) Handle(x *Exchange) {
	if r, ok := x.Note.(routed); ok {
		x.Note = r.note
	}
	if mapped, _ := p.advance(x, true); !mapped {
		return
	}
	p.handler(x).Handle(x)
	x.wrap()
}

// wrap has a note say whose it is.
func (x *Exchange) wrap() {
	if x.Note != nil {
		x.Note = routed{x.phases.route - 1, x.Note}
	}
}

// Receives implements Receiver. Content is taken in before the phases run: whether a
// handler wants it is asked of the one that the request would be mapped to.
func (p *Phases) Receives(x *Exchange) bool {
	r, ok := p.would(x).(Receiver)
	return ok && r.Receives(x)
}

// Passes implements Passer, in the same way.
func (p *Phases) Passes(x *Exchange) bool {
	r, ok := p.would(x).(Passer)
	return ok && r.Passes(x)
}

// Streams implements Streamer, in the same way: then all phases run on a processor.
func (p *Phases) Streams(x *Exchange) bool {
	if !p.streams() {
		return false // whoever it is mapped to, which takes longer to find out
	}
	s, ok := p.would(x).(Streamer)
	return ok && s.Streams(x)
}

// streams reports whether a handler of p may stream.
func (p *Phases) streams() (ok bool) {
	for i := range p.Map {
		if _, ok = p.Map[i].Handler.(Streamer); ok {
			return true
		}
	}
	_, ok = p.Handler.(Streamer)
	return ok
}

// would is the handler that x would be mapped to.
func (p *Phases) would(x *Exchange) Handler {
	for i := range p.Map {
		if p.Map[i].Fits(x) {
			return p.Map[i].Handler
		}
	}
	return p.Handler
}

// Logged implements Logger.
func (p *Phases) Logged(r *Outcome) {
	for _, l := range p.Log {
		l.Logged(r)
	}
}

// Local implements Handler.
func (p *Phases) Local() Local {
	l := &phasesLocal{of: p, rest: p.Handler.Local()}
	for i := range p.Map {
		l.routes = append(l.routes, p.Map[i].Handler.Local())
	}
	return l
}

// phasesLocal is what a task keeps of the handlers.
type phasesLocal struct {
	of     *Phases
	routes []Local
	rest   Local
}

// local is that of the i-th route, or of the rest.
func (l *phasesLocal) local(i int) Local {
	if i < len(l.routes) {
		return l.routes[i]
	}
	return l.rest
}

// Inline implements Local.
func (l *phasesLocal) Inline(x *Exchange) bool {
	mapped, answered := l.of.advance(x, false)
	if !mapped {
		return answered
	}
	began := rt.Now()
	answered = l.local(x.phases.route - 1).Inline(x)
	x.phases.took(began, "handler ", l.of.handler(x))
	x.wrap()
	return answered
}

// routed is a note together with whose it is.
type routed struct {
	route int
	note  any
}

// Learn implements Local.
func (l *phasesLocal) Learn(note any) {
	if r, ok := note.(routed); ok {
		l.local(r.route).Learn(r.note)
	}
}

// Below makes a route for paths below prefix, which ends with a slash, or for that
// path alone. Paths are compared decoded and without dot segments, so that there is no
// other way to write one.
func Below(prefix string, h Handler) Route {
	if prefix == "" || prefix[0] != '/' {
		rt.Bug("exchange: a route for paths below %q; paths begin with a slash", prefix)
	}
	return Route{Fits: func(x *Exchange) bool { return below(x.Request.Path, prefix) }, Handler: h}
}

func below(path []byte, prefix string) bool {
	var room [256]byte
	name, e := http1.DecodePath(room[:0], path)
	if e != nil {
		return false // whoever answers will say so
	}
	prefix = prefix[1:]
	if prefix == "" || prefix[len(prefix)-1] == '/' {
		return len(name) >= len(prefix) && string(name[:len(prefix)]) == prefix
	}
	return string(name) == prefix
}

// Deny is a step of the authorise phase: nobody gets what is at or below a path.
type Deny string

// Name implements Step.
func (d Deny) Name() string { return "deny " + string(d) }

// MayBlock implements Step.
func (Deny) MayBlock(*Exchange) bool { return false }

// Run implements Step.
func (d Deny) Run(x *Exchange) bool {
	if !below(x.Request.Path, string(d)) {
		return false
	}
	x.Refuse(http1.ErrForbidden, "")
	return true
}
