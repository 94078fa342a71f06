package stage

// What a server tells of itself while it serves. Nothing stops for it: workers' numbers
// come from their ledgers, the others from where tasks share them anyway. So the numbers
// are of moments close to each other and not of one, and a request that is under way may
// be counted as begun and not yet as answered.

import (
	"time"

	"brigade/core/cache"
	"brigade/core/histogram"
	"brigade/core/http2"
	"brigade/core/iobuf"
	"brigade/core/rt"
)

// Snapshot is what a server has done so far, and what it has in hand. What is marked so
// is 0 without Config.Stats.
type Snapshot struct {
	Number   uint64        // from 1
	Age      time.Duration // since the server was started
	Draining bool
	Topology Topology
	Shards   int

	Accepted uint64          // (with Stats) connections
	Requests uint64          // (with Stats) begun
	Answers  [classes]uint64 // (with Stats) ended, by the hundreds of their status
	In, Out  uint64          // (with Stats) bytes from clients, and to them
	Handoffs uint64          // (with Stats) of connections between tasks
	Bodies   uint64          // (with Stats) of answers, that another loop than their client's fetched
	Wakeups  uint64          // system calls that woke a loop
	Dropped  uint64          // (with Stats) log lines that found no room
	Shed     uint64          // (with Stats) idle connections asked to go
	Losses   int             // connections cut by the drain's deadline

	Latency histogram.Histogram // (with Stats) of answers: from the whole head to the last byte's leaving
	Turns   histogram.Histogram // (with Stats) of loops: from waking to waiting

	Open        int // connections
	Most        int // that there may be
	Waits       []Waiting
	Tunnels     int // of the connections
	Held        int // pages that tunnels hold
	Tunnelled   uint64
	Sessions    int // of HTTP/2: (with Stats) connections that speak it
	Streams     int // (with Stats) their requests under way, and those of handlers that stream
	AllSessions uint64
	AllStreams  uint64
	HTTP2       http2.Counts // (with Stats) of sessions that have ended

	Processors Crew
	Buffers    iobuf.Stats
	BufferSize int // bytes of one, for both directions
	Stock      int // http_conns that are unused and kept: (with Stats) by tasks
	Shelved    int // and by shards

	Cache  cache.Counts
	Loops  []LoopStats // (with Stats)
	Delays []Delay
}

// Waiting is how many connections, or streams of them, wait in a state.
type Waiting struct {
	State string // as traces name it
	For   string // what it waits for, for people
	Count int    // (with Stats)
}

// Crew is the processors of all shards.
type Crew struct {
	Total   int
	Kept    int // of those, for what others wait for
	Busy    int
	Queued  int // connections on their way to one
	Waiting int // (with Stats) connections for which there is no room on that way
}

// LoopStats are one loop's.
type LoopStats struct {
	Name     string
	Homed    int // connections
	Requests uint64
	Turns    uint64
	P99      time.Duration // of its turns
}

// whatFor is what waits wait for, for people. Those that share a ring with another are
// not told apart.
var whatFor = [waits]string{
	waitHeader: "a request's head, or a buffer for it", waitIdle: "the next request", waitBody: "content",
	waitWrite: "the client to take more", waitLinger: "the client to close", waitRoom: "a processor",
	waitPace: "a filter's time", waitDial: "the far end of a tunnel", waitTunnel: "either end of a tunnel",
	waitHalf: "the end that has not closed", waitFlow: "an end to take what is held", waitWindow: "the client's window",
	waitStreams: "a session's streams", waitPage: "a buffer for a tunnel", waitHandler: "a handler that streams",
	waitReach: "a backend to be reached", waitAsk: "a backend to take the request", waitAnswer: "a backend to answer",
	waitMore: "more of a backend's answer", waitKept: "a request for its backend", waitShared: "an answer that others wait for, too",
	waitReaders: "readers of an answer to take more",
}

