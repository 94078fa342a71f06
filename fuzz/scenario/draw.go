package scenario

// What a run draws about its server and its world: one row a dimension, in the
// order in which they are drawn. This is the one place that draws a configuration,
// so a new part of the server is searched in all its forms by a row more here.
//
// A dimension's first value is the plain one, to which a failing run goes back
// when it is made small. A value that should come up more often stands there more
// often.

import (
	"fmt"
	"strings"
	"time"

	"brigade/core/poll"
	"brigade/core/stage"
	"brigade/netsim"
	"brigade/sim"
)

// dimension is one thing that a run draws.
type dimension struct {
	name   string // in traces, reports and coverage tables
	values []string
	set    func(p *plan, i int)
}

// vary makes the dimension whose value is one of values, put into a plan by set.
func vary[T any](name string, set func(p *plan, v T), values ...T) dimension {
	d := dimension{name: name, set: func(p *plan, i int) { set(p, values[i]) }}
	for _, v := range values {
		d.values = append(d.values, fmt.Sprint(v))
	}
	return d
}

var dimensions = []dimension{
	vary("topology", func(p *plan, v stage.Topology) { p.stage.Topology = v }, stage.Fused, stage.Staged, stage.Event),
	vary("accept", func(p *plan, v stage.Accept) { p.stage.Accept = v }, stage.AcceptUsual, stage.AcceptReusePort, stage.AcceptExclusive),
	vary("waker", func(p *plan, v poll.WakerKind) { p.stage.Waker = v }, poll.WakeFlag, poll.WakeFlag, poll.WakeEventFD, poll.WakePipe, poll.WakePipe),
	vary("poller", func(p *plan, v poll.Kind) { p.stage.Poller = v }, poll.Epoll, poll.Epoll, poll.Epoll, poll.Poll),
	vary("shards", func(p *plan, v int) { p.stage.Shards = v }, 1, 2),
	vary("readers", func(p *plan, v int) { p.stage.Readers = v }, 1, 2),
	vary("writers", func(p *plan, v int) { p.stage.Writers = v }, 1, 2),
	vary("processors", func(p *plan, v int) { p.stage.Processors = v }, 1, 2, 3),
	vary("waiting", func(p *plan, v places) { p.stage.Waiting = int(v) }, 1, 2, -1),
	vary("drain", func(p *plan, v drain) { p.drain = v }, atEnd, atEnd, atEnd, atEnd, atEnd, atEnd, atEnd, atEnd, inTheMiddle, beforeStart),
	vary("input page", func(p *plan, v int) { p.stage.Pages.In = v }, 2048, 4096, 8192),
	vary("resized", func(p *plan, v bool) { p.resized = v }, false, false, false, true),
	vary("connections", func(p *plan, v int) { p.stage.Connections = v }, 100, 2, 1),
	vary("log", func(p *plan, v bool) { p.log = v }, true, true, true, false),
	vary("small", func(p *plan, v int64) { p.static.Small = v }, 256<<10, 1000, 1),
	vary("entries", func(p *plan, v int) { p.static.Entries = v }, 100, 2),
	vary("fresh", func(p *plan, v time.Duration) { p.static.Fresh = v }, time.Second, time.Nanosecond),
	vary("latency", func(p *plan, v time.Duration) { p.net.Latency = v }, 0, time.Millisecond, 20*time.Millisecond),
	vary("segment", func(p *plan, v int) { p.net.Segment = v }, 16384, 1460, 100),
	vary("buffers", func(p *plan, v int) { p.net.SendBuffer, p.net.RecvBuffer = v, v }, 65536, 4096, 600),
	vary("log sink", func(p *plan, v sink) { p.sink = v }, toFile, toFile, toFile, toFile, rotated, toFifo, toSlowFifo, toLeftFifo, overfull),
	vary("log buffer", func(p *plan, v int) { p.logBuffer = v }, usualLogBuffer, usualLogBuffer, usualLogBuffer, 300),
	vary("backlog", func(p *plan, v int) { p.stage.Backlog = v }, 4096, 4096, 4096, 1),
	vary("bandwidth", func(p *plan, v int64) { p.net.Bandwidth = v }, 0, 0, 0, 1<<20, 50_000),
	vary("disk latency", func(p *plan, v time.Duration) { p.net.DiskLatency = v }, 0, 0, 0, time.Millisecond, 20*time.Millisecond),
	vary("memory", func(p *plan, v int) { p.net.Memory = v }, 0, 0, 0, 0, 0, 64<<10, 24<<10),
	vary("filters", func(p *plan, v chain) { p.chain = v }, unfiltered, unfiltered, unfiltered, unfiltered, unfiltered, unfiltered, counted, compressed, chunks, paced, ranged, restless, lazy, entire),
	vary("i/o buffers", func(p *plan, v budget) { p.budget = v }, plenty, plenty, plenty, plenty, plenty, 1, 2, 5, belated, barren),
	vary("input", func(p *plan, v input) { p.input = v }, plainInput, plainInput, plainInput, limited, lazyInput),
	vary("stats", func(p *plan, v bool) { p.watch = v }, false, false, false, true),
}

// draw makes a run's plan: topology, numbers of tasks, sizes, and what goes wrong.
func (s *site) draw(faults bool) plan {
	p := plan{free: true}
	p.stage = stage.Config{
		Kernel: s.server, Listen: address, Pages: smallPages,
		Header: 2 * time.Second, Idle: 5 * time.Second, Write: 3 * time.Second, Linger: time.Second,
		Body: 2500 * time.Millisecond, Room: 8 * time.Second,
	}
	p.stage.Limits.Head = 1024
	for i := range dimensions {
		d := &dimensions[i]
		v := sim.Choose(d.name, len(d.values))
		d.set(&p, v)
		s.env.draw(i, v)
	}
	if faults {
		p.net.Profile = s.profile()
		s.env.suffer(p.net.Profile)
	}
	return p
}

// profile draws which faults there are and how likely they are: from those that
// were asked for, or from all, at their usual weights. What was asked for by name
// alone is as it was asked for.
func (s *site) profile() netsim.Profile {
	usual := netsim.DefaultProfile()
	if text := s.env.Faults; text != "" {
		asked, err := netsim.ParseProfile(text)
		if err != nil {
			panic(err) // the command line was looked at before
		}
		if !strings.HasPrefix(text, "default") {
			return asked
		}
		usual = asked
	}
	return usual.Draw(func(n uint64) uint64 { return uint64(sim.Choose("profile", int(n))) })
}

// soften leaves p, now and then, those faults alone that nobody has to notice: they excuse
// nothing.
func (s *site) soften(p *plan) {
	if p.net.Profile.String() != "none" && sim.Choose("gentle faults", 3) == 1 {
		p.net.Profile = p.net.Profile.Gentle()
		s.env.suffer(p.net.Profile)
	}
}

// Dimension is one thing that runs draw, for those who count what was drawn.
type Dimension struct {
	Name   string
	Values []string // each as often as its weight
}

// Dimensions are all there are. Env.Drawn is in their order.
func Dimensions() []Dimension {
	list := make([]Dimension, len(dimensions))
	for i, d := range dimensions {
		list[i] = Dimension{d.name, d.values}
	}
	return list
}
