package main

// What stands around the files: phases before them and filters behind, by the flags.
// Without any of these flags there is nothing, and nothing is paid for.

import (
	"fmt"

	"brigade/core/exchange"
	"brigade/core/filter"
	"brigade/core/filter/gzip"
	"brigade/core/handler/echo"
	"brigade/core/handler/kv"
	"brigade/core/handler/proxy"
	"brigade/core/stage"
)

// surround adds phases and filters to a server's configuration, and tells of the proxies, if
// there are any.
func (o *options) surround(cfg *stage.Config) (backends []*proxy.Proxy, err error) {
	cfg.Content = o.bodyLimit.n
	if backends, err = o.proxies(cfg); err != nil {
		return nil, err
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
