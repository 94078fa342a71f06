package stage

// Delays: who held a loop up. A loop that waits for nothing else is late for everybody
// whose connection it has, so each call of a handler, filter or application on a loop
// is timed, and so is each turn of the loop. What took longer than tolerable is noted
// under its name. (Under simulation calls that block are convicted by themselves, I10.)
//
// A handler's time is taken from the end of the call before, or the turn's begin, so
// that each costs one look at the clock; what the loop did in between is within.

import (
	"time"

	"brigade/core/exchange"
	"brigade/core/rt"
)

// Tolerable is how long a call on a loop may take without being noted.
const Tolerable = 5 * time.Millisecond

// named is how many who held loops up are told apart.
const named = 64

// Delay is how often something held a loop up, and for how long.
type Delay struct {
	Who     string // a handler, step or application by its name or type, a filter by its name, or a loop, for whole turns
	Times   int
	Longest time.Duration
	Total   time.Duration
	Target  string // of the request of the longest; empty for turns
}

// called notes that who was called for a request for target until now.
func (w *worker) called(who string, target []byte) {
	now := rt.Now()
	if d := now.Sub(w.stamp); d >= Tolerable && w.loop != nil {
		w.server.held(who, d, string(target))
	}
	w.stamp = now
}

// inlined notes that x's handler was asked until now, or what stands before it: of
// phases the one that took longest.
func (w *worker) inlined(x *exchange.Exchange) {
	who := w.server.handler
	if s := x.SlowestPhase(Tolerable); s.Name != "" {
		who = s.Name
	}
	w.called(who, x.Request.Target)
}

// filteredBy notes that x has passed filters.
func (w *worker) filteredBy(x *exchange.Exchange) {
	if s := x.Slowest(); s.For >= Tolerable && w.loop != nil {
		w.server.held("filter "+s.Name, s.For, string(x.Request.Target))
		w.stamp = rt.Now() // that was nobody else's time
	}
}

// turned notes that a turn of the loop ends.
func (l *loop) turned(now rt.Instant) {
	d := now.Sub(l.now)
	if l.ledger != nil && l.now != 0 {
		l.ledger.turns.add(d)
	}
	if d >= Tolerable && l.now != 0 {
		l.server.held(l.scope.Name+", a turn", d, "")
	}
}

// held notes that a loop was held up.
func (s *Server) held(who string, d time.Duration, target string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := 0
	for i < len(s.delays) && s.delays[i].Who != who {
		i++
	}
	if i == len(s.delays) {
		if i == named {
			return
		}
		s.delays = append(s.delays, Delay{Who: who})
	}
	x := &s.delays[i]
	x.Times++
	x.Total += d
	if d > x.Longest {
		x.Longest, x.Target = d, target
	}
}

// Delays is what has held loops up so far, in the order in which it first did. Any task
// may call it.
func (s *Server) Delays() []Delay {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Delay(nil), s.delays...)
}
