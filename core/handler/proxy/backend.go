package proxy

// What is known of a backend, by all tasks: how many requests are with it, and until
// when it is left alone because one failed. A backend fails if it cannot be reached, does
// not answer in time, or gives something that is no answer; an error that it answers with
// is an answer. When it has rested it is on trial until it gives one: it gets one request
// at a time, so that one that still hangs takes no more than that, and none that may not be
// asked twice, unless it has rested twice as long and nobody else has come. Nothing of this
// is exact between tasks, nor has to be: a request that is sent to a backend which has just
// failed fails by itself.

import (
	"net/netip"

	"brigade/core/exchange"
	"brigade/core/rt"
)

// backend is one.
type backend struct {
	address netip.AddrPort
	seed    uint64   // of its name
	active  rt.Int64 // requests with it
	rests   rt.Int64 // the instant until which it is left alone
	asked   rt.Int64 // requests that have been with it
	failed  rt.Int64 // of those, in vain
	health           // what checks say
}

func (b *backend) init(a netip.AddrPort) {
	b.address, b.seed = a, hash([]byte(a.String()))
	b.active.Label("backend.active")
	b.rests.Label("backend.rests")
	b.asked.Label("backend.asked")
	b.failed.Label("backend.failed")
	b.health.init()
}

// Address implements exchange.Origin.
func (p *Proxy) Address(i int) netip.AddrPort { return p.backends[i].address }

// Asked implements exchange.Origin.
func (p *Proxy) Asked(x *exchange.Exchange, i int, good bool) {
	b := &p.backends[i]
	if b.active.Add(-1) < 0 {
		rt.Bug("proxy: backend %v has been asked more often than it was chosen; each choice ends once", b.address)
	}
	b.asked.Add(1)
	switch rests := b.rests.Load(); {
	case !good:
		b.failed.Add(1)
		b.rests.Store(int64(x.Clock.Add(p.rest)))
	case rests != 0:
		b.rests.Store(0)
	}
}

// spares reports whether a request is not for b, if there is another: it rests, or is on
// trial, which is not for this one. again: it may be asked for twice.
func (p *Proxy) spares(b *backend, now rt.Instant, again bool) bool {
	rests := b.rests.Load()
	switch {
	case rests == 0:
		return false
	case rests > int64(now), !again && rests+int64(p.rest) > int64(now):
		return true
	}
	return b.active.Load() > 0
}

// Load is how many requests are with each backend.
func (p *Proxy) Load() (active []int64) {
	for i := range p.backends {
		active = append(active, p.backends[i].active.Load())
	}
	return active
}
