package proxy

// What a proxy tells of its backends, for those who look.

import (
	"net/netip"

	"brigade/core/rt"
)

// Status is what is known of a backend.
type Status struct {
	Address  netip.AddrPort
	Active   int    // requests that are with it
	Requests uint64 // that have been
	Errors   uint64 // of those, in vain
	Fit      bool   // it is not left alone because it failed, or fails its checks
}

// Status is that of each backend, in the order of Options.Backends. Any task may call it.
func (p *Proxy) Status() []Status {
	list, now := make([]Status, len(p.backends)), int64(rt.Now())
	for i := range p.backends {
		b := &p.backends[i]
		list[i] = Status{
			Address: b.address, Active: int(b.active.Load()), Errors: uint64(b.failed.Load()), Requests: uint64(b.asked.Load()),
			Fit: b.rests.Load() <= now && !b.unfit.Load(),
		}
	}
	return list
}
