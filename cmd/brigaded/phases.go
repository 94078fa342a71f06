package main

// What stands around the files: phases before them and filters behind, by the flags.
// Without any of these flags there is nothing, and nothing is paid for.

import (
	"brigade/core/exchange"
	"brigade/core/filter"
	"brigade/core/filter/gzip"
	"brigade/core/handler/echo"
	"brigade/core/stage"
)

// surround adds phases and filters to a server's configuration.
func (o *options) surround(cfg *stage.Config) {
	cfg.Content = o.bodyLimit.n
	if o.echo != "" || len(o.deny) > 0 {
		p := &exchange.Phases{Handler: cfg.Handler}
		for _, path := range o.deny {
			p.Authorise = append(p.Authorise, exchange.Deny(path))
		}
		if o.echo != "" {
			p.Map = []exchange.Route{exchange.Below(o.echo, echo.Handler{})}
			cfg.Input = filter.NewInput(filter.Limit{Most: o.bodyLimit.n})
		}
		cfg.Handler = p
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
}
