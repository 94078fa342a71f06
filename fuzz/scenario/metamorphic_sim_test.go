package scenario_test

// Metamorphic: what a server answers to a run of bytes depends neither on how they
// are cut nor on its own shape. The same requests, right ones out of the grammar and
// a mutated one behind them, go to servers of every topology with other numbers of
// tasks, other caches and another network, cut at other places; all that comes back
// must be the same, byte for byte, but for the date.
//
// Odds: a server that looks at reads instead of bytes (sliced, below) is found out
// within 20 streams; the core is not in 60.

import (
	"bytes"
	"math/rand/v2"
	"net/netip"
	"regexp"
	"testing"
	"time"

	"brigade/core/exchange"
	"brigade/core/handler/static"
	"brigade/core/rt"
	"brigade/core/stage"
	"brigade/netsim"
	"brigade/netsim/client"
	"brigade/netsim/grammar"
	"brigade/netsim/script"
	"brigade/sim"
)

// shape is a server, a network, and a way to cut what is sent.
type shape struct {
	stage stage.Config
	net   netsim.Config
	small int64
	cut   int // at most so many bytes at a time; 0: all at once
	wrap  func(exchange.Handler) exchange.Handler
}

func shapes(r *rand.Rand) shape {
	pick := func(list ...int) int { return list[r.IntN(len(list))] }
	s := shape{cut: pick(0, 1, 2, 7, 40, 500), small: int64(pick(256<<10, 20, 1))}
	s.stage.Topology = stage.Topology(r.IntN(3))
	s.stage.Shards, s.stage.Readers, s.stage.Writers, s.stage.Processors = pick(1, 2), pick(1, 2), pick(1, 3), pick(1, 2, 4)
	s.net.Latency = time.Duration(pick(0, 1, 5)) * time.Millisecond
	s.net.Segment = pick(0, 1460, 50)
	return s
}

// stream is some requests in one run of bytes.
func stream(r *rand.Rand) []byte {
	draw := func(_ string, n int) int { return r.IntN(n) }
	targets := append(script.Targets(), "/none", "/dir", "/../x", "/%00")
	var b []byte
	for range 1 + r.IntN(5) {
		q := grammar.Derive(draw, targets[r.IntN(len(targets))])
		b = append(b, q.Text()...)
	}
	if r.IntN(3) > 0 {
		q := grammar.Derive(draw, targets[r.IntN(len(targets))])
		list := grammar.Mutations()
		list[r.IntN(len(list))].Apply(&q, draw)
		b = append(append(b, q.Text()...), "GET /hello.txt HTTP/1.1\r\nHost: test\r\n\r\n"...)
	}
	return b
}

var (
	metamorphicAddress = netip.MustParseAddrPort("127.0.0.1:80")
	dateLine           = regexp.MustCompile(`Date: [^\r]*\r\n`)
	boundaries         = regexp.MustCompile(`[0-9a-f]{16,}`)
)

// answers sends text to a server of shape s and returns all that comes back.
func answers(t *testing.T, s shape, seed uint64, text []byte) (all []byte) {
	t.Helper()
	n := netsim.New(s.net)
	for _, f := range script.Site() {
		n.Build("/"+f.Name, netsim.Entry{Content: string(f.Content(1 << 10)), Link: f.Link, Mtime: script.Modified()})
	}
	kernel, peer := n.Process("server"), n.Process("client")
	r := sim.Run(sim.Options{Seed: seed, World: n}, func() {
		h, err := static.New(kernel, "/"+script.Root, static.Options{Small: s.small})
		if err != nil {
			rt.Bug("%v", err)
		}
		defer h.Close()
		cfg := s.stage
		cfg.Kernel, cfg.Listen, cfg.Handler = kernel, metamorphicAddress, h
		if s.wrap != nil {
			cfg.Handler = s.wrap(h)
		}
		server, err := stage.New(cfg)
		if err != nil {
			rt.Bug("%v", err)
		}
		server.Start()
		c, err := client.Dial(peer, metamorphicAddress)
		if err != nil {
			rt.Bug("%v", err)
		}
		if s.cut == 0 {
			err = c.Send(text)
		} else {
			err = c.SendSlowly(text, s.cut, time.Microsecond)
		}
		if err == nil {
			err = c.CloseWrite()
		}
		var reset bool
		if err == nil {
			all, reset, err = c.Rest()
		}
		if err != nil || reset {
			rt.Bug("%q: %v, reset %v after %q", text, err, reset, all)
		}
		c.Close()
		server.Drain(time.Second)
		server.Wait()
	})
	if r.Verdict != nil {
		t.Fatalf("%+v, seed %d, %q: %v\n%s", s, seed, text, r.Verdict, r.Verdict.Stack)
	}
	return boundaries.ReplaceAll(dateLine.ReplaceAll(all, nil), []byte("boundary"))
}

// variants compares the answers of n shapes, and says where two differ.
func variants(t *testing.T, seed uint64, n int, wrap func(exchange.Handler) exchange.Handler) (same bool) {
	t.Helper()
	r := rand.New(rand.NewPCG(seed, 0))
	text := stream(r)
	var first []byte
	for i := range n {
		s := shapes(r)
		s.wrap = wrap
		got := answers(t, s, seed, text)
		if i == 0 {
			first = got
		} else if !bytes.Equal(first, got) {
			if wrap == nil {
				t.Errorf("seed %d: %q\nis answered with\n%q\nand by %+v with\n%q", seed, text, first, s, got)
			}
			return false
		}
	}
	return true
}

func TestMetamorphic(t *testing.T) {
	for seed := range uint64(60) {
		variants(t, seed, 5, nil)
	}
}

// sliced is a handler whose answers depend on the shape it runs in: on whether it
// is asked inline.
type sliced struct{ exchange.Handler }

func (s sliced) Local() exchange.Local { return inline{s.Handler.Local()} }

type inline struct{ exchange.Local }

func (l inline) Inline(x *exchange.Exchange) bool {
	if x.Note == nil && l.Local.Inline(x) {
		x.Close = true
		return true
	}
	return false
}

func TestMetamorphicConvicts(t *testing.T) {
	for seed := range uint64(20) {
		if !variants(t, seed, 5, func(h exchange.Handler) exchange.Handler { return sliced{h} }) {
			return
		}
	}
	t.Error("a server whose answers depend on its shape was not found out in 20 streams")
}
