package main

// Groups of backends: what they may be, and the proxy that each becomes. A path belongs
// to the group with the longest one that fits, and what belongs to none is files.

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"time"

	"brigade/core/exchange"
	"brigade/core/handler/proxy"
	"brigade/core/stage"
)

// group is backends that answer for some paths.
type group struct {
	name    string           // in a file, [proxy.NAME]; "": it has none
	at      place            // of a name
	keys    map[string]place // of one that has a name: what was said of it
	proxy   backends
	balance named[proxy.Balance]
	below   string
	rest    period

	check    question
	status   count
	interval period
	timeout  period
	rise     count
	fall     count
	slow     period
}

// declare declares the flags of a group: in a file each group has them.
func (g *group) declare(h heading) {
	g.balance = named[proxy.Balance]{parse: proxy.ParseBalance, names: "round-robin, least or hash"}
	h.Var(&g.proxy, "proxy", "have the backends at `HOST:PORT,HOST:PORT...` answer, by HTTP/1.1; may be given again for others (none)")
	h.Var(&g.balance, "proxy-balance", "which of them: round-robin, each in turn; least, the one with the fewest requests; hash, for one target always the same")
	h.StringVar(&g.below, "proxy-below", "/", "only for `PATH` or, if it ends with a slash, below it; the others are files")
	h.duration(&g.rest, "proxy-rest", 10*time.Second, "`D` for which one that failed a request is asked only if there is no other")
	h.Var(&g.check, "proxy-check", "check from time to time whether they are fit: `WHAT` is tcp, being connected to is enough, or a path to GET; one that is not is asked for nothing else (none)")
	g.rise.n, g.fall.n, g.status.least = 2, 3, 200
	h.number(&g.status, "proxy-check-status", 599, "the status `N` that one which is fit answers with (any from 200 to 399)")
	h.duration(&g.interval, "proxy-check-interval", 2*time.Second, "`D` from one check to the next")
	h.duration(&g.timeout, "proxy-check-timeout", time.Second, "`D` for a check to be answered")
	h.number(&g.rise, "proxy-check-rise", 100, "`N` checks in a row have to pass until one is fit again")
	h.number(&g.fall, "proxy-check-fall", 100, "`N` in a row have to fail until it is not")
	h.Var(&g.slow, "proxy-slow-start", "`D` in which one that is fit again comes to its full share; 0s: at once")
}

// checking are the flags that say how checks are made.
var checking = []string{"proxy-check-status", "proxy-check-interval", "proxy-check-timeout", "proxy-check-rise", "proxy-check-fall", "proxy-slow-start"}

// question is what a check asks: a path, or nothing.
type question string

// String implements pflag.Value.
func (q *question) String() string { return string(*q) }

// Set implements pflag.Value.
func (q *question) Set(s string) error {
	if s != "tcp" && (s == "" || s[0] != '/') {
		return errors.New("it is tcp, or a path that begins with a slash")
	}
	*q = question(s)
	return nil
}

// Type implements pflag.Value.
func (q *question) Type() string { return "WHAT" }

// said is how g's settings were, of all that were.
func (g *group) said(all *said) *said {
	if g.name == "" {
		return all
	}
	return &said{flag: func(string) bool { return false }, file: all.file, prefix: table + "." + g.name, keys: g.keys}
}

// all are the groups, that without a name first, if it has backends.
func (o *options) all() (list []*group) {
	if len(o.proxy.list) > 0 {
		list = append(list, &o.group)
	}
	return append(list, o.groups...)
}

// serves says what serves nothing, and what nobody could reach.
func (o *options) serves(s *said) (wrong []error) {
	fail := func(format string, args ...any) { wrong = append(wrong, fmt.Errorf(format, args...)) }
	all := o.all()
	if len(o.proxy.list) == 0 {
		for _, f := range append([]string{"proxy-balance", "proxy-below", "proxy-rest", "proxy-check"}, checking...) {
			if s.given(f) {
				fail("%s goes with %s, which is missing", s.where(f), s.call("proxy"))
			}
		}
	}
	if o.root == "" && len(all) == 0 && wrong == nil {
		fail("%s is missing: it names the directory to serve; or %s is, which names backends", s.where("root"), s.call("proxy"))
	}
	if len(all) == 0 && o.cache.n > 0 {
		fail("%s goes with %s, which is missing", s.where("cache"), s.call("proxy"))
	}
	paths, whole := map[string]*group{}, (*group)(nil)
	for _, g := range all {
		t := g.said(s)
		if _, err := g.handler(); err != nil {
			fail("%s: %w", t.where("proxy"), err)
		}
		for _, f := range checking {
			if g.check == "" && t.given(f) {
				fail("%s goes with %s, which is missing", t.where(f), t.call("proxy-check"))
			}
		}
		switch other := paths[g.below]; {
		case g.below == "" || g.below[0] != '/':
			fail("%s %q: a path begins with a slash", t.where("proxy-below"), g.below)
		case other != nil:
			fail("%s %q: it is what %s says already, and nobody would reach the second", t.where("proxy-below"), g.below, other.said(s).call("proxy-below"))
		}
		paths[g.below] = g
	}
	whole = paths["/"]
	switch {
	case wrong != nil:
	case o.root == "" && whole == nil:
		fail("%s leaves the other paths to %s, which is missing", all[0].said(s).where("proxy-below"), s.call("root"))
	case o.root != "" && whole != nil:
		t := whole.said(s)
		fail("%s takes all requests, and none is left for %s; %s tells which it takes", t.where("proxy"), s.call("root"), t.call("proxy-below"))
	}
	return wrong
}

// handler makes g's proxy.
func (g *group) handler() (*proxy.Proxy, error) {
	if len(g.proxy.list) == 0 {
		return nil, errors.New("it names no backends")
	}
	return proxy.New(proxy.Options{
		Backends: g.proxy.list, Balance: g.balance.value, Rest: g.rest.value,
		Check: proxy.Check{
			What: string(g.check), Status: g.status.n, Interval: g.interval.value, Timeout: g.timeout.value,
			Rise: g.rise.n, Fall: g.fall.n, SlowStart: g.slow.value,
		},
	})
}

// proxies has the groups answer, beside what is there already, and returns what they became.
func (o *options) proxies(cfg *stage.Config) (list []*proxy.Proxy, err error) {
	all := o.all()
	slices.SortStableFunc(all, func(a, b *group) int { return cmp.Compare(len(b.below), len(a.below)) })
	var routes []exchange.Route
	for _, g := range all {
		p, err := g.handler()
		if err != nil {
			return nil, fmt.Errorf("--proxy: %w", err) // check has said so
		}
		list = append(list, p)
		cfg.Checks = append(cfg.Checks, p.Checks()...)
		if cfg.Handler == nil && g.below == "/" {
			cfg.Handler = p
			continue
		}
		routes = append(routes, exchange.Below(g.below, p))
	}
	if routes != nil {
		cfg.Handler = &exchange.Phases{Map: routes, Handler: cfg.Handler}
	}
	return list, nil
}
