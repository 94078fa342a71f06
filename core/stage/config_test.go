package stage_test

import (
	"net/netip"
	"strings"
	"testing"

	"brigade/core/httpconn"
	"brigade/core/stage"
	"brigade/netsim"
)

func TestConfigErrors(t *testing.T) {
	net := netsim.New(netsim.Config{})
	good := func() stage.Config {
		return stage.Config{Kernel: net.Process("server"), Handler: scripted{}, Listen: address}
	}
	for _, x := range []struct {
		name   string
		spoil  func(c *stage.Config)
		reason string
	}{
		{"no kernel", func(c *stage.Config) { c.Kernel = nil }, "no kernel"},
		{"no handler", func(c *stage.Config) { c.Handler = nil }, "no handler"},
		{"no address", func(c *stage.Config) { c.Listen = netip.AddrPort{} }, "no address"},
		{"topology", func(c *stage.Config) { c.Topology = 7 }, "topology 7 is not known"},
		{"shards", func(c *stage.Config) { c.Shards = -1 }, "1 or more"},
		{"readers", func(c *stage.Config) { c.Readers = -1 }, "1 or more"},
		{"writers", func(c *stage.Config) { c.Writers = -1 }, "1 or more"},
		{"processors", func(c *stage.Config) { c.Processors = -1 }, "1 or more"},
		{"connections", func(c *stage.Config) { c.Connections = -1 }, "1 or more"},
		{"output page", func(c *stage.Config) { c.Pages.Out = 100 }, "output pages of 100 bytes"},
		{"input page", func(c *stage.Config) { c.Pages = httpconn.Sizes{In: 1, Out: 16 << 10} }, "input pages of 1 bytes"},
		{"negative page", func(c *stage.Config) { c.Pages.In = -1 }, "input pages of -1 bytes"},
		{"limit", func(c *stage.Config) { c.Limits.Head = -1 }, "limits"},
		{"field limit", func(c *stage.Config) { c.Limits.Fields = -1 }, "limits"},
		{"content", func(c *stage.Config) { c.Content = -1 }, "limits"},
		{"header time", func(c *stage.Config) { c.Header = -1 }, "times"},
		{"idle time", func(c *stage.Config) { c.Idle = -1 }, "times"},
		{"write time", func(c *stage.Config) { c.Write = -1 }, "times"},
		{"linger time", func(c *stage.Config) { c.Linger = -1 }, "times"},
		{"retry time", func(c *stage.Config) { c.Retry = -1 }, "times"},
	} {
		t.Run(x.name, func(t *testing.T) {
			c := good()
			x.spoil(&c)
			s, err := stage.New(c)
			if err == nil || s != nil || !strings.Contains(err.Error(), x.reason) {
				t.Errorf("server %v, error %v; want one that says %q", s != nil, err, x.reason)
			}
		})
	}
}

func TestTopologyNames(t *testing.T) {
	for _, x := range topologies {
		if y, err := stage.ParseTopology(x.String()); y != x || err != nil {
			t.Errorf("%v comes back as %v, %v", x, y, err)
		}
	}
	if _, err := stage.ParseTopology("braided"); err == nil || !strings.Contains(err.Error(), `"braided"`) {
		t.Errorf("%v", err)
	}
}
