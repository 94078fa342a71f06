package stage

// Model: a configuration is taken if each of its measures may be, one by one, and a
// measure that was left out becomes what is usual, while the others stay.

import (
	"net/netip"
	"testing"
	"time"

	"pgregory.net/rapid"

	"brigade/core/exchange"
	"brigade/core/http1"
	"brigade/core/poll"
	"brigade/core/sys"
)

// number is a measure: its place, what it is when it was left out, and the least that
// it may be then.
type number struct {
	at           *int
	usual, least int
}

// numbers are those of c, whose processors are known.
func numbers(c *Config, processors int) []number {
	return []number{
		{&c.Shards, 1, 0},
		{&c.Readers, 1, 0},
		{&c.Writers, 1, 0},
		{&c.Processors, 2, 0},
		{&c.Connections, 16384, 0},
		{&c.Waiting, processors, -1},
		{&c.Limits.Fields, c.Limits.Fields, 0},
		{&c.Pages.In, 16 << 10, leastIn},
		{&c.Pages.Out, 16 << 10, 2 * exchange.Room},
	}
}

// spans are the times of c.
func spans(c *Config) []*time.Duration {
	return []*time.Duration{
		&c.Header, &c.Body, &c.Room, &c.Idle, &c.Write, &c.Linger, &c.Dial, &c.Tunnel, &c.Half, &c.Retry, &c.Pace,
	}
}

// drawConfig draws a configuration that may be.
func drawConfig(t *rapid.T) Config {
	c := Config{Kernel: struct{ sys.Kernel }{}, Handler: struct{ exchange.Handler }{}, Listen: netip.MustParseAddrPort("127.0.0.1:80")}
	for _, n := range numbers(&c, 0) {
		*n.at = rapid.SampledFrom([]int{0, n.least, n.least + 1, 1 << 14}).Draw(t, "number")
	}
	for _, at := range spans(&c) {
		*at = rapid.SampledFrom([]time.Duration{0, 1, time.Second}).Draw(t, "time")
	}
	c.Limits.Line = rapid.SampledFrom([]int{0, 100, 1 << 20}).Draw(t, "line")
	c.Limits.Head = rapid.SampledFrom([]int{0, 200, 1 << 20}).Draw(t, "head")
	c.Content = rapid.SampledFrom([]int64{0, 1, 5}).Draw(t, "content")
	c.Topology = rapid.SampledFrom([]Topology{Fused, Staged, Event}).Draw(t, "topology")
	c.Accept = rapid.SampledFrom([]Accept{AcceptUsual, AcceptReusePort, AcceptExclusive, AcceptListener}).Draw(t, "accept")
	if c.Accept == AcceptListener {
		c.Topology = Staged
	}
	c.Waker = rapid.SampledFrom([]poll.WakerKind{poll.WakeFlag, poll.WakePipe}).Draw(t, "waker")
	c.Poller = rapid.SampledFrom([]poll.Kind{poll.Epoll, poll.Poll}).Draw(t, "poller")
	return c
}

// spoils are the ways in which one measure may not be.
func spoils() (list []func(c *Config)) {
	for i, n := range numbers(new(Config), 0) {
		list = append(list, func(c *Config) { *numbers(c, 0)[i].at = min(n.least-1, 100) })
		if n.least > 1 {
			list = append(list, func(c *Config) { *numbers(c, 0)[i].at = n.least - 1 })
		}
	}
	for i := range spans(new(Config)) {
		list = append(list, func(c *Config) { *spans(c)[i] = -1 })
	}
	return append(list,
		func(c *Config) { c.Limits.Line = -1 }, func(c *Config) { c.Limits.Head = -1 }, func(c *Config) { c.Content = -1 },
		func(c *Config) { c.Topology = topologies }, func(c *Config) { c.Accept = accepting },
		func(c *Config) { c.Accept, c.Topology = AcceptListener, Fused }, func(c *Config) { c.Accept, c.Topology = AcceptListener, Event },
		func(c *Config) { c.Waker = poll.WakePipe + 1 }, func(c *Config) { c.Poller = poll.Poll + 1 },
		func(c *Config) { c.Kernel = nil }, func(c *Config) { c.Handler = nil }, func(c *Config) { c.Listen = netip.AddrPort{} },
	)
}

func TestConfigIsItsMeasures(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		given := drawConfig(t)
		for i, spoil := range spoils() {
			c := given
			if spoil(&c); c.complete() == nil {
				t.Fatalf("spoilt in way %d, it is taken: %+v", i, c)
			}
		}
		c := given
		if err := c.complete(); err != nil {
			t.Fatalf("%+v: %v", given, err)
		}
		now := numbers(&c, c.Processors)
		for i, n := range numbers(&given, c.Processors) {
			want := *n.at
			if want == 0 {
				want = n.usual
			}
			if got := *now[i].at; got != want {
				t.Fatalf("number %d of %+v becomes %d, not %d", i, given, got, want)
			}
		}
		for i, at := range spans(&c) {
			if was := *spans(&given)[i]; *at <= 0 || was != 0 && *at != was {
				t.Fatalf("time %d of %+v becomes %v", i, given, *at)
			}
		}
		accept := given.Accept
		if accept == AcceptUsual {
			accept = map[Topology]Accept{Fused: AcceptReusePort, Staged: AcceptListener, Event: AcceptReusePort}[c.Topology]
		}
		if c.Accept != accept || c.Topology != given.Topology {
			t.Fatalf("%v in topology %v becomes %v in %v", given.Accept, given.Topology, c.Accept, c.Topology)
		}
		head, line := given.Limits.Head, given.Limits.Line
		if head == 0 {
			head = http1.DefaultHead
		}
		if line == 0 {
			line = http1.DefaultLine
		}
		head = min(head, c.Pages.In-leadingLines-1)
		if c.Limits.Head != head || c.Limits.Line != min(line, head) {
			t.Fatalf("limits %+v in pages of %d become %+v", given.Limits, c.Pages.In, c.Limits)
		}
	})
}

// What a command line may say is what is printed, and nothing else is.
func TestNamesComeBack(t *testing.T) {
	for a := range accepting {
		if b, err := ParseAccept(a.String()); a != b || err != nil {
			t.Errorf("%v comes back as %v: %v", a, b, err)
		}
	}
	for a := range topologies {
		if b, err := ParseTopology(a.String()); a != b || err != nil {
			t.Errorf("%v comes back as %v: %v", a, b, err)
		}
	}
	for _, s := range []string{"", "none", accepting.String(), topologies.String()} {
		_, err := ParseAccept(s)
		_, other := ParseTopology(s)
		if err == nil || other == nil {
			t.Errorf("%q is a name", s)
		}
	}
}
