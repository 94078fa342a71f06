package proxy

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"brigade/core/exchange"
	"brigade/core/http1"
	"brigade/core/rt"
)

// most is how many backends there may be: a request has a bit for each.
const most = 64

// Options are what a proxy is made from. Zero values mean the defaults, in brackets.
type Options struct {
	Backends []netip.AddrPort // one at least, none twice
	Balance  Balance          // [round-robin]
	// Host is the Host field that backends see. [the client's]
	Host string
	// Trust keeps what a request says already of whom it was forwarded for, and adds to
	// it: right behind a proxy of one's own, and a way to lie anywhere else. [false]
	Trust bool
	// Rest is for how long a backend that failed is asked only if there is no other. [10 s]
	Rest time.Duration
	// Check is how backends are checked beside that; who checks is told of them by Checks.
	Check Check
}

// Proxy is the handler, and the origin of its answers.
type Proxy struct {
	backends []backend
	balance  Balance
	host     string
	trust    bool
	rest     time.Duration
	check    Check
	turn     rt.Uint64 // of the backend that comes next
}

// New makes a proxy. The error says which option cannot be.
func New(o Options) (*Proxy, error) {
	switch n := len(o.Backends); {
	case n == 0:
		return nil, errors.New("proxy: no backend; there is one at least")
	case n > most:
		return nil, fmt.Errorf("proxy: %d backends; there are %d at most", n, most)
	case o.Balance >= balances:
		return nil, fmt.Errorf("proxy: %v is not known", o.Balance)
	case strings.ContainsAny(o.Host, "\r\n\x00 \t"):
		return nil, fmt.Errorf("proxy: the Host %q has a byte that no host has", o.Host)
	case o.Rest < 0:
		return nil, errors.New("proxy: times are 0, for the default, or more")
	}
	if err := o.Check.complete(); err != nil {
		return nil, err
	}
	p := &Proxy{backends: make([]backend, len(o.Backends)), balance: o.Balance, host: o.Host, trust: o.Trust, rest: o.Rest, check: o.Check}
	if p.rest == 0 {
		p.rest = 10 * time.Second
	}
	p.turn.Label("proxy.turn")
	for i, a := range o.Backends {
		if !a.IsValid() || a.Port() == 0 || slices.Contains(o.Backends[:i], a) {
			return nil, fmt.Errorf("proxy: the backend %v is no address and port, or is named twice", a)
		}
		p.backends[i].init(a)
	}
	return p, nil
}

// Passes implements exchange.Passer: content goes on as it comes.
func (p *Proxy) Passes(x *exchange.Exchange) bool {
	return x.Request.Method != http1.CONNECT && x.Request.Method != http1.TRACE
}

// Receives implements exchange.Receiver: content that cannot goes on when it is whole.
func (p *Proxy) Receives(x *exchange.Exchange) bool { return p.Passes(x) }

// Local implements exchange.Handler.
func (p *Proxy) Local() exchange.Local { return local{p} }

// Handle implements exchange.Handler.
func (p *Proxy) Handle(x *exchange.Exchange) {
	switch x.Request.Method {
	case http1.CONNECT, http1.TRACE:
		// A tunnel is not this handler's to make, and what TRACE would show are the
		// fields that were added for the backend (RFC 9110 §9.3.8).
		x.Refuse(http1.ErrMethodNotAllowed, "GET, HEAD, POST, PUT, DELETE, OPTIONS, PATCH")
	default:
		x.Fetch(p)
	}
}

type local struct{ proxy *Proxy }

// Inline implements exchange.Local: nothing of it blocks.
func (l local) Inline(x *exchange.Exchange) bool {
	l.proxy.Handle(x)
	return true
}

// Learn implements exchange.Local.
func (local) Learn(any) {}
