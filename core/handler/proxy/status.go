package proxy

// What a proxy tells of its backends, for those who look.

import (
	"net/netip"

	"brigade/core/rt"
)

// State is what is known against a backend, if anything is.
type State uint8

// The states, the worst last.
const (
	Fit      State = iota
	Starting       // it was unfit, and comes slowly to its full share
	Resting        // a request failed, and it is asked only if there is no other
	Unfit          // it fails its checks, and is asked for nothing
)

// String is the state's name, as reports have it.
func (s State) String() string { return [...]string{"fit", "starting", "resting", "unfit"}[s] }

// Status is what is known of a backend.
type Status struct {
	Address  netip.AddrPort
	Active   int    // requests that are with it
	Requests uint64 // that have been
	Errors   uint64 // of those, in vain
	State    State
	Checks   uint64 // that have ended
	Failed   uint64 // of those
	Unknown  uint64 // of those, for want of a buffer or a descriptor
}

// Status is that of each backend, in the order of Options.Backends. Any task may call it.
func (p *Proxy) Status() []Status {
	list, now := make([]Status, len(p.backends)), rt.Now()
	for i := range p.backends {
		b := &p.backends[i]
		list[i] = Status{
			Address: b.address, Active: int(b.active.Load()), Errors: uint64(b.failed.Load()), Requests: uint64(b.asked.Load()),
			State: p.state(b, now), Checks: uint64(b.made.Load()), Failed: uint64(b.health.failed.Load()), Unknown: uint64(b.unknown.Load()),
		}
	}
	return list
}

// state is b's at now.
func (p *Proxy) state(b *backend, now rt.Instant) State {
	switch since := b.since.Load(); {
	case b.unfit.Load():
		return Unfit
	case b.rests.Load() > int64(now):
		return Resting
	case since != 0 && now.Sub(rt.Instant(since)) < p.check.SlowStart:
		return Starting
	}
	return Fit
}