// Snapshot tells what there is. Any task may call it, also when the server has ended.
func (s *Server) Snapshot() *Snapshot {
	n := uint64(s.asked.Add(1))
	rt.Probe(rt.ProbeStats, rt.TotalNone, 0, n)
	x := &Snapshot{
		Number: n, Draining: s.phase.Load() != serving, Topology: s.cfg.Topology, Shards: len(s.shards),
		Most: s.cfg.Connections * len(s.shards), Buffers: s.buffers.Stats(), Delays: s.Delays(),
		BufferSize: s.cfg.Pages.In + s.cfg.Pages.Out, Cache: s.Cache(),
	}
	x.Age = rt.Now().Sub(s.started)
	_, x.Losses = s.Lost()
	load := s.Load()
	x.Open, x.Tunnels, x.Held = load.Connections, load.Tunnels, load.Held
	for _, sh := range s.shards {
		queued, busy := sh.crew.Load()
		x.Processors.Queued += queued
		x.Processors.Busy += busy
		x.Processors.Total += len(sh.processors)
		x.Processors.Kept += sh.crew.Kept()
		x.Shelved += sh.depot.Stock()
		for _, l := range sh.loops() {
			x.Wakeups += uint64(l.woken.Load())
		}
	}
	if s.cfg.Stats {
		s.count(x)
		s.perLoop(x)
	}
	s.vouch(x, n)
	return x
}

// count adds what ledgers have.
func (s *Server) count(x *Snapshot) {
	up := func(to *uint64, i word) { *to = uint64(s.sum(i)) }
	up(&x.Accepted, wordAccepted)
	for i := range x.Answers { // before requests: no more are answered than begun
		up(&x.Answers[i], wordAnswers+word(i))
	}
	up(&x.Requests, wordRequests)
	up(&x.In, wordIn)
	up(&x.Out, wordOut)
	up(&x.Handoffs, wordHandoffs)
	up(&x.Bodies, wordHandedOver)
	up(&x.Dropped, wordDropped)
	up(&x.Shed, wordShed)
	up(&x.Tunnelled, wordTunnels)
	ended, left := uint64(0), uint64(0)
	up(&ended, wordSessionsEnded)
	up(&x.AllSessions, wordSessions)
	up(&left, wordStreamsEnded)
	up(&x.AllStreams, wordStreams)
	x.Sessions, x.Streams = int(x.AllSessions-ended), int(x.AllStreams-left)
	up(&x.HTTP2.Resets, wordResets)
	up(&x.HTTP2.Refused, wordRefused)
	up(&x.HTTP2.Large, wordLarge)
	for i := range x.HTTP2.Floods {
		up(&x.HTTP2.Floods[i], wordFloods+word(i))
	}
	x.Stock = int(s.sum(wordStock))
	x.Processors.Waiting = int(s.sum(wordLine))
	for i := range waits {
		if whatFor[i] != "" {
			x.Waits = append(x.Waits, Waiting{i.String(), whatFor[i], int(s.sum(wordWaits + word(i)))})
		}
	}
	for _, p := range s.ledgers {
		p.answers.addTo(&x.Latency)
	}
}

// perLoop adds each loop by itself.
func (s *Server) perLoop(x *Snapshot) {
	for _, sh := range s.shards {
		for _, l := range sh.loops() {
			var turns histogram.Histogram
			l.ledger.turns.addTo(&turns)
			for i, n := range turns.Counts {
				x.Turns.Counts[i] += n
			}
			x.Turns.Sum += turns.Sum
			x.Loops = append(x.Loops, LoopStats{
				Name: l.scope.Name, Homed: int(l.assigned.Load()), Requests: uint64(l.ledger.words[wordRequests].Load()),
				Turns: turns.Total(), P99: turns.Quantile(0.99),
			})
		}
	}
}

// vouch tells the judge what the n-th snapshot says.
func (s *Server) vouch(x *Snapshot, n uint64) {
	if !rt.Checking() || !s.cfg.Stats {
		return
	}
	answered := uint64(0)
	for _, k := range x.Answers {
		answered += k
	}
	rt.Probe(rt.ProbeStats, rt.TotalConnections, x.Accepted, n)
	rt.Probe(rt.ProbeStats, rt.TotalRequests, x.Requests, n)
	rt.Probe(rt.ProbeStats, rt.TotalBytes, x.Out, n)
	rt.Probe(rt.ProbeStats, rt.TotalHandoffs, x.Handoffs, n)
	rt.Probe(rt.ProbeStats, rt.TotalDropped, x.Dropped, n)
	rt.Probe(rt.ProbeStats, rt.TotalAnswers, answered, n)
}
