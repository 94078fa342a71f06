package cache

// Freshness, RFC 9111 §4.2: a response is fresh as long as its lifetime is longer than its
// age. Ages are kept exactly; dates have whole seconds, so an age by them may be a second
// too much, never too little.

import "time"

// heuristic bounds how long a response is fresh that does not say so (RFC 9111 §4.2.2): a
// tenth of how long it has not changed, a day at most.
const heuristic = 24 * time.Hour

// Lifetime is for how long m is fresh, counted from when it was made.
func Lifetime(m *Meta) time.Duration {
	switch {
	case m.SharedAge != None:
		return time.Duration(m.SharedAge) * time.Second
	case m.MaxAge != None:
		return time.Duration(m.MaxAge) * time.Second
	case m.Expires != NoDate:
		return time.Duration(min(max(m.Expires-m.Date, 0), most)) * time.Second
	}
	if _, alone := status(m.Status); !alone && !m.Has(Public) || m.Modified == NoDate {
		return 0
	}
	return min(time.Duration(min(max(m.Date-m.Modified, 0), most))*time.Second/10, heuristic)
}

// InitialAge is how old m was when it came, at now in seconds since 1970, delay after it
// was asked for (RFC 9111 §4.2.3).
func InitialAge(m *Meta, delay time.Duration, now int64) time.Duration {
	apparent := time.Duration(min(max(now-m.Date, 0), most)) * time.Second
	return max(apparent, time.Duration(m.Age)*time.Second+delay)
}

// Use is what may become of a stored response.
type Use uint8

// The uses.
const (
	Validate Use = iota // only if its origin says that it still holds
	Fresh               // as it is
	Stale               // as it is, which the request allows
)

// UseFor says what may become of m, whose age is age, for w (RFC 9111 §4).
func UseFor(m *Meta, w *Wish, age time.Duration) Use {
	left := Lifetime(m) - age
	switch {
	case m.Has(NoCache), w.Has(NoCache):
		return Validate
	case w.MaxAge != None && age > time.Duration(w.MaxAge)*time.Second:
		return Validate
	case w.MinFresh != None && left < time.Duration(w.MinFresh)*time.Second:
		return Validate
	case left > 0:
		return Fresh
	case m.Has(MustRevalidate|ProxyRevalidate) || m.SharedAge != None: // RFC 9111 §5.2.2.10: s-maxage is proxy-revalidate, too
		return Validate
	case w.MaxStale != None && -left <= time.Duration(w.MaxStale)*time.Second:
		return Stale
	}
	return Validate
}

// Admits reports whether m may answer w at all, fresh or not: what one with Authorization
// is answered is for others only if that is said, and so the other way round.
func Admits(m *Meta, w *Wish) bool { return !w.Authorized || m.shareable() }
