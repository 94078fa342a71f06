package proxy

// Which backend is asked. All three ways look at those that were not tried for this
// request; those that rest after a failure are left alone unless there is no other:
// then one of them is asked all the same, since nothing else is left to try. Who has rested
// is on trial (backend.go). Those that checks find unfit are not asked at all (health.go).
//
//	round-robin  each in turn
//	least        the one with the fewest requests; of several, each in turn
//	hash         the same target at the same backend, by rendezvous (Thaler and
//	             Ravishankar, 1998): each backend has a weight of its own for a target,
//	             and the heaviest is it. One that comes or goes moves no target but its
//	             own, 1/n of them; a ring needs a hundred points for each to be as even.

import (
	"fmt"
	"slices"
	"strings"

	"brigade/core/exchange"
	"brigade/core/rt"
)

// Balance is how requests are shared out among backends.
type Balance uint8

// The ways.
const (
	RoundRobin Balance = iota
	Least
	Hash
	balances
)

var balanceNames = [balances]string{"round-robin", "least", "hash"}

// String is the way's name on the command line.
func (b Balance) String() string {
	if b < balances {
		return balanceNames[b]
	}
	return fmt.Sprintf("balance %d", uint8(b))
}

// ParseBalance is String's inverse.
func ParseBalance(s string) (Balance, error) {
	if i := slices.Index(balanceNames[:], s); i >= 0 {
		return Balance(i), nil
	}
	return RoundRobin, fmt.Errorf("balance %q is not known; there are %s", s, strings.Join(balanceNames[:], ", "))
}

// Choose implements exchange.Origin.
func (p *Proxy) Choose(x *exchange.Exchange, tried uint64) (i int, ok bool) {
	if i = p.pick(x.Request.Target, x.Clock, tried, x.Request.Method.Idempotent()); i < 0 {
		return 0, false
	}
	p.backends[i].active.Add(1)
	return i, true
}

// pick is the backend for a target; -1: all were tried. again: it may be asked for twice.
func (p *Proxy) pick(target []byte, now rt.Instant, tried uint64, again bool) int {
	n := len(p.backends)
	first, key, draw := 0, uint64(0), uint64(0)
	switch {
	case p.balance == Hash:
		key = hash(target)
		draw = mix(key)
	case n > 1:
		draw = p.turn.Add(1) - 1
		first = int(draw % uint64(n))
	}
	best, rests, weight := -1, false, uint64(0)
	for k := range n {
		i := (first + k) % n
		b := &p.backends[i]
		if tried>>i&1 != 0 || p.check.What != "" && b.unfit.Load() {
			continue
		}
		r := p.spares(b, now, again) || p.eases(b, now, draw)
		w := p.weigh(b, key)
		if best < 0 || rests && !r || rests == r && w > weight {
			best, rests, weight = i, r, w
		}
	}
	return best
}

// weigh is how much speaks for b; of equals the first is taken.
func (p *Proxy) weigh(b *backend, key uint64) uint64 {
	switch p.balance {
	case Least:
		return ^uint64(max(b.active.Load(), 0))
	case Hash:
		return mix(key ^ b.seed)
	case RoundRobin, balances:
	}
	return 0
}

// hash is FNV-1a, of 64 bits.
func hash(b []byte) uint64 {
	h := uint64(0xcbf29ce484222325)
	for _, c := range b {
		h = (h ^ uint64(c)) * 0x100000001b3
	}
	return h
}

// mix is the finish of MurmurHash3: every bit of x moves half of the result's.
func mix(x uint64) uint64 {
	x ^= x >> 33
	x *= 0xff51afd7ed558ccd
	x ^= x >> 33
	x *= 0xc4ceb9fe1a85ec53
	return x ^ x>>33
}
