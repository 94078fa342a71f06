package main

// The statistics page: asked for by --stats, and for who is on this machine unless
// --stats-allow names others.

import (
	"bytes"
	"fmt"
	"net/netip"
	"os"
	"runtime/metrics"
	"slices"
	"strconv"
	"strings"

	"brigade/core/exchange"
	"brigade/core/handler/proxy"
	"brigade/core/handler/stats"
	"brigade/core/stage"
)

// networks are ranges of addresses.
type networks struct{ list []netip.Prefix }

// String implements pflag.Value.
func (n *networks) String() string {
	names := make([]string, len(n.list))
	for i, p := range n.list {
		names[i] = p.String()
	}
	return strings.Join(names, ",")
}

// Set implements pflag.Value: it adds some.
func (n *networks) Set(s string) error {
	for one := range strings.SplitSeq(s, ",") {
		p, err := netip.ParsePrefix(one)
		if err != nil {
			a, e := netip.ParseAddr(one)
			if e != nil {
				return fmt.Errorf("%q is neither an address nor a range of them, such as 10.0.0.0/8 or ::1/128", one)
			}
			p = netip.PrefixFrom(a, a.BitLen())
		}
		n.list = append(n.list, p.Masked())
	}
	return nil
}

// Type implements pflag.Value.
func (n *networks) Type() string { return "list" }

// applet puts the page before all else that s serves.
func (o *options) applet(s *site, cfg *stage.Config, backends []*proxy.Proxy) {
	if !o.stats {
		return
	}
	h := stats.New(stats.Options{
		Snapshot: func() *stage.Snapshot { return s.server.Snapshot() },
		Backends: func() []stats.Backend { return listed(backends) },
		Process:  measured, Allow: o.statsAllow.list, Version: strings.TrimPrefix(version(), "brigaded "),
	})
	cfg.Stats = true
	if p, ok := cfg.Handler.(*exchange.Phases); ok { // which --deny goes before
		p.Map = slices.Insert(p.Map, 0, h.Route())
		return
	}
	cfg.Handler = h.Before(cfg.Handler)
}

// listed is what proxies tell of their backends; nil: there are none.
func listed(proxies []*proxy.Proxy) (list []stats.Backend) {
	for _, p := range proxies {
		for _, b := range p.Status() {
			list = append(list, stats.Backend{
				Name: b.Address.String(), Active: b.Active, Requests: b.Requests, Errors: b.Errors, State: b.State.String(),
				Fit: b.State <= proxy.Starting, Checks: b.Checks, Failed: b.Failed, Unknown: b.Unknown,
			})
		}
	}
	return list
}

// measured is what the process has, as Go's runtime and the kernel tell.
func measured() stats.Process {
	samples := []metrics.Sample{
		{Name: "/memory/classes/heap/objects:bytes"}, {Name: "/sched/goroutines:goroutines"}, {Name: "/gc/cycles/total:gc-cycles"},
	}
	metrics.Read(samples)
	p := stats.Process{Known: true, Heap: samples[0].Value.Uint64(), Routines: samples[1].Value.Uint64(), Collected: samples[2].Value.Uint64()}
	// The second number is resident pages (proc_pid_statm(5)).
	text, err := os.ReadFile("/proc/self/statm")
	if fields := bytes.Fields(text); err == nil && len(fields) > 1 {
		pages, _ := strconv.ParseUint(string(fields[1]), 10, 64)
		p.Resident = pages * uint64(os.Getpagesize())
	}
	return p
}
