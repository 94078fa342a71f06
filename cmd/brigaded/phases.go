package main

// What stands around the files: phases before them and filters behind, by the flags.
// Without any of these flags there is nothing, and nothing is paid for.

import (
	"errors"
	"fmt"

	"brigade/core/exchange"
	"brigade/core/filter"
	"brigade/core/filter/gzip"
	"brigade/core/handler/echo"
	"brigade/core/handler/kv"
	"brigade/core/handler/proxy"
	"brigade/core/stage"
)

// surround adds phases and filters to a server's configuration, and tells of the proxy, if
// there is one.
func (o *options) surround(cfg *stage.Config) (backends *proxy.Proxy, err error) {
	cfg.Content = o.bodyLimit.n
	if len(o.proxy.list) > 0 {
		p, err := proxy.New(proxy.Options{Backends: o.proxy.list, Balance: o.balance.value})
		if err != nil {
			return nil, fmt.Errorf("--proxy: %w", err)
		}
		backends = p
		if cfg.Handler == nil {
			cfg.Handler = p
		} else {
			cfg.Handler = &exchange.Phases{Map: []exchange.Route{exchange.Below(o.below, p)}, Handler: cfg.Handler}
		}
	}
	if err := o.phases(cfg); err != nil {
		return nil, err
	}
	var list []filter.Filter
	if o.echo != "" {
		list = append(list, filter.Range{}) // files have ranges of their own
	}
	if o.gzip.n > 0 {
		list = append(list, gzip.New(gzip.Options{Level: o.gzip.n}))
	}
	if o.rate.n > 0 {
		list = append(list, filter.Rate{PerSecond: o.rate.n})
	}
	if list != nil {
		cfg.Filters = filter.NewChain(list...)
	}
	return backends, nil
}

// phases puts what some paths are for before what serves the others.
func (o *options) phases(cfg *stage.Config) error {
	if o.echo == "" && o.kv == "" && len(o.deny) == 0 {
		return nil
	}
	p, ok := cfg.Handler.(*exchange.Phases)
	if !ok {
		p = &exchange.Phases{Handler: cfg.Handler}
	}
	for _, path := range o.deny {
		p.Authorise = append(p.Authorise, exchange.Deny(path))
	}
	if o.echo != "" {
		p.Map = append(p.Map, exchange.Below(o.echo, echo.Handler{}))
		cfg.Input = filter.NewInput(filter.Limit{Most: o.bodyLimit.n})
	}
	if o.kv != "" {
		h, err := kv.New(kv.Options{Path: o.kv, Value: o.bodyLimit.n, Total: o.kvSize.n})
		if err != nil {
			return fmt.Errorf("--kv: %w", err)
		}
		p.Map = append(p.Map, exchange.Below(o.kv, h))
	}
	cfg.Handler = p
	return nil
}

// serves refuses what serves nothing, and files that nobody could reach.
func (o *options) serves(given func(string) bool) error {
	proxies := len(o.proxy.list) > 0
	switch {
	case o.root == "" && !proxies:
		return errors.New("--root is missing: it names the directory to serve; or --proxy is, which names backends")
	case !proxies && (given("proxy-below") || given("proxy-balance")):
		return errors.New("--proxy-below and --proxy-balance go with --proxy, which is missing")
	case o.below == "" || o.below[0] != '/':
		return fmt.Errorf("--proxy-below %q: a path begins with a slash", o.below)
	case o.root == "" && given("proxy-below"):
		return errors.New("--proxy-below leaves the other paths to --root, which is missing")
	case o.root != "" && proxies && o.below == "/":
		return errors.New("--proxy takes all requests, and none is left for --root; --proxy-below tells which it takes")
	}
	return nil
}
